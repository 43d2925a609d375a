"""What is known of an archive, day by day and unit by unit: nothing is called empty that nobody has listed whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import SOURCE, START, at, fetched, found, key, reading, withdrawal
from tests.warehouse.tables import loaded
from warehouse import rows
from warehouse.folders import Folders

DAY = date(2026, 2, 10)  # long over at START, the first of March
WEEK = 24 * 7.0


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


def day_state(con: duckdb.DuckDBPyConnection, day: date = DAY) -> str | None:
    asked = con.execute("SELECT state FROM coverage WHERE scope = 'day' AND day = $1", [day]).fetchall()
    return asked[0][0] if asked else None


def unit_state(con: duckdb.DuckDBPyConnection, unit: str) -> str:
    ((state,),) = con.execute("SELECT state FROM coverage WHERE scope = 'unit' AND unit = $1", [unit]).fetchall()
    return state


ADDRESSES: list[tuple[str, list[rows.Row], str]] = [
    ("an article", page("a"), "complete"),
    ("no article", [found("a", day=DAY), fetched("a"), reading("a", None)], "complete"),
    ("gone", [found("a", day=DAY), fetched("a", outcome="gone", status=404)], "complete"),
    ("withdrawn", [found("a", day=DAY), withdrawal("a")], "complete"),
    ("disallowed", [found("a", day=DAY), fetched("a", outcome="disallowed", status=None)], "complete"),
    ("failed", [*page("b"), found("a", day=DAY), fetched("a", outcome="failed", status=500)], "partial"),
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
    ("a month with a link of no day", [listed("month", first=DAY, last=DAY + timedelta(9), undated=1)], "unlisted", None),
    ("whole once, then unchanged", [listed("day", first=DAY), listed("day", first=DAY, hours=2, outcome="unchanged", links=0)],
     "complete", "confirmed_empty"),
    ("whole once after it was over, then failed", [listed("day", first=DAY), listed("day", first=DAY, hours=2, outcome="failed")],
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


def test_a_month_has_every_day_of_it(folders: Folders):
    con = loaded(folders, [[listed("day", first=DAY), *page("a"), *page("b", DAY + timedelta(1))]])
    asked = con.execute("SELECT day, state, articles FROM coverage_of('paper', '2026-02')").fetchall()
    assert len(asked) == 28
    assert [row for row in asked if row[1] != "never_tried"] == [
        (DAY, "complete", 1),
        (DAY + timedelta(1), "unlisted", 1),
    ]


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
