"""Many keys in little memory: enough to say, without a question to the database, that something was never heard of."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from heapq import merge
from uuid import UUID

FOLD = 20_000
"""New keys after which they join the others: a set takes ten times as much of memory."""


class Keys:
    """A growing set of UUIDs, told apart by their first half, which is enough for a hundred million."""

    def __init__(self, known: Iterable[UUID] = ()) -> None:
        """Keys in the order of their numbers, which is that of DuckDB."""
        self._sorted = array("Q", (key.int >> 64 for key in known))
        self._new: set[int] = set()

    def __contains__(self, key: str) -> bool:
        half = _half(key)
        place = bisect_left(self._sorted, half)
        return half in self._new or (place < len(self._sorted) and self._sorted[place] == half)

    def add(self, key: str) -> None:
        """Take up a key."""
        self._new.add(_half(key))
        if len(self._new) >= FOLD:
            self._sorted = array("Q", merge(self._sorted, sorted(self._new)))
            self._new.clear()


def _half(key: str) -> int:
    return int(key.replace("-", "")[:16], 16)
