"""The days that a listing without periods covers, as they stand in `units`."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from flows.discovery import Candidate, Unit, Window
from flows.discovery.records import ONE_PAGE
from flows.listings import noted
from warehouse.due import Known

DAYS = {"a": date(2026, 3, 4), "c": date(2026, 3, 2)}
"""Of the articles of a page those that an earlier run has read."""


@pytest.mark.parametrize(
    ("finder", "listed", "span"),
    [
        ("index", (None, date(2026, 3, 3), None), (date(2026, 3, 2), date(2026, 3, 4))),
        ("index", (date(2026, 3, 9), None, None), (date(2026, 3, 2), date(2026, 3, 9))),
        ("sitemap", (None, date(2026, 3, 3), None), (None, None)),
    ],
    ids=["by what is known", "what is listed goes before", "a sitemap"],
)
def test_a_page_of_an_index_covers_the_days_that_are_known_of_its_articles(
    finder: str, listed: tuple[date | None, ...], span: tuple[date | None, date | None]
):
    candidates = tuple(Candidate(name, name, finder, "u", day) for name, day in zip("abc", listed, strict=True))
    unit = Unit(finder, "u", "u", "fetched", whole=True, candidates=candidates, undated=listed.count(None))
    known = {name: Known(name, name, day=day.isoformat()) for name, day in DAYS.items()}
    window = Window(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31), whole=True)
    assert noted._span(SimpleNamespace(window=window), unit, known) == span


@pytest.mark.parametrize(
    ("whole", "reason", "begin", "first"),
    [
        (True, None, 1, 2),
        (True, ONE_PAGE, 1, 3),
        (True, ONE_PAGE, 2, 3),
        (False, None, 1, 3),
        (False, None, 2, 3),
        (False, None, 3, 3),
    ],
    ids=["walked to its end", "one page", "one page of these days", "a pass", "a pass of these days", "a later pass"],
)
def test_the_oldest_day_of_an_index_may_go_on_where_nobody_looked(
    whole: bool, reason: str | None, begin: int, first: int
):
    candidates = tuple(Candidate(name, name, "index", "u", day) for name, day in DAYS.items())
    unit = Unit("index", "u", "u", "fetched", reason, whole=True, candidates=candidates)
    window = Window(date(2026, 3, begin), date(2026, 12, 31), date(2026, 12, 31), whole=whole)
    assert noted._span(SimpleNamespace(window=window), unit, {}) == (date(2026, 3, first), date(2026, 3, 4))
