"""Dates as listings print them: believed to the day or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# The web is younger than this, but scanned archives are listed with the days of their paper.
EARLIEST = date(1700, 1, 1)
_AHEAD = timedelta(days=2)  # time zones, and embargoed texts listed on the eve
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_RFC2822 = re.compile(r"(?:[A-Za-z]+,? )?\d{1,2} [A-Za-z]{3,9} (?:\d{4}|\d{2}) \d{1,2}:\d{2}.*")
_WEEKDAY = re.compile(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[.,]? ")
_SEPT = re.compile(r"\bSept\b")
_WORDED = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%d %m %Y")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # what a program prints that has no date
_TRUNCATED = re.compile(r"-?\d{1,4}(?:-\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is needed to read a date: the zone that makes it a day, and the last day it may be."""

    timezone: str = "UTC"
    latest: date | None = None  # today, as the caller knows it; None: any future is believed


@dataclass(frozen=True, slots=True)
class Listed:
    """A date that was believed (`text` in EDTF and its day), or a note why it was not."""

    text: str | None = None
    day: date | None = None
    note: str | None = None


NO_DATE = Listed()


def read_date(value: str | None, calendar: Calendar, date_format: str | None = None) -> Listed:
    """The date a listing printed, in ISO 8601, RFC 2822 or `date_format`; refused ones come with a note."""
    text = " ".join((value or "").split())
    if not text:
        return NO_DATE
    moment = _by_format(text, date_format) if date_format else _moment(text)
    if moment is None:
        kind = "a date without a day" if _TRUNCATED.fullmatch(text) else "an unreadable date"
        return Listed(note=f"{kind}: {text[:40]!r}")
    return _checked(moment, text, calendar)


def _checked(moment: datetime | date, text: str, calendar: Calendar) -> Listed:
    try:
        day = _day(moment, calendar.timezone)
    except OverflowError:
        return Listed(note=f"a date out of range: {text[:40]!r}")
    if isinstance(moment, datetime) and moment.tzinfo and moment == _EPOCH:
        return Listed(note=f"the date of a clock that was never set: {text[:40]!r}")
    if day < EARLIEST or (calendar.latest is not None and day > calendar.latest + _AHEAD):
        return Listed(note=f"a date out of range: {text[:40]!r}")
    return Listed(text=_edtf(moment), day=day)


def _day(moment: datetime | date, timezone: str) -> date:
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(ZoneInfo(timezone)).date() if moment.tzinfo else moment.date()


def _edtf(moment: datetime | date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.isoformat(timespec="seconds")


def _moment(text: str) -> datetime | date | None:
    if compact := _COMPACT.fullmatch(text):
        text = "-".join(compact.groups())
    if _TRUNCATED.fullmatch(text):
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text.upper().replace(" UTC", "+00:00")))
    except ValueError:
        return _rfc2822(text) or _in_words(text)


def _rfc2822(text: str) -> datetime | None:
    if not _RFC2822.fullmatch(text):
        return None  # the library reads the year -1 as a zone
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if text.endswith("-0000") else moment  # UTC, says the RFC, whatever the place


def _in_words(text: str) -> date | None:
    """A day in English words or with dots; slashes are left alone, since half the world reads them the other way."""
    plain = _SEPT.sub("Sep", _WEEKDAY.sub("", text))
    plain = " ".join(plain.replace(",", " ").replace(".", " ").split())
    for pattern in _WORDED:
        try:
            return datetime.strptime(plain, pattern).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def _by_format(text: str, date_format: str) -> datetime | date | None:
    try:
        moment = datetime.strptime(text, date_format)  # noqa: DTZ007  (a zone is believed only where printed)
    except ValueError:
        return None
    return moment if "%H" in date_format or "%I" in date_format else moment.date()
