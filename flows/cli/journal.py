"""The verb `logs`: what runs have said, from the files in data/logs."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.text import Text

from flows.cli.app import Problem, app, err, here, out
from flows.cli.tables import harmless
from flows.journal import logs as log
from flows.source_files import source_named
from flows.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 0.5


class Level(StrEnum):
    """How much a line matters."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


STYLES = {"warning": "yellow", "error": "bold red", "debug": "dim"}

EXAMPLES = """

[bold]Examples[/]

  wireroom logs                        the last lines of all runs

  wireroom logs eir --level warning    only what went wrong with one outlet

  wireroom logs --level debug -f       every page, as it comes; Ctrl-C ends it

  wireroom logs --json -n 1000         for programs: the lines as they lie in data/logs/wireroom.jsonl
"""

Names = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only of these sources.")]
Least = Annotated[Level, typer.Option("--level", help="The least that a line must matter; debug shows every page.")]
OfRun = Annotated[str | None, typer.Option("--run", metavar="ID", help="Only of this run; its first letters will do.")]
Count = Annotated[int, typer.Option("--lines", "-n", min=0, help="So many of the last lines.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are shown."""

    sources: tuple[str, ...]
    least: Level
    run: str | None

    def __call__(self, said: dict[str, Any]) -> bool:
        """Whether a line is one of them."""
        levels = list(Level)
        level = said.get("level")
        return (
            (not self.sources or said.get("source") in self.sources)
            and (level not in levels or levels.index(Level(level)) >= levels.index(self.least))
            and (self.run is None or str(said.get("run") or "").startswith(self.run))
        )


@app.command(epilog=EXAMPLES)
def logs(
    sources: Names = None,
    level: Least = Level.info,
    run: OfRun = None,
    lines: Count = 40,
    follow: Follow = False,
    as_json: Annotated[bool, typer.Option("--json", help="The lines as they are: one JSON object each.")] = False,
) -> None:
    """Show what runs have said: one line an event, with source, run and address."""
    workspace = here()
    wanted, path = Wanted(tuple(sources or ()), level, run), workspace.folders.logs / log.NAME
    show = _print_json if as_json else _print
    with _open(path) or nullcontext() as current:
        found = _last(current, path, wanted, lines)
        for said in found:
            show(said)
        if not found:
            _known(workspace, wanted, path)
        if not found and not follow:
            err.print(f"No such line in {path}.", highlight=False, soft_wrap=True)
        if follow:
            for said in filter(wanted, _coming(path, current)):
                show(said)


def _known(workspace: Workspace, wanted: Wanted, path: Path) -> None:
    """Refuse a source that has neither a file nor a line, and a run that has no line."""
    for name in wanted.sources:
        if not last(path, Wanted((name,), Level.debug, None), 1):
            source_named(workspace, name)
    if wanted.run is not None and not last(path, Wanted((), Level.debug, wanted.run), 1):
        raise Problem(
            f"No run in {path} has an id that begins with '{wanted.run}'. See the lines of all: wireroom logs"
        )


def _open(path: Path) -> IO[str] | None:
    return path.open(encoding="utf-8", errors="replace") if path.exists() else None


def last(path: Path, wanted: Wanted, count: int) -> list[dict[str, Any]]:
    """The last lines that are wanted, oldest first, also from files that were put aside."""
    with _open(path) or nullcontext() as current:
        return _last(current, path, wanted, count)


def _last(current: IO[str] | None, path: Path, wanted: Wanted, count: int) -> list[dict[str, Any]]:
    """What `last` says; the open log is left after its last whole line, for who follows it to go on there."""
    found = list(deque(filter(wanted, _whole(current)), count)) if current else []
    for file in sorted(log.put_aside(path), key=lambda older: int(older.suffix[1:])):
        if len(found) >= count:
            break
        with file.open(encoding="utf-8", errors="replace") as text:
            found = [*deque(filter(wanted, _read(text)), count - len(found)), *found]
    return found


def _read(text: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The lines of a file that are whole; a power cut may leave half of one."""
    for line in text:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            yield said


def _coming(path: Path, current: IO[str] | None) -> Iterator[dict[str, Any]]:
    """Lines as they are written, in whatever file the log goes on."""
    file = current
    try:
        while True:
            if file:
                yield from _whole(file)
            if path.exists() and (file is None or os.fstat(file.fileno()).st_ino != path.stat().st_ino):
                if file:
                    yield from _whole(file)
                    file.close()
                file = _open(path)
                continue
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        if file:
            file.close()


def _whole(file: IO[str]) -> Iterator[dict[str, Any]]:
    """What was added to a file, up to the last end of a line."""
    while line := file.readline():
        if not line.endswith("\n"):
            file.seek(file.tell() - len(line.encode()))
            return
        yield from _read([line])


def _print_json(said: dict[str, Any]) -> None:
    print(log.line_of(said), flush=True)


def _print(said: dict[str, Any]) -> None:
    """A line for people: time (UTC), source, and what happened."""
    level = str(said.get("level", ""))
    parts = [
        said.get("outcome") if said.get("event") in ("page", "read") else None,
        said.get("reason"),
        said.get("url"),
        said.get("text"),
    ]
    said_once = [part for part in parts if part and (part == parts[-1] or str(part) not in str(parts[-1] or ""))]
    words = " ".join(harmless(str(part)) for part in said_once)
    moment = str(said.get("time", ""))[:19].replace("T", " ")
    line = Text.assemble(
        (f"{moment}  ", "dim"), (f"{said.get('source') or '-':<12} ", "bold"), (words, STYLES.get(level, ""))
    )
    out.print(line, soft_wrap=True, highlight=False)
