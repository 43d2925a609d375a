"""One deadline over connecting, headers and body: a timeout of requests is per read and never fires on a slow drip."""

from __future__ import annotations

import heapq
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

_here = threading.local()


class Deadline:
    """A moment at which every socket watched for it is shut down."""

    def __init__(self, moment: float) -> None:
        self.moment = moment  # of the monotonic clock
        self.passed = False
        self.over = False
        self._sockets: list[socket.socket] = []
        self._doubles: list[socket.socket] = []  # ours, to be closed
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds until then; never negative."""
        return max(0.0, self.moment - time.monotonic())

    def watch(self, sock: socket.socket, *, encrypted: bool = False) -> None:
        """Shut this socket down too, at once where the moment has passed.

        Of an encrypted one a second descriptor is kept: TLS takes a socket out of its object, and shutting down the
        object that it puts in its place would change what another thread is reading from.
        """
        if encrypted:
            sock = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
        with self._lock:
            (self._doubles if encrypted else self._sockets).append(sock)
            if self.passed:
                _shut(sock)

    def pass_(self) -> None:
        """Shut down whatever is still open."""
        with self._lock:
            if not self.over:
                self.passed = True
                for sock in self._sockets + self._doubles:
                    _shut(sock)

    def end(self) -> None:
        """The work is done in time: leave its sockets alone."""
        with self._lock:
            self.over = True
            for sock in self._doubles:
                sock.close()
            self._sockets.clear()
            self._doubles.clear()


class Budget:
    """Seconds of work with the network that one fetch may cost, however many requests it takes."""

    def __init__(self, seconds: float) -> None:
        self.total = self.left = seconds

    @contextmanager
    def spent(self) -> Iterator[Deadline]:
        """A deadline for what is left; the time inside the block is taken off."""
        started = time.monotonic()
        with deadline(self.left) as current:
            try:
                yield current
            finally:
                self.left = max(0.0, self.left - (time.monotonic() - started))


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """A deadline for all that this thread asks for inside the block."""
    current = Deadline(time.monotonic() + seconds)
    _watchdog.add(current)
    _here.deadline = current
    try:
        yield current
    finally:
        current.end()
        _here.deadline = None


def watch(sock: socket.socket | None, *, encrypted: bool = False) -> None:
    """Put a socket under this thread's deadline, where there is one."""
    current: Deadline | None = getattr(_here, "deadline", None)
    if current is not None and sock is not None:
        current.watch(sock, encrypted=encrypted)


def left() -> float:
    """Seconds until this thread's deadline; infinite where there is none."""
    current: Deadline | None = getattr(_here, "deadline", None)
    return float("inf") if current is None else current.left


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # closed already
        sock.shutdown(socket.SHUT_RDWR)


class _Watchdog:
    """One thread with a heap of deadlines, started when it is first needed."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deadline]] = []
        self._changed = threading.Condition()
        self._numbers = count()
        self._thread: threading.Thread | None = None

    def add(self, new: Deadline) -> None:
        with self._changed:
            heapq.heappush(self._heap, (new.moment, next(self._numbers), new))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            if self._heap[0][2] is new:  # else it wakes up in time anyway
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._heap and self._heap[0][2].over:
                    heapq.heappop(self._heap)
                if not self._heap:
                    self._changed.wait()
                    continue
                wait = self._heap[0][2].left
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                due = heapq.heappop(self._heap)[2]
            due.pass_()


_watchdog = _Watchdog()
