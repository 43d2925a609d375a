"""Filters of a search → conditions on the index's rows; a name that the index does not know is said, with what it knows."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse.search.query import BadSearch
from warehouse.search.rows import DAY_BITS, FIRST_DAY, folded


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles are searched; several names of one kind mean any of them."""

    outlets: Sequence[str] = ()  # ids or names
    agencies: Sequence[str] = ()
    places: Sequence[str] = ()  # as datelines print them, without regard to case and accents
    since: date | None = None
    until: date | None = None  # inclusive

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return self != EVERYTHING


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of a WHERE, beginning with AND where there is one; the tables it needs; and its values."""

    joins: str
    sql: str
    values: tuple[object, ...]

    def above(self, number: int) -> Condition:
        """The same for ids from `number` on."""
        return replace(self, sql=f"{self.sql} AND words.rowid >= ?", values=(*self.values, number))


def condition(index: sqlite3.Connection, filters: Filters) -> Condition:
    """The condition that filters make; raises BadSearch for a name that the index does not know."""
    sql, values = _days(filters)
    outlets = outlet_numbers(index, filters.outlets)
    agencies = _numbers(index, "agency", _AGENCIES, filters.agencies)
    for column, numbers in (("outlet", outlets), ("agency", agencies)):
        if numbers:
            sql += f" AND facets.{column} IN ({', '.join('?' * len(numbers))})"
            values += numbers
    if filters.places:
        # The sign keeps SQLite from walking the place's articles and searching the index once for each.
        sql += f" AND +words.rowid IN (SELECT id FROM places WHERE place IN ({', '.join('?' * len(filters.places))}))"
        values += tuple(_place(index, place) for place in filters.places)
    joins = "CROSS JOIN facets ON facets.id = words.rowid" if outlets or agencies else ""
    return Condition(joins, sql, values)


def _days(filters: Filters) -> tuple[str, tuple[object, ...]]:
    if filters.since and filters.until and filters.since > filters.until:
        raise BadSearch(f"--from {filters.since} is after --to {filters.until}: no day lies between.")
    if filters.since is None and filters.until is None:
        return "", ()
    first = max(filters.since.toordinal() if filters.since else 0, FIRST_DAY)
    last = filters.until.toordinal() if filters.until else date.max.toordinal()
    return " AND words.rowid BETWEEN ? AND ?", (first << DAY_BITS, ((last + 1) << DAY_BITS) - 1)


_OUTLETS = "SELECT outlet, source_id, name FROM outlets"
_AGENCIES = "SELECT agency, info_source, name FROM agencies"


def outlet_numbers(index: sqlite3.Connection, names: Sequence[str]) -> tuple[int, ...]:
    """The numbers of the outlets that are named."""
    return _numbers(index, "outlet", _OUTLETS, names)


def _numbers(index: sqlite3.Connection, kind: str, ask: str, names: Sequence[str]) -> tuple[int, ...]:
    """The numbers of these ids or names."""
    if not names:
        return ()
    known: dict[str, set[int]] = {}
    for number, key, name in index.execute(ask).fetchall():
        for spelling in (key, name):
            known.setdefault(folded(spelling), set()).add(number)
    found: set[int] = set()
    for name in names:
        if folded(name) not in known:
            raise BadSearch(_unknown(kind, name, known))
        found |= known[folded(name)]
    return tuple(sorted(found))


def _place(index: sqlite3.Connection, name: str) -> str:
    place = folded(name)
    if not index.execute("SELECT 1 FROM places WHERE place = ? LIMIT 1", [place]).fetchall():
        known = [known for (known,) in index.execute("SELECT DISTINCT place FROM places").fetchall()]
        raise BadSearch(_unknown("place", name, {known_place.upper(): None for known_place in known}, place.upper()))
    return place


def _unknown(kind: str, name: str, known: dict[str, set[int]] | dict[str, None], compared: str | None = None) -> str:
    near = difflib.get_close_matches(compared or folded(name), known, n=3, cutoff=0.6)
    some = near or sorted(known)[:5]
    what = {
        "outlet": "No article is of an outlet",
        "agency": "No article is of an agency",
        "place": "No dateline names a place",
    }[kind]
    if not known:
        return f"{what} {name!r}: the index holds none at all."
    return f"{what} {name!r}. {'Did you mean' if near else 'There is'} {' or '.join(some) if near else ', '.join(some)}{'?' if near else ' …'}"
