"""Where the bytes of a segment lie once some of them were dropped: an offset that was given means the same for good.

A packed segment says in its `warcinfo` head which stretches of its former self are kept. They follow one another right
after the head, and what is appended later follows them. An empty stretch marks the end of a record of which a part is gone. Rows that name an offset need no change, whatever was dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

    places: tuple[int, ...] = field(init=False, compare=False)  # where each stretch begins in the file, and the tail

    def __post_init__(self) -> None:
        lengths = (end - begin for begin, end in self.kept)
        object.__setattr__(self, "places", tuple(accumulate(lengths, initial=self.head)))

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
        if place >= self.tail:
            return self.end + place - self.tail
        number = bisect_right(self.places, place) - 1
        return self.kept[number][0] + place - self.places[number] if number >= 0 else 0

    def after(self, offset: int) -> int:
        """Where the next stretch begins: the end of a record whose last part, from `offset` on, was dropped."""
        number = bisect_right(self.kept, (offset, float("inf")))
        return self.kept[number][0] if number < len(self.kept) else self.end

    def holds(self, offset: int) -> bool:
        """Whether the byte at `offset` is kept."""
        try:
            self.place(offset)
        except NotKept:
            return False
        return True


def joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches, given in order, with neighbours made one; an empty one marks where a record ended, and stays."""
    last: tuple[int, int] | None = None
    for begin, end in stretches:
        if last is not None and begin == last[1] and begin < end:
            last = (last[0], end)
            continue
        if last is not None:
            yield last
        last = (begin, end)
    if last is not None:
        yield last


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
