"""Room for so much and no more: who would bring more waits until half of it is free again."""

from __future__ import annotations

import threading


class Room:
    """Places for things under way; any thread may take one and leave it.

    A thread that waits is not woken for every place that becomes free: to work in turns, many things at a time, costs less.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0
        self._is_full = False
        self._changing = threading.Condition()

    def take(self) -> None:
        """Take a place; once all of them were taken, as soon as half are free."""
        with self._changing:
            self._changing.wait_for(lambda: not self._is_full)
            self._taken += 1
            self._is_full = self._taken >= self._places

    def leave(self) -> None:
        """Give a place back."""
        with self._changing:
            self._taken -= 1
            if self._is_full and self._taken <= self._places // 2:
                self._is_full = False
                self._changing.notify_all()
