"""Holes as other parts ask for them: over which days, and what has no day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import tables
from tests.warehouse.facts import SOURCE, at, fetched, found, key
from tests.warehouse.test_views_coverage import DATABASE, DAY, listed, page
from warehouse import coverage, reading_copy, rows, spool
from warehouse.folders import Folders
from warehouse.ledger import Ledger

NEXT = DAY + timedelta(1)


def loaded(folder: Path, *batch: rows.Row) -> duckdb.DuckDBPyConnection:
    return tables.loaded(Folders(folder / "data"), [list(batch)], DATABASE)


def brief(holes: list[coverage.Hole]) -> list[tuple[object, ...]]:
    return [(hole.day or f"{hole.finder} {hole.unit}", hole.state, hole.missing) for hole in holes]


def test_without_limits_the_days_are_those_that_listings_speak_for(tmp_path: Path):
    con = loaded(tmp_path, listed("a", first=DAY), listed("b", first=DAY + timedelta(3)), *page("a"), *page("old", date(2009, 1, 1)))  # fmt: skip
    assert coverage.reach(con, SOURCE) == (DAY, DAY + timedelta(3))
    assert brief(coverage.holes(con, SOURCE)) == [(NEXT, "never_tried", 0), (DAY + timedelta(2), "never_tried", 0)]
    assert brief(coverage.holes(con, SOURCE, DAY, DAY)) == []
    assert brief(coverage.holes(con, SOURCE, date(2009, 1, 1), date(2009, 1, 2))) == [
        (date(2009, 1, 1), "unlisted", 0), (date(2009, 1, 2), "never_tried", 0)]  # fmt: skip


def test_months_of_captures_do_not_widen_the_days(tmp_path: Path):
    captures = listed("2026-02", finder="wayback", first=DAY - timedelta(20), last=DAY + timedelta(10))
    con = loaded(tmp_path, captures, *page("a", finder="wayback", unit="2026-02"))
    assert brief(coverage.holes(con, SOURCE)) == [(DAY, "unlisted", 0)]


def test_a_source_of_which_nothing_is_known_has_no_days(tmp_path: Path):
    con = loaded(tmp_path, listed("feed", finder="feed"))
    assert coverage.reach(con, SOURCE) is None
    assert coverage.holes(con, SOURCE) == []
    assert brief(coverage.holes(con, SOURCE, DAY, DAY)) == [(DAY, "never_tried", 0)]


def test_listings_and_addresses_without_a_day_are_holes_of_their_unit(tmp_path: Path):
    con = loaded(
        tmp_path,
        listed("day", first=DAY), *page("a"),
        listed("map", finder="sitemap", outcome="failed", reason="status_500"),
        listed("feed", finder="feed", outcome="failed"),
        found("undated", finder="sitemap", unit="other"), found("lost", finder="sitemap", unit="other"),
        fetched("lost", outcome="gone"),
    )  # fmt: skip
    expected = [("sitemap map", "unreachable", 0), ("sitemap other", "never_tried", 1)]
    assert brief(coverage.holes(con, SOURCE)) == expected
    assert brief(coverage.holes(con, SOURCE, DAY, DAY)) == expected  # they may be of that day
    assert [hole.reason for hole in coverage.units(con, SOURCE)] == [
        "its listing could not be read (status_500)", "addresses without a day: 1 never tried"]  # fmt: skip


def test_what_is_certainly_of_other_days_is_left_out(tmp_path: Path):
    year = listed("2024", first=date(2024, 1, 1), last=date(2024, 12, 31), undated=1)
    con = loaded(tmp_path, year, found("undated", finder="template", unit="2024"), listed("day", first=DAY))
    assert brief(coverage.holes(con, SOURCE, DAY, DAY)) == []
    assert ("template 2024", "never_tried", 1) in brief(coverage.holes(con, SOURCE, date(2024, 5, 1), date(2024, 5, 2)))


def test_a_day_that_is_not_over_is_no_hole():
    now = datetime(2026, 3, 5, 12, 0)
    assert coverage.over(now) == date(2026, 3, 4)
    assert coverage.over(now - timedelta(hours=1)) == date(2026, 3, 3)


@pytest.mark.parametrize("state", coverage.STATES)
def test_today_is_open_whatever_its_state(state: str):
    today = coverage.Day(DAY, state, None, (), (), None, None, 0, 0, 0, 0, 0, False)
    assert not today.is_hole
    assert today.is_open == (state in coverage.HOLES)
    assert coverage.of_days([today]) == []


def test_pages_are_given_with_what_came_of_them(tmp_path: Path):
    con = loaded(tmp_path, *page("a", title="Listed so"), found("b", day=NEXT), fetched("b", outcome="gone", reason="status_404"))  # fmt: skip
    assert coverage.pages(con, SOURCE, DAY, NEXT) == [
        coverage.PageState(DAY, "https://paper.example/a", "Words Of A", "article", None),
        coverage.PageState(NEXT, "https://paper.example/b", None, "gone", "status_404"),
    ]
    assert coverage.final(con, SOURCE, DAY, NEXT) == [("gone", "status_404", 1)]


def test_a_listing_has_found_what_another_one_found_first_and_was_tried_where_it_was_asked(tmp_path: Path):
    con = loaded(
        tmp_path,
        listed("feed", finder="feed"), *page("a", finder="feed", unit="feed"),
        listed("day", first=DAY), rows.Sighted(SOURCE, key("a"), "template", "day", at(1), key("run")),
        listed("next", first=NEXT), found("b", day=NEXT, finder="template", unit="next"),
        listed("century", first=DAY, last=date(2099, 12, 31)),
    )  # fmt: skip
    columns, units = coverage.listings(con, SOURCE, DAY, NEXT)
    shown = {row[columns.index("unit")]: dict(zip(columns, row, strict=True)) for row in units}
    assert [(shown["day"][name]) for name in ("state", "found", "articles")] == ["complete", 1, 1]
    assert (shown["next"]["state"], shown["next"]["missing"]) == ("partial", 1)
    assert (shown["century"]["state"], shown["century"]["reason"]) == ("open", "not over yet")


def test_days_of_a_listing_that_was_read_are_known_also_where_it_lists_nothing(tmp_path: Path):
    year = listed("2026", first=date(2026, 1, 1), last=date(2026, 12, 31))
    folders = Folders(tmp_path / "data")
    reading_copy.ensure(folders)
    spool.write(
        folders, [year, found("a", day=DAY, finder="template", unit="2026")], source_id=SOURCE, run_id=key("run")
    )
    with Ledger(folders, SOURCE) as ledger:
        levels = ledger.levels(date(2026, 1, 1), date(2026, 12, 31))
    over = (year.listed_at - coverage.OVER).date()
    assert max(levels.days) == over
    assert len(levels.days) == (over - date(2026, 1, 1)).days + 1
    assert levels.a_day == pytest.approx(1 / len(levels.days))
