"""Questions about what is known of a source, in the tables of known_tables.py; those about listings are in known_listings.py.

Nothing here grows with the pages of the source but the run's own narrow rows (and, once `knows` is asked, eight bytes
an address): the reading copy is asked for the keys at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec

from warehouse import rows
from warehouse.answers import Archived, Asked, Extents, Levels
from warehouse.due import Known
from warehouse.folders import Folders
from warehouse.keys import Keys
from warehouse.known_addresses import KnownAddresses
from warehouse.known_listings import KnownListings
from warehouse.known_tables import KnownTables
from warehouse.staging import sql

__all__ = ["Archived", "Asked", "Extents", "Known", "Ledger", "Levels"]

BATCH = 500
"""Addresses looked up at once while iterating."""


class Ledger:
    """Questions about one source; made when the run holds the source's lock, and closed with it."""

    def __init__(self, folders: Folders, source_id: str) -> None:
        self._found: Keys | None = None  # of addresses that were found
        self._heard_of: Keys | None = None  # of whatever was asked for, listings too, or withdrawn
        self._withdrawn: set[str | None] | None = None  # few, and asked for with every page
        self._tables = KnownTables(folders, source_id)
        self._addresses = KnownAddresses(self._tables)
        self.listings = KnownListings(self._tables, self.hears_of)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._tables.close()

    def renew(self) -> None:
        """Read anew what is known, once a reading copy holds what this run has spooled, so that a long run stays small.

        Only who adds rows may call it, when no row that was added waits to be spooled.
        """
        self._tables.renew()
        self._addresses.clear()

    def add(self, new: Iterable[rows.Row]) -> None:
        """Remember rows that the run has just spooled; any thread may call it."""
        with self._tables.changing:
            for row in new:
                self._tables.add(row)
                self._hear_of(row)
                self._addresses.heard(row)

    def _hear_of(self, row: rows.Row) -> None:
        """Put the address of a row among the keys, where they are kept."""
        if isinstance(row, rows.Found) and self._found is not None:
            self._found.add(row.url_key)
        elif isinstance(row, rows.Fetched | rows.Withdrawal) and self._heard_of is not None and row.url_key:
            self._heard_of.add(row.url_key)

    def knows(self, url_key: str) -> bool:
        """Whether an address was ever found; cheap enough to be asked for every link of a listing."""
        if self._found is None:
            self._found = Keys(self._keys("known_addresses"))
        return url_key in self._found

    def hears_of(self, url_key: str) -> bool:
        """Whether an address or a listing was ever asked for or withdrawn; as cheap."""
        if self._heard_of is None:
            self._heard_of = Keys(self._keys("(FROM known_fetches SELECT url_key UNION ALL FROM known_withdrawals)"))
        return url_key in self._heard_of

    def known(self, url_keys: Sequence[str]) -> dict[str, Known]:
        """What is known of these addresses, by the key as given; unknown ones are left out."""
        url_keys = [key for key in url_keys if self.knows(key) or self.hears_of(key)]
        return self._addresses.of(url_keys)

    def sighted(self, url_keys: Sequence[str], finder: str) -> set[str]:
        """Which of these addresses, found by another finder first, a finder has listed too; keys as given."""
        found = (
            self._tables.settled()
            .execute(
                "SELECT DISTINCT url_key FROM known_sightings WHERE finder = $2 "
                "AND url_key IN (SELECT unnest(CAST(CAST($1 AS JSON) AS UUID[])))",
                [_json(url_keys), finder],
            )
            .fetchall()
        )
        seen = {key for (key,) in found}
        return {name for name in url_keys if UUID(name) in seen}

    def untried(self, since: date | None = None, until: date | None = None, *, gone: bool = False) -> Iterator[Known]:
        """Addresses never asked for (as after a crash) or to be asked once more, oldest find first; whether now, `due` says.

        Those that are gone are left out unless they are wanted. Those without a day count where the unit that listed them may be of these days.
        """
        yield from self._stream("ledger/untried", [since, until, gone])

    def levels(self, first_day: date, last_day: date) -> Levels:
        """What is known of some days, and how many addresses and bytes are usual."""
        return Levels(*self._tables.settled().execute(sql("ledger/levels"), [first_day, last_day]).fetchall()[0])

    def unended(self, but: str | None = None) -> list[rows.Run]:
        """Runs that were killed: they never said how they ended, and are not the one that asks, where one does."""
        found = self._tables.settled().execute(sql("ledger/unended"), [but])
        names = [column[0] for column in found.description]
        return [rows.Run(**dict(zip(names, row, strict=True))) for row in found.fetchall()]

    def revisitable(self, now: datetime, ages: Sequence[timedelta]) -> Iterator[Known]:
        """Addresses with an article whose next revisit age has come."""
        if ages:
            yield from self._stream("ledger/revisitable", [now, sorted(ages)])

    def mementos(self, url_keys: Sequence[str]) -> dict[str, Archived]:
        """What archives were asked of these addresses, by the key as given; those that nobody knows are left out."""
        if not url_keys:
            return {}
        found: dict[str, Archived] = {}
        for key, finder, *asked in self._tables.settled().execute(sql("ledger/mementos"), [_json(url_keys)]).fetchall():
            before = found.get(key, Archived(finder))
            found[key] = replace(before, asked=(*before.asked, Asked(*asked))) if asked[0] is not None else before
        spelt = {key: str(UUID(key)) for key in url_keys}
        return {key: found[name] for key, name in spelt.items() if name in found}

    def dead(self, first_day: date, last_day: date, attempts: int) -> Iterator[Known]:
        """Addresses of these days that are gone, or failed so often, have no article and were sought in no archive."""
        yield from self._stream("ledger/dead", [first_day, last_day, attempts])

    def pages(self, url_key: str, most: int) -> list[tuple[str, int]]:
        """Where the latest pages that came from an address lie in the archive, as segments and offsets, the newest first."""
        return (
            self._tables.settled()
            .execute(
                "SELECT segment_id::VARCHAR, record_offset FROM known_fetches "
                "WHERE url_key = $1 AND role = 'article' AND outcome = 'fetched' AND segment_id IS NOT NULL AND record_offset IS NOT NULL "
                "ORDER BY observed_at DESC, fetch_id LIMIT $2",
                [url_key, most],
            )
            .fetchall()
        )

    def extents(self, url_keys: Sequence[str], before: datetime) -> Extents:
        """How whole these addresses, and the source's latest articles, were before a moment."""
        found = self._tables.settled().execute(sql("ledger/extents"), [_json(url_keys), before]).fetchall()
        return Extents(*found[0])

    def unmentioned(self, fetch_ids: Iterable[str]) -> set[str]:
        """Which of these fetches neither the reading copy nor the spool mentions: a run died before it spooled them."""
        given = list(fetch_ids)
        found = (
            self._tables.settled()
            .execute(
                "SELECT DISTINCT f.fetch_id FROM known_fetches AS f "
                "SEMI JOIN (SELECT unnest(CAST(CAST($1 AS JSON) AS UUID[])) AS fetch_id) USING (fetch_id)",
                [_json(given)],
            )
            .fetchall()
        )
        mentioned = {key for (key,) in found}
        return {name for name in given if UUID(name) not in mentioned}

    def outdone(self, readings: Sequence[rows.Reading]) -> set[str]:
        """Of which pages of these readings one by the same reader counts, or one made later: theirs would change nothing."""
        asked = [{"fetch_id": r.fetch_id, "reader": r.reader, "read_at": r.read_at} for r in readings]
        found = (
            self._tables.settled().execute(sql("ledger/outdone"), [msgspec.json.encode(asked).decode()]).fetchall()
            if asked
            else []
        )
        return {fetch_id for (fetch_id,) in found}

    def withdrawn(self, url_keys: Iterable[str | None] = ()) -> bool:
        """Whether one of these addresses was withdrawn, or the source as a whole."""
        if self._withdrawn is None:
            found = self._tables.settled().execute("SELECT url_key::VARCHAR FROM known_withdrawals").fetchall()
            self._withdrawn = {key for (key,) in found}
        return None in self._withdrawn or not self._withdrawn.isdisjoint(key for key in url_keys if key)

    def segment_file(self, segment_id: str) -> str | None:
        """Where a segment lies, relative to the archive folder."""
        found = (
            self._tables.settled()
            .execute(
                "SELECT file FROM known_segments WHERE segment_id = $1 ORDER BY noted_at DESC LIMIT 1", [segment_id]
            )
            .fetchall()
        )
        return str(found[0][0]) if found else None

    def _keys(self, table: str) -> Iterator[UUID]:
        """The keys of a table, in their order."""
        cursor = self._tables.settled().execute(
            f"SELECT DISTINCT url_key FROM {table} WHERE url_key IS NOT NULL ORDER BY url_key"
        )
        while batch := cursor.fetchmany(BATCH):
            yield from (key for (key,) in batch)

    def _stream(self, question: str, parameters: list[Any]) -> Iterator[Known]:
        """What is known of the addresses that answer a question; their keys are read at once, for the ledger may be renewed meanwhile."""
        cursor, found = self._tables.settled().execute(sql(question), parameters), bytearray()
        while batch := cursor.fetchmany(BATCH):
            found += b"".join(UUID(key).bytes for (key,) in batch)
        for start in range(0, len(found), 16 * BATCH):
            part = found[start : start + 16 * BATCH]
            keys = [str(UUID(bytes=bytes(part[place : place + 16]))) for place in range(0, len(part), 16)]
            yield from self.known(keys).values()


def _json(keys: Sequence[str]) -> str:
    return msgspec.json.encode(list(keys)).decode()
