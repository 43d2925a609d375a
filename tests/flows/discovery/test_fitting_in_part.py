"""Listings of which a part of the articles fits the pattern: said where all of those before fitted, and only there."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from web import HOME, WEEK, Web, links, source, walk

from flows.discovery import Window

LAST = date(2026, 11, 20)
DAYS = [LAST - timedelta(number) for number in range(30)]
DAILY = f'kind = "template"\nurl = "{HOME}/{{year}}/{{month}}/{{day}}/"'
PATTERN = '[article]\nurl = "/story/"'
FRAME = '<nav><a href="/terms-of-all-use">Terms</a> <a href="/letters-to-the-editor">Letters</a></nav>'


def fitting(day: date, count: int = 8) -> list[str]:
    return [f"/story/{day:%y%m%d}-{number}" for number in range(count)]


def other(day: date, count: int) -> list[str]:
    return [f"/old/a-long-night-{day:%y%m%d}-{number}" for number in range(count)]


def remarks(tmp_path: Path, shown: dict[date, list[str]]) -> dict[date, str]:
    """What is remarked of such listings, read the latest first; all of them are whole."""
    web = Web({f"/{day:%Y/%m/%d}/": links(*hrefs, more=FRAME) for day, hrefs in shown.items()})
    units = walk(source(tmp_path, DAILY, PATTERN), web, Window(min(shown), max(shown), WEEK.today, whole=True))
    assert all(unit.whole for unit in units)
    return {unit.first_day: unit.notes[0] for unit in units if unit.notes and unit.first_day}


def test_a_listing_part_of_which_has_another_form_is_remarked_upon(tmp_path: Path):
    odd = DAYS[20]
    said = remarks(tmp_path, {day: fitting(day) for day in DAYS} | {odd: [*fitting(odd, 3), *other(odd, 5)]})
    assert said == {
        odd: f"Of {HOME}/{odd:%Y/%m/%d}/ 3 links fit the pattern under [article] in post.toml, fewer than usual, and 5 that may be "
        f"articles do not, as {HOME}/old/a-long-night-{odd:%y%m%d}-0: have some of its addresses another form?"
    }


@pytest.mark.parametrize(
    "others",
    [
        {DAYS[20]: fitting(DAYS[20], 1)},
        {DAYS[20]: [*fitting(DAYS[20], 1), *other(DAYS[20], 3)]},
        {DAYS[20]: [*fitting(DAYS[20], 8), *other(DAYS[20], 9)]},
        {DAYS[20]: [*fitting(DAYS[20], 3), *(f"/tag/{number}" for number in range(9))]},
        {DAYS[20]: [*fitting(DAYS[20], 3), "/terms-of-all-use", "/letters-to-the-editor"]},
        {DAYS[4]: [*fitting(DAYS[4], 3), *other(DAYS[4], 5)]},
        {day: [*fitting(day, 8 - 6 * (day.weekday() == 6)), *other(day, 4)] for day in DAYS},
    ],
    ids=["a quiet day", "a few others", "as many as ever", "no titles", "of the frame", "before it is known what is usual", "an outlet that lists others always"],
)  # fmt: skip
def test_of_other_listings_nothing_is_said(tmp_path: Path, others: dict[date, list[str]]):
    assert remarks(tmp_path, {day: fitting(day) for day in DAYS} | others) == {}


def test_where_every_week_has_such_a_day_it_is_said_once(tmp_path: Path):
    shown = {day: fitting(day) for day in DAYS} | {day: [*fitting(day, 2), *other(day, 9)] for day in DAYS[10::7]}
    assert list(remarks(tmp_path, shown)) == [DAYS[10]]


def test_numbers_of_articles_that_vary_alone_are_never_remarked_upon(tmp_path: Path):
    random = Random(5)
    shown = {day: [*fitting(day, random.randint(1, 20)), *other(day, random.randint(0, 3))] for day in DAYS}
    assert remarks(tmp_path, shown) == {}
