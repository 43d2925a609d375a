"""Dates as listings print them: believed to the day or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from parsers import dates

# The web is younger than this, but scanned archives are listed with the days of their paper.
EARLIEST = date(1700, 1, 1)
_AHEAD = timedelta(days=2)  # time zones, and embargoed texts listed on the eve
_RFC822 = re.compile(r"(?:[A-Za-z]+,? )?\d{1,2} [A-Za-z]{3,9} \d{2,4} \d{1,2}:\d{2}")
_NEVER_SET = "1970-01-01T00:00"  # what a program prints that has no date


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is needed to read a date: the zone that makes it a day, the last day it may be, the language of words."""

    timezone: str = "UTC"
    latest: date | None = None  # today, as the caller knows it; None: any future is believed
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A date that was believed (`text` in EDTF and its day), or a note why it was not."""

    text: str | None = None
    day: date | None = None
    note: str | None = None


NO_DATE = Listed()


def read_date(value: str | None, calendar: Calendar, date_format: str | None = None) -> Listed:
    """The date a listing printed, in `date_format` or any form parsers.dates knows; refused ones come with a note."""
    text = " ".join((value or "").split())
    if not text:
        return NO_DATE
    moment = _by_format(text, date_format) if date_format else dates.read(text, calendar.language) or _rfc822(text)
    fault = _fault(moment, calendar)
    if fault or moment is None:
        return Listed(note=f"{fault}: {text[:40]!r}")
    return Listed(text=moment.text, day=moment.local_day(calendar.timezone))


def _fault(moment: dates.Moment | None, calendar: Calendar) -> str | None:
    """Why a date is not believed."""
    if moment is None:
        return "an unreadable date"
    if moment.text.startswith(_NEVER_SET):
        return "the date of a clock that was never set"
    try:
        day = moment.local_day(calendar.timezone)
    except OverflowError:
        return "a date out of range"
    if day is None:
        return "a date without a day"
    late = calendar.latest is not None and day > calendar.latest + _AHEAD
    return "a date out of range" if late or day < EARLIEST else None


def _rfc822(text: str) -> dates.Moment | None:
    """The older form of mail dates, with a year of two digits, or without a zone."""
    if not _RFC822.match(text):
        return None  # the library reads the year -1 as a zone
    try:
        return dates.read(parsedate_to_datetime(text).isoformat())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _by_format(text: str, date_format: str) -> dates.Moment | None:
    try:
        return dates.read(datetime.strptime(text, date_format).date().isoformat())  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
