"""Which dates of a listing are believed, and which addresses come out of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.listing import (
    Calendar,
    absolute,
    read_date,
)

BASE = "https://news.example.org/list/"
CALENDAR = Calendar("Europe/Berlin", date(2026, 11, 24))


@pytest.mark.parametrize(
    ("printed", "text", "day"),
    [
        ("2026-11-20", "2026-11-20", date(2026, 11, 20)),
        ("20261120", "2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T23:30:00Z", "2026-11-20T23:30:00Z", date(2026, 11, 21)),
        ("2026-11-20T23:30:00.1234567Z", "2026-11-20T23:30:00Z", date(2026, 11, 21)),
        ("2026-11-20 10:00:00", "2026-11-20T10:00:00", date(2026, 11, 20)),
        ("Fri, 20 Nov 2026 23:30:00 GMT", "2026-11-20T23:30:00Z", date(2026, 11, 21)),
        ("20 Nov 2026 10:00:00 -0000", "2026-11-20T10:00:00Z", date(2026, 11, 20)),
        ("Fri, 20 Nov 2026 10:00:00", "2026-11-20T10:00:00", date(2026, 11, 20)),
        ("November 20, 2026", "2026-11-20", date(2026, 11, 20)),
        ("Sept. 20, 2026", "2026-09-20", date(2026, 9, 20)),
        ("20 September 2026", "2026-09-20", date(2026, 9, 20)),
        ("Friday, 20 Nov. 2026", "2026-11-20", date(2026, 11, 20)),
        ("20.11.2026", "2026-11-20", date(2026, 11, 20)),
        ("2026-11-25T22:00:00-11:00", "2026-11-25T22:00:00-11:00", date(2026, 11, 25)),
        ("Fri, 20 Nov 26 10:00 +0100", "2026-11-20T10:00:00+01:00", date(2026, 11, 20)),
        ("20. November 2026", "2026-11-20", date(2026, 11, 20)),
        ("Posted on 20 Nov 2026 at 10:00", "2026-11-20T10:00", date(2026, 11, 20)),
    ],
)
def test_dates_that_are_believed(printed: str, text: str, day: date) -> None:
    listed = read_date(printed, CALENDAR)
    assert (listed.text, listed.day, listed.note) == (text, day, None)


@pytest.mark.parametrize(
    "printed",
    [
        "2026",
        "2026-11",
        "-1",
        "0000-00-00",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "-0001-11-30T00:00:00+00:00",
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "2099-01-01",
        "Thu, 01 Jan 2099 00:00:00 GMT",
        "2026-13-45",
        "20/20/2026",
        "yesterday",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_dates_that_are_refused_leave_no_day_and_a_note(printed: str) -> None:
    listed = read_date(printed, CALENDAR)
    assert (listed.text, listed.day) == (None, None)
    assert listed.note is not None


def test_no_date_at_all_is_nothing_to_note() -> None:
    assert read_date(None, CALENDAR) == read_date("  ", CALENDAR)
    assert read_date("", CALENDAR).note is None


def test_a_source_may_say_how_its_dates_are_written() -> None:
    assert read_date("05/06/2026", CALENDAR, "%m/%d/%Y").day == date(2026, 5, 6)
    assert read_date("05/06/2026", CALENDAR, "%d/%m/%Y").day == date(2026, 6, 5)
    assert read_date("20.11.2026", CALENDAR, "%m/%d/%Y").day is None


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_a_note(printed: str) -> None:
    listed = read_date(printed, CALENDAR)
    assert (listed.day is None) == (listed.text is None)
    assert listed.day is None or listed.note is None


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("a.html", BASE + "a.html"),
        (" /a ", "https://news.example.org/a"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("?page=2", BASE + "?page=2"),
        ("javascript:void(0)", None),
        ("mailto:a@example.org", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("http://[::1", None),
        ("http://example.org:99999/", None),
        ("http://", None),
        ("", None),
        (None, None),
        ("/" + "x" * 5_000, None),
    ],
)
def test_only_http_addresses_come_out(href: str | None, url: str | None) -> None:
    assert absolute(href, BASE) == url
