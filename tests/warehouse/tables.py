"""Tables as values, so that two databases can be compared up to the choice of article ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from tests.warehouse.facts import SOURCE, key
from warehouse import loading, schema, spool
from warehouse.folders import Folders
from warehouse.rows import Row
from warehouse.steps import Steps

NOT_COMPARED = {"load_id", "opened_load_id", "closed_load_id", "recorded_at"}
COMPARED = ("addresses", "sightings", "units", "fetches", "segments", "runs", "sources", "agencies", "expectations", "withdrawals", "article_urls", "heads", "links",
            "readings", "texts", "versions")  # fmt: skip

_WITHOUT_LOST_DAYS = """
SELECT * EXCLUDE (day, day_basis, day_known_at),
       CASE WHEN NOT EXISTS (SELECT 1 FROM withdrawals) THEN {'day': day, 'basis': day_basis, 'at': day_known_at} END AS day
FROM addresses
"""
"""A day that rested on a reading that was withdrawn is kept where it was known already."""


def write(folders: Folders, *batch: Row) -> Path:
    """A spool file of the source of its first row, or of the test's."""
    source_id = getattr(batch[0], "source_id", SOURCE) if batch else SOURCE
    path = spool.write(folders, batch, source_id=source_id, run_id=key("run"))
    assert path is not None
    return path


def loaded(
    folders: Folders, batches: Iterable[Sequence[Row]], con: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyConnection:
    """A database in memory (emptied, where one is given) with these batches loaded, one after the other."""
    if con is None:
        con = schema.opened(":memory:")
    for (table,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
        if not table.startswith("schema_"):
            con.execute(f"DELETE FROM {table}")
    steps = Steps(con)
    for batch in batches:
        if batch:
            read = spool.read(write(folders, *batch))
            if not loading.is_loaded(con, read.digest):
                assert not loading.load(con, read, steps).bad
    return con


def tables(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Every table as sorted rows; an article is named after the first of its addresses."""
    names = dict(
        con.execute("SELECT article_id, min(url_key::VARCHAR || ' ' || item) FROM article_urls GROUP BY ALL").fetchall()
    )
    return {table: _rows(con, table, names) for table in COMPARED}


def _rows(con: duckdb.DuckDBPyConnection, table: str, names: dict[object, str]) -> list[tuple[object, ...]]:
    found = con.execute(_WITHOUT_LOST_DAYS if table == "addresses" else f"SELECT * FROM {table}")
    columns = [column[0] for column in found.description]
    kept = [place for place, column in enumerate(columns) if column not in NOT_COMPARED]
    named = [[names.get(value, value) if columns[place] == "article_id" else value for place, value in enumerate(row)]
             for row in found.fetchall()]  # fmt: skip
    return sorted((tuple(str(row[place]) for place in kept) for row in named), key=repr)


def versions(con: duckdb.DuckDBPyConnection, name: str, item: int = 0) -> list[tuple[float, str]]:
    """The versions of the article at an address: hours after the start, and body."""
    return con.execute(
        "SELECT epoch(v.valid_from - TIMESTAMP '2026-03-01 12:00') / 3600, v.body FROM article_versions AS v JOIN article_urls AS u "
        "USING (article_id) WHERE u.url_key = $1 AND u.item = $2 ORDER BY v.version",
        [key(name), item],
    ).fetchall()


def article(con: duckdb.DuckDBPyConnection, name: str, item: int = 0) -> str | None:
    """The id of the article at an address."""
    found = con.execute(
        "SELECT article_id::VARCHAR FROM article_urls WHERE url_key = $1 AND item = $2", [key(name), item]
    ).fetchall()
    return found[0][0] if found else None
