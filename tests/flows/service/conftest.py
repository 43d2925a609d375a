"""One `wireroom up --detach` for the tests of a file: starting Prefect's server costs ten seconds of CPU. None for two: each ends its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.sample.site import SOURCE_ID, Site, serve, source_text
from flows.service import noted
from flows.service.api import Api
from flows.service.noted import Service
from flows.workspace import Workspace, create

WIREROOM = [sys.executable, "-P", "-c", "from flows.cli import main; main()"]
PATIENCE = 300.0


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What the condition comes to once it is true."""
    ends = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < ends, f"{what} did not come within {seconds:g} s"
        time.sleep(0.2)
    return found


@dataclass(frozen=True)
class Newsroom:
    """A workspace that runs by itself, the outlet it reads, and the home folder of its user."""

    workspace: Workspace
    site: Site
    home: Path

    @property
    def service(self) -> Service:
        found = noted.running(self.workspace)
        assert found is not None
        return found

    @property
    def api(self) -> Api:
        return Api.of(self.workspace, self.service.url)

    def wireroom(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command of the workspace as its user would."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WIREROOM_"))}
        done = subprocess.run(
            [*WIREROOM, "--workspace", str(self.workspace.root), *arguments],
            env={**kept, "HOME": str(self.home), "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == code, f"{arguments}\n{done.stdout}\n{done.stderr}\n{self.logs()}"
        return done

    def logs(self) -> str:
        folder = self.workspace.folders.data / "logs"
        return "\n".join(f"{path.name}:\n{path.read_text()[-2000:]}" for path in sorted(folder.glob("*.log")))

    def deployments(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.api.post("/deployments/filter", {})}

    def start(self, source: str = SOURCE_ID) -> str:
        """Ask for a run of a source's deployment now; the run's id."""
        key = until(lambda: self.deployments().get(source), f"the deployment of {source}")["id"]
        return str(self.api.post(f"/deployments/{key}/create_flow_run", {})["id"])

    def run(self, key: str) -> dict[str, Any]:
        (found,) = self.api.post("/flow_runs/filter", {"flow_runs": {"id": {"any_": [key]}}})
        return found

    def ended(self, key: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The run once it is over."""
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return until(lambda: (run := self.run(key))["state_type"] in final and run, "the end of the run", seconds)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    place = tmp_path_factory.mktemp("up")
    workspace = create(place / "news")
    (place / "home").mkdir()
    with serve() as site:
        room = Newsroom(workspace, site, place / "home")
        text = source_text(site.base).replace('ages = ["0s"]', "ages = []")
        seldom = text.replace("lookback", 'schedule = "0 0 1 1 *"\nlookback', 1)
        for name in (SOURCE_ID, "gull"):
            (workspace.sources / f"{name}.toml").write_text(seldom, encoding="utf-8")
        said = room.wireroom("up", "--detach").stdout
        try:
            assert room.service.url in said
            assert str(workspace.folders.warehouse) in said
            yield room
        finally:
            noted.stop(workspace)
