"""Rows of a spool → temporary tables, one a kind: stage_found, stage_fetched, stage_reading, …"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib.resources import files
from tempfile import NamedTemporaryFile

import duckdb

from warehouse import rows, spool
from warehouse.spool import BadLine, Batch, Numbered

TABLES = {
    "found": "addresses",
    "sighted": "sightings",
    "listed": "units",
    "fetched": "fetches",
    "reading": "readings",
    "segment": "segments",
    "run": "runs",
    "source": "sources",
    "agency": "agencies",
    "expectation": "expectations",
    "withdrawal": "withdrawals",
}
"""The table whose column types a kind's fields have."""

KEYS = {
    "sighted": ("source_id", "url_key", "finder", "seen_at"),
    "listed": ("source_id", "finder", "unit", "listed_at"),
    "fetched": ("fetch_id",),
    "segment": ("segment_id",),
    "run": ("run_id",),
    "source": ("source_id",),
    "agency": ("info_source",),
    "expectation": ("source_id", "definition_hash"),
    "withdrawal": ("source_id", "url_key", "withdrawn_at"),
}
"""What makes two rows of a kind the same fact; found and reading have statements of their own."""

LATEST = frozenset({"segment", "run", "source", "agency", "expectation"})
"""Kinds of which the row with the latest `noted_at` holds."""


@cache
def sql(name: str) -> str:
    """The text of one of the .sql files beside this module."""
    return (files("warehouse") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def stage_batch(con: duckdb.DuckDBPyConnection, batch: Batch) -> list[BadLine]:
    """Stage the good rows of a spool file; those that DuckDB refuses are left out and returned with its reason."""
    refused: list[BadLine] = []
    for kind in TABLES:
        rows_of = batch.rows.get(kind, ())
        try:
            _stage(con, kind, rows_of)
        except duckdb.Error:  # tried again in halves, until the bad rows are found
            _stage(con, kind, _accepted(con, kind, rows_of, refused))
    return [BadLine(line.number, line.line, f"{batch.path.name}, {line.message}") for line in refused]


def stage_rows(con: duckdb.DuckDBPyConnection, by_kind: Mapping[str, Sequence[bytes]]) -> None:
    """Stage rows that are in memory, by their kinds, each as JSON."""
    for kind, rows_of in by_kind.items():
        _stage(con, kind, [Numbered(0, row) for row in rows_of])


def _accepted(
    con: duckdb.DuckDBPyConnection, kind: str, rows_of: Sequence[Numbered], refused: list[BadLine]
) -> list[Numbered]:
    """The rows that DuckDB takes, found by halving; the others join `refused`."""
    try:
        _stage(con, kind, rows_of)
    except duckdb.Error as error:
        if len(rows_of) == 1:
            number, row = rows_of[0]
            line = b'{"%s":%s}\n' % (kind.encode(), row)
            refused.append(BadLine(number, line, f"line {number}: {str(error).splitlines()[0]}"))
            return []
        middle = len(rows_of) // 2
        return [
            *_accepted(con, kind, rows_of[:middle], refused),
            *_accepted(con, kind, rows_of[middle:], refused),
        ]
    return list(rows_of)


def _stage(con: duckdb.DuckDBPyConnection, kind: str, rows_of: Sequence[Numbered]) -> None:
    """The table stage_<kind> with these rows: read from a file, since as parameters they cost thirty times as much."""
    columns = _columns(con, kind)
    if not rows_of:
        empty = ", ".join(f'"{name}" {of}' for name, of in columns.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE stage_{kind} ({empty})")
        return
    # Written out, since DuckDB looks for NumPy and its like with every value of a parameter.
    wanted = ", ".join(f"'{name}': '{of}'" for name, of in columns.items())
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(b"\n".join([row for _, row in rows_of]))
        file.flush()
        con.execute(f"CREATE OR REPLACE TEMP TABLE stage_{kind} AS FROM read_ndjson($1, columns = {{{wanted}}})",
                    [file.name])  # fmt: skip


def _columns(con: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    """The DuckDB types of a kind: the record's fields with the types of the table's columns."""
    if not _known_types:
        _know_types(con)
    record = next(record for record, name in spool.KINDS.items() if name == kind)
    types = _known_types[TABLES[kind]]
    if kind == "reading":
        texts = _known_types["texts"]
        wide = ", ".join(f'"{field.name}" {texts[field.name]}' for field in fields(rows.Text))
        types = types | {"text": f"STRUCT({wide})"}
    return {field.name: types[field.name] for field in fields(record)}


_known_types: dict[str, dict[str, str]] = defaultdict(dict)
"""Table → column name → DuckDB type; asked once a process, since every database has the same."""


def _know_types(con: duckdb.DuckDBPyConnection) -> None:
    for table, column, of in con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = current_database()"
    ).fetchall():
        _known_types[table][column] = of
