"""Opening the live database: migrations, views and comments brought up to date."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from warehouse.errors import ChangedMigration, NewerWarehouse
from warehouse.folders import Folders

STORAGE = "v1.2.0"
"""Storage version of every file we write: DuckDB 1.2 to 2.0 open it."""

MEMORY = "768MB"
"""Limit of a connection that writes, so that the loader as a whole stays below 1 GiB."""

_BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER, name VARCHAR, sha256 VARCHAR, applied_at TIMESTAMP, duckdb_version VARCHAR);
CREATE TABLE IF NOT EXISTS schema_views (sha256 VARCHAR);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step from an older form of the tables to a newer one."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Of its text, so that a migration that already ran is never altered unseen."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def open_live(folders: Folders) -> duckdb.DuckDBPyConnection:
    """A writing connection to the live database, brought up to date; only the loader, who holds the lock, may call it."""
    folders.live.parent.mkdir(parents=True, exist_ok=True)
    return opened(folders.live)


def opened(path: Path | str) -> duckdb.DuckDBPyConnection:
    """A writing connection to the database at `path` (or ":memory:"), brought up to date; raises NewerWarehouse or ChangedMigration."""
    con = duckdb.connect(
        str(path),
        config={
            "storage_compatibility_version": STORAGE,
            "memory_limit": MEMORY,
            "threads": "1",  # a batch is small: with two threads it costs nearly twice the CPU
            "wal_autocheckpoint": "1GB",  # one checkpoint a drain, by the loader
        },
    )
    try:
        con.execute("SET zstd_min_string_length = 256")  # bodies lie uncompressed otherwise; per connection
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        migrate(con, migrations())
        _refresh_views(con)
    except BaseException:
        con.close()
        raise
    return con


@cache
def migrations() -> tuple[Migration, ...]:
    """The migrations that come with this version, in order."""
    found = sorted((files("warehouse") / "migrations").iterdir(), key=lambda path: path.name)
    return tuple(
        Migration(int(path.name[:4]), path.name[5:-4], path.read_text(encoding="utf-8"))
        for path in found
        if re.fullmatch(r"\d{4}_\w+\.sql", path.name)
    )


def migrate(con: duckdb.DuckDBPyConnection, steps: tuple[Migration, ...]) -> None:
    """Run the steps that the database has not seen: one transaction each, and a checkpoint after it."""
    con.execute(_BOOKKEEPING)
    done = dict(con.execute("SELECT version, sha256 FROM schema_migrations").fetchall())
    _refuse_newer(con, done, steps)
    for step in steps:
        if step.version not in done:
            con.begin()
            con.execute(step.sql)
            con.execute(
                "INSERT INTO schema_migrations SELECT $1, $2, $3, now() AT TIME ZONE 'UTC', version()",
                [step.version, step.name, step.sha256],
            )
            con.commit()
            con.execute("CHECKPOINT")
        elif done[step.version] != step.sha256:
            raise ChangedMigration(
                f"Migration {step.version:04} ({step.name}) was changed after it had been applied to this database. "
                "Restore the file as it was released, and put the change into a new migration."
            )


def _refuse_newer(con: duckdb.DuckDBPyConnection, done: dict[int, str], steps: tuple[Migration, ...]) -> None:
    newest = max((step.version for step in steps), default=0)
    if max(done, default=0) > newest:
        name = con.execute("SELECT current_database()").fetchall()[0][0]
        raise NewerWarehouse(
            f"The database '{name}' is at schema {max(done)}, and this version of wireroom knows {newest}. "
            "Nothing was changed. Upgrade wireroom, or restore a backup made with this version."
        )


def _refresh_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make views, macros and comments anew where they differ from those that come with this version."""
    views, catalogue, wanted = _views(), _catalogue(), views_digest()
    if con.execute("SELECT sha256 FROM schema_views").fetchall() == [(wanted,)]:
        return
    con.begin()
    for statement in con.execute(_OLD_VIEWS).fetchall():
        con.execute(*statement)
    con.execute(views)
    con.execute(_comments(con, tomllib.loads(catalogue)))
    con.execute("DELETE FROM schema_views")
    con.execute("INSERT INTO schema_views VALUES ($1)", [wanted])
    con.commit()
    con.execute("CHECKPOINT")


def views_digest() -> str:
    """Of the views, macros and comments that come with this version; a database holds that of its own in schema_views."""
    return hashlib.sha256((_views() + _catalogue()).encode()).hexdigest()


@cache
def _catalogue() -> str:
    return (files("warehouse") / "catalogue.toml").read_text(encoding="utf-8")


_OLD_VIEWS = """
SELECT 'DROP VIEW "' || view_name || '"' FROM duckdb_views() WHERE NOT internal AND database_name = current_database()
UNION ALL
SELECT 'DROP MACRO TABLE "' || function_name || '"' FROM duckdb_functions()
WHERE NOT internal AND function_type = 'table_macro' AND database_name = current_database()
"""


@cache
def _views() -> str:
    """The statements of warehouse/views, in the order of their files."""
    found = sorted((files("warehouse") / "views").iterdir(), key=lambda path: path.name)
    return "\n".join(path.read_text(encoding="utf-8") for path in found if path.name.endswith(".sql"))


def _comments(con: duckdb.DuckDBPyConnection, catalogue: dict[str, dict[str, str]]) -> str:
    """COMMENT statements for every table, view and column that the catalogue explains."""
    kinds = {name: "VIEW" if view else "TABLE" for name, view in con.execute(
        "SELECT view_name, true FROM duckdb_views() WHERE NOT internal AND database_name = current_database() "
        "UNION ALL SELECT table_name, false FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()}  # fmt: skip
    columns = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    macros = catalogue["macros"].items()
    said = catalogue["columns"]
    statements = [f"COMMENT ON {kinds[name]} {name} IS {_quoted(text)}" for name, text in catalogue["tables"].items()]
    statements += [f"COMMENT ON MACRO TABLE {name} IS {_quoted(text)}" for name, text in macros]
    for table, column in columns:
        text = said.get(f"{table}.{column}") or said.get(column)
        if text:
            word = catalogue["tables"].get(table, "Internal.").split(".")[0]
            text = text if text.startswith("Internal.") else f"{word}. {text}"
            statements.append(f'COMMENT ON COLUMN {table}."{column}" IS {_quoted(text)}')
    return ";\n".join(statements)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
