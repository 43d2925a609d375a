"""The readable texts of a page one after the other, from one element on or back, no further than somebody asks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

_UNSEEN = frozenset(["script", "style", "noscript", "template", "option", "svg"])

Placed = tuple[Element, str]
"""An element, and a text that stands in it directly."""


def within(element: Element) -> Iterator[Placed]:
    """The texts below an element, in order."""
    walk = iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "end":
            parent = node.getparent()
            if node is not element and parent is not None and _says(node.tail):
                yield parent, str(node.tail)
        elif node.tag in _UNSEEN:
            walk.skip_subtree()
        elif _says(node.text):
            yield node, str(node.text)


def behind(element: Element) -> Iterator[Placed]:
    """The texts that follow an element, the nearest first."""
    node: Element | None = element
    while node is not None and (parent := node.getparent()) is not None:
        if _says(node.tail):
            yield parent, str(node.tail)
        for sibling in node.itersiblings():
            yield from within(sibling)
            if _says(sibling.tail):
                yield parent, str(sibling.tail)
        node = parent


def before(element: Element) -> Iterator[Placed]:
    """The texts that stand before an element, the nearest first."""
    node: Element | None = element
    while node is not None and (parent := node.getparent()) is not None:
        for sibling in node.itersiblings(preceding=True):
            if _says(sibling.tail):
                yield parent, str(sibling.tail)
            yield from _backwards(sibling)
        if _says(parent.text):
            yield parent, str(parent.text)
        node = parent


def _backwards(element: Element) -> Iterator[Placed]:
    """The texts below an element, the last first; a stack, because pages nest deeper than calls may."""
    waiting: list[tuple[Element, str | None, bool]] = [(element, None, True)]
    while waiting:
        holder, text, is_open = waiting.pop()
        if not is_open:
            if _says(text):
                yield holder, str(text)
        elif holder.tag not in _UNSEEN:
            waiting.append((holder, holder.text, False))
            for child in holder:
                waiting += [(child, None, True), (holder, child.tail, False)]


def _says(text: str | None) -> bool:
    return text is not None and not text.isspace() and text != ""
