"""Archives with a listing a day: addresses that differ in their day only, whose pages are no articles and show links of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from flows.discovery import Unit
from flows.periods import shape
from flows.probing.pattern import FORMS
from flows.probing.records import Found, Tried
from parsers import urls

FEWEST_DAYS = 3  # that are linked, for addresses to be those of an archive
NEWEST = 5  # days that are looked at, beside the oldest one: of a week some have no article
NO_ARTICLE = frozenset({"other", "failed"})
# A day's listing may end with its day, or with .html behind it, where an article's address goes on.
_NUMBERS = tuple(
    re.compile(form.pattern.replace("(?=/)", "(?=[/.?]|$)"))
    for form in FORMS
    if {"year", "month", "day"} == set(form.groupindex) and "[a-z]" not in form.pattern
)


def templates(addresses: Iterable[str], today: date) -> dict[str, list[date]]:
    """Addresses with placeholders for their day, and the days that are linked; those of most days first."""
    found: dict[str, list[re.Match[str]]] = {}
    for address in addresses:
        match = next((match for form in _NUMBERS if (match := form.search(address))), None)
        if match is not None:
            found.setdefault(_blank(match), []).append(match)
    dated = {_spelt(blank, matches): _days(matches, today) for blank, matches in found.items()}
    return dict(
        sorted(((t, days) for t, days in dated.items() if len(days) >= FEWEST_DAYS), key=lambda it: -len(it[1]))
    )


def sampled(days: Sequence[date]) -> list[date]:
    """The days that are looked at, the newest first."""
    return list(dict.fromkeys([*reversed(days[-NEWEST:]), days[0]]))


def are_listings(pages: Iterable[Tried]) -> bool:
    """Whether none of some pages is an article, and none hides what it is; asks for no more of them than it needs."""
    seen = set[str]()
    for page in pages:
        if page.kind not in NO_ARTICLE:
            return False
        seen.add(page.kind)
    return "other" in seen


def with_own_links(units: Sequence[Unit], template: str) -> list[Unit]:
    """The units with the links that no other page has, which are not those of the frame, nor lead to other days."""
    often = Counter(candidate.url_key for unit in units for candidate in unit.candidates)
    return [
        replace(
            unit,
            candidates=tuple(c for c in unit.candidates if often[c.url_key] == 1 and not is_of(c.url, [template])),
        )
        for unit in units
    ]


def listings(found: Iterable[Found]) -> list[str]:
    """The templates among some finders that work."""
    return [item.spec.url for item in found if item.spec.kind == "template" and item.spec.url and not item.problem]


def articles(found: Iterable[Found]) -> list[str]:
    """What archives with a listing a day list under a headline, or at an address that spells a day: it may have changed over the years."""
    days = [item for item in found if item.spec.url in listings([item]) and "{day" in (item.spec.url or "")]
    return [url for item in days for url in item.urls if url in item.titled or urls.path_day(url)]


def is_of(url: str, known: Iterable[str]) -> bool:
    """Whether an address is a listing of one of these templates."""
    parts = urlsplit(url)
    local = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return any(period.fullmatch(local) for template in known if (period := shape(template)))


def _blank(match: re.Match[str]) -> str:
    """The address of a match with its year, month and day as placeholders."""
    text = match.string
    for name in sorted(match.groupdict(), key=match.start, reverse=True):
        text = f"{text[: match.start(name)]}{{{name}}}{text[match.end(name) :]}"
    return text


def _spelt(blank: str, matches: Sequence[re.Match[str]]) -> str:
    """The template in the spelling of its addresses: 09 or 9, of the month and of the day."""
    if all(len(match[name]) == 2 for match in matches for name in ("month", "day")):
        return blank
    for name in ("month", "day"):
        if not any(match[name].startswith("0") for match in matches):
            blank = blank.replace(f"{{{name}}}", f"{{{name}:d}}")
    return blank


def _days(matches: Iterable[re.Match[str]], today: date) -> list[date]:
    return sorted({day for day in _dates(matches) if day <= today})


def _dates(matches: Iterable[re.Match[str]]) -> Iterator[date]:
    for match in matches:
        with suppress(ValueError):  # a 31 of June names no day
            yield date(int(match["year"]), int(match["month"]), int(match["day"]))
