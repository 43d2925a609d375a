"""How outlets do: the verdicts of views/8_health.sql as records. `con` is an open reading copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import duckdb

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
