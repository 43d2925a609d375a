"""Stopping a query that runs in DuckDB: by Ctrl-C at once, or when its time is over."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.cli.app import Problem

if TYPE_CHECKING:
    import duckdb


@contextmanager
def stoppable(con: duckdb.DuckDBPyConnection, seconds: float | None = None) -> Iterator[None]:
    """Stop what the connection runs inside the block on Ctrl-C (KeyboardInterrupt) or after `seconds` (Problem).

    Python's own handler waits until DuckDB returns, which may be never, and what it breaks off DuckDB does not let go
    of. So a second thread hears of the signal at once, and asks DuckDB to stop; a second Ctrl-C stops as always.
    """
    import duckdb

    watch = _Watch(con, seconds)
    try:
        with watch:
            yield
    except duckdb.InterruptException as error:
        if watch.timed_out:
            raise Problem(f"The query was stopped after {seconds:g} seconds, as --timeout says.") from None
        if watch.signalled:
            raise KeyboardInterrupt from None
        raise Problem(f"DuckDB broke the query off by itself ({error}). Is the disk full? Try it again.") from None
    if watch.signalled:
        raise KeyboardInterrupt


class _Watch:
    """A thread that interrupts the connection as soon as a signal arrives or the time is over."""

    def __init__(self, con: duckdb.DuckDBPyConnection, seconds: float | None) -> None:
        self._con = con
        self._ends = None if seconds is None else time.monotonic() + seconds
        self._in_main = threading.current_thread() is threading.main_thread()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.timed_out = self.signalled = False

    def __enter__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        if self._in_main:
            self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
            self._handler = signal.signal(signal.SIGINT, self._quietly)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        if self._in_main:
            signal.signal(signal.SIGINT, self._handler)
            signal.set_wakeup_fd(self._before)
        os.write(self._write, b"\0")
        self._thread.join()
        os.close(self._read)
        os.close(self._write)

    def _quietly(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._handler)

    def _run(self) -> None:
        while True:
            left = None if self._ends is None else max(0.0, self._ends - time.monotonic())
            ready, _, _ = select.select([self._read], [], [], left)
            told = os.read(self._read, 1) if ready else b""
            if told == b"\0":
                return
            if told == bytes([signal.SIGINT]):
                self.signalled = True
            elif not ready:
                self.timed_out = True
            if self.signalled or self.timed_out:
                self._con.interrupt()
                self._ends = None
