"""How often something is said over time, as a share of what each outlet printed in the period."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from warehouse.folders import Folders
from warehouse.search import file as search_file
from warehouse.search import lags, opened, question
from warehouse.search.filters import EVERYTHING, Filters, condition, outlet_numbers
from warehouse.search.rows import DAY_BITS, FIRST_DAY


class By(StrEnum):
    """Lengths of a period; a week begins on Monday."""

    day = "day"
    week = "week"
    month = "month"
    year = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """One period of one outlet, or of all together (source_id is None); the articles without a date have no start."""

    source_id: str | None
    outlet: str
    start: date | None
    matches: int
    articles: int  # of the outlet in the period, whatever they say

    @property
    def share(self) -> float:
        """Matches as a part of the articles, 0 to 1; 0 where there are none."""
        return self.matches / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True)
class OverTime:
    """A search over time: first all outlets together where there are several, then each that has a match or was named."""

    by: By
    periods: tuple[Period, ...]
    total: int  # articles that match, with and without a date
    behind: bool  # the index lags behind the reading copy


Counts = Counter[tuple[int, date | None]]


def over_time(folders: Folders, query: str, by: By | str = By.month, filters: Filters = EVERYTHING) -> OverTime:
    """Matches by period; a period in which an outlet printed nothing is left out, one without a match is not."""
    behind = not opened(folders)
    with closing(search_file.reader(folders)) as index:
        return shares(index, query, By(by), filters, behind=behind or lags(folders, index))


def shares(index: sqlite3.Connection, query: str, by: By, filters: Filters, *, behind: bool) -> OverTime:
    """The answer of an index that is open."""
    matches = _matches(index, query, by, filters)
    chosen = outlet_numbers(index, filters.outlets)
    articles = _articles(index, by, filters, chosen, _reach(matches, by, filters))
    names = {number: (key, name) for number, key, name in index.execute("SELECT outlet, source_id, name FROM outlets")}
    shown = sorted(set(chosen) | {outlet for outlet, _ in matches}, key=lambda outlet: names[outlet][1])
    periods: list[Period] = []
    if len(shown) > 1:
        periods += _together(matches, articles)
    for outlet in shown:
        starts = sorted({start for own, start in articles if own == outlet}, key=_age)
        periods += [Period(*names[outlet], start, matches[outlet, start], articles[outlet, start]) for start in starts]
    return OverTime(by, tuple(periods), matches.total(), behind)


def start_of(day: date, by: By) -> date:
    """The first day of the period that a day lies in."""
    if by is By.week:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1 if by in (By.month, By.year) else day.day, month=1 if by is By.year else day.month)


def _together(matches: Counts, articles: Counts) -> Iterable[Period]:
    """All outlets as one."""
    found: Counter[date | None] = Counter()
    printed: Counter[date | None] = Counter()
    for (_, start), number in matches.items():
        found[start] += number
    for (_, start), number in articles.items():
        printed[start] += number
    return (Period(None, "all outlets", start, found[start], printed[start]) for start in sorted(printed, key=_age))


def _matches(index: sqlite3.Connection, query: str, by: By, filters: Filters) -> Counts:
    where = condition(index, filters)
    joins = where.joins or "CROSS JOIN facets ON facets.id = words.rowid"
    ask = f"SELECT outlet, words.rowid >> {DAY_BITS}, count(*) FROM words {joins} WHERE words MATCH ? {where.sql} GROUP BY 1, 2"
    return _counted(index.execute(ask, [question(index, query).expression, *where.values]), by)


def _articles(
    index: sqlite3.Connection, by: By, filters: Filters, chosen: Sequence[int], reach: tuple[date, date] | None
) -> Counts:
    """What the outlets printed within reach, and without a date unless days were asked for."""
    first, last = (day.toordinal() for day in reach) if reach else (1, 0)
    undated = filters.since is None and filters.until is None
    marks = ", ".join("?" * len(chosen))
    ask = f"""
        SELECT outlet, day, articles FROM days
        WHERE (day BETWEEN ? AND ? OR (day = 0 AND ?)) {f"AND outlet IN ({marks})" if chosen else ""}
    """
    return _counted(index.execute(ask, [first, last, undated, *chosen]), by)


def _reach(matches: Counts, by: By, filters: Filters) -> tuple[date, date] | None:
    """The days from the first period to the last: those asked for, else those of the matches; whole periods where nothing says less."""
    starts = [start for _, start in matches if start is not None]
    first = filters.since or min(starts, default=None)
    last = filters.until or (_last_day(max(starts), by) if starts else None)
    return (first, last) if first and last else None


def _last_day(start: date, by: By) -> date:
    """The last day of the period that begins at `start`."""
    return start_of(start + timedelta(days={By.day: 1, By.week: 7, By.month: 31, By.year: 366}[by]), by) - timedelta(
        days=1
    )


def _counted(rows: Iterable[tuple[int, int, int]], by: By) -> Counts:
    counts: Counts = Counter()
    known: dict[int, date | None] = {}
    for outlet, ordinal, number in rows:
        if ordinal not in known:
            known[ordinal] = start_of(date.fromordinal(ordinal), by) if ordinal >= FIRST_DAY else None
        counts[outlet, known[ordinal]] += number
    return counts


def _age(start: date | None) -> date:
    return start or date.max
