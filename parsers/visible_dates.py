"""Dates that readers see: lines near the headline and <time> elements, and whether they tell of publication or change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from lxml.etree import XPath
from lxml.etree import _Element as Element

from parsers import dates
from parsers.markup import text_of

Role = Literal["published", "modified", "unknown"]

_WORDS = tomllib.loads(files("parsers").joinpath("data/visible_dates.toml").read_text(encoding="utf-8"))
LINE = 160  # characters of a line that may tell a date; longer ones are prose
AFTER, BEFORE = 40, 15  # texts looked at behind and before the headline
PROSE = 250  # characters of a text that is the article itself
_READABLE = "[normalize-space()][not(parent::script or parent::style or parent::noscript or parent::template or parent::option)]"
_FOLLOWING = XPath(f"following::text(){_READABLE}[position() <= {AFTER}]")
_WITHIN = XPath(f"descendant::text(){_READABLE}[position() <= {AFTER}]")
_PRECEDING = XPath(f"preceding::text(){_READABLE}[position() <= {BEFORE}]")
_MARKED = XPath(
    "//*[@itemprop='datePublished' or @itemprop='dateModified' or @itemprop='dateCreated' or @property='datePublished' or self::time or @pubdate]"
)
_APART = re.compile(
    r"comment|related|sidebar|teaser|recommend|footer|widget|most-?read|latest|trending|archive|calendar|weather|copyright|promo|"
    r"newsletter|kommentar|more-?(?:news|stories)|read-?more|see-?also|popular|carousel|breaking|ticker|nav\b|menu|disqus|respon[ds]|reply",
    re.IGNORECASE,
)
_NUMBERED = XPath(
    "//body//text()[string-length(.) < 160 and translate(., '0123456789', '') != .][not(parent::script or parent::style)]"
)
_DIGIT = re.compile(r"\d")
_FULL_DATE = re.compile(r"\d{4}|\d[./]\d\d?[./]\d\d")
_CHANGE = re.compile(r"modif|updat|revis|aktual|edited|lastmod", re.IGNORECASE)
_PUBLICATION = re.compile(r"publi(?!c\b|sher)|pubdate|created|posted|issued|release|veroeff|erschien", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VisibleDate:
    """One date as readers see it."""

    moment: dates.Moment
    role: Role
    strength: int  # 4 marked up as the publication, 3 labelled so, 2 right by the headline, 1 elsewhere
    text: str  # the line it was read in
    basis: str  # time, visible


def read(tree: Element, heading: Element | None, language: str | None) -> tuple[VisibleDate, ...]:
    """The dates a page shows for itself, the strongest first, in the order of the page where equal."""
    above = set(heading.iterancestors()) | {heading} if heading is not None else set()
    found = [*_marked(tree, above, language), *_near(tree, heading, above, language)]
    if not any(date.strength > 1 and date.role != "modified" for date in found):
        found += _elsewhere(tree, above, language)
    return tuple(sorted(found, key=lambda date: -date.strength))


# ------------------------------------------------------------------ elements made for dates


def _marked(tree: Element, above: set[Element], language: str | None) -> Iterator[VisibleDate]:
    for element in _MARKED(tree)[:60]:
        if _stands_apart(element, above):
            continue
        value = element.get("datetime") or element.get("content") or text_of(element, LINE)
        moment = dates.read(value, language)
        if moment is None or not moment.day:
            continue
        role = _role_of_markup(element)
        _, line = _line(element)
        if role == "unknown":
            role = _role(line[: max(0, line.find(_short_text(element)))])
        if role == "other":
            continue
        strength = {"published": 4, "modified": 3, "unknown": 1}[role]
        yield VisibleDate(moment, role, strength, line, "time")


def _role_of_markup(element: Element) -> Role:
    if element.get("pubdate") is not None:
        return "published"
    attributes = " ".join(element.get(name) or "" for name in ("itemprop", "property", "class", "id"))
    return "modified" if _CHANGE.search(attributes) else "published" if _PUBLICATION.search(attributes) else "unknown"


# ------------------------------------------------------------------ lines by the headline


def _near(tree: Element, heading: Element | None, above: set[Element], language: str | None) -> Iterator[VisibleDate]:
    behind = _FOLLOWING(heading) if heading is not None else _WITHIN(tree)
    before = _PRECEDING(heading) if heading is not None else []
    seen: set[Element] = set()
    for texts, strength in ((behind, 2), (before, 1)):
        for parent in _parents(texts):
            yield from _in_line(parent, above, seen, language, strength)


def _parents(texts: list[Any]) -> Iterator[Element]:
    """The elements that hold the texts with a digit, until the article itself has begun."""
    prose = 0
    for text in texts:
        prose += len(text) > PROSE
        if prose > 2:
            return
        if len(text) <= PROSE and _DIGIT.search(text):
            parent = text.getparent()
            yield parent.getparent() if text.is_tail else parent


def _in_line(
    parent: Element, above: set[Element], seen: set[Element], language: str | None, strength: int
) -> Iterator[VisibleDate]:
    """The dates in the short line around an element, each with what the words before it and the markup say."""
    line, text = _line(parent)
    if line in seen or len(text) > LINE or _stands_apart(line, above):
        return
    seen.add(line)
    start = 0
    for moment in dates.find(text, language):
        role = _role(text[start : moment.start])
        start = moment.end
        if role == "unknown":
            role = (
                _role_of_markup(parent) if parent is line else _stronger(_role_of_markup(parent), _role_of_markup(line))
            )
        if role != "other":
            yield VisibleDate(moment, role, 3 if role != "unknown" else strength, text, "visible")


def _stronger(first: Role, second: Role) -> Role:
    return second if first == "unknown" else first


def _line(element: Element) -> tuple[Element, str]:
    """The largest element around that is still a short line, and its text."""
    line, text = element, _short_text(element)
    for ancestor in element.iterancestors():
        longer = _short_text(ancestor)
        if len(longer) > LINE or ancestor.tag in ("body", "html"):
            break
        line, text = ancestor, longer
    return line, text


def _short_text(element: Element) -> str:
    """The text of an element, or the beginning of it that is already too long for a line."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        piece = " ".join(piece.split())
        if piece:
            pieces.append(piece)
            length += len(piece) + 1
            if length > LINE + 1:
                break
    return " ".join(pieces)


def _elsewhere(tree: Element, above: set[Element], language: str | None) -> Iterator[VisibleDate]:
    """Where the headline's neighbourhood shows nothing: labelled lines anywhere, or the one day a page shows."""
    seen: set[Element] = set()
    found = [date for parent in _parents_of_dates(tree) for date in _in_line(parent, above, seen, language, 1)]
    yield from (date for date in found if date.role != "unknown")
    plain = [date for date in found if date.role == "unknown"]
    if len({date.moment.text[:10] for date in plain}) == 1:
        yield plain[0]


def _parents_of_dates(tree: Element) -> Iterator[Element]:
    for text in _NUMBERED(tree)[:300]:
        if _FULL_DATE.search(text):
            parent = text.getparent()
            yield parent.getparent() if text.is_tail else parent


def _role(before: str) -> Role | Literal["other"]:
    """What the last known word before a date makes of it."""
    words = before.casefold()[-60:]
    ends = {
        role: max((words.rfind(word) + len(word) for word in _WORDS[role] if word in words), default=-1)
        for role in ("published", "modified", "other")
    }
    role = max(ends, key=lambda role: ends[role])
    return role if ends[role] >= 0 else "unknown"  # type: ignore[return-value]


def _stands_apart(element: Element, above: set[Element]) -> bool:
    """Whether an element belongs to comments, teasers, navigation or the foot of the page, unless the headline does too."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor in above:
            return False
        if ancestor.tag in ("nav", "footer", "aside", "select", "form"):
            return True
        if _APART.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"):
            return True
    return False
