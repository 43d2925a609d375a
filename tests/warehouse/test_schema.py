"""Migrations: from every earlier form to this one, each whole or not at all, and never back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import reading
from tests.warehouse.tables import write
from warehouse import loader, reading_copy, schema
from warehouse.errors import ChangedMigration, NewerWarehouse
from warehouse.folders import Folders
from warehouse.schema import Migration

ONE = Migration(1, "one", "CREATE TABLE notes (id INTEGER, text VARCHAR);")
TWO = Migration(2, "two", "ALTER TABLE notes ADD COLUMN day DATE; UPDATE notes SET day = DATE '2026-01-01' + id;")
BROKEN = Migration(2, "two", "ALTER TABLE notes ADD COLUMN day DATE; UPDATE notes SET nowhere = 1;")

VALUES = {
    "VARCHAR": "'text ' || i", "UUID": "md5(i::VARCHAR)::UUID", "INTEGER": "i", "SMALLINT": "i % 100", "BIGINT": "i", "REAL": "i / 7",
    "DOUBLE": "i / 7", "BOOLEAN": "i % 2 = 0", "DATE": "DATE '2026-01-01' + i::INTEGER", "TIMESTAMP": "TIMESTAMP '2026-01-01' + INTERVAL 1 HOUR * i",
}  # fmt: skip
"""An expression for each type, over the number of a row."""


def columns(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' ORDER BY ALL"
    ).fetchall()


def filled(con: duckdb.DuckDBPyConnection, rows: int) -> dict[str, int]:
    """Fill every table with made-up rows of its own columns, as SQL; how many each has."""
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name NOT LIKE 'schema_%'").fetchall()
    for (table,) in tables:
        types = con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY column_index", [table]
        ).fetchall()
        made = ", ".join(f'{VALUES.get(of, "NULL")} AS "{name}"' for name, of in types)
        con.execute(f"INSERT INTO {table} BY NAME SELECT {made} FROM range({rows}) AS t(i)")
    return {table: rows for (table,) in tables}


@pytest.mark.parametrize("earlier", range(len(schema.migrations()) + 1))
def test_every_earlier_version_becomes_this_one(tmp_path: Path, earlier: int):
    path = tmp_path / "old.duckdb"
    with duckdb.connect(path, config={"storage_compatibility_version": schema.STORAGE}) as con:
        schema.migrate(con, schema.migrations()[:earlier])
        had = filled(con, 300)
    with schema.opened(path) as con, schema.opened(":memory:") as fresh:
        assert columns(con) == columns(fresh)
        assert {table: con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in had} == had
        versions = con.execute("SELECT version FROM schema_migrations ORDER BY version").fetchall()
        assert versions == [(step.version,) for step in schema.migrations()]
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            con.execute(f"SELECT * FROM {view} LIMIT 3").fetchall()


def test_the_numbers_have_no_gap():
    assert [step.version for step in schema.migrations()] == list(range(1, len(schema.migrations()) + 1))


def test_a_step_keeps_the_rows_and_is_in_the_file_at_once(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(path) as con:
        schema.migrate(con, (ONE,))
        con.execute("INSERT INTO notes SELECT i, 'note' FROM range(5) AS t(i)")
        schema.migrate(con, (ONE, TWO))
        assert not path.with_name("a.duckdb.wal").exists()
        assert con.execute("SELECT count(*), count(day) FROM notes").fetchall() == [(5, 5)]


def test_a_step_that_fails_leaves_nothing_and_is_tried_again(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(path) as con:
        schema.migrate(con, (ONE,))
        before = columns(con)
        with pytest.raises(duckdb.Error, match="nowhere"):
            schema.migrate(con, (ONE, BROKEN))
    with duckdb.connect(path) as con:
        assert columns(con) == before
        schema.migrate(con, (ONE, TWO))
        assert con.execute("SELECT version FROM schema_migrations ORDER BY ALL").fetchall() == [(1,), (2,)]


def test_a_changed_step_is_refused():
    with duckdb.connect(":memory:") as con:
        schema.migrate(con, (ONE,))
        with pytest.raises(ChangedMigration, match=r"Migration 0001 \(one\) was changed"):
            schema.migrate(con, (replace(ONE, sql=ONE.sql + " "),))


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path):
    folders = Folders(tmp_path / "data")
    reading_copy.ensure(folders)
    write(folders, reading("a"))
    loader.drain(folders, publish_now=True)
    with duckdb.connect(folders.live) as con:
        con.execute("INSERT INTO schema_migrations VALUES (99, 'later', '', now(), 'later')")
    before = folders.live.read_bytes()
    write(folders, reading("b"))
    with pytest.raises(
        NewerWarehouse, match=r"is at schema 99, and this version of wireroom knows \d+. Nothing was changed. Upgrade"
    ):
        loader.drain(folders, publish_now=True)
    assert folders.live.read_bytes() == before
    with reading_copy.connect(folders) as con:  # the reading copy still answers
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
