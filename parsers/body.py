"""The body of a page: what trafilatura says on the shared tree, put right by the passages of the page."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from parsers import passages, selection
from parsers.blocks import Block, words
from parsers.passages import Passage
from parsers.selection import Said
from parsers.xpaths import elements

SHORT = 120
"""Words below which a body is doubted, and other places are looked at."""

LOST = 0.8
"""Share of the page's plain paragraphs below which the fast mode is taken to have lost some, and the full one is asked."""

FULLER = 1.1
"""The full mode is believed when it finds so many times the words of the fast one."""

PLAIN = 15
"""Words of a passage without links that counts as a plain paragraph."""

_LAYOUT = elements("//table[.//p or .//blockquote or .//h1 or .//h2 or .//h3]")
_CELLS = elements("self::*|./thead|./tbody|./tr|./*/tr|./tr/td|./tr/th|./*/tr/td|./*/tr/th")
_HEAVY = ("script", "style", "svg", "noscript", "template", "iframe")
_TEXTS = frozenset(("p", "div", "td", "section", "article", "blockquote", "li", "dd", "center", "body", "pre", "main"))


def extract(
    tree: Element, *, headline: str | None = None, description: str | None = None, article_body: str | None = None
) -> list[Block]:
    """The blocks of the article on a page; empty where there is none. The tree is left as it is.

    The fast mode of trafilatura is asked first; the full one, twice as dear, only where the page shows more plain
    paragraphs than the fast one found. The text that a page states in JSON-LD is taken where the page shows half of it.
    """
    shown = passages.read(tree)
    stripped = _stripped(tree)
    found = selection.select(shown, _said(stripped, fast=True), headline, description)
    if _count(found) < LOST * plain(shown):
        full = selection.select(shown, _said(stripped, fast=False), headline, description)
        found = full if _count(full) > FULLER * _count(found) else found
    blocks = [passage.block for passage in found]
    stated = _of_text(article_body or "")
    return stated if words(stated) > max(SHORT, 2 * words(blocks)) else blocks


def plain(shown: Sequence[Passage]) -> int:
    """How many words of plain paragraphs a page shows outside of what is named for something else."""
    texts = {p.text: i for i, p in enumerate(shown) if p.words >= PLAIN and p.linked < 0.2 and p.holder.tag in _TEXTS}
    view = selection.look(shown, texts.values(), None)
    return view.words(i for i in view.said if not view.apart(i))


def _stripped(tree: Element) -> Element:
    """A copy without what never holds text for readers; tables that only lay a page out become plain boxes."""
    copy = deepcopy(tree)
    etree.strip_elements(copy, *_HEAVY, with_tail=False)
    for table in _LAYOUT(copy):
        for part in _CELLS(table):
            part.tag = "div"
    return copy


def _said(tree: Element, *, fast: bool) -> Said:
    """The texts of trafilatura's own tree, element by element."""
    from trafilatura import bare_extraction  # here, because importing it takes a third of a second

    found = bare_extraction(tree, fast=fast, include_comments=False, with_metadata=False)
    body: Element | None = getattr(found, "body", None)
    return Said([], []) if body is None else Said(*_texts(body))


def _texts(body: Element) -> tuple[list[str], list[str]]:
    """The whole text of every element on the first level; and the texts within them, in pieces."""
    texts = ["".join(map(str, element.itertext())) for element in body]
    inner = [element for child in body for element in child.iterdescendants()]
    return texts, [text for element in inner for text in ("".join(map(str, element.itertext())), element.tail) if text]


def _count(found: Sequence[Passage]) -> int:
    return sum(passage.words for passage in found)


def _of_text(text: str) -> list[Block]:
    return [Block(" ".join(line.split())) for line in text.splitlines() if line.strip()]
