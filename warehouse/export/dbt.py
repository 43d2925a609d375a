"""The warehouse as sources of a dbt project: every stable table and view with its columns, tests and freshness."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

CONTRACTS = tomllib.loads(Path(__file__).with_name("contracts.toml").read_text(encoding="utf-8"))

WAREHOUSE, OUTLETS = "wireroom", "wireroom_outlets"
"""The two dbt sources: the tables, and one table an outlet that says how fresh it is."""

HEAD = """\
# Written by `wireroom dbt`: write it again after an upgrade of Wireroom, or when an outlet or its [expect] has changed.
# In profiles.yml the warehouse is attached, read-only, under the alias {database}.
"""


def sources(con: duckdb.DuckDBPyConnection, silences: Mapping[str, timedelta | None], database: str) -> dict[str, Any]:
    """The content of sources.yml, from the comments of an open reading copy and each outlet's [expect] silence."""
    place = {"database": database, "schema": "main", "loader": "wireroom"}
    outlets = [_outlet(name, silence) for name, silence in sorted(silences.items()) if silence]
    tables = {"name": WAREHOUSE, "description": _SAID, **place, "tables": [_table(con, *row) for row in _things(con)]}
    fresh = {"name": OUTLETS, "description": _FRESH, **place, "tables": outlets}
    return {"version": 2, "sources": [tables, *([fresh] if outlets else [])]}


_SAID = (
    "News articles, their versions, datelines and sources; times named …_at are UTC. docs/warehouse.md explains it all."
)
_FRESH = "One table an outlet whose file says how long it may be silent: `dbt source freshness` fails where it has been longer."


def _things(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Name and comment of each table and view that is a contract."""
    return con.execute(
        "SELECT name, comment FROM (SELECT view_name AS name, comment FROM duckdb_views() WHERE NOT internal "
        "UNION ALL SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal) "
        "WHERE starts_with(comment, 'Stable') ORDER BY name"
    ).fetchall()


def _table(con: duckdb.DuckDBPyConnection, name: str, comment: str) -> dict[str, Any]:
    columns = con.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND table_name = $1 ORDER BY column_index",
        [name],
    ).fetchall()
    made: dict[str, Any] = {"name": name, "description": _bare(comment)}
    if name == "loads":
        made |= {"loaded_at_field": "recorded_at", "config": {"freshness": {"warn_after": _period(timedelta(days=1))}}}
    return {**made, "columns": [_column(name, *column) for column in columns]}


def _column(table: str, name: str, kind: str, comment: str | None) -> dict[str, Any]:
    tests = [test for test in ("not_null", "unique") if name in CONTRACTS[test].get(table, ())]
    return {
        "name": name,
        "description": _bare(comment or ""),
        "data_type": kind if len(kind) < 60 else "STRUCT[]",
        **({"data_tests": tests} if tests else {}),
    }


def _outlet(name: str, silence: timedelta) -> dict[str, Any]:
    """The row of source_health that tells when the outlet last had a new article."""
    return {
        "name": name,
        "identifier": "source_health",
        "description": f"When {name} last had a new article; it may be silent for {_words(silence)}.",
        "loaded_at_field": "last_article_at",
        "config": {"freshness": {"error_after": _period(silence), "filter": f"source_id = '{name}'"}},
    }


def _period(span: timedelta) -> dict[str, Any]:
    """A span as dbt writes it, in the largest unit that states it exactly."""
    for name, unit in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if span >= unit and not span % unit:
            return {"count": span // unit, "period": name}
    return {"count": max(1, -(-span // timedelta(minutes=1))), "period": "minute"}


def _words(span: timedelta) -> str:
    period = _period(span)
    return f"{period['count']} {period['period']}{'' if period['count'] == 1 else 's'}"


def _bare(comment: str) -> str:
    """A comment without the word that says whether it is a contract, and without what dbt would take for Jinja."""
    return comment.removeprefix("Stable. ").removeprefix("Internal. ").replace("{{", "{ {").replace("{%", "{ %")
