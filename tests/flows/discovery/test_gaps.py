"""What a feed has lost between two looks: which days, and who has listed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from flows.discovery import Candidate, Unit, Window
from flows.discovery.gaps import Gap, lost
from flows.discovery.polling import Poll
from warehouse.due import Known

NOW = datetime(2026, 11, 24, 12)
BEFORE = [Poll(datetime(2026, 11, 20, 23, 30), "fetched", None, True, 10)]
FEED = "https://post.example.org/feed"


def feed(*days: date | None) -> Unit:
    """A feed with one entry a day."""
    found = tuple(Candidate(f"{FEED}/{n}", f"k{n}", "feed", FEED, day) for n, day in enumerate(days))
    return Unit("feed", FEED, FEED, "fetched", whole=True, links=len(found), candidates=found)


NEW = feed(date(2026, 11, 24), date(2026, 11, 23))


def test_the_days_between_the_last_look_and_the_oldest_entry() -> None:
    gap = lost(NEW, BEFORE, {}, NOW, "UTC")
    assert gap is not None
    assert (gap.first_day, gap.last_day) == (date(2026, 11, 20), date(2026, 11, 23))
    assert (gap.unit.unit, gap.unit.whole, gap.unit.reason) == (f"{FEED}#gap-2026-11-20", False, "gap")
    assert (gap.filled.unit, gap.filled.whole) == (gap.unit.unit, True)


def test_a_day_is_a_day_in_the_zone_of_the_source() -> None:
    gap = lost(NEW, BEFORE, {}, NOW, "Europe/Berlin")
    assert gap is not None
    assert gap.first_day == date(2026, 11, 21)


def test_entries_without_a_date_leave_it_open_until_today() -> None:
    gap = lost(feed(None), BEFORE, {}, NOW, "UTC")
    assert gap is not None
    assert (gap.first_day, gap.last_day) == (date(2026, 11, 20), date(2026, 11, 24))


@pytest.mark.parametrize(
    "polls",
    [
        [],
        [Poll(NOW, "failed", "not_a_feed")],
        [Poll(NOW, "fetched", None, False, 0)],  # it was empty: nothing can have gone by
    ],
)
def test_a_feed_that_had_nothing_has_lost_nothing(polls: list[Poll]) -> None:
    assert lost(NEW, polls, {}, NOW, "UTC") is None


def test_a_failure_since_the_last_good_look_hides_no_gap() -> None:
    polls = [*BEFORE, Poll(NOW - timedelta(hours=1), "failed", "too_slow")]
    gap = lost(NEW, polls, {}, NOW, "UTC")
    assert gap is not None
    assert gap.first_day == date(2026, 11, 20)


@pytest.mark.parametrize(("found_at", "is_gap"), [(NOW - timedelta(days=1), False), (NOW + timedelta(seconds=1), True)])
def test_one_entry_known_before_this_run_is_enough(found_at: datetime, is_gap: bool) -> None:
    known = {"k1": Known("k1", FEED, first_found_at=found_at)}  # by another finder of the same run it proves nothing
    assert (lost(NEW, BEFORE, known, NOW, "UTC") is not None) is is_gap


@pytest.mark.parametrize("unit", [replace(NEW, candidates=()), replace(NEW, outcome="unchanged", candidates=())])
def test_nothing_listed_is_no_gap(unit: Unit) -> None:
    assert lost(unit, BEFORE, {}, NOW, "UTC") is None


GAP = Gap(NEW, date(2026, 11, 10), date(2026, 11, 23))
SITEMAP = Unit("sitemap", "s", "s", "fetched", whole=True)
INDEX = Unit("index", "i", "i", "fetched", whole=True, oldest=date(2026, 11, 10))


@pytest.mark.parametrize(
    ("units", "closes"),
    [
        ([SITEMAP], True),
        ([SITEMAP, replace(SITEMAP, outcome="unchanged", whole=False)], True),
        ([replace(SITEMAP, outcome="unchanged")], False),
        ([SITEMAP, replace(SITEMAP, outcome="failed", whole=False)], False),
        ([SITEMAP, replace(SITEMAP, outcome="deferred", whole=False)], False),
        ([replace(SITEMAP, whole=False)], False),
        ([INDEX], True),
        ([replace(INDEX, oldest=date(2026, 11, 11))], False),
        ([replace(INDEX, oldest=None)], False),
        ([replace(SITEMAP, finder="template")], True),
        ([], False),
    ],
)
def test_who_closes_a_gap(units: list[Unit], closes: bool) -> None:
    assert GAP.is_listed_by(units, date(2026, 11, 1)) is closes
    assert not GAP.is_listed_by(units, date(2026, 11, 11))


def test_the_window_of_the_pass_reaches_back_to_the_gap_and_not_for_ever() -> None:
    week = Window(date(2026, 11, 17), date(2026, 11, 24))
    assert GAP.widened(week).first_day == date(2026, 11, 10)
    assert replace(GAP, first_day=date(2026, 11, 22)).widened(week) == week
    assert replace(GAP, first_day=date(2020, 1, 1)).widened(week).first_day == date(2026, 10, 24)
