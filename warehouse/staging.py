"""Rows of a spool → the temporary table `stage`: one column a kind, each row filling one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb

from warehouse import rows, spool
from warehouse.spool import BadLine, Batch

TABLES = {
    "found": "addresses",
    "listed": "units",
    "fetched": "fetches",
    "reading": "readings",
    "segment": "segments",
    "run": "runs",
    "source": "sources",
    "agency": "agencies",
    "withdrawal": "withdrawals",
}
"""The table whose column types a kind's fields have."""

KEYS = {
    "listed": ("source_id", "finder", "unit", "listed_at"),
    "fetched": ("fetch_id",),
    "segment": ("segment_id",),
    "run": ("run_id",),
    "source": ("source_id",),
    "agency": ("info_source",),
    "withdrawal": ("source_id", "url_key", "withdrawn_at"),
}
"""What makes two rows of a kind the same fact; found and reading have statements of their own."""

LATEST = frozenset({"segment", "run", "source", "agency"})
"""Kinds of which the row with the latest `noted_at` holds."""


@cache
def sql(name: str) -> str:
    """The text of one of the .sql files beside this module."""
    return (files("warehouse") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def stage_batch(con: duckdb.DuckDBPyConnection, batch: Batch) -> list[BadLine]:
    """Stage the good lines of a spool file; the lines that DuckDB refuses are left out and returned with its reason."""
    if not batch.bad:
        with suppress(duckdb.Error):  # the lines are tried again below, in halves, until the bad one is found
            _stage_file(con, batch.path)
            return []
    refused: list[BadLine] = []
    good = _accepted(con, batch.lines, lambda line, why: refused.append(_refused(batch, line, why)))
    _stage_lines(con, good)
    return refused


def stage_rows(con: duckdb.DuckDBPyConnection, batch: Iterable[rows.Row]) -> None:
    """Stage rows that are in memory."""
    _stage_lines(con, [spool.encode(row) for row in batch])


def _accepted(
    con: duckdb.DuckDBPyConnection, lines: Sequence[bytes], refuse: Callable[[bytes, str], None]
) -> list[bytes]:
    """The lines that DuckDB takes, found by halving; `refuse` is told of each other one."""
    try:
        _stage_lines(con, lines)
    except duckdb.Error as error:
        if len(lines) == 1:
            refuse(lines[0], str(error).split("\n")[0])
            return []
        middle = len(lines) // 2
        return [*_accepted(con, lines[:middle], refuse), *_accepted(con, lines[middle:], refuse)]
    return list(lines)


def _refused(batch: Batch, line: bytes, why: str) -> BadLine:
    number = batch.path.read_bytes().splitlines(keepends=True).index(line) + 1
    return BadLine(number, line, f"{batch.path.name}, line {number}: {why}")


def _stage_lines(con: duckdb.DuckDBPyConnection, lines: Sequence[bytes]) -> None:
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.writelines(lines)
        file.flush()
        _stage_file(con, Path(file.name))


def _stage_file(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    columns = ", ".join(f"{kind}: '{_struct(con, kind)}'" for kind in TABLES)
    con.execute("CREATE OR REPLACE TEMP TABLE stage AS "
                f"SELECT * FROM read_ndjson($1, columns = {{{columns}}})", [str(path)])  # fmt: skip


def _struct(con: duckdb.DuckDBPyConnection, kind: str) -> str:
    """The DuckDB type of a kind: the record's fields with the types of the table's columns."""
    record = next(record for record, name in spool.KINDS.items() if name == kind)
    types = _types(con, TABLES[kind])
    if kind == "reading":
        texts = _types(con, "texts")
        wide = ", ".join(f'"{field.name}" {texts[field.name]}' for field in fields(rows.Text))
        types["text"] = f"STRUCT({wide})"
    return "STRUCT({})".format(", ".join(f'"{field.name}" {types[field.name]}' for field in fields(record)))


_known_types: dict[str, dict[str, str]] = {}


def _types(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column name → DuckDB type of one of our tables; asked once a process, since every database has the same."""
    if table not in _known_types:
        found = con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND table_name = $1",
            [table],
        ).fetchall()
        _known_types[table] = dict(found)
    return dict(_known_types[table])
