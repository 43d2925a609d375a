"""Dates as datelines print them, and the year that most of them leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from parsers.records import Precision
from parsers.view import LETTERS, plain
from parsers.vocabulary import WEEKDAYS, month, near_month

EARLIEST, LATEST = -2, 60  # days from dateline to publication that are believed; measured on 6,195 dated leads


@dataclass(frozen=True, slots=True)
class Printed:
    """A date as printed: what stands there, nothing inferred."""

    start: int
    end: int
    day: int
    month: int | None = None
    year: int | None = None
    warnings: tuple[str, ...] = ()
    weekday: bool = False  # a weekday stands before it


@dataclass(frozen=True, slots=True)
class Resolved:
    """The date as far as it can be known, and what supplied the part that was not printed."""

    text: str
    precision: Precision
    basis: str | None
    warnings: tuple[str, ...] = ()


_W = rf"[{LETTERS}]{{3,12}}"
_SHORT = "मई"
_YEAR = r"(?:(?:,|\.|\s|\bde\b|\bdel\b)\s*(?:de\s+|del\s+)?(?P<year>(?:1[6-9]|20)\d\d)(?!\d)(?:\s*(?:г\.|(?i:года)|р\.|року|r\.|m\.|م(?!\w)|年|yil|yılı))?)?"
_MONTH_DAY = re.compile(
    rf"(?P<month>{_W})(?:\.,?\s{{0,3}}|,?\s{{1,3}})(?P<day>\d{{1,3}})(?:st|nd|rd|th)?(?![\d%]|:\d|\.\d|,\d\d\d(?!\d)){_YEAR}"
)
_DAY_MONTH = re.compile(
    rf"(?:le\s+|في\s+|am\s+|den\s+|a\s+|el\s+|dne\s+|dnia\s+)?(?P<day>\d{{1,2}}|أول(?=\s)|اول(?=\s))(?:\.|er\b|st\b|nd\b|rd\b|th\b|º|°|a\b|-?го)?(?:\s{{0,2}}|-)(?:de\s+|d')?(?P<month>كانون ال\w+|تشرين ال\w+|{_W}|{_SHORT})"
    rf"\.?(?:\s?/?\s?(?P<other>(?:كانون|تشرين) ال\w+|[\u0620-\u064a]{{2,8}}))?"
    rf"(?:\s(?P<short>\d\d)(?=\s?[(\[\-–—])|{_YEAR})"
)
_YEAR_MONTH_DAY = re.compile(
    rf"(?P<year>(?:19|20)\d\d)\.?\s(?P<month>{_W})\.?\s(?P<day>\d{{1,2}})\.?(?:,\s[{LETTERS}]{{4,10}})?"
)
_ISO = re.compile(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_NUMBERS = re.compile(
    r"(?P<day>\d{1,2})(?P<s>[./-]|\s-\s)(?P<month>\d{1,2})(?:(?P=s)(?P<year>(?:19|20)\d\d)|(?P<dot>\.))?(?!\d|[:%./]\d|:)"
)
_WEEKDAY = re.compile(rf"(?P<word>[{LETTERS}\-]{{3,14}})\.?,?\s")
_HIJRI = re.compile(r"\d{1,2}\s[\u0620-\u064a ]{3,14}\s\d{4}\s?هـ\s?(?:الموافق\s?|/\s?)")
_BEFORE_DAY = ("le ", "في ", "am ", "den ", "a ", "el ", "dne ", "dnia ", "أول ", "اول ")
_TIME = re.compile(
    r"\.?(?:,\s(?:1[6-9]|20)\d\d(?=,\s\d))?(?:,?\s(?:à\s)?|\s[-–—]\s)\d\d?[h:.]\d\d(?:\s?(?:Uhr|heures|h|CES?T|GMT|UTC|[AP]\.?M\.?))?(?![\d%])"
    r"|\.,\s(?:hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap)"
)
_ALONE = re.compile(r"(?P<day>\d\d?)(?=\s\([A-Z])")
_AGAIN = re.compile(r"\s?,?\s?(?:1[6-9]|20)\d\d(?!\d)")
_DIGITS = re.compile(r"\d")


def read(text: str, start: int, language: str | None) -> Printed | None:
    """The date printed at `start`, in any order and script with letters; None when there is none."""
    first = text[start : start + 1]
    if not first.isalnum():
        return None
    if first.isdigit() and (hijri := _HIJRI.match(text, start)):
        return _moved(read(text, hijri.end(), language), start)
    if first.isdigit() or text.startswith(_BEFORE_DAY, start):
        return _with_time(text, _from_digit(text, start, language))
    found = _MONTH_DAY.match(text, start)
    if found:
        return _with_time(text, _with_month(text, found, language))
    weekday = _WEEKDAY.match(text, start)
    if weekday and plain(weekday["word"]) in WEEKDAYS:
        printed = read(text, weekday.end(), language)
        return printed and replace(printed, start=start, weekday=True)
    return None


def day_alone(text: str, start: int) -> Printed | None:
    """The day of the month that stands alone before a bracket; None when there is none."""
    found = _ALONE.match(text, start)
    return Printed(start, found.end(), int(found["day"])) if found and 1 <= int(found["day"]) <= 31 else None


def _with_time(text: str, printed: Printed | None) -> Printed | None:
    """The date with the weekday or the time of day that press releases and some agencies print behind it."""
    found = _TIME.match(text, printed.end) if printed else None
    return replace(printed, end=found.end()) if printed and found else printed


def _moved(printed: Printed | None, start: int) -> Printed | None:
    return printed and replace(printed, start=start)


def _from_digit(text: str, start: int, language: str | None) -> Printed | None:
    """A date that opens with a number."""
    if found := _YEAR_MONTH_DAY.match(text, start) or _DAY_MONTH.match(text, start):
        return _with_month(text, found, language)
    if found := _ISO.match(text, start):
        return _checked(found.start(), found.end(), int(found["day"]), int(found["month"]), int(found["year"]))
    if found := _NUMBERS.match(text, start):
        year = int(found["year"]) if found["year"] else None
        return _checked(found.start(), found.end(), int(found["day"]), int(found["month"]), year)
    return None


def _with_month(text: str, found: re.Match[str], language: str | None) -> Printed | None:
    """A date whose month is a word; a misspelt one is read with a warning."""
    groups = found.groupdict()
    number = month(found["month"], language)
    warnings: tuple[str, ...] = ()
    if number is None:
        number = near_month(found["month"], language)
        warnings = (f"month misspelt: {found['month']}",)
    if number is None:
        return None
    other = groups.get("other")
    end = found.end("month") if other and month(other, "ar") != number else found.end()
    short = groups.get("short")
    year = (
        int(groups["year"])
        if groups.get("year")
        else int(short) + (1900 if int(short) > 68 else 2000)
        if short
        else None
    )
    if other and end == found.end("month"):
        year = None
    if year and (again := _AGAIN.match(text, end)):
        end, warnings = again.end(), (*warnings, "two years printed")
    day = int(found["day"]) if found["day"].isdecimal() else 1  # "the first" in letters
    return _checked(found.start(), end, day, number, year, warnings)


def _checked(
    start: int, end: int, day: int, number: int, year: int | None, warnings: tuple[str, ...] = ()
) -> Printed | None:
    """The date if there is such a day; a day with a stray digit keeps its digits for `resolve` to judge."""
    if 31 < day < 320 and not year:
        return Printed(start, end, day, number, year, (*warnings, f"no such day: {day}"))
    try:
        date(year or 2000, number, day)
    except ValueError:
        return None
    return Printed(start, end, day, number, year, warnings)


def resolve(printed: Printed, published: date | None, basis: str) -> Resolved:
    """The date with its year: printed, or that of the smallest lag to `published` within -2 … +60 days."""
    if printed.day > 31 or printed.month is None:
        return _by_day(printed, published, basis)
    month_day = f"{printed.month:02d}-{printed.day:02d}"
    if printed.year:
        stated = date(printed.year, printed.month, printed.day)
        far = published and not EARLIEST <= (published - stated).days <= LATEST
        more = (f"far from publication: {published}",) if far else ()
        return Resolved(stated.isoformat(), "day", "explicit", printed.warnings + more)
    if published is None:
        return Resolved(f"--{month_day}", "day-noyear", None, (*printed.warnings, "no year: publication date unknown"))
    near = _near(printed.month, printed.day, published)
    if near is None:
        return Resolved(
            f"--{month_day}", "day-noyear", None, (*printed.warnings, f"no year near publication: {published}")
        )
    return Resolved(near.isoformat(), "day", basis, printed.warnings)


def _by_day(printed: Printed, published: date | None, basis: str) -> Resolved:
    """A day of the month alone, or one with a stray digit: the nearest day that reads so."""
    texts = {str(printed.day)} if printed.day <= 31 else _without_one_digit(printed.day)
    if published is not None:
        days = (published - timedelta(days=lag) for lag in range(EARLIEST, LATEST + 1))
        months = {printed.month} if printed.month else set(range(1, 13))
        near = _nearest((d for d in days if str(d.day) in texts and d.month in months), published)
        if near is not None:
            return Resolved(near.isoformat(), "day", basis, printed.warnings)
    if printed.day <= 31:
        return Resolved(
            f"---{printed.day:02d}", "day-of-month", None, (*printed.warnings, "no month: publication date unknown")
        )
    text = f"--{printed.month or 0:02d}-{min(int(t) for t in texts):02d}"
    return Resolved(text, "day-noyear", None, (*printed.warnings, "no year: publication date unknown"))


def _without_one_digit(day: int) -> set[str]:
    digits = str(day)
    shorter = {int(digits[:i] + digits[i + 1 :]) for i in range(len(digits))}
    return {str(n) for n in shorter if 1 <= n <= 31} or {"1"}


@lru_cache(maxsize=2048)
def _near(number: int, day: int, published: date) -> date | None:
    """The day of that month in the year that puts it nearest to publication; None when no year does."""
    return _nearest(_same_day_in_years(number, day, published), published)


def _same_day_in_years(number: int, day: int, published: date) -> Iterator[date]:
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            yield date(year, number, day)
        except ValueError:
            continue  # 29 February


def _nearest(candidates: Iterator[date], published: date) -> date | None:
    """The candidate of the smallest lag inside the window; None when all are outside."""
    inside = [d for d in candidates if EARLIEST <= (published - d).days <= LATEST]
    return min(inside, key=lambda d: abs((published - d).days), default=None)


_URL_DATES = (
    re.compile(r"[/_\-.](?P<y>(?:19|20)\d\d)[/\-_](?P<m>\d\d?)[/\-_](?P<d>\d\d?)(?!\d)"),
    re.compile(r"[/_\-n](?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[/_\-.]|[a-z]|$)"),
    re.compile(r"/(?P<c>(?:19|20))(?P<cy>\d\d)/(?:[^?#]*/)?(?P=cy)(?P<m>\d\d)(?P<d>\d\d)(?=[_\-a-z])"),
)


@lru_cache(maxsize=512)
def of_url(url: str | None, pattern: str | None = None) -> date | None:
    """The day that an address states, by the source's own pattern or the usual ones; None when it states none."""
    if not url:
        return None
    for rule in (re.compile(pattern),) if pattern else _URL_DATES:
        if found := rule.search(url):
            try:
                return _url_day(found.groupdict())
            except ValueError:
                continue
    return None


def _url_day(groups: dict[str, str | None]) -> date | None:
    """The day of a match; None when a part is missing. Raises ValueError when there is no such day."""
    year = groups.get("year") or groups.get("y")
    if not year and (short := groups.get("yy") or groups.get("cy")):
        year = (groups.get("c") or ("19" if int(short) > 68 else "20")) + short
    number, day = groups.get("month") or groups.get("m"), groups.get("day") or groups.get("d")
    return date(int(year), int(number), int(day)) if year and number and day else None
