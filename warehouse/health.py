"""How outlets do: the verdicts of views/8_health.sql as records. `con` is an open reading copy."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import duckdb

from warehouse import loader, spool
from warehouse.folders import Folders
from warehouse.locks import hold

State = Literal["ok", "failing", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says of one source."""

    source_id: str
    check: str  # silence, too_few, too_many, filled.dateline, layout, …
    state: State  # unknown while too little has been seen
    message: str  # sentences: what was measured, what was expected and, where it fails, what to do next
    measured: str
    expected: str
    since_at: datetime | None  # UTC; since when it fails, as far as that can be told


_ASKED = """
SELECT source_id, "check", state, message, measured, expected, since_at
FROM health_at($1::VARCHAR, $2::TIMESTAMP)
ORDER BY source_id, state <> 'failing', "check"
"""


def verdicts(
    con: duckdb.DuckDBPyConnection, source_id: str | None = None, moment: datetime | None = None
) -> list[Verdict]:
    """The verdicts on one source or on all, failing ones first; as of a moment (UTC) in the past where one is given."""
    moment = moment or datetime.now(UTC).replace(tzinfo=None)
    return [Verdict(*row) for row in con.execute(_ASKED, [source_id, moment]).fetchall()]


def failing(found: list[Verdict]) -> list[Verdict]:
    """Those that fail."""
    return [verdict for verdict in found if verdict.state == "failing"]


def judged(folders: Folders, source_id: str | None = None) -> list[Verdict]:
    """The verdicts on what has been spooled by now, be there a reading copy of it or not; the loader is kept waiting so long.

    Copies are made no oftener than their size allows, and a trouble must be named at the first run that shows it.
    """
    who = f"health in process {os.getpid()}"
    while True:
        with hold(folders.loader_lock, who, wait=True), closing(_live(folders)) as con:
            loaded = {name for (name,) in con.execute("SELECT file FROM loads").fetchall()}
            if all(path.name in loaded for path in spool.files(folders)):
                return verdicts(con, source_id)
        loader.drain(folders, wait=True)


def _live(folders: Folders) -> duckdb.DuckDBPyConnection:
    """The database of the loader, whose lock is held; the reading copy where it is missing."""
    path = folders.live if folders.live.exists() else folders.warehouse
    con = duckdb.connect(str(path), read_only=True, config={"threads": "1"})
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return con
