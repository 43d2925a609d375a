"""Listings that name no days: what their articles say of them, where a lost address belongs, and the days beside what is named."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import tables
from tests.warehouse.facts import SOURCE, at, fetched, found, key
from tests.warehouse.test_views_coverage import DATABASE, listed, page
from warehouse import coverage, rows
from warehouse.folders import Folders

FIRST = date(2026, 2, 2)  # a Monday
MONTH = {"first": date(2026, 2, 1), "last": date(2026, 2, 28)}
LOST = {"outcome": "failed", "status": 500, "reason": "status_500"}


def loaded(folder: Path, *batch: rows.Row) -> duckdb.DuckDBPyConnection:
    return tables.loaded(Folders(folder / "data"), [list(batch)], DATABASE)


def run(kind: str = "backfill") -> rows.Run:
    return rows.Run(key("run"), SOURCE, kind, "completed", at(0), at(1), at(1), None, 0, 0, 0, 0, 0, 0, 0, 0, None)


def in_order(days: list[date | None], **other) -> list[rows.Row]:
    """Addresses as a listing has them, one after the other; without a day, one that is lost."""
    batch: list[rows.Row] = []
    for number, day in enumerate(days):
        name, later = f"{other.get('unit', 'u')}{number}", {"hours": number / 1000, **other}
        batch += page(name, day, **later) if day else [found(name, **later), fetched(name, **LOST)]
    return batch


def days(*numbers: int) -> list[date | None]:
    """Days of the month by number; 0 is none."""
    return [date(2026, 2, number) if number else None for number in numbers]


def states(con: duckdb.DuckDBPyConnection, first: int = 2, last: int = 6) -> dict[int, str]:
    found_ = coverage.days(con, SOURCE, date(2026, 2, first), date(2026, 2, last))
    return {one.day.day: one.state for one in found_}


def partial(con: duckdb.DuckDBPyConnection) -> list[int]:
    return [day for day, state in states(con, 1, 28).items() if state == "partial"]


PLACES: list[tuple[str, list[date | None], list[int]]] = [
    ("between two of one day", days(6, 6, 5, 5, 0, 5, 4, 3, 2), [5]),
    ("between two days", days(6, 6, 5, 5, 0, 4, 4, 3, 2), [4, 5]),
    ("two beside each other", days(6, 6, 5, 0, 0, 5, 4, 3, 2), [5]),
    ("rising", days(2, 3, 4, 4, 0, 4, 5, 6), [4]),
    ("the first of a listing that falls", days(0, 6, 5, 4, 3, 2), [6, 7, 8, 9, 10]),
    ("the last of a listing that falls", days(16, 15, 14, 13, 12, 0), [8, 9, 10, 11, 12]),
    ("no order", days(2, 6, 3, 0, 5, 2, 4, 6, 3), list(range(1, 29))),
    ("too few to tell", days(6, 5, 0, 4), list(range(1, 29))),
]


@pytest.mark.parametrize(("order", "missing"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_a_lost_address_without_a_day_is_missing_where_its_neighbours_are(
    tmp_path: Path, order: list[date | None], missing: list[int]
) -> None:
    month = listed("2026-02", **MONTH, undated=len(order))
    con = loaded(tmp_path, month, *in_order(order, finder="template", unit="2026-02"))
    assert partial(con) == missing
    has_place = len(missing) < 28
    assert [hole.unit for hole in coverage.units(con, SOURCE)] == ([] if has_place else ["2026-02"])


def test_what_was_found_at_one_moment_has_no_order(tmp_path: Path) -> None:
    month = listed("2026-02", **MONTH, undated=9)
    batch = in_order(days(6, 6, 5, 5, 0, 5, 4, 3, 2), finder="template", unit="2026-02", hours=0)
    assert partial(loaded(tmp_path, month, *batch)) == list(range(1, 29))


def test_of_which_day_a_lost_address_may_be_is_said(tmp_path: Path) -> None:
    month = listed("2026-02", **MONTH, undated=9)
    con = loaded(tmp_path, month, *in_order(days(6, 6, 5, 5, 0, 5, 4, 3, 2), finder="template", unit="2026-02"))
    (hole,) = coverage.holes(con, SOURCE, FIRST, FIRST + timedelta(4))
    assert (hole.day, hole.state) == (date(2026, 2, 5), "partial")
    assert hole.reason == "1 failed (status_500), which has no day and is listed beside those of this one: https://paper.example/2026-024"  # fmt: skip


def test_what_has_no_known_day_is_counted_by_listing_and_by_what_came_of_it(tmp_path: Path) -> None:
    gone = [found("gone", finder="template", unit="2026-02"), fetched("gone", outcome="gone", reason="status_404")]
    lost = in_order(days(6, 0, 5, 0), finder="template", unit="2026-02")
    con = loaded(tmp_path, listed("2026-02", **MONTH, undated=5), *lost, *gone, found("new", finder="list", unit=None))
    failed, listed_only = ("template", "2026-02", "failed", "status_500", False, 2), ("list", None, "never_tried", None, False, 1)  # fmt: skip
    dead = ("template", "2026-02", "gone", "status_404", True, 1)
    assert [astuple(one) for one in coverage.dayless(con, SOURCE)] == [failed, dead, listed_only]
    march = coverage.dayless(con, SOURCE, date(2026, 3, 1), date(2026, 3, 31))
    assert [astuple(one) for one in march] == [listed_only]


def reasons(con: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, int]]:
    """The reasons of the days that are partial, and how many of their addresses are missing."""
    asked = con.execute("SELECT day, reason, missing FROM coverage WHERE scope = 'day' AND state = 'partial' ORDER BY day").fetchall()  # fmt: skip
    return {day.day: (reason, lacking) for day, reason, lacking in asked}


def test_what_may_be_of_two_days_has_one_reason_and_is_counted_on_neither(tmp_path: Path) -> None:
    undated = listed("map", finder="sitemap", links=9, undated=9)
    batch = in_order(days(6, 6, 5, 5, 0, 0, 4, 4, 3), finder="sitemap", unit="map")
    waits = fetched("map5", hours=1, outcome="deferred", status=429, reason="status_429")
    told = "1 failed (status_500), 1 put off (status_429), which have no day and are listed beside those of this one: https://paper.example/map4 and 1 more"
    con = loaded(tmp_path, undated, *batch, waits)
    assert reasons(con) == {4: (told, 0), 5: (told, 0)}
    assert sum(one.addresses for one in coverage.dayless(con, SOURCE)) == 2


def test_what_may_be_of_any_day_of_a_month_is_said_by_its_listing(tmp_path: Path) -> None:
    month = listed("2026-02", **MONTH, undated=4)
    con = loaded(tmp_path, month, *in_order(days(6, 5, 0, 4), finder="template", unit="2026-02"))
    told = "1 failed (status_500), which has no day and is listed by template 2026-02: https://paper.example/2026-022"
    assert reasons(con) == dict.fromkeys(range(1, 29), (told, 0))


def test_a_page_of_an_index_whose_addresses_have_no_day_was_read_all_the_same(tmp_path: Path) -> None:
    walk, units = in_order(days(9, 8, 8, 7, 7, 0, 0, 4, 4, 3, 3, 2), finder="index", unit="p"), iter("111112233333")
    pages = [replace(row, unit=next(units)) if isinstance(row, rows.Found) else row for row in walk]
    looks = [listed(f"{n + 1}", finder="index", hours=n, links=5, undated=5) for n in range(3)]
    told = {reason for reason, _ in reasons(loaded(tmp_path, run(), *looks, *pages)).values()}
    assert told == {"2 failed (status_500), which have no day and are listed beside those of this one: https://paper.example/p5 and 1 more"}  # fmt: skip


def test_a_listing_that_was_not_read_whole_is_said_before_what_did_not_come(tmp_path: Path) -> None:
    month = listed("2026-02", **MONTH, undated=9)
    cut = listed("2026", first=date(2026, 2, 5), whole=False, reason="cut_short")
    con = loaded(tmp_path, month, cut, *in_order(days(6, 6, 5, 5, 0, 5, 4, 3, 2), finder="template", unit="2026-02"))
    assert reasons(con)[5] == ("its listing was not read whole: template 2026 (cut_short)", 0)


@pytest.mark.parametrize("finder", ["sitemap", "index"])
def test_a_listing_of_no_days_speaks_for_those_of_its_articles(tmp_path: Path, finder: str) -> None:
    undated = listed("map", finder=finder, links=6, undated=6)
    con = loaded(tmp_path, run(), undated, *in_order(days(6, 5, 5, 3, 2, 2), finder=finder, unit="map"))
    assert states(con) == {2: "complete", 3: "complete", 4: "unlisted", 5: "complete", 6: "complete"}


def test_the_oldest_day_of_an_index_of_one_page_may_go_on_on_another(tmp_path: Path) -> None:
    undated = listed("map", finder="index", links=6, undated=6, reason="one_page")
    con = loaded(tmp_path, run(), undated, *in_order(days(6, 5, 5, 3, 2, 2), finder="index", unit="map"))
    assert states(con) == {2: "unlisted", 3: "complete", 4: "unlisted", 5: "complete", 6: "complete"}


def test_a_sitemap_that_lists_fewer_than_it_did_does_not(tmp_path: Path) -> None:
    undated = listed("map", finder="sitemap", links=3, undated=3)
    con = loaded(tmp_path, run(), undated, *in_order(days(6, 5, 5, 3, 2, 2), finder="sitemap", unit="map"))
    assert states(con)[5] == "unlisted"


def weeks(finder: str, unit: str, first: date, count: int = 5) -> list[rows.Row]:
    """Articles of the weekdays of some weeks, and the listing that names them."""
    wanted = [first + timedelta(7 * week + day) for week in range(count) for day in range(5)]
    articles = [row for day in wanted for row in page(f"{unit} {day}", day, finder=finder, unit=unit)]
    return [listed(unit, finder=finder, first=wanted[0], last=wanted[-1], links=len(wanted)), *articles]


def week_ends(con: duckdb.DuckDBPyConnection, saturday: date) -> list[str]:
    return [one.state for one in coverage.days(con, SOURCE, saturday, saturday + timedelta(1))]


def test_the_week_end_between_two_sitemaps_is_empty(tmp_path: Path) -> None:
    january, february = date(2025, 12, 29), date(2026, 2, 2)
    both = [*weeks("sitemap", "1", january), *weeks("sitemap", "2", february, 3)]
    con = loaded(tmp_path, *both)
    assert week_ends(con, date(2026, 1, 31)) == ["confirmed_empty", "confirmed_empty"]
    con = loaded(tmp_path, *both, listed("3", finder="sitemap", outcome="failed"))
    assert week_ends(con, date(2026, 1, 31)) == ["never_tried", "never_tried"]


def test_the_week_end_after_the_last_article_is_empty_and_a_weekday_is_not(tmp_path: Path) -> None:
    last = date(2026, 1, 31)
    con = loaded(tmp_path, *weeks("index", "page", date(2025, 12, 29)))
    assert week_ends(con, last) == ["confirmed_empty", "confirmed_empty"]
    assert [one.state for one in coverage.days(con, SOURCE, date(2026, 2, 2), date(2026, 2, 5))] == [
        "unlisted",
        "unlisted",
        "never_tried",
        "never_tried",
    ]
    assert coverage.reach(con, SOURCE) == (date(2025, 12, 29), date(2026, 1, 30))


def test_after_the_sitemap_of_a_month_may_come_that_of_the_next(tmp_path: Path) -> None:
    con = loaded(tmp_path, *weeks("sitemap", "map-2026-01.xml", date(2025, 12, 29)))
    assert week_ends(con, date(2026, 1, 31)) == ["never_tried", "never_tried"]


@pytest.mark.parametrize(("kind", "state"), [("backfill", "confirmed_empty"), ("ingest", "never_tried")])
def test_before_the_first_of_an_index_is_nothing_where_it_was_walked_to_its_end(
    tmp_path: Path, kind: str, state: str
) -> None:
    con = loaded(tmp_path, run(kind), *weeks("index", "page", date(2025, 12, 29)))
    assert week_ends(con, date(2025, 12, 27)) == [state, state]


def test_a_failed_listing_of_a_day_is_not_made_good_by_its_neighbours(tmp_path: Path) -> None:
    saturday = date(2026, 1, 31)
    failed = listed("2026-01-31", first=saturday, outcome="failed")
    con = loaded(tmp_path, *weeks("index", "page", date(2025, 12, 29)), failed)
    assert week_ends(con, saturday) == ["unreachable", "confirmed_empty"]
