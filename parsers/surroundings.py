"""Where on a page an element stands: in what is the article's own, or in comments, teasers, navigation, the foot."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.etree import _Element as Element

_WORD = r"(?<![^\s_-])(?:{})s?(?![^\s_-])"
# Class and id words of what is never about this article, wherever it stands …
_APART = re.compile(
    _WORD.format(
        r"comment(?!-?meta)\w*|disqus\w*|respond|reply|replies|kommentare?|related\w*|sidebar|recommend\w*|most-?read|most|latest|trending|"
        r"popular|carousel|slider|ticker|breaking|nav|navigation|navbar|menu|submenu|sub-?posts|archive|calendar|weather|newsletter|"
        r"more-?news|more-?stories|read-?more|see-?also|also|aside|breadcrumb\w*|leserbriefe?|recent\w*|next|prev\w*"
    ),
    re.IGNORECASE,
)
# … and of what belongs to the article only where it stands close to the headline.
_LOOSE = re.compile(
    r"teaser|widget|(?<!post-)(?<!entry-)(?<!article-)footer|promo|copyright|card|\bitem", re.IGNORECASE
)
_OUTSIDE = frozenset(["nav", "aside", "select", "form"])
CLOSE = 4  # levels of elements around the headline


class Surroundings:
    """The elements around the headline of one page, against which others are placed."""

    def __init__(self, heading: Element | None) -> None:
        above = [heading, *heading.iterancestors()] if heading is not None else []
        self._around = {element: level for level, element in enumerate(above)}

    def stands_apart(self, element: Element) -> bool:
        """Whether an element belongs to comments, teasers, navigation or the foot, unless the headline does too."""
        loose = False
        for ancestor in (element, *element.iterancestors()):
            if (level := self._around.get(ancestor)) is not None:
                return loose and level >= CLOSE
            kind = _kind(ancestor.tag, f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
            if kind == "apart":
                return True
            loose = loose or kind == "loose"
        return loose and bool(self._around)

    def close(self, element: Element) -> bool:
        """Whether an element stands within the few levels right around the headline."""
        return any(self._around.get(ancestor, CLOSE) < CLOSE for ancestor in element.iterancestors())


@lru_cache(maxsize=4_096)
def _kind(tag: str, words: str) -> str:
    """apart, loose or own: what an element's name, class and id say of everything below it."""
    if tag in _OUTSIDE or (tag != "body" and _APART.search(words)):
        return "apart"
    return "loose" if tag == "footer" or _LOOSE.search(words) else "own"
