"""Date strings of machines and people: read as far as they go, never further, and never with an exception."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import dates

QUICK = settings(max_examples=150, deadline=None, derandomize=True)
ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2017-09-22T10:00+02:00", None, "2017-09-22T10:00+02:00"),
        ("2017-09-22T10:00:07.123Z", None, "2017-09-22T10:00:07Z"),
        ("2017-09-22 10:00:07 UTC", None, "2017-09-22T10:00:07Z"),
        ("20170922", None, "2017-09-22"),
        ("2017-09", None, "2017-09"),
        ("2017", None, "2017"),
        ("Fri Sep 22 10:00:07 CEST 2017", None, "2017-09-22T10:00:07+02:00"),
        ("Fri, 22 Sep 2017 10:00:07 +0200", None, "2017-09-22T10:00:07+02:00"),
        ("1506067207", None, "2017-09-22T08:00:07Z"),
        ("1506067207000", None, "2017-09-22T08:00:07Z"),
        ("September 22nd, 2017 at 4:05 p.m. EDT", "en", "2017-09-22T16:05-04:00"),
        ("22. September 2017, 16:05 Uhr", "de", "2017-09-22T16:05"),
        ("le 1er mai 2017 à 6h05", "fr", "2017-05-01T06:05"),
        ("3 de mayo de 2017", "es", "2017-05-03"),
        ("03/05/2017", "es", "2017-05-03"),
        ("03/05/2017", "en", "2017-03-05"),
        ("13/05/2017", "en", "2017-05-13"),
        ("3.5.17", "de", "2017-05-03"),
        ("2017年9月22日 10:00", "ja", "2017-09-22T10:00"),
        ("2017년 9월 22일", "ko", "2017-09-22"),
        ("22 сентября 2017", "ru", "2017-09-22"),
        ("٢٢ سبتمبر ٢٠١٧", "ar", "2017-09-22"),
        ("31 February 2017", "en", None),
        ("0001-01-01T00:00:00", None, None),
        ("9999-12-31T23:59:59Z", None, None),
        ("tomorrow", "en", None),
        ("", None, None),
    ],
)
def test_a_value_is_read_as_far_as_it_goes(text: str, language: str | None, expected: str | None):
    moment = dates.read(text, language)
    assert (moment.text if moment else None) == expected


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2017-09-22T23:30:00Z", "Europe/Oslo", date(2017, 9, 23)),
        ("2017-09-22T23:30:00+02:00", "Pacific/Kiritimati", date(2017, 9, 22)),
        ("2017-09-22", "America/New_York", date(2017, 9, 22)),
        ("2017-09", "UTC", None),
    ],
)
def test_the_day_is_the_one_written_and_an_instant_in_utc_is_turned_to_the_sources_zone(
    text: str, zone: str, day: date | None
):
    moment = dates.read(text)
    assert moment is not None
    assert moment.stated("json-ld", zone).day == day


def test_time_and_offset_survive():
    moment = dates.read("2017-09-22T10:00:07+02:00")
    assert moment is not None
    stated = moment.stated("json-ld", "UTC")
    assert stated.text == "2017-09-22T10:00:07+02:00"
    assert stated.precision == "second"
    assert stated.instant == datetime(2017, 9, 22, 8, 0, 7)


def test_a_clock_without_a_zone_is_no_instant():
    moment = dates.read("2017-09-22T10:00")
    assert moment is not None
    assert moment.stated("meta", "Europe/Oslo").instant is None


@given(st.text(max_size=200), st.sampled_from((None, "en", "de", "zh")))
@QUICK
def test_no_text_raises_and_what_is_found_lies_in_it(text: str, language: str | None):
    dates.read(text, language)
    for moment in dates.find(text, language):
        assert 0 <= moment.start < moment.end
        assert moment.day is not None
        for zone in ZONES:
            assert moment.local_day(zone) is not None


@given(st.text(alphabet="0123456789-/.:TZ+ ,日年月aApPmMJanMySeptUhr()", max_size=60))
@QUICK
def test_nothing_that_looks_like_a_date_raises(text: str):
    for moment in (dates.read(text), *dates.find(text)):
        if moment is not None:
            for zone in ZONES:
                moment.stated("visible", zone)


@given(st.text(alphabet="0123456789./- ,abcdeSeptmbr", max_size=80))
@QUICK
def test_the_year_and_the_day_found_are_printed(text: str):
    for moment in dates.find(text):
        numbers = {int(number) for number in re.findall(r"\d+", text[moment.start : moment.end])}
        assert moment.year in numbers or moment.year % 100 in numbers
        assert moment.day in numbers


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)), st.integers(-12 * 4, 14 * 4))
@QUICK
def test_reading_what_was_written_changes_nothing(at: datetime, quarters: int):
    stated = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    moment = dates.read(stated.isoformat())
    assert moment is not None
    assert dates.read(moment.text) == moment or moment.universal
    assert moment.instant == stated.astimezone(UTC).replace(tzinfo=None)
    assert moment.local_day("UTC") == (stated.date() if quarters else stated.astimezone(UTC).date())


@given(
    st.dates(date(1950, 1, 1), date(2068, 12, 31)), st.sampled_from(("%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d"))
)
@QUICK
def test_a_readable_day_is_found_in_the_middle_of_a_line(day: date, form: str):
    (moment,) = dates.find(f"By Anna Berg | {day.strftime(form)} | 3 comments", "en")
    assert date(moment.year, moment.month or 0, moment.day or 0) == day
