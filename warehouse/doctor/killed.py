"""The check that looks for runs that were killed before any row of theirs was loaded: only their lock tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from warehouse import locks, spool
from warehouse.doctor.findings import Check, Examination, Finding, copy_of

_BEGAN = re.compile(
    r"(?P<kind>\w+) of (?P<source>.+) in process \d+, since (?P<began>\d{4}-\d\d-\d\d \d\d:\d\d) UTC(?:: (?P<command>.+))?"
)
"""What a run writes into its source's lock; the words stay there when it is gone."""


def no_run_was_killed(examination: Examination) -> Iterator[Finding]:
    """Every run that held a source's lock has come to the tables; the ones that did and never ended are told of elsewhere."""
    folders = examination.folders
    for path in sorted(folders.source_lock("*").parent.glob("*.lock")):
        said = _BEGAN.fullmatch(locks.holder(path))
        if said is None or locks.is_held(path) or spool.files(folders, path.stem):
            continue  # what waits in the spool may be its rows, and is told of as such
        began = datetime.fromisoformat(said["began"])
        if not _is_known(examination, path.stem, began):
            yield Finding(
                f"{said['kind']} of {said['source']}",
                f"began {began:%Y-%m-%d %H:%M} UTC and was killed",
                said["command"] or f"wireroom {said['kind']} {said['source']}",
                "What it had fetched is safe, and the next run of the source takes it up.",
            )


def _is_known(examination: Examination, source_id: str, began: datetime) -> bool:
    """Whether the tables know the run, or that its source was withdrawn, of which no run comes to anything."""
    asked = (
        # The name tells the minute. A run of the same one that ended well took its name away: this is another's.
        "SELECT 1 FROM runs WHERE source_id = $1 AND started_at >= $2 "
        "AND (state <> 'completed' OR started_at >= $2 + INTERVAL 1 MINUTE) "
        "UNION ALL SELECT 1 FROM withdrawals WHERE source_id = $1 AND url_key IS NULL LIMIT 1"
    )
    return bool(copy_of(examination).execute(asked, [source_id, began]).fetchall())


CHECKS = (Check("killed", "No run was killed before anything of it was loaded.", no_run_was_killed, "advice"),)
