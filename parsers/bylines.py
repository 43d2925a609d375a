"""Bylines as readers see them: elements marked so, links to an author's page, and lines that open with "By"."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice

from lxml.etree import _Element as Element

from parsers import nearby
from parsers.surroundings import Surroundings
from parsers.xpaths import elements, texts

MANY = 12  # elements marked as bylines that are looked at
LONGEST = 200  # characters of a byline with its offices; longer ones are notes about an author
NEAR = 25  # texts behind the headline among which an unmarked byline is looked for

_DATA: dict[str, list[str]] = tomllib.loads(files("parsers").joinpath("data/bylines.toml").read_text(encoding="utf-8"))
_MARKED = elements(
    "//@class[contains(.,'uthor') or contains(.,'yline') or contains(.,'autor')]/..|//@rel[.='author']/.."
    "|//@itemprop[contains(.,'author')]/..|//@data-testid[contains(.,'byline')]/.."
)
_TEXTS = texts("descendant::text()[normalize-space()][not(parent::script or parent::style or parent::noscript)]")
_OPENS = re.compile(rf"(?:{'|'.join(_DATA['signed'])})[:\s]\s*(?=[^\W\d_a-zß-ÿ])")
_WORD = 12  # characters of the longest such word
_LINE = 120  # characters of a line that opens with "By" and is no sentence


def read(tree: Element, heading: Element | None) -> list[str]:
    """The texts of bylines, the likeliest first, each once, their elements parted by " | "; empty where there are none."""
    around = Surroundings(heading)
    own = (element for element in _MARKED(tree) if element.tag != "meta" and not around.stands_apart(element))
    marked = [text for element in islice(own, MANY) if (text := _text(element))]
    signed = list(_signed(heading)) if heading is not None else []
    return list(dict.fromkeys(text for text in (*signed, *marked) if 3 < len(text) < LONGEST))


def _signed(heading: Element) -> Iterator[str]:
    """Lines close behind the headline that open with a word such as "By" and go on with a capital."""
    for element in dict.fromkeys(holder for holder, _ in islice(nearby.behind(heading), NEAR)):
        text = _text(element)
        if len(text) <= _WORD and not _OPENS.match(text) and (parent := element.getparent()) is not None:
            text = _text(parent)  # "By" alone: the name stands in the next element
        if len(text) <= _LINE and _OPENS.match(text.replace(" | ", " ")):
            yield text


def _text(element: Element) -> str:
    """The texts below an element, blanks collapsed, parted where elements part them; cut when it is too long."""
    pieces: list[str] = []
    length = 0
    for text in _TEXTS(element):
        piece = " ".join(text.split())
        pieces.append(piece)
        length += len(piece) + 3
        if length > LONGEST:
            break
    return " | ".join(pieces)
