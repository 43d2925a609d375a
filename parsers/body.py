"""The body of a page: what trafilatura says on the shared tree, put right by the passages of the page."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice

from lxml import etree, html
from lxml.etree import _Element as Element

from parsers import layout, passages, selection
from parsers.blocks import Block, words
from parsers.passages import Passage
from parsers.said import Said
from parsers.xpaths import elements

SHORT = 120
"""Words below which a body is doubted, and other places are looked at."""

LOST = 0.7
"""Share of the page's plain paragraphs below which trafilatura is taken to have lost some, and they are added."""

LARGEST = 1_500_000
"""Characters of visible text above which a page is read by its plain paragraphs alone: trafilatura's time grows steeper than it."""

MOST = 40_000
"""Elements above which the same is done."""

_TAGS = tomllib.loads(files("parsers").joinpath("data/furniture.toml").read_text(encoding="utf-8"))["tags"]
_MARKUP = re.compile(r"</p>|<br\b", re.I)
_LAYOUT = elements("//table[.//p or .//blockquote or .//h1 or .//h2 or .//h3]")
_CELLS = elements("self::*|./thead|./tbody|./tr|./*/tr|./tr/td|./tr/th|./*/tr/td|./*/tr/th")
_HEAVY = frozenset(_TAGS["skipped"]) - {"head"} | frozenset(_TAGS["outside"])


@dataclass(frozen=True, slots=True)
class Body:
    """The article on a page, and how the page is built around it."""

    blocks: list[Block]
    layout: str | None


def extract(
    tree: Element, *, headline: str | None = None, description: str | None = None, article_body: str | None = None
) -> list[Block]:
    """The blocks of the article on a page; empty where there is none. The tree is left as it is."""
    return read(tree, headline=headline, description=description, article_body=article_body).blocks


def read(
    tree: Element, *, headline: str | None = None, description: str | None = None, article_body: str | None = None
) -> Body:
    """The article on a page and its layout; no blocks where there is none. The tree is left as it is.

    Trafilatura is asked in its fast mode; where the page shows many more plain paragraphs than it found, those are
    heard as well. The text that a page states in JSON-LD is taken where the page does not show half of it.
    """
    shown = passages.read(tree)
    plain = selection.plain(shown)
    said = _said(_stripped(tree)).found(shown) if _is_bearable(tree, shown) else plain
    found = selection.select(shown, said, headline, description)
    if _count(found) < LOST * sum(shown[i].words for i in plain):
        more = selection.select(shown, said | plain, headline, description)
        found = max(found, more, key=_count)
    blocks = [passage.block for passage in found]
    stated = _of_text(article_body or "")
    if words(stated) > max(SHORT, 2 * words(blocks)):
        return Body(stated, layout.STATED)
    return Body(blocks, layout.of(found))


def _is_bearable(tree: Element, shown: Sequence[Passage]) -> bool:
    """Whether trafilatura reads a page of this size in a second or two."""
    if sum(len(passage.text) for passage in shown) > LARGEST:
        return False
    return sum(1 for _ in islice(tree.iter(), MOST)) < MOST


def _stripped(tree: Element) -> Element:
    """A copy without what never holds text for readers; tables that only lay a page out become plain boxes."""
    copy = deepcopy(tree)
    etree.strip_elements(copy, *_HEAVY, with_tail=False)
    for table in _LAYOUT(copy):
        for part in _CELLS(table):
            part.tag = "div"
    return copy


def _said(tree: Element) -> Said:
    """The texts of trafilatura's own tree, element by element."""
    from trafilatura import bare_extraction  # here, because importing it takes a third of a second

    found = bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
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
    """The paragraphs of a text that a page states beside what it shows: plain, or with markup of its own."""
    if _MARKUP.search(text):
        return [passage.block for passage in passages.read(html.fragment_fromstring(text, create_parent="div"))]
    return [Block(" ".join(line.split())) for line in text.splitlines() if line.strip()]
