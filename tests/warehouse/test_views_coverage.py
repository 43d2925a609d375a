"""What is known of an archive, day by day and unit by unit: nothing is called empty that nobody has listed whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import tables
from tests.warehouse.facts import SOURCE, START, at, fetched, found, key, reading, withdrawal
from warehouse import rows, schema
from warehouse.folders import Folders

DAY = date(2026, 2, 10)  # long over at START, the first of March
WEEK = 24 * 7.0

DATABASE = schema.opened(":memory:")
"""Emptied for every test: making one takes longer than loading."""


def loaded(folders: Folders, batches: list[list[rows.Row]]) -> duckdb.DuckDBPyConnection:
    return tables.loaded(folders, batches, DATABASE)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def listed(unit: str, *, finder: str = "template", hours: float = 0, first: date | None = None, last: date | None = None,
           whole: bool = True, outcome: str = "fetched", links: int = 1, undated: int = 0, reason: str | None = None) -> rows.Listed:  # fmt: skip
    digest = key(unit) if outcome == "fetched" else None
    return rows.Listed(SOURCE, finder, unit, f"https://paper.example/{unit}", first, last or first, at(hours), whole and outcome == "fetched",
                       outcome, reason, digest, links, links, undated, key("run"))  # fmt: skip


def page(name: str, day: date | None = DAY, **other) -> list[rows.Row]:
    return [found(name, day=day, **other), fetched(name), reading(name, f"words of {name}")]


def sighted(name: str, finder: str, hours: float = 1) -> rows.Sighted:
    return rows.Sighted(SOURCE, key(name), finder, f"https://paper.example/{finder}", at(hours), key("run"))


def day_state(con: duckdb.DuckDBPyConnection, day: date = DAY) -> str | None:
    asked = con.execute("SELECT state FROM coverage WHERE scope = 'day' AND day = $1", [day]).fetchall()
    return asked[0][0] if asked else None


def unit_state(con: duckdb.DuckDBPyConnection, unit: str) -> str:
    ((state,),) = con.execute("SELECT state FROM coverage WHERE scope = 'unit' AND unit = $1", [unit]).fetchall()
    return state


ADDRESSES: list[tuple[str, list[rows.Row], str]] = [
    ("an article", page("a"), "complete"),
    ("no article", [found("a", day=DAY), fetched("a"), reading("a", None)], "complete"),
    (
        "a page that the parser died of",
        [*page("b"), found("a", day=DAY), fetched("a"), replace(reading("a", None), reject_reason="parser_died")],
        "partial",
    ),
    ("gone", [found("a", day=DAY), fetched("a", outcome="gone", status=404)], "complete"),
    ("withdrawn", [found("a", day=DAY), withdrawal("a")], "complete"),
    ("disallowed", [found("a", day=DAY), fetched("a", outcome="disallowed", status=None)], "complete"),
    ("failed", [*page("b"), found("a", day=DAY), fetched("a", outcome="failed", status=500)], "partial"),
    (
        "refused by the outlet",
        [*page("b"), found("a", day=DAY), fetched("a", outcome="refused", status=403, reason="status_403")],
        "partial",
    ),
    (
        "a test for browsers",
        [*page("b"), found("a", day=DAY), fetched("a", outcome="refused", status=403, reason="challenge")],
        "partial",
    ),
    (
        "refused by law",
        [*page("b"), found("a", day=DAY), fetched("a", outcome="refused", status=451, reason="status_451")],
        "complete",
    ),
    (
        "not to be asked for",
        [*page("b"), found("a", day=DAY), fetched("a", outcome="refused", status=None, reason="ssrf")],
        "complete",
    ),
    ("put off", [*page("b"), found("a", day=DAY), fetched("a", outcome="deferred", status=429)], "partial"),
    ("fetched and not read", [found("a", day=DAY), fetched("a")], "partial"),
    ("one never tried", [*page("b"), found("a", day=DAY)], "partial"),
    ("all never tried", [found("a", day=DAY)], "never_tried"),
    ("nothing", [], "confirmed_empty"),
]


@pytest.mark.parametrize(("rows_", "state"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_a_day_that_was_listed_whole_is_judged_by_its_addresses(folders: Folders, rows_: list[rows.Row], state: str):
    assert day_state(loaded(folders, [[listed("day", first=DAY), *rows_]])) == state


LISTINGS: list[tuple[str, list[rows.Row], str | None, str | None]] = [
    ("nothing lists the day", [], "unlisted", None),
    ("a feed lists no days", [listed("feed", finder="feed")], "unlisted", None),
    ("a listing that was cut", [listed("day", first=DAY, whole=False)], "partial", "partial"),
    ("a listing that failed", [listed("day", first=DAY, outcome="failed")], "unreachable", "unreachable"),
    ("a listing left for want of budget", [listed("day", first=DAY, outcome="deferred", reason="max_pages")], "unlisted", "never_tried"),
    ("a month whose links have days", [listed("month", first=DAY, last=DAY + timedelta(9))], "complete", "confirmed_empty"),
    ("a month with a link of no day", [listed("month", first=DAY, last=DAY + timedelta(9), undated=1), found("x", unit="month", finder="template")],
     "partial", "partial"),
    ("a month with a link whose day was read later", [listed("month", first=DAY, last=DAY + timedelta(9), undated=1), *page("x", unit="month", finder="template")],
     "complete", "complete"),
    ("whole once, then unchanged", [listed("day", first=DAY), listed("day", first=DAY, hours=2, outcome="unchanged", links=0)],
     "complete", "confirmed_empty"),
    ("whole once after it was over, then failed", [listed("day", first=DAY), listed("day", first=DAY, hours=2, outcome="failed")],
     "complete", "confirmed_empty"),
    ("a sitemap whose links have days", [listed("map", finder="sitemap", first=DAY, last=DAY + timedelta(9))], "complete", "confirmed_empty"),
    ("a sitemap of no days", [listed("map", finder="sitemap")], "unlisted", None),
    ("a sitemap that was cut", [listed("map", finder="sitemap", first=DAY, last=DAY + timedelta(9), whole=False)], "unlisted", None),
    ("two pages of an index", [listed("page1", finder="index", first=DAY + timedelta(1), last=DAY + timedelta(9)), listed("page2", finder="index", first=DAY - timedelta(3), last=DAY)],
     "complete", "confirmed_empty"),
    ("a page of an index without the next", [listed("page1", finder="index", first=DAY, last=DAY + timedelta(9)), listed("page2", finder="index", outcome="failed")],
     "unlisted", None),
    ("an archive of captures", [listed("2026", finder="wayback", first=DAY, last=DAY)], "unlisted", "unlisted"),
    ("a listing fails, and an archive has captures", [listed("day", first=DAY, outcome="failed"), listed("2026", finder="wayback", first=DAY)],
     "unreachable", "unreachable"),
    ("one of two templates fails", [listed("day", first=DAY), listed("day /b", first=DAY, outcome="failed")], "unreachable", "unreachable"),
    ("one of two templates has no such page", [listed("day", first=DAY), listed("day /b", first=DAY, outcome="gone", reason="status_404")],
     "complete", "confirmed_empty"),
    ("one finder fails, another lists it", [listed("day", first=DAY, outcome="failed"), listed("map", finder="sitemap", first=DAY)],
     "complete", "confirmed_empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("looks", "filled", "empty"), [case[1:] for case in LISTINGS], ids=[case[0] for case in LISTINGS]
)
def test_a_day_inherits_from_units_that_list_by_day(
    folders: Folders, looks: list[rows.Row], filled: str, empty: str | None
):
    assert day_state(loaded(folders, [[*looks, *page("a")]])) == filled
    assert day_state(loaded(folders, [looks])) == empty


def test_a_day_is_over_only_when_it_is_over_everywhere(folders: Folders):
    today = START.date()
    early = loaded(folders, [[listed("day", first=today, hours=1)]])
    assert day_state(early, today) == "partial"
    still = loaded(folders, [[listed("day", first=today, hours=23.9)]])
    assert day_state(still, today) == "partial"
    over = loaded(
        folders,
        [[listed("day", first=today, hours=1), listed("day", first=today, hours=24.1, outcome="unchanged", links=0)]],
    )
    assert day_state(over, today) == "confirmed_empty"


def test_days_after_the_last_good_look_are_not_vouched_for(folders: Folders):
    year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    looks = [listed("2026", **year), listed("2026", hours=WEEK, outcome="failed", **year)]
    con = loaded(folders, [looks])
    assert day_state(con, date(2026, 2, 27)) == "confirmed_empty"
    assert day_state(con, START.date()) == "partial"
    assert day_state(con, date(2026, 3, 5)) == "unreachable"
    assert day_state(con, date(2026, 3, 20)) is None
    assert unit_state(con, "2026") == "partial"


def test_a_period_that_has_not_begun_says_nothing(folders: Folders):
    con = loaded(folders, [[listed("2027", first=date(2026, 1, 1), last=date(2026, 12, 31), outcome="not_yet")]])
    assert day_state(con) is None
    assert unit_state(con, "2027") == "unlisted"


UNITS: list[tuple[str, list[rows.Row], str]] = [
    ("whole, its article read", [listed("u"), *page("a", unit="u", finder="template")], "complete"),
    (
        "whole, an address failed",
        [listed("u"), found("a", unit="u", finder="template"), fetched("a", outcome="failed")],
        "partial",
    ),
    ("whole, and what it lists was known before", [listed("u", links=3)], "complete"),
    ("whole, and nothing in it", [listed("u", links=0)], "confirmed_empty"),
    ("cut", [listed("u", whole=False)], "partial"),
    ("failed", [listed("u", outcome="failed")], "unreachable"),
    ("forbidden", [listed("u", outcome="disallowed")], "unreachable"),
    ("a feed that failed after it was read", [listed("u"), listed("u", hours=2, outcome="failed")], "partial"),
    ("left for want of budget", [listed("u", outcome="deferred", reason="max_pages")], "never_tried"),
]


@pytest.mark.parametrize(("rows_", "state"), [case[1:] for case in UNITS], ids=[case[0] for case in UNITS])
def test_a_unit_is_what_its_listing_and_its_addresses_are(folders: Folders, rows_: list[rows.Row], state: str):
    assert unit_state(loaded(folders, [rows_]), "u") == state


def test_the_witness_is_the_finder_that_listed_the_day(folders: Folders):
    looks = [
        listed("day", first=DAY),
        listed("map", finder="sitemap", first=DAY),
        listed("index", finder="index", first=DAY, whole=False),
    ]
    con = loaded(folders, [looks])
    asked = con.execute("SELECT witnesses FROM coverage WHERE scope = 'day'").fetchall()
    assert asked == [(["sitemap map", "template day"],)]


SIGHTS: list[tuple[str, list[rows.Row], list[str], float | None]] = [
    ("one finder", [listed("day", first=DAY), *page("a", finder="template")], ["template"], None),
    ("both list all", [listed("day", first=DAY), *page("a", finder="template"), sighted("a", "sitemap")], ["sitemap", "template"], 1.0),
    ("one lists half", [listed("day", first=DAY), *page("a", finder="template"), *page("b", finder="template"), sighted("a", "sitemap")],
     ["sitemap", "template"], 0.5),
    ("each lists its own", [*page("a", finder="template"), *page("b", finder="sitemap")], ["sitemap", "template"], 0.0),
    ("one vouches and lists nothing", [listed("day", first=DAY), *page("a", finder="feed")], ["feed", "template"], 0.0),
    ("three", [*page("a", finder="feed"), sighted("a", "sitemap"), sighted("a", "template"), sighted("a", "template", hours=2)],
     ["feed", "sitemap", "template"], 1.0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows_", "finders", "agreement"), [case[1:] for case in SIGHTS], ids=[case[0] for case in SIGHTS]
)
def test_finders_agree_as_far_as_all_of_them_list_the_days_addresses(
    folders: Folders, rows_: list[rows.Row], finders: list[str], agreement: float | None
):
    asked = loaded(folders, [rows_]).execute("SELECT finders, agreement FROM coverage WHERE scope = 'day'")
    assert asked.fetchall() == [(finders, agreement)]


def test_what_a_listing_shows_only_later_is_seen_as_such(folders: Folders):
    looks = [
        listed("day", first=DAY, links=3),
        replace(listed("day", first=DAY, hours=WEEK, links=4), new_links=1),
        replace(listed("day", first=DAY, hours=2 * WEEK, links=4), new_links=0),
        listed("read otherwise", first=DAY, links=0),
        replace(listed("read otherwise", first=DAY, hours=WEEK, links=4, reason="unchanged"), new_links=4),  # the source's file was mended
        listed("today", first=START.date(), hours=1, links=2),
        replace(listed("today", first=START.date(), hours=30, links=5), new_links=3),  # not late: it was its first look after the day
    ]  # fmt: skip
    con = loaded(folders, [looks])
    assert con.execute("SELECT unit, listed_at, new_links FROM late_additions").fetchall() == [("day", at(WEEK), 1)]
    late = con.execute("SELECT unit, late_links FROM coverage WHERE scope = 'unit' ORDER BY unit").fetchall()
    assert late == [("day", 1), ("read otherwise", 0), ("today", 0)]


MAPS: list[tuple[str, str, date, bool]] = [
    ("a month that is over", "https://paper.example/plan/2026-01.xml", date(2026, 1, 9), True),
    ("a month as folders", "https://paper.example/2026/01/map.xml", date(2026, 1, 9), True),
    ("a month that goes on", "https://paper.example/plan/2026-03.xml", date(2026, 3, 1), False),
    ("a month that it does not keep to", "https://paper.example/plan/2026-01.xml", date(2026, 3, 8), False),
    ("no month", "https://paper.example/map.xml", date(2026, 1, 9), False),
]


@pytest.mark.parametrize(("unit", "day", "is_late"), [case[1:] for case in MAPS], ids=[case[0] for case in MAPS])
def test_a_sitemap_without_dates_is_over_with_the_month_that_it_names(
    folders: Folders, unit: str, day: date, is_late: bool
):
    looks = [
        listed(unit, finder="sitemap", links=3, undated=3),
        replace(listed(unit, finder="sitemap", hours=WEEK, links=4, undated=4), new_links=1),
    ]
    con = loaded(folders, [[*looks, *page("a", day, finder="sitemap", unit=unit)]])
    asked = con.execute("SELECT unit, listed_at, new_links FROM late_additions").fetchall()
    assert asked == ([(unit, at(WEEK), 1)] if is_late else [])
    late = con.execute("SELECT late_links FROM coverage WHERE scope = 'unit'").fetchall()
    assert late == [(1 if is_late else 0,)]


REASONS: list[tuple[str, list[rows.Row], str | None]] = [
    ("all there", [listed("day", first=DAY), *page("a")], None),
    ("one gone", [listed("day", first=DAY), *page("a"), found("b", day=DAY), fetched("b", outcome="gone", status=404, reason="status_404")],
     "1 gone (status_404)"),
    ("two failed, one never tried", [listed("day", first=DAY), *(row for name in "ab" for row in (found(name, day=DAY), fetched(name, outcome="failed", reason="status_500"))),
     found("c", day=DAY)], "2 failed (status_500), 1 never tried"),
    ("a listing that is not there", [listed("day", first=DAY, outcome="gone", reason="status_404")],
     "its listing could not be read: template day (status_404)"),
    ("a listing that was cut", [listed("day", first=DAY, whole=False, reason="cut_short"), *page("a")], "its listing was not read whole: template day (cut_short)"),
    ("nothing vouches", page("a"), "no listing that was read whole speaks for it"),
]  # fmt: skip


@pytest.mark.parametrize(("rows_", "reason"), [case[1:] for case in REASONS], ids=[case[0] for case in REASONS])
def test_a_day_says_why(folders: Folders, rows_: list[rows.Row], reason: str | None):
    asked = loaded(folders, [rows_]).execute("SELECT reason FROM coverage WHERE scope = 'day'").fetchall()
    assert asked == [(reason,)]


def test_a_month_has_every_day_of_it(folders: Folders):
    con = loaded(folders, [[listed("day", first=DAY), *page("a"), *page("b", DAY + timedelta(1))]])
    asked = con.execute("SELECT day, state, articles FROM coverage_of('paper', '2026-02')").fetchall()
    assert len(asked) == 28
    assert [row for row in asked if row[1] != "never_tried"] == [
        (DAY, "complete", 1),
        (DAY + timedelta(1), "unlisted", 1),
    ]


def backfill(first: date, last: date, state: str = "completed") -> rows.Run:
    return rows.Run(key(f"{first} {last}"), SOURCE, "backfill", state, START, START, START, None, 1, 1, 1, 1, 1, 0, 0, 0, None, first, last)  # fmt: skip


def test_days_that_a_backfill_was_asked_for_and_nobody_names_were_never_tried(folders: Folders):
    asked = backfill(DAY - timedelta(2), START.date())
    con = loaded(folders, [[asked, listed("day", first=DAY), *page("a"), *page("b", DAY + timedelta(1))]])
    days = con.execute("SELECT day, state, reason, found FROM coverage WHERE scope = 'day' ORDER BY day").fetchall()
    untried = [DAY - timedelta(2), DAY - timedelta(1), *(DAY + timedelta(n) for n in range(2, 19))]
    assert untried[-1] == date(2026, 2, 28), "the days after it were not over when the backfill began"
    assert [row for row in days if row[0] in untried] == [
        (day, "never_tried", "nobody has looked at this day", 0) for day in untried
    ]
    assert [row[:2] for row in days if row[0] not in untried] == [
        (DAY, "complete"),
        (DAY + timedelta(1), "unlisted"),
    ]


def test_a_backfill_that_reached_nothing_opens_no_holes(folders: Folders):
    con = loaded(folders, [[backfill(DAY - timedelta(2), DAY, "failed"), listed("day", first=DAY), *page("a")]])
    assert con.execute("SELECT day, state FROM coverage WHERE scope = 'day'").fetchall() == [(DAY, "complete")]


def test_sources_are_told_apart(folders: Folders):
    con = loaded(folders, [[listed("day", first=DAY)]])
    con.execute(
        "INSERT INTO units BY NAME SELECT * REPLACE ('other' AS source_id, 'failed' AS outcome, false AS whole) FROM units"
    )
    assert con.execute("SELECT source_id, state FROM coverage WHERE scope = 'day' ORDER BY 1").fetchall() == [
        ("other", "unreachable"),
        (SOURCE, "confirmed_empty"),
    ]


def test_a_better_reading_opens_no_hole(folders: Folders):
    day = reading("a", "words of a", published=DAY + timedelta(3), reader="r2", read=5)
    con = loaded(folders, [[listed("day", first=DAY), *page("a")], [replace(day, fetch_id=key("a@0"))]])
    assert day_state(con) == "complete"


def test_an_address_that_was_withdrawn_twice_is_one_row(folders: Folders):
    con = loaded(folders, [[found("a", day=DAY), withdrawal("a"), withdrawal("a", hours=1), withdrawal(None, hours=2)]])
    assert con.execute("SELECT outcome FROM address_states").fetchall() == [("withdrawn",)]
