"""What an extractor said of a page, and where on the page that stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from parsers.passages import Passage

_LETTERS = re.compile(r"\w+")
_TELLING = 20  # characters without blanks from which a text is found in others by itself
_MOST = 8  # words of a passage of which an extractor may have said but the most


class Said:
    """What an extractor said, made ready for finding passages in it."""

    def __init__(self, texts: Sequence[str], parts: Iterable[str] = ()) -> None:
        """`texts` follow each other; `parts` are lines within them that stand for themselves."""
        pieces = [squeezed(text) for text in texts]
        self._texts = texts
        self._lines = frozenset((*pieces, *map(squeezed, parts)))
        self._whole = "".join(pieces)

    def found(self, passages: Sequence[Passage]) -> set[int]:
        """The places of all passages that were said; short ones only as a line or beside another one."""
        lines = [squeezed(passage.text) for passage in passages]
        sure = {i for i, text in enumerate(lines) if self._says(text, passages[i])}
        unsure = (i for i, text in enumerate(lines) if len(text) < _TELLING and i not in sure and text in self._whole)
        return sure | {i for i in unsure if any(_beside(passages, i, j) for j in (i - 1, i + 1) if j in sure)}

    def _says(self, text: str, passage: Passage) -> bool:
        if text in self._lines:
            return True
        if len(text) < _TELLING:
            return False
        return text in self._whole or (passage.words >= _MOST and self._says_most(passage.text))

    def _says_most(self, text: str) -> bool:
        """Whether most of a text was said, as where an extractor dropped something within a paragraph."""
        grams = _grams(text)
        return sum(gram in self._grams for gram in grams) > 0.6 * len(grams)

    @cached_property
    def _grams(self) -> frozenset[tuple[str, ...]]:
        return frozenset(gram for text in self._texts for gram in _grams(text))


def squeezed(text: str) -> str:
    """A text without blanks and bars, which extractors set as they like."""
    return "".join(text.replace("|", " ").split())


def _beside(passages: Sequence[Passage], one: int, other: int) -> bool:
    """Whether two passages stand in one box."""
    return passages[one].parent == passages[other].parent or passages[one].holder == passages[other].holder


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _LETTERS.findall(text)
    return {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))}
