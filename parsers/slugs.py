"""The headline as an address spells it: the last words of a path, written when the article was first filed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

FEWEST = 3
"""Words from which a path segment is taken for a headline and not for a section."""

_ENDING = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cms|amp|story|ece)$", re.IGNORECASE)
_PARTS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_NUMBER = re.compile(r"\d{5,}|(?=\w*\d)(?=\w*[a-z])\w{8,}")  # identifiers, never spoken
# Each outlet has its own way with umlauts and Nordic letters (ö: o, oe); all of them fall together here.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "a", "å": "a", "đ": "d", "ł": "l", "ı": "i", "œ": "o"})
_DOUBLED = re.compile(r"(?<=[aou])e|(?<=a)a|(?<=s)s")


def words(url: str | None) -> tuple[str, ...]:
    """The words of the path segment that spells most of them, plain; () when none spells at least three."""
    try:
        path = unquote(urlsplit(url or "").path)
    except ValueError:
        return ()
    spelt = [_plain(_ENDING.sub("", segment)) for segment in path.split("/")]
    best = max(spelt, key=len, default=())
    best = best[:-1] if best and best[-1].isdigit() and len(best[-1]) > 2 else best
    return best if len([word for word in best if not word.isdigit()]) >= FEWEST else ()


def agreement(slug: Iterable[str], text: str) -> float:
    """The share of words that a slug and a text have in common (Dice), 0 … 1."""
    mine, theirs = Counter(slug), Counter(_plain(text))
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 0.0


@lru_cache(maxsize=256)
def _plain(text: str) -> tuple[str, ...]:
    """Words in letters without marks, in small letters; identifiers left out."""
    folded = _APOSTROPHES.sub("", text).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return tuple(_DOUBLED.sub("", word) for word in _PARTS.split(bare) if word and not _NUMBER.fullmatch(word))
