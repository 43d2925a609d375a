"""What runs in a parse process; it imports parsers and nothing heavier."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from typing import Any

from parsers import records
from parsers.records import Article, Page, Profile, Rejected

Parse = Callable[[Page, Profile], tuple[Article, ...] | Rejected]

OUT_OF_MEMORY = 70
"""Exit code of a process that met the bound on its memory."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _as_call(made: type, values: Callable[[Any], tuple[Any, ...]], record: Any) -> tuple[type, tuple[Any, ...]]:
    """A record as the call that makes it: Python's own way with frozen ones that have slots costs three times as much."""
    return made, values(record)


for _record in vars(records).values():
    if is_dataclass(_record) and isinstance(_record, type) and len(fields(_record)) > 1:
        _values = attrgetter(*(field.name for field in fields(_record)))
        ForkingPickler.register(_record, partial(_as_call, _record, _values))  # on both sides: the pool imports this


def parse(page: Page, profile: Profile) -> tuple[Article, ...] | Rejected:
    """The articles of a page, or why it is none."""
    from parsers.parsing import parse

    return parse(page, profile)


def warm_up() -> None:
    """Import what parsing needs, before the first page comes."""
    import trafilatura  # noqa: F401

    import parsers.parsing  # noqa: F401


def main(descriptor: int, parent: int, memory_bytes: int, seconds: int) -> None:
    """Answer one page after another over the socket, until the other side is gone.

    `seconds` ends a page for which nobody waits any more: the kernel's alarm works even inside a regular expression.
    """
    _end_with(parent)
    _bound(memory_bytes)
    with Connection(descriptor) as connection:
        try:
            _answer(connection, seconds)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except (EOFError, OSError):
            return  # the other side is gone, and with it the reason to be


def _answer(connection: Connection, seconds: int) -> None:
    function: Parse = connection.recv()
    if function is parse:
        warm_up()
    gc.freeze()  # what was imported stays: collections need not look at it
    connection.send_bytes(b"ready")
    profile: Any = None
    while True:
        results = []
        for page, another in connection.recv():
            profile = profile if another is None else another  # it is sent where it differs from the one before
            signal.alarm(seconds)
            results.append(_read(function, page, profile))
        signal.alarm(0)
        connection.send(results)


def _read(function: Parse, page: Page, profile: Profile) -> tuple[Article, ...] | Rejected:
    try:
        return function(page, profile)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  (a fault in a parser is a reject of this page, never the end of a run)
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{where.filename.rpartition('/')[2]}, line {where.lineno}"
        return Rejected("parser_failed", f"{type(error).__name__} in {at}: {str(error)[:300]}")


def _end_with(parent: int) -> None:
    """Let the kernel end this process with the one that started it; elsewhere than on Linux the socket's end does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # it ended before we could ask


def _bound(memory_bytes: int) -> None:
    with suppress(ValueError, OSError):  # macOS knows no bound on address space
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
