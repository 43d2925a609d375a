"""What belongs to the page and not to the article, by the names of boxes and the wording of lines (data/furniture.toml)."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from parsers.passages import Box, Passage

_DATA = tomllib.loads(files("parsers").joinpath("data/furniture.toml").read_text(encoding="utf-8"))
_APART = re.compile(f" (?:{'|'.join(_DATA['apart'])}) ")
_STANDFIRST = re.compile(f" (?:{'|'.join(_DATA['standfirst'])}) ")
_LEADS = re.compile(rf"^\W*(?:{'|'.join(map(re.escape, _DATA['leads']))})\b", re.I)
_OPENINGS = re.compile(rf"^\W*(?:{'|'.join(map(re.escape, _DATA['openings']))})(?!\w)", re.I)
_TAGS = frozenset(("aside", "footer", "nav", "figcaption"))
_CAPTION = re.compile(r"©|\b(?:photo|foto|fotos|image|bild|picture alliance|getty)\b", re.I)

LINKED = 0.7  # share of links from which a line leads elsewhere
SHORT_LINE = 45  # words of a line that may be furniture by its wording

LINES: tuple[str, ...] = tuple(_DATA["lines"])
"""Lines that no article means, compared whole."""


def is_apart(box: Box) -> bool:
    """Whether a box holds no article, by its tag or the words of its class, id and role."""
    return box.tag in _TAGS or _names_apart(box.words)


@lru_cache(maxsize=20_000)
def _names_apart(words: str) -> bool:
    return _APART.search(words) is not None


def sums_up(box: Box) -> bool:
    """Whether a box is named for the paragraph that sums an article up."""
    return _STANDFIRST.search(box.words) is not None


def is_caption(text: str) -> bool:
    """Whether a text names its photographer or picture agency."""
    return _CAPTION.search(text) is not None


def leads_elsewhere(passage: Passage) -> bool:
    """Whether a short line is an invitation: by its wording, by being a link, or by both in part."""
    if passage.words > SHORT_LINE:
        return False
    if passage.linked > LINKED and (passage.is_item or (passage.words >= 3 and not passage.is_heading)):
        return True
    if _OPENINGS.match(passage.text):
        return True
    return _LEADS.match(passage.text) is not None and (passage.linked > 0.3 or passage.text.endswith(":"))
