"""Date strings of machines and of people, in many languages, read as far as they go and no further."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from parsers.records import Precision, StatedDate


def _data(name: str) -> dict[str, object]:
    return tomllib.loads(files("parsers").joinpath(f"data/{name}").read_text(encoding="utf-8"))


def _month_names() -> dict[str, dict[str, int]]:
    """For each printed name, the month it means by language."""
    named: dict[str, dict[str, int]] = {}
    for language, months in _data("months.toml").items():
        if isinstance(months, list) and len(months) == 12:
            for number, spellings in enumerate(months, 1):
                for spelling in spellings.split():
                    named.setdefault(spelling.replace("_", " ").casefold(), {})[language] = number
    return named


_MONTHS = _month_names()
MONTH_NAMES = frozenset(_MONTHS)
_WORDS = _data("visible_dates.toml")
_ZONES: dict[str, int] = _WORDS["zones"]  # type: ignore[assignment]
_DIGITS = {
    ord(c): str(unicodedata.digit(c))
    for start in (0x660, 0x6F0, 0x966, 0x9E6)
    for c in map(chr, range(start, start + 10))
}


def _any(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_CLOCK = rf"""(?P<hour>[01]?\d|2[0-4])(?:[:.hH](?P<minute>[0-5]\d))(?:[:.](?P<second>[0-5]\d)(?:[.,]\d+)?)?
    (?:\s*(?P<half>[aApP]\.?\s?[mM]\b\.?))?(?:\s*(?:Uhr|uur|Hs|hrs?|h|น\.))?
    (?:\s*\(?(?P<zone>{_any(_ZONES)}|(?:GMT|UTC)?[+-](?:0\d|1[0-4]):?[0-5]\d)\b\)?)?"""
_MONTH = rf"(?P<month>{_any(_MONTHS)})"
_JOINT = rf"(?:(?:{_any(_WORDS['joints'])})\s?)?"
_YEAR = r"(?P<year>(?:1[6-9]|20)\d\d)"
_SHAPES = tuple(
    re.compile(shape, re.VERBOSE | re.IGNORECASE)
    for shape in (
        r"(?<![\d./-])(?P<year>(?:1[6-9]|20)\d\d)(?P<mark>[-/.])\s?(?P<month>0?[1-9]|1[0-2])(?P=mark)\s?(?P<day>0?[1-9]|[12]\d|3[01])(?!\d|[./-]\d)",
        r"(?<![\d./-])(?P<first>0?[1-9]|[12]\d|3[01])(?P<mark>[-/.]|\s[|/.]\s)\s?(?P<second_>0?[1-9]|[12]\d|3[01])(?P=mark)\s?(?P<year>(?:1[6-9]|20)\d\d|\d\d(?![\d:]))(?!\d|[./-]\d)",
        rf"(?<![\d.,])(?P<day>0?[1-9]|[12]\d|3[01])(?:\.|{_any(_WORDS['ordinals'])})?[\s\u2009-]{{0,2}}{_JOINT}{_MONTH}(?![^\W\d_])[.,]?[\s-]{{0,2}},?\s?{_JOINT}{_YEAR}(?!\d)",
        rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_])\.?[\s-]{{0,3}}(?P<day>0?[1-9]|[12]\d|3[01])(?:{_any(_WORDS['ordinals'])})?[\s,.-]{{1,3}}{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[.,]?\s{{0,2}}{_MONTH}(?![^\W\d_])\.?\s{{0,2}}(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?P<year>(?:1[6-9]|20)\d\d)\s?[年년]\s?(?P<month>0?[1-9]|1[0-2])\s?[月월]\s?(?P<day>0?[1-9]|[12]\d|3[01])\s?[日일]",
        r"(?<!\d)(?P<year>(?:1[6-9]|20)\d\d)\.\s(?P<month>0?[1-9]|1[0-2])\.\s(?P<day>0?[1-9]|[12]\d|3[01])\b",
        r"ngày\s(?P<day>\d\d?)\stháng\s(?P<month>\d\d?)(?:,?\snăm)?\s(?P<year>\d{4})",
    )
)
_CLOCK_AFTER = re.compile(
    r"(?:[\s,;|/·•–—-]|\b(?:at|um|à|a\sl[ae]s|às|alle|ore|om|kl|kl\.|klo|o|в|saat|pukul|jam|hora|time)\b|T){0,6}"
    + _CLOCK,
    re.VERBOSE,
)
_CLOCK_BEFORE = re.compile(_CLOCK + r"(?:[\s,;|/·•–—-]|\b(?:on|am|le|el|em|il|op|den)\b){1,4}$", re.VERBOSE)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>0[1-9]|1[0-2])(?:-?(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T\s]{0,3}(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d|60)(?:[.,]\d+)?)?"
    r"\s?(?P<zone>[zZ]|UTC|GMT|[+\-−]\d\d:?(?:[0-5]\d)?)?)?)?)?\s*(?:\[[\w/+-]+\])?"
)
_JAVA = re.compile(
    r"(?:[A-Z][a-z]{2},?\s)?(?P<month>[A-Z][a-z]{2})\s(?P<day>\d\d?)\s(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\s(?P<zone>[A-Z]{1,5}(?:[+-]\d\d:?\d\d)?|[+-]\d{4})?\s?(?P<year>\d{4})"
)
_RFC2822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s)?(?P<day>\d\d?)\s(?P<month>[A-Z][a-z]{2})\s(?P<year>\d{4})\s(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s(?P<zone>[A-Z]{1,5}|[+-]\d{4})"
)
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:\d{3})?")


YEARS = range(1000, 3000)
"""Years that are believed to be meant: machines fill in 0001 and 9999 where they know none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as it was written: nothing added, nothing converted."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    offset: int | None = None  # minutes east of UTC, where a zone was written
    universal: bool = False  # the zone was Z, UTC or GMT: a machine's clock, not the outlet's
    start: int = 0  # where it stands in the text that was read
    end: int = 0

    @property
    def text(self) -> str:
        """EDTF, as far as known."""
        out = f"{self.year:04d}"
        out += f"-{self.month:02d}" if self.month else ""
        out += f"-{self.day:02d}" if self.day else ""
        if self.hour is None:
            return out
        out += f"T{self.hour:02d}:{self.minute:02d}" + ("" if self.second is None else f":{self.second:02d}")
        return out + ("" if self.offset is None else "Z" if self.universal else _offset(self.offset))

    @property
    def precision(self) -> Precision:
        if self.hour is not None:
            return "minute" if self.second is None else "second"
        return "day" if self.day else "month" if self.month else "year"

    @property
    def instant(self) -> datetime | None:
        """In UTC, naive; only where time and zone were written."""
        if self.hour is None or self.offset is None or not (self.month and self.day):
            return None
        local = datetime(self.year, self.month, self.day, self.hour, self.minute, self.second or 0)  # noqa: DTZ001
        return local - timedelta(minutes=self.offset)

    def local_day(self, zone: str) -> date | None:
        """The calendar day where it was published: as written, but an instant in UTC is turned to `zone`."""
        if not (self.month and self.day):
            return None
        if self.universal and (instant := self.instant):
            return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        return date(self.year, self.month, self.day)

    def stated(self, basis: str, zone: str) -> StatedDate:
        """The record of it, its day in the source's `zone`."""
        return StatedDate(self.text, self.precision, basis, self.local_day(zone), self.instant)


def _offset(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def read(text: str, language: str | None = None) -> Moment | None:
    """A date that fills a value meant for one (JSON-LD, meta, datetime); None when it cannot be read."""
    text = " ".join(text.split())[:80]
    for shape in (_ISO, _JAVA, _RFC2822):
        if found := shape.fullmatch(text):
            return _moment(found, language)
    if found := _EPOCH.fullmatch(text):
        return _from_epoch(int(found["seconds"]))
    return next(find(text, language), None)


def find(text: str, language: str | None = None) -> Iterator[Moment]:
    """All full dates in a readable text, from left to right, each with the time that stands beside it."""
    plain = unicodedata.normalize("NFKC", text).translate(_DIGITS) if not text.isascii() else text
    if not any(c.isdigit() for c in plain):
        return
    found: list[tuple[int, Moment, re.Match[str]]] = []
    for shape in _SHAPES:
        for match in shape.finditer(plain):
            moment = _moment(match, language)
            if moment and not any(m.start < moment.end and moment.start < m.end for _, m, _ in found):
                found.append((match.start(), moment, match))
    for _, moment, match in sorted(found, key=lambda item: item[0]):
        yield _with_clock(moment, plain, match)


def _with_clock(moment: Moment, text: str, match: re.Match[str]) -> Moment:
    after = _CLOCK_AFTER.match(text, match.end())
    before = None if after else _CLOCK_BEFORE.search(text[max(0, match.start() - 25) : match.start()])
    clock = after or before
    time = _time(clock) if clock else None
    if time is None:
        return moment
    return replace(moment, **time, end=after.end() if after else moment.end)  # type: ignore[arg-type]


def _moment(match: re.Match[str], language: str | None) -> Moment | None:
    parts = match.groupdict()
    year, month, day = (
        _year(parts["year"]),
        _month(parts.get("month"), language),
        int(parts["day"]) if parts.get("day") else None,
    )
    if parts.get("first"):
        month, day = _ordered(int(parts["first"]), int(parts["second_"]), parts["mark"].strip(), language)
    if (parts.get("month") and month is None) or year not in YEARS:
        return None
    try:
        date(year, month or 1, day or 1)
    except (ValueError, TypeError):
        return None
    moment = Moment(year, month, day, start=match.start(), end=match.end())
    time = _time(match) if parts.get("hour") else None
    return replace(moment, **time) if time else moment  # type: ignore[arg-type]


def _time(match: re.Match[str]) -> dict[str, object] | None:
    """The fields of a written time; None when it is none."""
    parts = match.groupdict()
    hour = int(parts["hour"])
    half = (parts.get("half") or "").replace(".", "").replace(" ", "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23:
        return None
    second = min(int(parts["second"]), 59) if parts.get("second") else None
    zone = (parts.get("zone") or "").upper().replace("−", "-")
    return {
        "hour": hour,
        "minute": int(parts["minute"] or 0),
        "second": second,
        "offset": _zone(zone),
        "universal": _zone(zone) == 0,
    }


def _zone(text: str) -> int | None:
    if text in _ZONES:
        return _ZONES[text]
    found = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d\d):?(\d\d)?", text)
    if not found or int(found[2]) > 14:
        return None
    return (-1 if found[1] == "-" else 1) * (60 * int(found[2]) + int(found[3] or 0))


def _year(text: str) -> int:
    """A year of two digits belongs to the century around 2000, as POSIX has it."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 69 else 1900)


def _month(text: str | None, language: str | None) -> int | None:
    if text is None or text.isdigit():
        return int(text) if text else None
    meanings = _MONTHS.get(text.casefold().rstrip("."), {})
    base = (language or "").lower().partition("-")[0]
    if base in meanings:
        return meanings[base]
    numbers = set(meanings.values())
    return numbers.pop() if len(numbers) == 1 else None


def _ordered(first: int, second: int, mark: str, language: str | None) -> tuple[int | None, int | None]:
    """Month and day of two numbers: by what is possible, then by the custom of the language."""
    if first > 12 or second > 12:
        return (second, first) if second <= 12 else (first, second) if first <= 12 else (None, None)
    month_first = mark in "/-" and (language or "").lower() in ("en", "en-us", "en-ph")
    return (first, second) if month_first else (second, first)


def _from_epoch(seconds: int) -> Moment:
    at = datetime.fromtimestamp(seconds, tz=UTC)
    return Moment(at.year, at.month, at.day, at.hour, at.minute, at.second, offset=0, universal=True)
