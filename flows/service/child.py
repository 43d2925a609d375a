"""One process under the supervisor: started, logged, started again after a while when it ends, and ended in time."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES, LOGS_KEPT = 5_000_000, 3
"""A log is begun anew at this size, and so many older ones are kept."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a process that ended is started again: doubled each time, unless it had lived for long."""

LONG_LIFE = 120.0

LAST_WORDS = 1.0
"""Seconds that the last lines of a process that has ended are waited for."""


def rotating(path: Path) -> logging.Handler:
    """A handler that writes lines as they are into a log of bounded size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


class Child:
    """A process with a group of its own, so that the terminal's Ctrl-C reaches the supervisor alone."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> None:
        self.name = name
        self.restarts = -1
        self._command, self._environment, self._cwd = command, environment, cwd
        self._log = rotating(log)
        self._process: subprocess.Popen[str] | None = None
        self._pause = FIRST_PAUSE
        self._started = self._next = 0.0

    @property
    def pid(self) -> int | None:
        """Of the living process."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def keep_alive(self) -> str | None:
        """Start it if it is not there and its time has come; a sentence where something happened."""
        if self.pid is not None:
            return None
        now = time.monotonic()
        if self._process is not None and self._next == 0.0:
            self._pause = FIRST_PAUSE if now - self._started > LONG_LIFE else min(self._pause * 2, LONGEST_PAUSE)
            self._next = now + self._pause
            return (
                f"The {self.name} ended ({_how(self._process.returncode)}) and is started again in {self._pause:g} s."
            )
        if now < self._next:
            return None
        self._start()
        return f"The {self.name} was started as process {self.pid}."

    def _start(self) -> None:
        self._started, self._next = time.monotonic(), 0.0
        self.restarts += 1
        self._process = subprocess.Popen(  # noqa: S603  (this interpreter and our own modules)
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(self._environment),
            cwd=self._cwd,
            process_group=0,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._copying = threading.Thread(target=self._copy, args=(self._process,), name=f"log-{self.name}", daemon=True)
        self._copying.start()

    def _copy(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._log.emit(logging.makeLogRecord({"msg": line.rstrip("\n")}))

    def end(self, seconds: float) -> None:
        """Ask the whole group to end, and kill what has not after so long."""
        if self._process is None:
            return
        for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 2.0)):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            if _is_gone(self._process, patience):
                break
        self._copying.join(LAST_WORDS)  # of a process that may have left its output to another
        self._log.close()


def _is_gone(process: subprocess.Popen[str], seconds: float) -> bool:
    """Whether no process of the group is left after at most so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        process.poll()  # takes a zombie away, which would count as a member
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
