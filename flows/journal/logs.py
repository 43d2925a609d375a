"""The log: one JSON object a line for each event of a run, in `data/logs/` and on standard error when asked.

    {"time":"2026-11-24T23:40:01.123Z","level":"info","event":"page","source":"eir","run":"…","url":"https://…",…}

It says what was asked for and what came of it, never what a page contains, and shows no secret.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from flows import progress
from flows.journal.masking import Mask, mask_of
from flows.progress import Event
from flows.workspace import Workspace, WorkspaceError, find
from warehouse.locks import hold

NAME = "wireroom.jsonl"
LARGEST = 20_000_000
"""Bytes after which a file is put aside as wireroom.jsonl.1, and the older ones move up."""

KEPT = 9
"""Files put aside that are kept; with the one that is written to, at most 200 MB."""

LOOKS_EVERY = 1.0
"""Seconds after which a writer looks whether another process has put its file aside."""

LONGEST = 1_000
"""Letters of an address or a sentence that a line carries."""

VARIABLE = "WIREROOM_LOG_JSON"
"""Set by --log-json, so that processes that a command starts do the same."""

_json = msgspec.json.Encoder(enc_hook=str)
_ADDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC

LEVELS = {"warning": logging.WARNING, "failed": logging.ERROR}
QUIET = frozenset({"page", "read", "unit", "days", "planned"})
"""Events that come by the thousand: they have the level debug."""


def level_of(event: Event) -> int:
    """How much an event matters, as logging counts it."""
    return LEVELS.get(event.kind, logging.DEBUG if event.kind in QUIET else logging.INFO)


def fields_of(event: Event, mask: Mask, moment: datetime) -> dict[str, Any]:
    """What a line says of an event: what is not known is left out, and so are the words of a page, which may be withdrawn."""
    is_text_of_page = event.kind == "read" and event.outcome == "article"
    text, more = ("", {}) if is_text_of_page else (event.text, event.more)
    url = event.url or (text if event.kind == "page" else None)
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    said = {
        "time": f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z",
        "level": logging.getLevelName(level_of(event)).lower(),
        "event": event.kind,
        "source": event.source,
        "run": event.run,
        "url": _cut(mask(url)) if url else None,
        "outcome": event.outcome,
        "reason": _cut(mask(event.reason)) if event.reason else None,
        "text": _cut(mask(text)) if text and text != url else None,
        "count": event.count if event.count != 1 else None,
        **{name: _cut(mask(value)) if isinstance(value, str) else value for name, value in more.items()},
    }
    return {name: value for name, value in said.items() if value is not None and value != ""}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def line_of(said: dict[str, Any]) -> str:
    """One line of JSON, its keys in the order of reading."""
    return _json.encode(said).decode()


class Journal:
    """Writes a line for every event it hears of."""

    def __init__(self, write: Callable[[str], None], mask: Mask, path: Path | None = None) -> None:
        self.write, self.mask, self.path = write, mask, path

    def __call__(self, event: Event) -> None:
        self.write(line_of(fields_of(event, self.mask, datetime.now(UTC))))


class File:
    """A file to which any number of processes add lines, each with one write; a full one is put aside by whoever sees it first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.has_failed = False
        self._adding = threading.Lock()
        self._descriptor: int | None = None
        self._opened_at = 0.0
        self._size = 0  # what the file held when it was opened, and what was added here since

    def write(self, line: str) -> None:
        """Add a line; where that cannot be done, the run goes on, and it is said once."""
        try:
            with self._adding:
                self._add(f"{line}\n".encode())
        except OSError as problem:
            if not self.has_failed:
                print(f"The log {self.path} cannot be written: {problem.strerror}. The run goes on.", file=sys.stderr)
            self.has_failed = True

    def close(self) -> None:
        """Let go of the file; a further line opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def _add(self, line: bytes) -> None:
        """Add a line to whatever file has the name, or had it a moment ago: to look each time costs more than to write."""
        if self._descriptor is None or time.monotonic() > self._opened_at + LOOKS_EVERY:
            self._open()
        assert self._descriptor is not None
        self._size += os.write(self._descriptor, line)
        if self._size >= LARGEST:
            self.close()
            self._put_aside()

    def _open(self) -> None:
        self.close()
        try:
            self._descriptor = os.open(self.path, _ADDING, 0o666)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, _ADDING, 0o666)
        self._size, self._opened_at = os.fstat(self._descriptor).st_size, time.monotonic()

    def _put_aside(self) -> None:
        with hold(self.path.with_name(f".{self.path.name}.lock"), f"process {os.getpid()}", wait=True):
            if not self.path.exists() or self.path.stat().st_size < LARGEST:
                return  # another process was faster
            for older in sorted(put_aside(self.path), key=_number, reverse=True):
                number = _number(older) + 1
                older.replace(self.path.with_name(f"{self.path.name}.{number}")) if number <= KEPT else older.unlink()
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))


def put_aside(path: Path) -> list[Path]:
    """The full files beside the one that is written to, in no order."""
    return [older for older in path.parent.glob(f"{path.name}.*") if older.suffix[1:].isdigit()]


def _number(path: Path) -> int:
    return int(path.suffix[1:])


@contextmanager
def kept(workspace: Workspace) -> Iterator[None]:
    """Write every event told inside the block into the workspace's log, once, and to standard error where asked for."""
    path = workspace.folders.logs / NAME
    if _is_written(path):
        yield
        return
    mask = mask_of(workspace.root)
    with closing(File(path)) as file, progress.shown(Journal(file.write, mask, path)), aloud(mask):
        yield


@contextmanager
def aloud(mask: Mask | None = None) -> Iterator[None]:
    """Write every event told inside the block to standard error, once, where --log-json asks for it."""
    if not is_wanted() or _is_written(None):
        yield
        return
    with progress.shown(Journal(say, mask or mask_here())):
        yield


def is_wanted() -> bool:
    """Whether standard error is to carry the log: --log-json, or the variable by which it reaches other processes."""
    return bool(os.environ.get(VARIABLE))


def say(line: str) -> None:
    """Put a line on standard error."""
    print(line, file=sys.stderr, flush=True)


def mask_here() -> Mask:
    """The mask of the workspace of this call, and of the environment alone where there is none."""
    try:
        return mask_of(find().root)
    except WorkspaceError:
        return mask_of(None)


def _is_written(path: Path | None) -> bool:
    """Whether a journal of this context writes there already; None stands for standard error."""
    return any(isinstance(listener, Journal) and listener.path == path for listener in progress.listeners())


class Said(io.TextIOBase):
    """Standard error for a command under --log-json: each line that is printed becomes a line of the log."""

    def __init__(self) -> None:
        self.begun = ""

    def write(self, text: str) -> int:
        *lines, self.begun = (self.begun + text).split("\n")
        for line in filter(str.strip, lines):
            self.say("note", line)
        return len(text)

    def say(self, kind: progress.Kind, text: str) -> None:
        """Put one sentence on standard error as an event."""
        say(line_of(fields_of(Event(kind, text.strip()), mask_here(), datetime.now(UTC))))
