"""How a page is built around its text, in a few words: equal for the pages of one layout, another after a redesign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from parsers.passages import Box, Passage

SHARE = 0.5
"""Share of the text that the innermost box of it holds."""

BOXES = 3
"""Boxes that are named: the innermost one of the text, and those around it."""

PARAGRAPHS = frozenset(("p", "li", "ul", "ol", "blockquote", "pre", "dd", "h1", "h2", "h3", "h4", "h5", "h6"))
"""Boxes of a single paragraph or two, which are none of the layout even where most of a short text stands in one."""

STATED = "json-ld"
"""The layout of a page whose text stands in its data and is not shown."""

LONGEST = 120


def of(found: Sequence[Passage]) -> str | None:
    """The innermost boxes that hold most of the text, as "main.page > article.story > div.body"; None where there is no text.

    Of their names only the first word counts, and no digits: what follows is often of the article, not of the layout.
    """
    held = Counter[int]()
    paths: dict[int, tuple[Box, ...]] = {}
    for passage in found:
        for depth, box in enumerate(passage.boxes, start=1):
            if box.tag in PARAGRAPHS:
                break
            held[box.number] += passage.words
            paths[box.number] = passage.boxes[:depth]
    enough = SHARE * sum(passage.words for passage in found)
    around = [path for number, path in paths.items() if held[number] >= enough and enough > 0]
    return _named(max(around, key=len)) if around else None


def _named(path: tuple[Box, ...]) -> str:
    return " > ".join(".".join([box.tag or "page", *box.words.split()[:1]]) for box in path[-BOXES:])[:LONGEST]
