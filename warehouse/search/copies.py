"""Which articles are copies of one another, as when several outlets print the same wire story.

The body is cut into overlapping runs of four words; each run is a number, and the smallest numbers are the sketch of
the text. How many small numbers two sketches share says how much of the shorter text is in the longer one. Two
articles are copies when at least three quarters of the shorter are, and it is no shorter than a third of the longer.
So a headline of one's own, a cut ending or a changed sentence do not hide a copy, and a quotation does not make one.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import pack, unpack

SIZE = 32
"""Numbers kept of a text."""

MARKS = 6
"""The smallest of them, by which candidates are found: a text and its first half miss each other once in sixty times."""

SHARED = 0.75
LENGTH_RATIO = 1 / 3

SHORTEST = 12
"""Words; of a shorter body the headline is part."""

_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest numbers of a text, ascending, and how many words it has."""

    numbers: tuple[int, ...]
    words: int

    @property
    def marks(self) -> tuple[int, ...]:
        """The numbers by which candidates are found."""
        return self.numbers[:MARKS]

    def packed(self) -> bytes:
        """The sketch as an index keeps it."""
        return pack(f"<{len(self.numbers) + 1}I", self.words, *self.numbers)


def unpacked(data: bytes) -> Sketch:
    """The sketch that was packed."""
    words, *numbers = unpack(f"<{len(data) // 4}I", data)
    return Sketch(tuple(numbers), words)


def sketch(words: Sequence[str], headline: Sequence[str] = ()) -> Sketch:
    """The sketch of a body's folded words."""
    text = words if len(words) >= SHORTEST else [*headline, "", *words]
    a = list(map(_number, text))
    if len(a) < 4:
        a += [0] * (4 - len(a))
    runs = {
        (i * 0x9E3779B1 ^ j * 0x85EBCA77 ^ k * 0xC2B2AE3D ^ m * 0x27D4EB2F) & _MASK
        for i, j, k, m in zip(a, a[1:], a[2:], a[3:], strict=False)
    }
    return Sketch(tuple(sorted(runs)[:SIZE]), len(text))


def alike(one: Sketch, other: Sketch) -> bool:
    """Whether two texts are copies of one another."""
    if min(one.words, other.words) < LENGTH_RATIO * max(one.words, other.words):
        return False
    # Below the smaller of the two greatest numbers both sketches are complete, unless a text gave fewer than SIZE.
    edge = min(s.numbers[-1] if len(s.numbers) == SIZE else _MASK for s in (one, other))
    first, second = ({n for n in s.numbers if n <= edge} for s in (one, other))
    return len(first & second) >= SHARED * max(1, min(len(first), len(second)))


@lru_cache(maxsize=200_000)
def _number(word: str) -> int:
    return zlib.crc32(word.encode())
