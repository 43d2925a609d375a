"""What is known of a source as tables that can be asked: reading copy ∪ spool files still lying there ∪ what a run adds."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

import duckdb
import msgspec

from warehouse import reading_copy, rows, schema, spool
from warehouse.errors import BadSpoolFile
from warehouse.folders import Folders
from warehouse.staging import TABLES, sql, stage_batch, stage_rows

STAGED = 20_000
"""Rows that a run has made which wait as JSON until a question needs them, or there are so many: some ten megabytes.

A first walk through an archive asks for hardly anything that it has just made, and by the time of the next reading copy,
which has them, most need not have been put into tables at all.
"""

NARROW = (rows.Found, rows.Sighted, rows.Listed, rows.Fetched, rows.Reading, rows.Segment, rows.Run, rows.Withdrawal)
"""What a run must remember of what it did."""

READING = tuple(field.name for field in fields(rows.Reading) if field.name not in ("text", "evidence"))
_reading = attrgetter(*READING)

NARROW_KINDS = frozenset(spool.KINDS[record] for record in NARROW)


class KnownTables:
    """The tables `known_…` of one source, in memory but for what the reading copy has; to be closed."""

    def __init__(self, folders: Folders, source_id: str) -> None:
        self._folders = folders
        self._source_id = source_id
        self._added = defaultdict[str, list[bytes]](list)  # by kind, not in the tables yet
        self._waiting = 0  # rows of them
        self._waiting_keys = set[str | None]()  # of the addresses that these rows are about
        self.changing = threading.RLock()  # threads that fetch add, while the one that discovers asks
        self._con = self._read()

    def close(self) -> None:
        """Forget everything."""
        self._con.close()

    def renew(self) -> None:
        """Read anew what is known; nothing that was added may still wait to be spooled."""
        anew = self._read()
        with self.changing:
            self._con = anew  # the former goes with the last who asks it: to close it would close their connections too
            self._clear()

    def add(self, row: rows.Row) -> None:
        """Keep what of a row a run must remember; any thread may call it that holds `changing`."""
        if isinstance(row, NARROW):
            self._added[spool.KINDS[type(row)]].append(_narrow(row))
            self._waiting += 1
            self._waiting_keys.add(getattr(row, "url_key", None))
        if self._waiting >= STAGED:
            self.settled()

    def settled(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own for who asks, since other threads put rows in meanwhile; all that was added is in its tables."""
        with self.changing:
            if self._waiting:
                stage_rows(self._con, self._added)
                _take(self._con, self._added)
                self._clear()
            return self._con.cursor()

    def settled_for(self, url_key: str) -> duckdb.DuckDBPyConnection:
        """The same to ask for rows of one address: those of others may wait, since to put them in takes longer than to ask."""
        with self.changing:
            return self.settled() if url_key in self._waiting_keys else self._con.cursor()

    def _clear(self) -> None:
        self._added.clear()
        self._waiting = 0
        self._waiting_keys.clear()

    def _read(self) -> duckdb.DuckDBPyConnection:
        """A connection to all that is known."""
        con = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": "512MB",
                "threads": "1",  # its questions are small: a second thread costs more than it does
                # What a question took goes back to the system at once, and not when there is ten times as much of it.
                "allocator_flush_threshold": "1MB",
                "allocator_bulk_deallocation_flush_threshold": "1MB",
                "temp_directory": str(self._folders.live.with_suffix(".tmp")),
            },
        )
        schema.migrate(con, schema.migrations())
        # The spool first and the copy afterwards: a file that goes in between is in the copy that replaced it.
        for path in spool.files(self._folders, self._source_id):
            self._add_file(con, path)
        self._attach(con)
        return con

    def _attach(self, con: duckdb.DuckDBPyConnection) -> None:
        """Attach the newest edition that can be opened; it stays the same until the ledger is read anew."""
        reading_copy.attach(con, self._folders, "copy")
        held = con.execute("SELECT 1 FROM duckdb_tables() WHERE database_name = 'copy' AND table_name = 'sightings'")
        sightings = "copy.sightings" if held.fetchall() else "sightings"
        con.execute(sql("ledger/open").format(source_id=self._source_id.replace("'", "''"), sightings=sightings))

    def _add_file(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        try:
            batch = spool.read(path)
        except (FileNotFoundError, BadSpoolFile):
            return  # loaded a moment ago and then in the copy; or bad, which the loader will say
        stage_batch(con, batch)
        _take(con, batch.rows)


def _take(con: duckdb.DuckDBPyConnection, kinds: Iterable[str]) -> None:
    """Move the staged rows into the tables of the same shape, without their texts."""
    for kind in NARROW_KINDS.intersection(kinds):
        columns = "* EXCLUDE (text)" if kind == "reading" else "*"
        con.execute(f"INSERT INTO {TABLES[kind]} BY NAME SELECT {columns} FROM stage_{kind}")


def _narrow(row: rows.Row) -> bytes:
    """The row as JSON, a reading without its text and the evidence."""
    if isinstance(row, rows.Reading):
        return msgspec.json.encode(dict(zip(READING, _reading(row), strict=True)))
    return msgspec.json.encode(row)
