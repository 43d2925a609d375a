"""What `kill -9` costs: a run killed before, within and after each durable step, and at random moments besides.

    python -m bench.kills [--every N] [--random N]

Each kill has a workspace of its own. After it the reading copy is opened as any client would, the run is done again,
and tables, requests and leftovers are compared with those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench.steps import WHEN, Fatal, Steps
from flows import opening, pipeline
from flows.parse_child import parse
from flows.sample.pages import pages
from flows.sample.site import serve, source_text
from flows.sources import load
from flows.workspace import Workspace, create
from parsers.listing.dates import Calendar
from parsers.listing.pages import Selectors, read_page
from parsers.records import Page, Profile
from warehouse import archive, reading_copy

ANSWER = {
    "articles": "SELECT url, content_hash::VARCHAR, version FROM articles ORDER BY ALL",
    "twice": "SELECT count(*) - count(DISTINCT (fetch_id, item, reader)) FROM readings",
    "untried": "SELECT url FROM addresses ANTI JOIN fetches USING (url_key) ORDER BY ALL",
    "changes": "SELECT change, count(*) FROM changes GROUP BY ALL ORDER BY ALL",
}
"""What must be the same after a kill and another run as after one run."""


@dataclass(slots=True)
class Report:
    """What all kills together cost."""

    steps: int = 0
    kills: int = 0
    unreadable: list[str] = field(default_factory=list)  # reading copies
    fetched_twice: list[str] = field(default_factory=list)  # pages, though their record was complete
    different: list[str] = field(default_factory=list)  # tables: rows lost, doubled or otherwise
    left: list[str] = field(default_factory=list)  # files that nobody needs

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or left."""
        return not (self.unreadable or self.fetched_twice or self.different or self.left)


class InThisProcess:
    """A parse pool without processes: starting some for every kill would take most of the time."""

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, page: Any, profile: Any) -> Future[Any]:
        """The result, at once."""
        done: Future[Any] = Future()
        done.set_result(parse(page, profile))
        return done


def main() -> int:
    """Kill at every step that is asked for, print what came of it as JSON, and say by the exit code whether all is well."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--every", type=int, default=1, help="only one step in so many, killed in one of the ways")
    options.add_argument("--random", type=int, default=100, help="kills at random moments besides")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name, outlet(Path(name)) as (base, log):
        report = measured(Path(name), base, log, asked.every, asked.random)
    summary = {"steps": report.steps, "kills": report.kills, "unreadable": report.unreadable, "different": report.different,
               "fetched_twice": report.fetched_twice, "left": report.left}  # fmt: skip
    print(json.dumps(summary, indent=2))
    return 0 if report.is_clean else 1


def measured(folder: Path, base: str, log: Path, every: int, at_random: int) -> Report:
    """Do one run undisturbed, then one for each kill."""
    warm_up()
    whole = workspace(folder / "whole", base)
    started = time.monotonic()
    names = in_child(lambda: ingest(whole, None))[1]
    seconds = time.monotonic() - started
    expected = in_child(lambda: answers(whole))[1]
    report = Report(steps=len(names))
    fatal = [one for step in range(every, len(names) + 1, every) for one in ways(step, names[step - 1], every)]
    for one in fatal:
        what = f"{one.when} step {one.step} ({names[one.step - 1]})"
        killed(folder, base, log, what, expected, report, partial(ingest, fatal=one), None)
    moments = random.Random(7)
    for number in range(at_random):
        moment = moments.uniform(0, seconds)
        what = f"at random moment {number}, {moment:.3f} s"
        killed(folder, base, log, what, expected, report,
               partial(ingest, fatal=None), moment)  # fmt: skip
    return report


def ways(step: int, name: str, every: int) -> list[Fatal]:
    """How a step can be fatal: in every way, or where steps are left out in one of them, in turn."""
    found = [Fatal(step, when) for when in WHEN if when != "within" or name in ("write", "pwrite")]
    return found if every == 1 else [found[step // every % len(found)]]


def killed(
    folder: Path,
    base: str,
    log: Path,
    what: str,
    expected: Any,
    report: Report,
    die: Callable[[Workspace], Any],
    seconds: float | None,
) -> None:
    """One kill and the run after it, held against a run that nobody killed."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = workspace(Path(name), base)
        in_child(lambda: die(place), seconds)
        report.kills += 1
        status, readable = in_child(lambda: opened_by_a_client(place))
        if status or not readable:
            report.unreadable.append(what)
        complete = set(in_child(lambda: archived(place))[1])
        seen = len(requests(log))
        status, _ = in_child(lambda: ingest(place, None))
        found = in_child(lambda: answers(place))[1]
        report.different += [f"{what}: {key}" for key in expected if status or not found or found[key] != expected[key]]
        report.fetched_twice += [f"{what}: {path}" for path in requests(log)[seen:] if base + path in complete]
        report.left += [f"{what}: {path.name}" for path in leftovers(place)]
    if sys.stderr.isatty() or report.kills % 50 == 0:
        print(f"{report.kills} kills, {'all is well' if report.is_clean else report}", file=sys.stderr)


def warm_up() -> None:
    """Import and build what parsing needs before the first fork."""
    for path, page in pages(corrected=False).items():
        if path.endswith("index.html"):
            read_page(page.body, "https://meridian.example/pr/", Selectors(), Calendar("Europe/London"))
        elif path.endswith("_barges.html"):
            parse(Page(page.body, url="https://meridian.example/pr/a.html"), Profile())


def workspace(root: Path, base: str) -> Workspace:
    """A workspace that reads the sample outlet, and revisits nothing: a second request for a page is then a loss."""
    made = create(root)
    text = source_text(base).replace('ages = ["0s"]', "ages = []")
    (made.sources / "meridian.toml").write_text(text, encoding="utf-8")
    return made


def ingest(place: Workspace, fatal: Fatal | None) -> list[str]:
    """One pass, perhaps a fatal one; the names of its durable steps."""
    setattr(opening, "ParsePool", InThisProcess)  # noqa: B010  (a test double where mypy expects the class)
    reading_copy.LEAST_SECONDS = reading_copy.SHARE = 0  # the copies of a long day, in a short one
    steps = Steps(fatal)
    steps.install()
    pipeline.ingest(place, load(place.sources / "meridian.toml"))
    return steps.names


def answers(place: Workspace) -> dict[str, Any]:
    """What the reading copy says."""
    with duckdb.connect(str(place.folders.warehouse), read_only=True) as con:
        return {name: con.execute(sql).fetchall() for name, sql in ANSWER.items()}


def opened_by_a_client(place: Workspace) -> bool:
    """Whether the reading copy opens and answers."""
    with duckdb.connect(str(place.folders.warehouse), read_only=True) as con:
        con.execute("SELECT count(*), count(DISTINCT url), sum(length(body)) FROM articles").fetchall()
    return True


def archived(place: Workspace) -> list[str]:
    """Addresses of the pages whose record is complete."""
    kept = archive.tail(place.folders, "meridian")
    return [found[0].requested_url for found in kept if isinstance(found, tuple) and found[0].is_page]


def leftovers(place: Workspace) -> Iterator[Path]:
    """Files that should not be there once a run has ended well."""
    for path in place.folders.data.rglob("*"):
        if "logs" not in path.parts and (path.name.endswith((".tmp", ".wal", ".jsonl")) or "aside" in path.parts):
            yield path
    yield from sorted(place.folders.editions.glob("*.duckdb"))[: -reading_copy.KEPT]


@contextmanager
def outlet(folder: Path) -> Iterator[tuple[str, Path]]:
    """The sample outlet in a process of its own: its address, and the file that names each page it served."""
    address, log = folder / "address", folder / "requests"
    log.touch()
    child = os.fork()
    if child == 0:
        with serve() as site, log.open("a", buffering=1, encoding="utf-8") as file:

            class Log(list):  # type: ignore[type-arg]
                def append(self, asked: Any) -> None:
                    file.write(f"{asked.status} {asked.path}\n")

            site.log = Log()
            address.with_suffix(".tmp").write_text(site.base)
            address.with_suffix(".tmp").replace(address)
            signal.pause()
    try:
        while not address.exists():
            time.sleep(0.01)
        yield address.read_text(), log
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def requests(log: Path) -> list[str]:
    """Paths of the pages that were served so far."""
    lines = (line.split() for line in log.read_text(encoding="utf-8").splitlines())
    return [path for status, path in lines if status == "200"]


def in_child(work: Callable[[], Any], seconds: float | None = None) -> tuple[int, Any]:
    """Do something in a forked process, killed after `seconds`; its wait status and what it returned, or None.

    The driver itself starts no threads and opens no database, so that a fork is as good as a fresh process, only quicker.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
            answer = json.dumps(work(), default=str).encode()
        with os.fdopen(write, "wb") as file:
            file.write(answer)
        os._exit(0)
    os.close(write)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read, "rb") as file:
        answer = file.read()
    return os.waitpid(child, 0)[1], json.loads(answer) if answer else None


if __name__ == "__main__":
    sys.exit(main())
