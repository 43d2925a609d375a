"""The workspace examined: every invariant proved, or the fault named with the command that mends it.

Nothing is changed. Questions go to the reading copy, which is what users see; the live database is opened only while
no loader holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb

from warehouse.doctor import archive, files, killed, tables, withdrawn
from warehouse.doctor.findings import Check, Examination, Finding, Result, made
from warehouse.folders import Folders

__all__ = ["Check", "Finding", "Result", "checks", "examine"]


def checks() -> list[Check]:
    """Every check, in the order in which they are made."""
    return [*files.CHECKS, *killed.CHECKS, *tables.checks(), *archive.CHECKS, *withdrawn.CHECKS]


def examine(folders: Folders, *, full: bool = False) -> Iterator[Result]:
    """Make every check in turn; `full` reads back the page of every version rather than a sample."""
    copy = _copy(folders)
    examination = Examination(folders, copy, full, datetime.now(UTC).replace(tzinfo=None))
    try:
        for check in checks():
            yield made(check, examination)
    finally:
        if copy is not None:
            copy.close()


def _copy(folders: Folders) -> duckdb.DuckDBPyConnection | None:
    """The edition that the link names, where it opens and has our tables; no older one in its place."""
    try:
        con = duckdb.connect(str(folders.warehouse.resolve(strict=True)), read_only=True)
    except (OSError, duckdb.Error):
        return None
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SELECT count(*) FROM loads").fetchall()
    except duckdb.Error:
        con.close()
        return None
    return con
