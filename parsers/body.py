"""The body of a page: trafilatura on the shared tree, the mode chosen per page by what the page itself shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

from lxml.etree import _Element as Element

from parsers.blocks import Block, Kind, words
from parsers.xpaths import elements

SHORT = 120
"""Words below which a fast result is doubted."""

_KINDS: dict[str, Kind] = {"head": "heading", "quote": "quote", "item": "item"}
_LAYOUT = elements("//table[.//p or .//blockquote or .//h1 or .//h2 or .//h3]")
_CELLS = elements("self::*|./thead|./tbody|./tr|./*/tr|./tr/td|./tr/th|./*/tr/td|./*/tr/th")
_HEAVY = elements("//script|//style|//svg|//noscript|//template|//iframe")


def extract(tree: Element, article_body: str | None) -> list[Block]:
    """The blocks of the article on a page; empty where there is none. The tree is left as it is."""
    stripped = _stripped(tree)
    fast = _blocks(stripped, fast=True)
    candidates = [fast]
    if words(fast) < SHORT or (article_body and _agreement(fast, article_body) < 0.85):
        candidates.append(_blocks(stripped, fast=False))
    if article_body:
        stated = _of_text(article_body)
        best = max(candidates, key=lambda blocks: _agreement(blocks, article_body))
        return best if words(best) * 2 > words(stated) else stated
    return max(candidates, key=lambda blocks: words(blocks))


def _stripped(tree: Element) -> Element:
    """A copy without what never holds text for readers; tables that only lay a page out become plain boxes."""
    copy = deepcopy(tree)
    for element in _HEAVY(copy):
        element.drop_tree()
    for table in _LAYOUT(copy):
        for part in _CELLS(table):
            part.tag = "div"
    return copy


def _blocks(tree: Element, *, fast: bool) -> list[Block]:
    from trafilatura import bare_extraction  # here, because importing it takes a third of a second

    found = bare_extraction(
        deepcopy(tree),
        fast=fast,
        include_comments=False,
        with_metadata=False,
        include_formatting=False,
        favor_recall=False,
    )
    body: Element | None = getattr(found, "body", None)
    return [] if body is None else list(_read(body))


def _read(body: Element) -> Iterator[Block]:
    """The blocks of trafilatura's own tree: paragraphs, heads, quotes, list items and table rows."""
    for element in body:
        if element.tag == "list":
            yield from (Block(text, "item") for item in element if (text := _text(item)))
        elif element.tag == "table":
            yield from (Block(text) for row in element.iter("row") if (text := _text(row, " | ")))
        elif element.tag == "quote" and len(element) and all(child.tag == "p" for child in element):
            yield from (Block(text, "quote") for child in element if (text := _text(child)))
        else:
            yield from (Block(text, _KINDS.get(str(element.tag), "p")) for text in _lines(element))


def _lines(element: Element) -> Iterator[str]:
    """The text of an element, broken where its line breaks come in pairs."""
    pieces: list[str] = [element.text or ""]
    for child in element:
        pieces.append("\n" if child.tag == "lb" else "".join(map(str, child.itertext())))
        pieces.append(child.tail or "")
    for line in "".join(pieces).split("\n"):
        if text := " ".join(line.split()):
            yield text


def _text(element: Element, separator: str = " ") -> str:
    return " ".join(separator.join(part for part in map(str, element.itertext()) if part.strip()).split())


def _of_text(text: str) -> list[Block]:
    return [Block(" ".join(line.split())) for line in text.splitlines() if line.strip()]


def _agreement(blocks: list[Block], text: str) -> float:
    """Share of words that two texts have in common (Dice), 0 … 1."""
    mine = Counter(word for block in blocks for word in block.text.split())
    theirs = Counter(text.split())
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 0.0
