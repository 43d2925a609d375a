"""What is usual for an outlet on a weekday: what falls short of it is thin or unlisted, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.facts import SOURCE
from warehouse import coverage, schema

FIRST, LAST = date(2016, 1, 1), date(2017, 12, 31)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
DATABASE = schema.opened(":memory:")

Pattern = Callable[[date], int]


def poisson(level: float, seed: int) -> Pattern:
    """A day's articles as chance has it."""
    random = Random(seed)

    def count(day: date) -> int:
        found, left = -1, 0.0
        while left < level:
            found, left = found + 1, left + random.expovariate(1.0)
        return found

    return count


def judged(
    counts: dict[date, int], unit: str = "year", finder: str = "template", lost: frozenset[str] = frozenset()
) -> dict[str, list[date]]:
    """The holes of an archive with so many addresses a day, by state; every address is final.

    It is listed by year, day or three days; those listings that are lost could not be read.
    """
    con = DATABASE
    for table in ("addresses", "units", "fetches"):
        con.execute(f"DELETE FROM {table}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE planted AS SELECT day, uuid() AS url_key FROM "
        "(SELECT unnest(CAST($1 AS JSON)->'$[*].d')::VARCHAR AS d, unnest(CAST($1 AS JSON)->'$[*].n')::INTEGER AS n), "
        "LATERAL (SELECT trim(d, '\"')::DATE AS day), LATERAL (SELECT unnest(range(n)))",
        ["[" + ",".join(f'{{"d":"{day}","n":{n}}}' for day, n in counts.items()) + "]"],
    )
    common = f"'{SOURCE}' AS source_id, TIMESTAMP '2026-01-01' AS"
    con.execute(
        f"INSERT INTO addresses BY NAME SELECT {common} found_at, url_key, '{finder}' AS finder, day FROM planted"
    )
    con.execute(
        f"INSERT INTO fetches BY NAME SELECT {common} observed_at, url_key, 'article' AS \"role\", 'gone' AS outcome FROM planted"
    )
    period = {"day": "day", "three days": "((day - $1::DATE) // 3)", "year": "year(day)"}[unit]
    con.execute(
        f"INSERT INTO units BY NAME SELECT {common} listed_at, '{finder}' AS finder, {period}::VARCHAR AS unit, min(day) AS first_day, "
        "max(day) AS last_day, true AS whole, 'fetched' AS outcome, 9 AS links, 0 AS undated, uuid() AS digest "
        f"FROM (SELECT unnest(generate_series($1::TIMESTAMP, $2::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day) GROUP BY {period}",
        [min(counts), max(counts)],
    )  # fmt: skip
    con.execute(
        "UPDATE units SET whole = false, outcome = 'gone', links = 0 WHERE list_contains($1, unit)", [list(lost)]
    )
    found: dict[str, list[date]] = {}
    for hole in coverage.holes(con, SOURCE, min(counts), max(counts)):
        assert hole.day is not None
        found.setdefault(hole.state, []).append(hole.day)
    return found


def archive(pattern: Pattern, *, missing: dict[date, int] | None = None) -> dict[date, int]:
    return {day: pattern(day) for day in DAYS} | (missing or {})


WEEKDAY = date(2017, 3, 15)  # a Wednesday
HOLES = [date(2016, 1, 1), date(2016, 2, 29), WEEKDAY, WEEKDAY + timedelta(1), date(2017, 12, 31)]


def always(n: int) -> Pattern:
    return lambda day: n


def not_on_sundays(n: int) -> Pattern:
    return lambda day: 0 if day.weekday() == 6 else n


PATTERNS: list[tuple[str, Pattern]] = [
    ("one every day", always(1)),
    ("five every day", always(5)),
    ("thirty every day", always(30)),
    ("about twelve", poisson(12, 1)),
    ("about twenty", poisson(20, 2)),
    ("four to six", lambda day: 4 + day.toordinal() % 3),
    ("never on Sundays", not_on_sundays(5)),
    ("on Thursdays only", lambda day: 3 * (day.weekday() == 3)),
    ("from spring on never on Sundays", lambda day: 4 * (day < date(2016, 4, 1) or day.weekday() != 6)),
    ("twice as many in the second year", lambda day: 5 if day.year == 2016 else 10),
]


@pytest.mark.parametrize("pattern", [case[1] for case in PATTERNS], ids=[case[0] for case in PATTERNS])
def test_days_that_an_index_forgot_are_unlisted_and_no_others(pattern: Pattern):
    counts = archive(pattern)
    forgotten = [day for day in HOLES if counts[day]]
    assert judged(counts | dict.fromkeys(forgotten, 0)) == {"unlisted": forgotten}


@pytest.mark.parametrize("pattern", [case[1] for case in PATTERNS], ids=[case[0] for case in PATTERNS])
def test_a_day_whose_own_page_shows_nothing_is_empty(pattern: Pattern):
    assert judged(archive(pattern, missing=dict.fromkeys(HOLES, 0)), "day") == {}


THIN: list[tuple[str, Pattern, int, bool]] = [
    ("one of five where five is the rule", always(5), 1, True),
    ("two of five where five is the rule", always(5), 2, True),
    ("three of five where five is the rule", always(5), 3, False),
    ("one of about five", poisson(5, 3), 1, False),
    ("one of about twenty", poisson(20, 4), 1, True),
    ("three of about twenty", poisson(20, 4), 3, True),
    ("eleven of about twenty", poisson(20, 4), 11, False),
    ("one of two", always(2), 1, False),
    ("one of three", always(3), 1, False),
    ("two of ten to forty", lambda day: 10 + (day.toordinal() * 7919) % 31, 2, True),
]


@pytest.mark.parametrize(("pattern", "n", "is_thin"), [case[1:] for case in THIN], ids=[case[0] for case in THIN])
@pytest.mark.parametrize("unit", ["day", "year"])
def test_a_day_is_thin_where_it_falls_far_short(pattern: Pattern, n: int, is_thin: bool, unit: str):
    holes = judged(archive(pattern, missing={WEEKDAY: n}), unit)
    assert holes.get("thin", []) == ([WEEKDAY] if is_thin else [])


def test_days_without_any_do_not_hide_those_that_are_thin():
    gone = [WEEKDAY + timedelta(7 * week) for week in (-9, -8, -6, -4, -2, 3, 5, 7, 9)]
    found = judged(archive(always(5), missing=dict.fromkeys(gone, 0) | {WEEKDAY: 1}))
    assert found == {"unlisted": gone, "thin": [WEEKDAY]}


LOST = frozenset(f"{block}" for block in range(400) if block % 5 in (0, 2, 3))


def around_lost_listings(pattern: Pattern, n: int) -> dict[str, list[date]]:
    """The holes of an archive listed three days at a time, of which three listings in five could not be read, with so many on a day of the others."""
    lost = {day: 0 for day in DAYS if f"{(day - FIRST).days // 3}" in LOST}
    assert WEEKDAY not in lost
    found = judged(archive(pattern, missing=lost | {WEEKDAY: n}), "three days", lost=LOST)
    assert found.pop("unreachable") == list(lost)
    return found


@pytest.mark.parametrize("pattern", [always(1), always(2), always(5)])
def test_a_forgotten_day_among_listings_that_failed_is_unlisted(pattern: Pattern):
    assert around_lost_listings(pattern, 0) == {"unlisted": [WEEKDAY]}


def test_a_day_among_listings_that_failed_is_thin_by_those_that_were_read():
    assert around_lost_listings(poisson(20, 4), 2) == {"thin": [WEEKDAY]}


def test_an_outlet_that_is_often_silent_is_so_too_among_listings_that_failed():
    assert around_lost_listings(lambda day: day.toordinal() * 7919 % 97 % 2, 0) == {}


@pytest.mark.parametrize("level", [0.3, 1, 2, 3.5, 5, 8, 12, 30])
def test_an_outlet_is_not_called_thin_for_what_chance_does(level: float):
    assert "thin" not in judged(archive(poisson(level, 7)))


def test_a_year_that_an_index_forgot_is_unlisted():
    gap = [day for day in DAYS if date(2016, 7, 1) <= day < date(2017, 6, 1)]
    assert judged(archive(always(5), missing=dict.fromkeys(gap, 0))) == {"unlisted": gap}


def test_before_its_first_article_an_outlet_had_none():
    assert judged(archive(lambda day: 5 * (day >= date(2016, 9, 1)))) == {}
    assert judged(archive(lambda day: 5 * (day < date(2017, 9, 1)))) == {}


def test_in_a_short_archive_most_days_tell_what_is_usual():
    month = {FIRST + timedelta(n): 0 if (FIRST + timedelta(n)).weekday() == 6 else 5 for n in range(31)}
    assert judged(month) == {}
    assert judged(month | {date(2016, 1, 13): 0}) == {"unlisted": [date(2016, 1, 13)]}


def quarter(pattern: Pattern, missing: dict[int, int]) -> dict[str, list[date]]:
    """The holes of ninety days, of which those Wednesdays that are numbered have so many; 0 is that of WEEKDAY."""
    days = [WEEKDAY + timedelta(n - 45) for n in range(90)]
    return judged({day: pattern(day) for day in days} | {WEEKDAY + timedelta(7 * n): count for n, count in missing.items()})  # fmt: skip


def test_in_three_months_a_thin_day_says_nothing_of_what_is_usual():
    assert quarter(always(6), {0: 1}) == {"thin": [WEEKDAY]}
    beside_others = quarter(always(6), {0: 1, -4: 0, 1: 5})
    assert beside_others == {"thin": [WEEKDAY], "unlisted": [WEEKDAY - timedelta(28)]}
    assert quarter(always(6), {0: 1, 2: 1}) == {"thin": [WEEKDAY, WEEKDAY + timedelta(14)]}


def test_days_are_alike_each_by_what_is_usual_on_its_weekday():
    assert quarter(lambda day: 2 if day.weekday() > 4 else 10, {0: 2, 1: 9}) == {"thin": [WEEKDAY]}
    assert quarter(lambda day: 10 + day.toordinal() % 5 * (day.weekday() != 2), {0: 2, 1: 9}) == {}


def test_in_three_months_a_day_is_not_thin_where_others_have_as_few():
    assert quarter(always(6), {0: 1, 1: 2, 3: 2}) == {}
    assert quarter(always(6), {0: 3}) == {}
    assert quarter(always(3), {0: 1}) == {}


@pytest.mark.parametrize("level", [1, 3.5, 5, 8, 12, 30])
@pytest.mark.parametrize("seed", range(4))
def test_three_months_are_not_called_thin_for_what_chance_does(level: float, seed: int):
    assert "thin" not in quarter(poisson(level, seed), {})


def test_captures_never_prove_that_a_day_was_empty_or_whole():
    assert judged(archive(not_on_sundays(5)), "year", "wayback") == {"unlisted": DAYS}


@given(
    st.lists(st.integers(0, 9), min_size=7, max_size=7).filter(any),
    st.sets(st.sampled_from(DAYS), min_size=1, max_size=40),
)
@settings(max_examples=15, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip
def test_all_and_only_the_forgotten_days_are_reported(week: list[int], forgotten: set[date]):
    counts = archive(lambda day: week[day.weekday()])
    planted = sorted(day for day in forgotten if counts[day])
    assert judged(counts | dict.fromkeys(planted, 0)) == ({"unlisted": planted} if planted else {})


def test_a_day_just_over_is_not_called_thin():
    now = datetime(2026, 1, 1)
    counts = {now.date() - timedelta(n): 30 for n in range(2, 300)}
    assert judged(counts | {now.date() - timedelta(2): 2}) == {}
    assert judged(counts | {now.date() - timedelta(3): 2}) == {"thin": [now.date() - timedelta(3)]}
