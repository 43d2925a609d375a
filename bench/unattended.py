"""What `wireroom up` is worth: an outlet that publishes, a one-minute schedule, and kill -9 of flow, server and worker.

    python -m bench.unattended [--minutes 15]

Nobody helps. At the end every article must be there once, the workspace sound, every process gone.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.sample.site import SOURCE_ID, Site, serve, source_text
from flows.service import noted
from flows.service.api import Api
from flows.workspace import Workspace, create
from warehouse import doctor

WIREROOM = [sys.executable, "-P", "-c", "from flows.cli import main; main()"]
PATIENCE = 300.0
"""Seconds that anything may take at most on a busy machine."""

KILLED = ("flow", "server", "worker")
"""In this order, each while a pass is under way."""

SHORT = 5.0
"""Minutes below which nobody waits between the kills: the server's comes in the flow's pass, the worker's in the next."""


@dataclass(slots=True)
class Report:
    """What came of it."""

    minutes: float = 0.0
    killed: list[str] = field(default_factory=list)
    published: int = 0
    articles: int = 0
    twice: int = 0  # articles that are there more than once
    fetched_twice: list[str] = field(default_factory=list)  # beyond what lay in a killed process's hands
    faults: list[str] = field(default_factory=list)  # of the examination and of health
    runs: dict[str, int] = field(default_factory=dict)  # Prefect's, by state
    after_kills: list[float] = field(default_factory=list)  # seconds from a kill to the end of the next good pass
    ended_in: float = 0.0  # seconds from SIGTERM to the last process's end
    left: list[str] = field(default_factory=list)  # processes that outlived it
    cpu_seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether all is as promised."""
        lost = self.published - self.articles
        return not (lost or self.twice or self.fetched_twice or self.faults or self.left) and self.ended_in < 15


def main() -> int:
    """Run it, print the report as JSON, and say by the exit code whether all was well."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=15.0)
    minutes = options.parse_args().minutes
    with tempfile.TemporaryDirectory() as name, serve() as site:
        report = Unattended(create(Path(name) / "news"), site).run(minutes * 60)
    print(json.dumps(asdict(report), indent=2))
    return 0 if report.is_well else 1


class Unattended:
    """One workspace and one outlet, from `up` to its end."""

    def __init__(self, workspace: Workspace, site: Site) -> None:
        self.workspace, self.site = workspace, site
        self.report = Report()
        self.seen: dict[int, str] = {}  # processes that were ever below `up`
        self.started = self.killed_at = 0.0
        self.caught: set[str] = set()  # pages asked for in the seconds around a kill
        text = source_text(site.base).replace('ages = ["0s"]', "ages = []").replace('delay = "0s"', 'delay = "300ms"')
        schedule = 'schedule = "* * * * *"\nlookback'
        (workspace.sources / f"{SOURCE_ID}.toml").write_text(text.replace("lookback", schedule, 1), encoding="utf-8")

    def run(self, seconds: float) -> Report:
        """All of it: the report."""
        started = self.started = time.monotonic()
        with self.up() as process:
            if seconds < SHORT * 60:
                self.kill(KILLED[:2])
                self.kill(KILLED[2:])
            else:
                for number, what in enumerate(KILLED):
                    self.wait(started + seconds * number / (len(KILLED) + 1))
                    self.kill([what])
                    self.recover(what)
                self.wait(started + seconds)
            self.publish(3)
            self.recover("last kill")
            self.judge()
            self.report.minutes = round((time.monotonic() - started) / 60, 1)
            self.end(process)
        self.count()
        return self.report

    @contextmanager
    def up(self) -> Iterator[subprocess.Popen[bytes]]:
        """`wireroom up`, ended with everything below it, whatever happens."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        process = subprocess.Popen(
            [*WIREROOM, "--workspace", str(self.workspace.root), "up"],
            env={**environment, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            stdout=subprocess.DEVNULL,
            stderr=None if sys.stderr.isatty() else subprocess.DEVNULL,
        )
        try:
            self.until(lambda: (noted.running(self.workspace) or _NOTHING).state == "running", "up")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def kill(self, group: Sequence[str]) -> None:
        """Publish, wait until a pass is at it, and kill with -9 one after another."""
        asked = len(self.site.requests())
        self.publish(12)
        self.until(lambda: any(_is_story(one.path) for one in self.site.requests()[asked:]) and self.flows(), "a pass")
        killed = time.monotonic()
        for what in group:
            service = noted.running(self.workspace)
            assert service is not None
            before = len(self.site.requests())
            victim = self.flows()[0] if what == "flow" else service.processes[what]
            os.kill(victim, signal.SIGKILL)
            self.report.killed.append(f"{what} at {time.monotonic() - self.started:.1f} s")
            time.sleep(1)
            self.caught |= {one.path for one in self.site.requests()[max(0, before - 1) :]}
        self.killed_at = killed

    def recover(self, what: str) -> None:
        """Wait until every story that came out is an article."""
        self.until(self.is_complete, f"the articles after the kill of the {what}")
        self.report.after_kills.append(round(time.monotonic() - self.killed_at, 1))

    def publish(self, count: int) -> None:
        """Let the outlet bring out some stories."""
        for _ in range(count):
            self.site.publish(datetime.now(UTC).date())

    def wait(self, moment: float) -> None:
        """Go on at a moment; until then a story comes out every half minute."""
        while (left := moment - time.monotonic()) > 0:
            self.processes()
            time.sleep(min(left, 30))
            if left > 30:
                self.publish(1)

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for something; TimeoutError names it."""
        ends = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > ends:
                raise TimeoutError(f"{what} did not come within {PATIENCE:g} s; logs: {self.logs()}")
            self.processes()
            time.sleep(0.2)

    def is_complete(self) -> bool:
        """Whether every story that came out is an article of the reading copy."""
        return len(self.articles()) >= self.stories

    @property
    def stories(self) -> int:
        """How many stories came out so far."""
        return len({path for path in self.site.served if _is_story(path)})

    def articles(self) -> list[str]:
        """The addresses of the articles in the reading copy."""
        with closing(duckdb.connect(str(self.workspace.folders.warehouse), read_only=True)) as con:
            return [url for (url,) in con.execute("SELECT url FROM articles").fetchall()]

    def flows(self) -> list[int]:
        """The processes of flow runs that live."""
        return [pid for pid, command in self.processes().items() if "flows.service.flow_process" in command]

    def processes(self) -> dict[int, str]:
        """Every process below `up` by its number: what it was started with."""
        service = noted.running(self.workspace)
        found = below(service.pid) if service else {}
        self.seen |= found
        return found

    def judge(self) -> None:
        """Ask Prefect, the doctor and health while all is still up."""
        service = noted.running(self.workspace)
        assert service is not None
        runs = Api.of(self.workspace, service.url).post("/flow_runs/filter", {"limit": 200})
        self.report.runs = dict(Counter(run["state_name"] for run in runs if run["state_type"] != "SCHEDULED"))
        going = [run["name"] for run in runs if run["state_type"] == "RUNNING"]
        self.report.faults += [f"a zombie: {name}" for name in going[len(self.flows()) :]]
        done = subprocess.run(
            [*WIREROOM, "--workspace", str(self.workspace.root), "status", "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.report.faults += [f"status: {trouble['what']}" for trouble in json.loads(done.stdout)["troubles"]]

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """SIGTERM, and how long the last process lived after it."""
        self.processes()
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
        self.report.cpu_seconds = round(sum(os.times()[2:4]), 1)
        while (left := self.alive()) and time.monotonic() < asked + 20:
            time.sleep(0.1)
        self.report.ended_in = round(time.monotonic() - asked, 1)
        self.report.left = left

    def alive(self) -> list[str]:
        """What is still there of all that was ever below `up`."""
        there = commands()
        return [f"{pid} {command}" for pid, command in self.seen.items() if there.get(pid) == command]

    def count(self) -> None:
        """Articles, requests, and what the doctor says."""
        urls = self.articles()
        self.report.published, self.report.articles = self.stories, len(set(urls))
        self.report.twice = len(urls) - len(set(urls))
        asked: dict[str, list[str]] = defaultdict(list)
        for one in self.site.requests():
            if _is_story(one.path):
                asked[one.path].append(f"{one.status} at {one.at - self.started:.1f} s")
        self.report.fetched_twice = [
            f"{path}: {', '.join(times)}" for path, times in asked.items() if len(times) > 1 and path not in self.caught
        ]
        for result in doctor.examine(self.workspace.folders):
            if result.level == "fault" and result.count:
                self.report.faults.append(f"doctor: {result.proves}")

    def logs(self) -> str:
        """The last lines of every log."""
        folder = self.workspace.folders.data / "logs"
        return "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in sorted(folder.glob("*.log")))


_NOTHING = noted.Service(0, "", "", "nothing", {}, {})


def _is_story(path: str) -> bool:
    return "/pr/" in path and "_" in path and "ghost" not in path and "order_form" not in path


def commands() -> dict[int, str]:
    """Every process of this machine that is no zombie, by number."""
    return {pid: command for pid, _, command in _table()}


def below(root: int) -> dict[int, str]:
    """A process and all its descendants."""
    rows = _table()
    found = {pid: command for pid, _, command in rows if pid == root}
    size = 0
    while len(found) != size:
        size = len(found)
        found |= {pid: command for pid, parent, command in rows if parent in found}
    return found


def _table() -> list[tuple[int, int, str]]:
    done = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,stat=,command="],  # noqa: S607  (wherever the system has it)
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = (line.split(maxsplit=3) for line in done.stdout.splitlines())
    return [(int(pid), int(parent), more[0]) for pid, parent, stat, *more in lines if more and "Z" not in stat]


if __name__ == "__main__":
    sys.exit(main())
