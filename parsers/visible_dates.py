"""Dates that readers see: lines near the headline and <time> elements, and whether they tell of publication or change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from typing import Any, Literal, cast

from lxml.etree import _Element as Element

from parsers import dates, nearby
from parsers.markup import text_of
from parsers.surroundings import Surroundings
from parsers.xpaths import elements, placed_texts, texts

Role = Literal["published", "modified", "unknown"]

_WORDS = tomllib.loads(files("parsers").joinpath("data/visible_dates.toml").read_text(encoding="utf-8"))
LINE = 160  # characters of a line that may tell a date; longer ones are prose
AFTER, BEFORE = 40, 15  # texts looked at behind and before the headline
BESIDE = 2  # texts between a date and the headline below it
CLOSE_BY = 8  # texts between the headline and the date that is then its own, among several
STAMP = 25  # characters of prose in which a date with the hour is the text's own
PROSE = 250  # characters of a text that is the article itself
_MARKED = elements(
    "//time|//@itemprop[.='datePublished' or .='dateModified' or .='dateCreated']/..|//@property[.='datePublished']/..|//@pubdate/.."
)
_NUMBERED = placed_texts(
    "//body/descendant::text()[string-length(.) < 160 and translate(., '0123456789', '') != .][not(parent::script or parent::style)]"
)
_SCRIPTS = texts("//script[not(@src)]/text()")
_STATED_IN_SCRIPT = re.compile(
    r"""\\?["'](?:date_?published|publish(?:ed)?_?(?:at|on|date|time)|publication_?date|first_?published\w*|pub_?date)\\?["']"""
    r"""\s*:\s*\\?["'](?P<date>[^"'\\]{8,40})""",
    re.IGNORECASE,
)
MAX_SCRIPT = 1_000_000  # characters
_DIGIT = re.compile(r"\d")
_FULL_DATE = re.compile(r"\d{4}|\d[./]\d\d?[./]\d\d")
_OPENING = re.compile(r"\s*\(?[^\W_][^\n(]{5,24}?\d(?:\)|\s?[–—|:]|\s-\s)")  # "29.11.2022 – ", "(21 November 2022) "
_CHANGE = re.compile(
    r"modif|lastmod|revis|aktual|edited|dateupdated|last-?update|update-?(?:d-)?(?:date|time)", re.IGNORECASE
)
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
    around = Surroundings(heading)
    found = [*_marked(tree, around, language), *_near(tree, heading, around, language)]
    if not any(date.strength > 1 and date.role != "modified" for date in found):
        found += [*_elsewhere(tree, around, language), *_in_scripts(tree, language)]
    return tuple(sorted(found, key=lambda date: -date.strength))


# ------------------------------------------------------------------ elements made for dates


def _marked(tree: Element, around: Surroundings, language: str | None) -> Iterator[VisibleDate]:
    for element in _MARKED(tree)[:60]:
        if around.stands_apart(element):
            continue
        value = element.get("datetime") or element.get("content") or text_of(element, LINE)
        moment = dates.read(value, language)
        if moment is None or not moment.day:
            continue
        stated = _role_of_markup(element)
        _, line = _line(element)
        role = _role(line[: max(0, line.find(_short_text(element)))]) if stated == "unknown" else stated
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


def _near(tree: Element, heading: Element | None, around: Surroundings, language: str | None) -> Iterator[VisibleDate]:
    behind = nearby.within(tree) if heading is None else nearby.behind(heading)
    before = () if heading is None else nearby.before(heading)
    seen: set[Element] = set()
    found: list[tuple[int, VisibleDate]] = []
    for texts_near, enough, beside in ((behind, AFTER, AFTER), (before, BEFORE, BESIDE)):
        for distance, holder, text in _dated(islice(texts_near, enough)):
            strength = 2 if distance < beside else 1
            found += ((distance, shown) for shown in _in_line(holder, text, around, seen, language, strength))
    yield from _nearest(found)


def _nearest(found: list[tuple[int, VisibleDate]]) -> Iterator[VisibleDate]:
    """The dates, where unlabelled ones tell several days all but the nearest as weak as if they stood elsewhere."""
    own = [(distance, shown) for distance, shown in found if shown.strength == 2 and shown.role == "unknown"]
    distance, nearest = min(own, key=lambda pair: pair[0], default=(0, None))
    for _, shown in found:
        other = (
            nearest is not None and shown.strength == 2 and shown.role == "unknown" and not _same_day(shown, nearest)
        )
        yield replace(shown, strength=1) if other and distance <= CLOSE_BY else shown


def _same_day(one: VisibleDate, other: VisibleDate) -> bool:
    return one.moment.text[:10] == other.moment.text[:10]


def _dated(placed: Iterable[nearby.Placed]) -> Iterator[tuple[int, Element, str]]:
    """The texts with a digit and what holds them, until the article itself has begun; prose only by its opening."""
    prose = 0
    for distance, (holder, text) in enumerate(placed):
        prose += len(text) > PROSE
        if prose > 2:
            return
        if len(text) <= PROSE and _DIGIT.search(text):
            yield distance, holder, text
        elif opening := _OPENING.match(text):
            yield distance, holder, opening[0]


def _holder(text: Any) -> Element:
    parent: Element = text.getparent()
    return cast("Element", parent.getparent()) if text.is_tail else parent


def _in_line(
    holder: Element, own: str, around: Surroundings, seen: set[Element], language: str | None, strength: int
) -> Iterator[VisibleDate]:
    """The dates in the short line around a text, each with what the words before it and the markup say."""
    line, text = _line(holder)
    prose = len(text) > LINE
    text = " ".join(own.split()) if prose else text
    if line in seen or len(text) > LINE or around.stands_apart(line):
        return
    seen.add(line)
    strength = 2 if strength == 1 and around.close(line) else strength
    start = 0
    for moment in dates.find(text, language):
        role = _role(text[start : moment.start])
        role = _role_after(text[moment.end :]) if role == "unknown" else role
        start = moment.end
        if role == "unknown":
            role = _stronger(_role_of_markup(holder), _role_of_markup(line))
        if role == "other" or (prose and role == "unknown" and not _stamps(moment, text)):
            continue
        yield VisibleDate(moment, role, 3 if role != "unknown" else strength, text, "visible")


def _stamps(moment: dates.Moment, text: str) -> bool:
    """Whether prose opens with a date and sets it apart, or soon tells it with the hour: the stamp of the text itself."""
    return _OPENING.match(text) is not None or (moment.hour is not None and moment.start <= STAMP)


def _role_after(behind: str) -> Role:
    """What the words right behind a date make of it ("… um 23:03 Uhr gepostet")."""
    words = behind.casefold()[:32]
    return "published" if any(word in words for word in _WORDS["published_after"]) else "unknown"


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
    for part in element.itertext():
        piece = " ".join(str(part).split())
        if piece:
            pieces.append(piece)
            length += len(piece) + 1
            if length > LINE + 1:
                break
    return " ".join(pieces)


def _elsewhere(tree: Element, around: Surroundings, language: str | None) -> Iterator[VisibleDate]:
    """Where the headline's neighbourhood shows nothing: all short lines with a date, anywhere on the page."""
    seen: set[Element] = set()
    for text in _NUMBERED(tree)[:300]:
        if _FULL_DATE.search(text):
            yield from _in_line(_holder(text), text, around, seen, language, 1)


def _in_scripts(tree: Element, language: str | None) -> Iterator[VisibleDate]:
    """Days of publication in the data from which a page draws itself."""
    for text in _SCRIPTS(tree)[:200]:
        for found in islice(_STATED_IN_SCRIPT.finditer(text, 0, MAX_SCRIPT), 20):
            moment = dates.read(found["date"], language)
            if moment and moment.day:
                yield VisibleDate(moment, "published", 1, found[0], "script")


def _role(before: str) -> Role | Literal["other"]:
    """What the last known word before a date makes of it."""
    words = before.casefold()[-60:]
    ends = {
        role: max((words.rfind(word) + len(word) for word in _WORDS[role] if word in words), default=-1)
        for role in ("published", "modified", "other")
    }
    role = max(ends, key=lambda role: ends[role])
    return role if ends[role] >= 0 else "unknown"  # type: ignore[return-value]
