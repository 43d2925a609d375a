"""`python -m flows.backfill`: the server that it starts for its record ends with it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import until
from test_up import is_alive

from flows.sample.site import serve
from flows.service.by_hand import main
from flows.workspace import Workspace, create
from tests.flows.silent import Silent

ROOT = Path(__file__).parent.parent.parent.parent


@contextmanager
def by_hand(workspace: Workspace, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The process of a backfill, with a Prefect of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WIREROOM_"))}
    own = {"PREFECT_HOME": str(workspace.root / "prefect"), "WIREROOM_WORKSPACE": str(workspace.root)}
    with subprocess.Popen(
        [sys.executable, "-m", "flows.backfill", *arguments],
        cwd=ROOT, env={**kept, **own, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def below(parent: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    done = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    found = [pid for pid, above in pairs if above == parent]
    return found + [deeper for pid in found for deeper in below(pid)]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["meridian", "--accept"], ["meridian", "2026-01", "2026-02"]])
def test_what_it_does_not_take_begins_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    """An option was taken for a source, and a server was started for it."""

    def flow(*given: str) -> None:
        raise AssertionError(given)

    assert main(flow, "SOURCE [DAY]", arguments) == 1
    assert capsys.readouterr().err == "Give it: SOURCE [DAY]\n"


@pytest.mark.prefect
def test_kill_9_leaves_no_server_behind(tmp_path: Path):
    workspace = create(tmp_path / "news")
    with serve() as site:
        site.write_source(workspace.sources)
        story = site.publish(datetime.now(UTC).date())
        site.served = silent = Silent(site.served, story.path)
        with silent, by_hand(workspace, "meridian", "2025-01-01") as process:
            assert silent.asked.wait(300), process.stderr and process.stderr.read()
            left = below(process.pid)
            commands = subprocess.run(
                ["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True
            ).stdout
            assert [line for line in commands.splitlines() if f"flows.service.server {process.pid}" in line]
            os.kill(process.pid, signal.SIGKILL)
            process.wait(30)
            until(lambda: not any(map(is_alive, left)), "the end of all it had started", 60)


@pytest.mark.prefect
def test_a_server_that_does_not_come_up_is_said_in_a_sentence(tmp_path: Path):
    workspace = create(tmp_path / "news")
    nowhere = f"sqlite+aiosqlite:///{tmp_path}/no/such/folder/prefect.db"
    with by_hand(workspace, "meridian", "2025-01-01", PREFECT_SERVER_DATABASE_CONNECTION_URL=nowhere) as process:
        said = process.communicate(timeout=300)[1]
    assert process.returncode == 1
    assert said.startswith("The Prefect server that was to record this run ended, and nothing was fetched. It said: ")
    assert "unable to open database file" in said
    assert "wireroom ingest" in said
    assert said.count("\n") == 1


def test_what_it_takes_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with by_hand(create(tmp_path / "news")) as process:
        said = process.communicate(timeout=120)[1]
    assert (process.returncode, said) == (1, "Give it: SOURCE FIRST_DAY [LAST_DAY]\n")
    from flows.service.by_hand import main

    for arguments in (["meridian"], ["meridian", "2025", "2026", "x"]):
        assert main(list, "SOURCE FIRST_DAY [LAST_DAY]", arguments) == 1
        assert capsys.readouterr().err == said
