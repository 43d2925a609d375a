"""Pages of an index of which one was not read: what lies between its neighbours is missing, and all else is vouched for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import tables
from tests.warehouse.facts import SOURCE, at, key
from tests.warehouse.test_views_coverage import DATABASE, listed, page
from tests.warehouse.test_views_undated import in_order, run
from warehouse import coverage, rows
from warehouse.folders import Folders

FIRST = date(2026, 1, 1)
FAILED = {"outcome": "failed", "reason": "status_500"}
PAGES = [(26, 30), (21, 25), (16, 20), (11, 15), (6, 10), (1, 5)]
"""First and last day of the pages of an index, the latest first."""


def walked(*lost: int, pages: list[tuple[int, int]] = PAGES, hours: float = 0, **how) -> list[rows.Row]:
    """The looks of one walk over the pages of an index, of which some, counted from one, were not read."""
    return [
        replace(
            listed(f"page{number}", finder="index", hours=hours + number / 1000, **state),
            run_id=key("later" if hours else "run"),
        )
        for number, (first, last) in enumerate(pages, 1)
        for state in [(how or FAILED) if number in lost else {"first": day(first), "last": day(last)}]
    ]


def day(number: int) -> date:
    return FIRST + timedelta(number - 1)


def known(folder: Path, *batch: rows.Row) -> duckdb.DuckDBPyConnection:
    """An article of every day, and some looks."""
    articles = [row for number in range(1, 31) for row in page(f"a{number}", day(number), finder="index")]
    return tables.loaded(Folders(folder / "data"), [[run(), *articles, *batch]], DATABASE)


def holes(con: duckdb.DuckDBPyConnection, first: int = 1, last: int = 30) -> dict[str, list[int]]:
    """The days of the holes by state; 0 is a listing without days."""
    found: dict[str, list[int]] = {}
    for hole in coverage.holes(con, SOURCE, day(first), day(last)):
        found.setdefault(hole.state, []).append((hole.day - FIRST).days + 1 if hole.day else 0)
    return found


CASES: list[tuple[str, list[rows.Row], dict[str, list[int]]]] = [
    ("all read", walked(), {}),
    ("one failed", walked(3), {"unreachable": [*range(15, 22)]}),
    ("two beside each other failed", walked(3, 4), {"unreachable": [*range(10, 22)]}),
    ("two failed", walked(2, 5), {"unreachable": [*range(5, 12), *range(20, 27)]}),
    ("one cut", walked(3, whole=False, reason="cut_short"), {"partial": [*range(15, 22)]}),
    ("the first failed", walked(1), {"unreachable": [*range(25, 31)]}),
    ("the last failed", walked(6), {"unlisted": [*range(1, 6)], "unreachable": [6, 0]}),
    ("a later walk has the page", [*walked(3), *walked(hours=30)], {}),
    ("a later walk fails at another page", [*walked(), *walked(4, hours=30)], {}),
    ("a later walk reads what is after the last that failed", [*walked(6), *walked(6, pages=[*PAGES[:5], (3, 5), (1, 2)], hours=30)], {"unreachable": [*range(2, 7)]}),
    ("days of pages overlap", walked(3, pages=[(24, 30), (20, 25), (15, 21), (11, 16), (6, 12), (1, 7)]), {"unreachable": [*range(15, 22)]}),
    ("in no order", walked(3, pages=[(1, 30), (3, 28), (2, 29), (2, 29), (1, 28), (1, 30)]), {"unlisted": [*range(1, 31)], "unreachable": [0]}),
    ("only one page was read", walked(2, pages=[(1, 30), (1, 1)]), {"unlisted": [*range(1, 31)], "unreachable": [0]}),
]  # fmt: skip


@pytest.mark.parametrize(("looks", "missing"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_page_that_was_not_read_costs_the_days_that_it_may_list(
    tmp_path: Path, looks: list[rows.Row], missing: dict[str, list[int]]
) -> None:
    assert holes(known(tmp_path, *looks)) == missing


def test_a_last_page_that_fails_is_missing_only_where_days_before_the_others_are_wanted(tmp_path: Path) -> None:
    con = known(tmp_path, *walked(6))
    assert holes(con, 7) == {}
    assert holes(con, 4, 5) == {"unlisted": [4, 5], "unreachable": [0]}


def test_a_day_says_which_page_was_not_read(tmp_path: Path) -> None:
    con = known(tmp_path, *walked(3))
    assert {hole.reason for hole in coverage.holes(con, SOURCE)} == {
        "its listing could not be read: index page3 (status_500)"
    }


def test_a_failed_page_says_nothing_of_the_week_end_after_the_last_article(tmp_path: Path) -> None:
    weeks = [
        (FIRST.replace(day=2) - timedelta(7 * week + 4), FIRST.replace(day=2) - timedelta(7 * week))
        for week in range(6)
    ]
    articles = [
        row
        for first, last in weeks
        for number in range((last - first).days + 1)
        for row in page(f"{first}{number}", first + timedelta(number), finder="index")
    ]
    looks = [listed(f"p{number}", finder="index", hours=number / 1000, **({"first": first, "last": last} if number != 3 else FAILED))
             for number, (first, last) in enumerate(weeks)]  # fmt: skip
    con = tables.loaded(Folders(tmp_path / "data"), [[run(), *articles, *looks]], DATABASE)
    found = coverage.days(con, SOURCE, date(2026, 1, 3), date(2026, 1, 4))
    assert [one.state for one in found] == ["confirmed_empty", "confirmed_empty"]


def test_an_address_that_is_lost_at_the_top_of_a_page_lies_between_it_and_the_page_before(tmp_path: Path) -> None:
    days = [day(9), day(9), day(8), day(8), None, day(7), day(6), day(5)]
    batch = [
        replace(row, unit="page2") if isinstance(row, rows.Found) and row.found_at >= at(0.004) else row
        for row in in_order(days, finder="index", unit="page1")
    ]
    looks = [listed("page1", finder="index", undated=4), listed("page2", finder="index", hours=0.1, undated=4)]
    con = tables.loaded(Folders(tmp_path / "data"), [[run(), *looks, *batch]], DATABASE)
    assert holes(con, 5, 9) == {"partial": [7, 8]}


def test_pages_without_days_are_vouched_for_by_what_is_known_of_their_articles(tmp_path: Path) -> None:
    later = [replace(one, undated=5) if one.first_day else one for one in walked(hours=30)]
    assert holes(known(tmp_path, *walked(3), *later)) == {}
    later = [replace(one, undated=5) if one.first_day else one for one in walked(4, hours=30)]
    assert holes(known(tmp_path, *walked(1, 2, 3, 4), *later)) == {"unreachable": [*range(10, 17)]}


def test_a_page_of_a_month_that_failed_costs_its_days_until_the_month_is_read_whole(tmp_path: Path) -> None:
    month = {"first": day(1), "last": day(30)}
    looks = [
        listed("2026-01", **month, whole=False, reason="page_3_status_500"),
        listed("2026-01#page-3", first=day(15), last=day(21), hours=0.001, **FAILED),
    ]
    con = known(tmp_path, *looks)
    assert holes(con) == {"unreachable": [*range(15, 22)]}
    con = known(tmp_path, *looks, listed("2026-01", **month, hours=30))
    assert holes(con) == {}
    assert con.execute("SELECT unit FROM unit_states").fetchall() == [("2026-01",)]


def test_of_two_indexes_one_that_fails_at_its_first_page_may_list_all_that_is_newer_than_its_second(
    tmp_path: Path,
) -> None:
    pages: list[tuple[str, tuple[int, int] | None]] = [
        ("a/", (16, 30)), ("a/2", (1, 15)), ("b/", None), ("b/2", (11, 20)), ("b/3", (1, 10))]  # fmt: skip
    looks = [
        listed(name, finder="index", hours=number / 1000, **({"first": day(days[0]), "last": day(days[1])} if days else FAILED))
        for number, (name, days) in enumerate(pages)
    ]  # fmt: skip
    assert holes(known(tmp_path, *looks)) == {"unreachable": [*range(20, 31)]}


def test_a_page_of_a_month_without_days_costs_those_between_the_articles_before_and_after_it(tmp_path: Path) -> None:
    days = [day(number) for number in (9, 9, 8, 8, 5, 5, 4, 4)]
    looks = [
        listed("2026-01", first=day(1), last=day(30), whole=False, reason="page_2_status_500", links=8, undated=8),
        listed("2026-01#page-2", links=4, hours=0.0001, **FAILED),
    ]
    batch = in_order(days, finder="template", unit="2026-01")
    con = tables.loaded(Folders(tmp_path / "data"), [[run(), *looks, *batch]], DATABASE)
    assert holes(con, 4, 9) == {"unreachable": [*range(5, 9)]}
    again = [replace(one, listed_at=at(30), run_id=key("later")) for one in looks]
    again = [replace(one, new_links=0, listed_at=at(30 + number / 1000)) for number, one in enumerate(again)]
    con = tables.loaded(Folders(tmp_path / "more"), [[run(), *looks, *batch, *again]], DATABASE)
    assert holes(con, 4, 9) == {"unreachable": [*range(5, 9)]}


def test_where_one_day_is_like_another_a_full_one_at_the_edge_of_a_lost_page_is_complete(tmp_path: Path) -> None:
    articles = [row for number in range(-59, 31) for row in page(f"a{number}", day(number), finder="index")]
    looks = walked(9, pages=[(first, first + 4) for first in range(26, -60, -5)])
    con = tables.loaded(Folders(tmp_path / "data"), [[run(), *articles, *looks]], DATABASE)
    assert holes(con, -59, 30) == {"unreachable": [*range(-14, -9)]}
    (edge,) = coverage.days(con, SOURCE, day(-15), day(-15))
    assert edge.state == "complete"
    assert (edge.reason or "").startswith(f"it has as many as nearly every {day(-15):%A}")
