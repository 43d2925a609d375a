"""When a finder is asked again: a table of looks, and what an outlet asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.discovery.polling import LONGEST, Poll, failed_in_a_row, interval, max_age, next_poll
from flows.listings.polls import is_asked
from warehouse.due import Due

START = datetime(2026, 11, 20, 6)
QUARTER = timedelta(minutes=15)
LETTERS = {
    "n": ("fetched", None, True),
    "s": ("unchanged", None, False),
    "e": ("fetched", None, False),
    "f": ("failed", "not_a_feed", False),
    "d": ("deferred", "host_resting", False),
    "g": ("fetched", "gap", True),
    "y": ("not_yet", "status_404", False),
    "x": ("gone", "status_410", False),
    "m": ("gone", "status_404", False),
}


def polls(letters: str, apart: timedelta = timedelta(hours=1)) -> list[Poll]:
    """Looks, one a letter: New, Same, Empty of news, Failed, Deferred, Gap, not Yet, gone (x) and Missing."""
    return [
        Poll(START + number * apart, outcome, reason, changed, links=10 * changed)
        for number, (outcome, reason, changed) in enumerate(LETTERS[letter] for letter in letters)
    ]


@pytest.mark.parametrize(
    ("letters", "minutes"),
    [
        ("n", 15),
        ("ns", 30),
        ("nss", 60),
        ("nse", 60),
        ("nsssss", 480),
        ("nssssssss", 1440),
        ("n" + "s" * 29, 1440),
        ("nsssn", 15),
        ("nssf", 15),
        ("nssff", 30),
        ("nsfs", 60),
        ("nsssfd", 30),
        ("ny", 30),
        ("ngssss", 30),
        ("n" * 5 + "gn", 15),
        ("f" * 30, 1440),
        ("m", 15),
    ],
)
def test_the_interval_doubles_while_nothing_changes(letters: str, minutes: int) -> None:
    assert interval(polls(letters), QUARTER)[0] == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("letters", "stated", "minutes"),
    [
        ("n", 5, 15),
        ("n", 60, 60),
        ("nsss", 60, 120),
        ("n", 60 * 24 * 365, 1440),
        ("ng", 600, 30),
        ("nf", 600, 15),
    ],
)
def test_what_the_outlet_asks_for_holds_within_bounds(letters: str, stated: int, minutes: int) -> None:
    assert interval(polls(letters), QUARTER, timedelta(minutes=stated))[0] == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("letters", "passed", "when", "reason"),
    [
        ("", 0, "now", "never asked"),
        ("n", 14, "now", "asked a moment ago"),  # a schedule may come a little early
        ("n", 10, "at", "asked a moment ago"),
        ("nss", 50, "at", "quiet for 2 looks"),
        ("nss", 60, "now", "quiet for 2 looks"),
        ("nff", 25, "at", "failed 2 times"),
        ("nx", 60 * 24 * 29, "at", "gone"),
        ("nx", 60 * 24 * 31, "now", "gone"),
        ("nm", 60, "now", "failed"),
    ],
)
def test_the_next_look(letters: str, passed: int, when: str, reason: str) -> None:
    looks = polls(letters)
    now = (looks[-1].at if looks else START) + timedelta(minutes=passed)
    verdict = next_poll(looks, QUARTER, None, now)
    assert (verdict.when, verdict.reason) == (when, reason)
    assert (verdict.at is not None and verdict.at > now) is (when == "at")


def test_a_source_that_wants_every_pass_gets_it_but_for_what_is_gone() -> None:
    assert next_poll(polls("nsssss"), timedelta(), timedelta(hours=9), START).when == "now"
    assert next_poll(polls("nx"), timedelta(), None, START + timedelta(hours=2)).when == "at"


@pytest.mark.parametrize(
    ("verdict", "due", "usual", "now"),
    [
        (Due("now", "never asked"), True, True, True),
        (Due("at", "quiet for 2 looks", START), False, True, True),
        (Due("at", "gone", START), False, False, True),
    ],
)
def test_who_asks_what(verdict: Due, due: bool, usual: bool, now: bool) -> None:
    assert [is_asked(verdict, polling) for polling in ("due", "usual", "now")] == [due, usual, now]


@given(
    st.text("nsefdgyxm", max_size=40),
    st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=40)), min_size=40, max_size=40),
    st.timedeltas(timedelta(minutes=1), timedelta(days=2)),
    st.none() | st.timedeltas(timedelta(), timedelta(days=9_000)),
)
def test_no_wait_is_shorter_than_the_least_or_longer_than_a_day(
    letters: str, apart: list[timedelta], least: timedelta, stated: timedelta | None
) -> None:
    moments = accumulate(apart, initial=START)
    looks = [Poll(at, *LETTERS[letter]) for at, letter in zip(moments, letters, strict=False)]
    if looks:
        wait, _ = interval(looks, least, stated)
        assert least <= wait <= max(LONGEST, least)
        assert 0 <= failed_in_a_row(looks) <= len(looks)
    assert next_poll(looks, least, stated, START + timedelta(days=4_000)).when == "now"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=300", 300),
        ("public, MAX-AGE = 60", 60),
        ('max-age="60"', 60),
        ("s-maxage=5", None),
        ("no-store", None),
        ("max-age=-1", None),
        ("max-age=x", None),
        ("max-age=99999999999999", 999999999),
    ],
)
def test_how_long_an_answer_may_be_kept(header: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert max_age([("Date", "x"), ("cache-control", header)]) == expected
