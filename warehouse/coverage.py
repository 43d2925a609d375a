"""What is known of an archive by day and by unit, and its holes: the views of views/3_covered.sql and 3_days.sql as records.

`con` is an open reading copy throughout; days are days in the source's time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from warehouse.staging import sql

STATES = ("complete", "confirmed_empty", "thin", "partial", "unlisted", "unreachable", "never_tried")
"""What a day or a unit can be, the best first."""

HOLES = frozenset({"thin", "partial", "unlisted", "unreachable", "never_tried"})
"""States in which something is missing, or nobody can say that nothing is."""

OVER = timedelta(hours=36)
"""How long after its beginning in UTC a day has ended everywhere on earth; sooner it can be no hole."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a source."""

    day: date
    state: str
    reason: str | None  # a clause
    witnesses: tuple[str, ...]  # finder and unit of every listing that vouches for it
    finders: tuple[str, ...]  # that reach the day
    agreement: float | None  # share of its addresses that all of them have listed; None where one reaches it
    level: float | None  # addresses that are usual on such a weekday
    found: int  # addresses
    articles: int
    rejected: int
    gone: int  # for good, with a reason
    missing: int  # addresses of which nothing final is known
    is_over: bool  # everywhere on earth

    @property
    def is_hole(self) -> bool:
        """Whether something is missing, or may be."""
        return self.is_over and self.state in HOLES

    @property
    def is_open(self) -> bool:
        """Whether it is too early to say."""
        return not self.is_over and self.state in HOLES


@dataclass(frozen=True, slots=True)
class Hole:
    """A day that is not covered; or, with no day, a unit of which no day is known."""

    day: date | None
    unit: str | None
    finder: str | None
    state: str
    reason: str | None  # a clause
    found: int
    articles: int
    missing: int


@dataclass(frozen=True, slots=True)
class PageState:
    """One address of a day, and what came of it."""

    day: date
    url: str
    title: str | None
    outcome: str  # as the view address_states names it
    reason: str | None


@dataclass(frozen=True, slots=True)
class Dayless:
    """Addresses that one listing has named, of which one thing came and no day is known."""

    finder: str | None
    unit: str | None
    outcome: str  # as the view address_states names it
    reason: str | None
    is_final: bool
    addresses: int


def over(now: datetime | None = None) -> date:
    """The last day that has ended everywhere on earth."""
    moment = now or datetime.now(UTC).replace(tzinfo=None)
    return (moment - OVER).date()


def reach(con: duckdb.DuckDBPyConnection, source_id: str, begins: date | None = None) -> tuple[date, date] | None:
    """The first and the last day known of a source that are over; None where no day is known.

    `begins` is the day before which nobody looks any more: what was looked for before is left out, unless something was found.
    """
    values = {"source_id": source_id, "over": over(), "begins": begins}
    ((first, last),) = con.execute(sql("coverage/reach"), values).fetchall()
    return (first, last) if first is not None and first <= last else None


def days(con: duckdb.DuckDBPyConnection, source_id: str, first: date, last: date) -> list[Day]:
    """Every day from first to last, both included, also those that nobody ever looked at."""
    values = {"source_id": source_id, "first": first, "last": last, "over": over()}
    found = con.execute(sql("coverage/days"), values).fetchall()
    return [
        Day(day, state, reason, tuple(witnesses), tuple(finders), *rest)
        for day, state, reason, witnesses, finders, *rest in found
    ]


def units(
    con: duckdb.DuckDBPyConnection, source_id: str, first: date | None = None, last: date | None = None
) -> list[Hole]:
    """The holes of which no day is known: listings that name no days and were not read, addresses without a day.

    Those are left out that are certainly of no day from first to last.
    """
    values = {"source_id": source_id, "first": first, "last": last}
    found = con.execute(sql("coverage/units"), values).fetchall()
    return [
        Hole(None, unit, finder, state, reason, pending, 0, pending) for finder, unit, state, reason, pending in found
    ]


def holes(
    con: duckdb.DuckDBPyConnection,
    source_id: str,
    first_day: date | None = None,
    last_day: date | None = None,
    begins: date | None = None,
) -> list[Hole]:
    """What is missing of a source from a day to a day (else of all that is known of it), and what is missing of no known day."""
    known = reach(con, source_id, begins)
    first, last = first_day or (known and known[0]), last_day or (known and known[1])
    looked_at = days(con, source_id, first, last) if first and last else []
    return of_days(looked_at) + units(con, source_id, first_day, last_day)


def pages(con: duckdb.DuckDBPyConnection, source_id: str, first: date, last: date) -> list[PageState]:
    """Every address of the days from first to last, by day and address."""
    values = {"source_id": source_id, "first": first, "last": last}
    return [PageState(*row) for row in con.execute(sql("coverage/pages"), values).fetchall()]


def final(con: duckdb.DuckDBPyConnection, source_id: str, first: date, last: date) -> list[tuple[str, str | None, int]]:
    """What is final without being an article: outcome, reason and number of addresses, the most first."""
    values = {"source_id": source_id, "first": first, "last": last}
    return con.execute(sql("coverage/final"), values).fetchall()


def dayless(
    con: duckdb.DuckDBPyConnection, source_id: str, first: date | None = None, last: date | None = None
) -> list[Dayless]:
    """What was listed, is no article and has no known day, the most first; without what is certainly of no day from first to last."""
    values = {"source_id": source_id, "first": first, "last": last}
    return [Dayless(*row) for row in con.execute(sql("coverage/dayless"), values).fetchall()]


def listings(
    con: duckdb.DuckDBPyConnection, source_id: str, first: date, last: date
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The units that may be of the days from first to last: names of columns, and rows."""
    values = {"source_id": source_id, "first": first, "last": last, "over": over()}
    found = con.execute(sql("coverage/listings"), values)
    return [column[0] for column in found.description or []], found.fetchall()


def of_days(looked_at: Sequence[Day]) -> list[Hole]:
    """The holes among days."""
    return [
        Hole(day.day, None, None, day.state, day.reason, day.found, day.articles, day.missing)
        for day in looked_at
        if day.is_hole
    ]
