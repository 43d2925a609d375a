"""The threads that fetch: many hosts at once, each one page after another, and slow ones do not hold up the rest."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 200
"""Hosts that are asked at the same time, at most; a thread is started when it is needed."""

STRAGGLERS = 150
"""Items that may still be under way when the next batch is taken up; with those of a batch they bound the memory."""

WHILE_QUEUED, WHILE_LAST = 10.0, 1.0
"""Seconds without a result after which others are taken up: while a host has items waiting, and when none has."""

TOGETHER, LINGERING = 16, 1.0
"""Results that are taken together, and seconds that the first of them waits for others: to wake up for each costs more than it."""

WHEN_BROKEN_OFF = 3.0
"""Seconds that items under way have to come to their end when a crowd is left by an exception, a Ctrl-C above all."""


class Crowd(Generic[Item, Result]):
    """Does something with items, those of one host one after another; to be entered.

    Left by an exception it takes up nothing more and does not wait for long: its threads are daemons, and a request
    that nobody waits for ends with the process.
    """

    def __init__(self, do: Callable[[Item], Result]) -> None:
        self._do = do
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[tuple[Context, str] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._queues: dict[str, deque[Item]] = {}  # of the hosts that have a thread
        self._results: list[Result | BaseException] = []
        self._coming = threading.Condition()
        self._changing = threading.Lock()
        self._stopping = False
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        for _ in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + WHEN_BROKEN_OFF
        for thread in self._threads:
            thread.join(None if kind is None else max(0.0, until - time.monotonic()))

    def add(self, host: str, items: Iterable[Item]) -> None:
        """Take up a host's items, behind those of the same host that are waiting."""
        taken = deque(items)
        self._left += len(taken)
        with self._changing:
            if host in self._queues:
                self._queues[host].extend(taken)
                return
            self._queues[host] = taken
        self._jobs.put((copy_context(), host))
        if not self._idle.acquire(blocking=False) and len(self._threads) < THREADS:
            thread = threading.Thread(target=self._serve, name=f"fetch-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def results(self, *, to_the_last: bool = False) -> Iterator[list[Result]]:
        """What comes back, some results at a time, until nothing comes for a while or, `to_the_last`, nothing is left.

        Raises what an item raised.
        """
        while self._left:
            found = self._gathered()
            if not found and not to_the_last and self._left <= STRAGGLERS:
                return
            if found:
                self._left -= len(found)
                yield [_sound(result) for result in found]

    def _gathered(self) -> list[Result | BaseException]:
        """What has come back since, once it is much or has waited for a while; nothing where nothing comes for long."""
        with self._coming:
            if self._coming.wait_for(lambda: self._results, self._patience()):
                self._coming.wait_for(self._is_much, LINGERING)
            found, self._results = self._results, []
        return found

    def _is_much(self) -> bool:
        return len(self._results) >= min(TOGETHER, self._left)

    def _come(self, result: Result | BaseException) -> None:
        """Put a result to the others; who waits is woken for the first and for the last of them."""
        with self._coming:
            self._results.append(result)
            if len(self._results) == 1 or self._is_much():
                self._coming.notify()

    def _patience(self) -> float:
        with self._changing:
            return WHILE_QUEUED if any(self._queues.values()) else WHILE_LAST

    def _serve(self) -> None:
        """One host after another, until there is no more."""
        while (job := self._jobs.get()) is not None:
            context, host = job
            context.run(self._work, host)
            self._idle.release()

    def _work(self, host: str) -> None:
        while True:
            with self._changing:
                items = self._queues[host]
                if not items or self._stopping:
                    del self._queues[host]
                    return
                item = items.popleft()
            try:
                result: Result | BaseException = self._do(item)
            except BaseException as error:  # noqa: BLE001 - raised again by `results`, in the thread that waits for it
                result = error
            self._come(result)


def _sound(result: Result | BaseException) -> Result:
    if isinstance(result, BaseException):
        raise result
    return result
