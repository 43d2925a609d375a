"""Every durable step of a process, counted, so that it can be killed before, within or after any of them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

WHEN = ("before", "within", "after")

CALLS = ("pwrite", "ftruncate", "fsync", "rename", "replace", "link", "unlink", "symlink", "chmod")
"""What of `os` leaves something on a disk; pathlib goes through the same names."""


class Fatal(NamedTuple):
    """The step at which to die, counted from 1, and when."""

    step: int
    when: str


class Steps:
    """Counts durable steps in this process and kills it, as `kill -9` would, at the fatal one."""

    def __init__(self, fatal: Fatal | None = None) -> None:
        self.names: list[str] = []
        self._fatal = fatal
        self._counting = threading.Lock()

    def install(self) -> None:
        """From now on count: system calls of `os`, files that are written, and what DuckDB makes durable."""
        for name in CALLS:
            setattr(os, name, self._counted(name, getattr(os, name)))
        opened, connected = Path.open, duckdb.connect

        def open_counted(path: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            file = opened(path, mode, *arguments, **named)
            return _File(file, self) if set(mode) & set("wax+") else file

        Path.open = open_counted  # type: ignore[method-assign, assignment]
        setattr(duckdb, "connect", lambda *arguments, **named: _Database(connected(*arguments, **named), self))  # noqa: B010

    def step(self, name: str, act: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """Do a step, unless this is the fatal one; `half` is as much of it as a kill within would leave."""
        with self._counting:
            self.names.append(name)
            fatal = self._fatal if self._fatal and self._fatal.step == len(self.names) else None
        if fatal and fatal.when == "within" and half:
            half()
        if fatal and fatal.when != "after":
            _die()
        result = act()
        if fatal:
            _die()
        return result

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            half = None
            if name == "pwrite":
                descriptor, data, offset = arguments
                half = lambda: call(descriptor, data[: len(data) // 2], offset)  # noqa: E731
            return self.step(name, lambda: call(*arguments, **named), half)

        return counted


class _File:
    """A file whose writes are steps and reach the disk at once."""

    def __init__(self, file: Any, steps: Steps) -> None:
        self._file = file
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, data: Any) -> int:
        return int(self._steps.step("write", lambda: self._put(data), lambda: self._put(data[: len(data) // 2])))

    def writelines(self, lines: Any) -> None:
        self.write(b"".join(lines))

    def _put(self, data: Any) -> int:
        written = int(self._file.write(data))
        self._file.flush()
        return written


class _Database:
    """A connection whose commits and checkpoints are steps."""

    def __init__(self, con: duckdb.DuckDBPyConnection, steps: Steps) -> None:
        self._con = con
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def __enter__(self) -> _Database:
        return self

    def __exit__(self, *error: object) -> None:
        self._con.close()

    def execute(self, query: str, *parameters: Any) -> Any:
        if query.strip().upper() == "CHECKPOINT":
            return self._steps.step("checkpoint", lambda: self._con.execute(query))
        return self._con.execute(query, *parameters)

    def commit(self) -> Any:
        return self._steps.step("commit", self._con.commit)

    def close(self) -> Any:
        return self._steps.step("close", self._con.close)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()
