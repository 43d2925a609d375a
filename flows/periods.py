"""Addresses with a period in them: what a template's placeholders mean, and which periods a window touches."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Literal

Size = Literal["year", "month", "day"]

# {month} is 09 and {month:d} is 9; {date:…} takes what strftime takes, in English.
_PLACEHOLDER = re.compile(r"\{(?:(year|yy|month|day)(:d)?|date:([^{}]+))\}")
_DAY_CODES = re.compile(r"%-?[dejUWAauwx]")
_MONTH_CODES = re.compile(r"%-?[mbBh]")


_DIGITS = {"year": r"\d{4}", "yy": r"\d\d", "month": r"\d\d", "day": r"\d\d"}
_CODES = {
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": r"\d\d",
    "d": r"\d\d",
    "j": r"\d{3}",
    "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]{3,9}",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month or a day of an archive, with its address."""

    unit: str  # 2017, 2017-09, 2017-09-22
    url: str
    first_day: date
    last_day: date


def has_placeholder(url: str) -> bool:
    """Whether an address names a period."""
    return bool(_PLACEHOLDER.search(url))


def size_of(url: str) -> Size:
    """The finest period that an address names."""
    names = {match.group(1) for match in _PLACEHOLDER.finditer(url)}
    codes = " ".join(match.group(3) or "" for match in _PLACEHOLDER.finditer(url))
    if "day" in names or _DAY_CODES.search(codes):
        return "day"
    return "month" if "month" in names or _MONTH_CODES.search(codes) else "year"


def periods(url: str, first_day: date, last_day: date) -> Iterator[Period]:
    """The periods that overlap the days given, the latest first."""
    size = size_of(url)
    cursor = last_day
    while cursor >= first_day:
        start, end, unit = _bounds(cursor, size)
        yield Period(unit, fill(url, start), start, end)
        if start <= date.min:
            return
        cursor = start - timedelta(days=1)


def fill(url: str, day: date) -> str:
    """The address of the period that begins on a day."""
    return _PLACEHOLDER.sub(lambda match: _part(match, day), url)


def names(address: str, url: str, day: date) -> bool:
    """Whether an address names the period of a template that begins on a day, in whatever order and spelling."""
    found = Counter(_tokens(re.sub(r"^[^/]+://[^/]+", "", address)))
    parts = Counter(token for match in _PLACEHOLDER.finditer(url) for token in _tokens(_part(match, day)))
    return not parts - found or all(_taken(found, spellings) for spellings in _spelt(day, size_of(url)))


def _spelt(day: date, size: Size) -> list[tuple[int | str, ...]]:
    """How the year, the month and the day of a period may be written, as far as it has them."""
    year, month = (day.year, day.year % 100), (f"{day:%B}".lower(), f"{day:%b}".lower(), day.month)
    return [year, month, (day.day,)][: {"year": 1, "month": 2, "day": 3}[size]]


def _taken(found: Counter[int | str], spellings: tuple[int | str, ...]) -> bool:
    """Whether one of the spellings is there; it is used up, so that the 11 of November is not its eleventh day."""
    token = next((each for each in spellings if found[each] > 0), None)
    if token is None:
        return False
    found[token] -= 1
    return True


def _tokens(text: str) -> Iterator[int | str]:
    """The numbers and words of a text; of a date without marks between its parts, these too."""
    for token in re.findall(r"\d+|[^\W\d_]+", text.lower()):
        if not token.isdecimal():
            yield token
            continue
        yield int(token)
        for widths in _TOGETHER.get(len(token), ()):
            places = list(accumulate(widths, initial=0))
            yield from (int(token[start:end]) for start, end in pairwise(places))


_TOGETHER = {8: ((4, 2, 2),), 6: ((4, 2), (2, 2, 2))}
"""How many digits the parts of a date have that is written without marks, by how many it has."""


def shape(url: str) -> re.Pattern[str] | None:
    """What the path and query of every period's address look like; None where it names parts we have no shape for."""
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(url):
        parts += [re.escape(url[end : match.start()]), _shape_of(match)]
        end = match.end()
    if None in parts:
        return None
    written = "".join([*filter(None, parts), re.escape(url[end:])])
    return re.compile(re.sub(r"^[^/]+://[^/]+", "", written))


def _shape_of(match: re.Match[str]) -> str | None:
    name, plain, code = match.groups()
    if not code:
        return r"\d{1,2}" if plain and name != "year" else _DIGITS[name]
    shapes = [
        (r"\d{1,3}" if one[1] else _CODES.get(one[2])) if one[2] else re.escape(one[0])
        for one in re.finditer(r"%(-?)([A-Za-z])|[^%]+", code)
    ]
    return None if None in shapes else "".join(filter(None, shapes))


def _part(match: re.Match[str], day: date) -> str:
    name, plain, code = match.groups()
    if code:
        return day.strftime(code)
    if name == "year":
        return f"{day.year:04d}"
    number = {"yy": day.year % 100, "month": day.month, "day": day.day}[name]
    return str(number) if plain else f"{number:02d}"


def _bounds(day: date, size: Size) -> tuple[date, date, str]:
    if size == "day":
        return day, day, day.isoformat()
    if size == "month":
        last = calendar.monthrange(day.year, day.month)[1]
        return day.replace(day=1), day.replace(day=last), f"{day:%Y-%m}"
    return date(day.year, 1, 1), date(day.year, 12, 31), f"{day:%Y}"
