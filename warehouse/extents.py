"""Where the bytes of a segment lie once some of them were dropped: an offset that was given means the same for good.

A packed segment says in its `warcinfo` head which stretches of its former self are kept. They follow one another right
after the head, and what is appended later follows them. Rows that name an offset need no change, whatever was dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from warehouse.errors import WarehouseError


class NotKept(WarehouseError):
    """The bytes at an offset were dropped, as `[keep]` in the source's file wants it."""


@dataclass(frozen=True, slots=True)
class Extents:
    """The stretches that are kept, as offsets [begin, end) of the unpacked segment."""

    kept: tuple[tuple[int, int], ...] = ()
    head: int = 0  # bytes of the file before the first stretch
    end: int = 0  # offset at which the part that was never packed begins

    @property
    def places(self) -> list[int]:
        """Where each stretch begins in the file, and after them where the part that was never packed begins."""
        return list(accumulate((end - begin for begin, end in self.kept), initial=self.head))

    @property
    def tail(self) -> int:
        """Where the part that was never packed begins in the file."""
        return self.places[-1]

    def place(self, offset: int) -> int:
        """Where the byte at `offset` lies in the file; raises NotKept. Offset 0 is the head."""
        if offset >= self.end:
            return self.tail + offset - self.end
        if offset == 0:
            return 0
        number = bisect_right(self.kept, (offset, float("inf"))) - 1
        if number < 0 or offset >= self.kept[number][1]:
            raise NotKept(f"The record at {offset} was dropped, as the source's [keep] wants it.")
        return self.places[number] + offset - self.kept[number][0]

    def offset(self, place: int) -> int:
        """The offset of the byte that lies at `place`; the head is 0."""
        places = self.places
        if place >= places[-1]:
            return self.end + place - places[-1]
        number = bisect_right(places, place) - 1
        return self.kept[number][0] + place - places[number] if number >= 0 else 0

    def holds(self, offset: int) -> bool:
        """Whether the byte at `offset` is kept."""
        try:
            self.place(offset)
        except NotKept:
            return False
        return True


def joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches, given in order, with neighbours made one."""
    begun: int | None = None
    until = 0
    for begin, end in stretches:
        if begun is not None and begin == until:
            until = end
            continue
        if begun is not None:
            yield begun, until
        begun, until = begin, end
    if begun is not None:
        yield begun, until


def written(kept: Iterable[tuple[int, int]], end: int) -> str:
    """The lines of a head that say what is kept."""
    stretches = " ".join(f"{begin}-{until}" for begin, until in kept)
    return f"keptBytes: {stretches}\r\npackedUntil: {end}\r\n"


def read(text: str, head: int) -> Extents:
    """The extents that a head of `head` bytes describes; those of an unpacked segment where it says nothing."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if "packedUntil" not in fields:
        return Extents()
    pairs = (stretch.split("-") for stretch in fields["keptBytes"].split())
    return Extents(tuple((int(begin), int(end)) for begin, end in pairs), head, int(fields["packedUntil"]))
