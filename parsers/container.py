"""The part of a page that a source's file names as the article's, and what is said where no page has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from parsers.records import Article, Evidence, Rejected

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BASIS = "container"
"""The evidence that says so."""


def found(tree: Element, selector: str | None) -> Element | None:
    """The element that the selector names; None where it names none, or there is no selector."""
    elements = tree.cssselect(selector) if selector else []
    return elements[0] if elements else None


def missing(selector: str) -> Evidence:
    """What a page keeps in mind whose container is not there, so that the whole of it was read."""
    return Evidence("body", selector, BASIS, chosen=False, note="nothing on the page fits [parse] container")


def fits(result: Sequence[Article] | Rejected) -> bool | None:
    """Whether a page had its container: False where nothing fitted, None where a page that is no article does not say."""
    evidence = result.evidence if isinstance(result, Rejected) else [item for each in result for item in each.evidence]
    if any(item.basis == BASIS for item in evidence):
        return False
    return None if isinstance(result, Rejected) else True


def misfit(selector: str | None, looked: Counter[bool | None]) -> str | None:
    """What is wrong with a selector, given for how many pages `fits` said what; None where nothing is."""
    if not selector or not looked[False]:
        return None
    of = looked[True] + looked[False]
    some = f"{looked[True]:,}" if looked[True] else "none"
    way_out = (
        "of the others the whole page was read" if looked[True] else "whole pages were read; mend it in the source file"
    )
    return f"[parse] container {selector!r} fits {some} of {of:,} page{'s' * (of != 1)}: {way_out}."
