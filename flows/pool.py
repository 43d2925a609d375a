"""Parse processes: pages in, articles or rejects out; no page can end a run, and no process outlives its pool.

Every process has a thread and a socket pair of its own, so that nothing is shared which a killed process could leave
locked. They are started as plain commands, because multiprocessing would import the main module (Prefect) in each.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from flows import parse_child
from parsers.records import Article, Page, Profile, Rejected

Parsed = tuple[Article, ...] | Rejected
Parse = Callable[[Page, Profile], Parsed]

SECONDS = 30.0
"""Seconds that one page may take."""

MEMORY = 2 * 1024**3
"""Bytes of address space that one process may have."""

STARTING = 120.0
"""Seconds that a process may take until it is ready; importing takes one or two, on a busy machine many more."""

TOGETHER, TOGETHER_BYTES = 8, 1_000_000
"""Pages, and about so many bytes of them, that a process is given at once where many wait: to wake up for each costs more than it."""

MOST = 8
"""Processes that a pool starts, however many processors there are."""

_COMMAND = "import sys; from flows.parse_child import main; main(*map(int, sys.argv[1:]))"


class ParsePool:
    """Processes that parse, to be entered; they start when they are needed and end with the pool, or with this process."""

    def __init__(
        self,
        workers: int | None = None,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY,
        parse: Parse = parse_child.parse,
    ) -> None:
        self._workers = workers or min(MOST, allowed_cpus())
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._parse = parse
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._children: set[_Child] = set()
        self._ending = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._ending = True
            self._drop_waiting()
            for child in list(self._children):
                child.kill()  # nobody waits for its page any more, which is in the archive
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def submit(self, page: Page, profile: Profile) -> Future[Parsed]:
        """What will come of a page; the future never raises, a page that kills its process is a reject as well."""
        self._start()
        job = _Job(page, profile)
        self._jobs.put(job)
        return job.result

    def _start(self) -> None:
        """Start the processes with the first page; a pass without one, of which schedules make many, needs none."""
        with self._starting:
            if self._threads:
                return
            names = (f"parse-{number}" for number in range(self._workers))
            self._threads = [threading.Thread(target=self._serve, name=name, daemon=True) for name in names]
            for thread in self._threads:
                thread.start()

    def _serve(self) -> None:
        """One process and whatever replaces it, some pages at a time."""
        child = self._child()
        try:
            while jobs := self._taken():
                child = self._usable(child)
                results = child.read(jobs, self._seconds)
                # Of which of them it died is not known, or it was killed: by somebody, or for want of memory that others had.
                if not child.usable and not self._ending and (len(jobs) > 1 or child.was_killed):
                    results = []
                    for job in jobs:
                        child = self._usable(child)
                        results += child.read([job], self._seconds)
                for job, result in zip(jobs, results, strict=True):
                    if job.result.set_running_or_notify_cancel():
                        job.result.set_result(result)
        finally:
            self._let_go(child)

    def _taken(self) -> list[_Job]:
        """What is next, once there is something; little where little waits, so that every process has some. Nothing at the end."""
        jobs: list[_Job] = []
        job = self._jobs.get()
        most, size = min(TOGETHER, 1 + self._jobs.qsize() // (2 * self._workers)), 0
        while job is not None:
            jobs.append(job)
            size += len(job.page.content)
            if len(jobs) >= most or size >= TOGETHER_BYTES:
                return jobs
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs
        if jobs:
            self._jobs.put(None)  # it is the next one to come
        return jobs

    def _usable(self, child: _Child) -> _Child:
        """The process, or one in its place where it is gone."""
        if child.usable or self._ending:
            return child
        self._let_go(child)
        return self._child()

    def _child(self) -> _Child:
        child = _Child(self._parse, self._seconds, self._memory_bytes)
        self._children.add(child)
        return child

    def _let_go(self, child: _Child) -> None:
        child.end()
        self._children.discard(child)

    def _drop_waiting(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is not None:
                job.result.cancel()


class _Job:
    """A page that waits, and the future of what comes of it."""

    def __init__(self, page: Page, profile: Profile) -> None:
        self.page = page
        self.profile = profile
        self.result: Future[Parsed] = Future()


class _Child:
    """One parse process; once it is not `usable` it is gone, and another one must be made."""

    def __init__(self, parse: Parse, seconds: float, memory_bytes: int) -> None:
        self.was_killed = False  # over its last page, from outside
        self._ready = False
        self._profile: Profile | None = None  # the one that was sent last
        self._connection, theirs = Pipe()
        self._answers = select.poll()
        self._answers.register(self._connection, select.POLLIN)
        with theirs:
            self._process = _start(theirs, seconds, memory_bytes)
        with suppress(OSError):  # it died already: reading will say so
            self._connection.send_bytes(pickle.dumps(parse))

    @property
    def usable(self) -> bool:
        """Whether the process can be asked: one that was killed while it waited takes no page with it."""
        return not self._connection.closed and self._process.poll() is None

    def read(self, jobs: Sequence[_Job], seconds: float) -> list[Parsed]:
        """What the process made of each page, or of each the reject that says how it ended, which no page need be to blame for."""
        try:
            if not self._answers_in(STARTING):
                return self._gone(jobs, "parser_died", "The parse process did not start.")
            self._connection.send([(job.page, self._unsent(job.profile)) for job in jobs])
            if not self._answers.poll(len(jobs) * seconds * 1000):
                return self._gone(
                    jobs, "parser_too_slow", f"Parsing took longer than {seconds:g} seconds and was ended."
                )
            results: list[Parsed] = self._connection.recv()
        except (OSError, EOFError):
            return self._gone(jobs, "parser_died", "")
        return results

    def _unsent(self, profile: Profile) -> Profile | None:
        """The profile, unless it is the one that was sent last."""
        if profile is self._profile:
            return None
        self._profile = profile
        return profile

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer hears that it is gone."""
        self._process.kill()

    def end(self) -> None:
        """Let the process end, by force if it does not."""
        self._connection.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers_in(self, seconds: float) -> bool:
        """Whether the process has said that it is ready."""
        if not self._ready and self._answers.poll(seconds * 1000):
            self._connection.recv_bytes()
            self._ready = True
        return self._ready

    def _gone(self, jobs: Sequence[_Job], reason: str, message: str) -> list[Parsed]:
        """End the process and say of each page what became of it."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.5 if reason == "parser_died" else 0)
        self.was_killed = reason == "parser_died" and self._process.poll() == -signal.SIGKILL
        self._process.kill()
        code = self._process.wait()
        return [Rejected(reason, message or _epitaph(code))] * len(jobs)


def allowed_cpus() -> int:
    """How many processors this process may run on: with taskset or in a container often fewer than there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _start(connection: Connection, seconds: float, memory_bytes: int) -> subprocess.Popen[bytes]:
    """A parse process that talks over `connection`; Ctrl-C does not reach it, the end of this process does."""
    arguments = [str(connection.fileno()), str(os.getpid()), str(memory_bytes), str(int(seconds) + 5)]
    return subprocess.Popen(  # noqa: S603  (this interpreter, and numbers)
        [sys.executable, "-P", "-c", _COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[connection.fileno()],
        process_group=0,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )


def _epitaph(code: int) -> str:
    if code == parse_child.OUT_OF_MEMORY:
        return "Parsing took more memory than one page may have."
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return f"The parse process ended {how}."
