"""How a source stands: what is there, what ran last, what is due now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.backlog import Allowance, backlog
from flows.discovery.older import SEEN
from flows.discovery.polling import failed_in_a_row
from flows.fetching import Pace, resting_until
from flows.listings.polls import polls_of, turn
from flows.plural import counted
from flows.run import looking_back
from flows.sources import FinderSpec, SourceDefinition
from flows.workspace import Workspace
from warehouse import reading_copy, spool
from warehouse.ledger import Ledger
from warehouse.locks import holder, is_held

COUNTS = """
SELECT (SELECT count(*) FROM articles WHERE source_id = $source_id),
       -- Until a backfill notes them, only the first pass knows what older addresses there are.
       (SELECT CASE WHEN bool_or(kind = 'backfill') IS NOT TRUE THEN arg_min(message, started_at) FILTER (kind = 'ingest' AND message LIKE '%older address%') END
        FROM runs WHERE source_id = $source_id),
       a.*, r.* EXCLUDE (run_id),
       (SELECT count(*) FROM units WHERE units.run_id = r.run_id AND outcome NOT IN ('fetched', 'unchanged', 'not_yet')),
       h.listings, h.listings_failed, h.failing_since_at
FROM (
    -- As coverage counts: what the outlet has and refuses to show (403) is missing, and what nobody may ask for has come to its end.
    SELECT count(*) FILTER (outcome = 'rejected'), count(*) FILTER (outcome = 'failed' OR (outcome = 'refused' AND NOT is_final)),
           count(*) FILTER (outcome IN ('gone', 'disallowed', 'reserved') OR (outcome = 'refused' AND is_final)),
           count(*) FILTER (outcome = 'never_tried' AND day < $first_day),
           min(day) FILTER (outcome = 'never_tried' AND day < $first_day)
    FROM address_states WHERE source_id = $source_id
) AS a,
(
    SELECT max(started_at), arg_max(kind, started_at), arg_max(state, started_at), arg_max_null(message, started_at),
           arg_max(run_id, started_at) AS run_id
    FROM runs WHERE source_id = $source_id
) AS r
-- Days of an archive that a backfill could not read are holes, and no failing of the source: only passes tell of that.
LEFT JOIN (FROM source_health SEMI JOIN (FROM runs WHERE kind = 'ingest') USING (source_id)) AS h ON h.source_id = $source_id
"""


def standing(workspace: Workspace, source: SourceDefinition) -> dict[str, Any]:
    """Counts of one source; the keys are the columns that `wireroom status` prints."""
    with reading_copy.connect(workspace.folders) as connection:
        asked = {"source_id": source.source_id, "first_day": looking_back(source).first_day}
        answer = connection.execute(COUNTS, asked).fetchall()[0]
    articles, first_said, rejected, failed, gone, past, past_from, last_run, kind, state, message, unread, *listings = (
        answer
    )
    is_done = state == "completed"
    state = _failing(*listings) or _ended(kind, state, source.source_id, message, unread)
    last_run, state = _last_run(workspace, source.source_id, last_run, state, is_done=is_done)
    if seen := SEEN.search(first_said or ""):
        past, past_from = int(seen["count"].replace(",", "")), date.fromisoformat(seen["day"])
    with Ledger(workspace.folders, source.source_id) as ledger:
        due_now, waiting = _due(ledger, source)
    return {
        "source": source.source_id,
        "articles": articles,
        "last_run": last_run,
        "state": "paused" if source.paused else state,
        "due_now": due_now,
        "waiting": waiting,
        "rejected": rejected,
        "failed": failed,
        "gone": gone,
        "in_spool": len(spool.files(workspace.folders, source.source_id)),
        "past": past,
        "past_from": past_from,
    }


INTERRUPTED = "interrupted: go on with "
"""Before the command that goes on, in the state of a source whose last run was killed."""


_COMMAND = re.compile(r"wireroom backfill \S+ --from [\d-]{10} --to [\d-]{10}(?: --holes| --gone)?")


def again(kind: str, source_id: str, said: str | None = None) -> str:
    """The command that goes on with a run of a kind, as the run itself has said; … stands for what nobody has kept."""
    found = _COMMAND.search(said or "")
    if found:
        return found[0]
    asked = {"backfill": f"{source_id} --from … --to …", "import": "…"}
    return f"wireroom {kind} {asked.get(kind, source_id)}"


def _ended(kind: str | None, state: str | None, source_id: str, message: str | None, unread: int) -> str | None:
    """How the last run ended; one that was ended early on purpose, and is no pass, says how it goes on.

    A backfill says how many listings it could not read, and who names the holes that this leaves.
    """
    if state == "cancelled" and kind is not None and kind != "ingest":
        return f"ended early: the last {kind}; it goes on with {again(kind, source_id, message)}"
    if state == "completed" and kind == "backfill" and unread:
        return f"completed: {counted(unread, 'listing')} could not be read; see wireroom coverage {source_id}"
    return state


LOADING = "ended: its last rows are not in the reading copy yet"
"""The state of a source whose run took its name out of the lock, and that the reading copy still shows as running."""

_BEGAN = re.compile(r"(?P<kind>\w+) of .+ in process \d+, since (?P<began>\d{4}-\d\d-\d\d \d\d:\d\d) UTC.*")


def _last_run(
    workspace: Workspace, source_id: str, last_run: datetime | None, state: str | None, *, is_done: bool
) -> tuple[datetime | None, str | None]:
    """When the last run began and how it stands, also one that the reading copy does not know: it goes on, or was killed."""
    lock = workspace.folders.source_lock(source_id)
    held = holder(lock)
    found = _BEGAN.fullmatch(held)
    began = datetime.fromisoformat(found["began"]) if found else None
    is_later = began is not None and (last_run is None or began > last_run or (is_done and _is_same(began, last_run)))
    if not is_later and state != "running":
        return last_run, state
    if _has_ended(lock):
        return last_run, LOADING
    kind = found["kind"] if found else "ingest"
    said = "running" if is_held(lock) else f"{INTERRUPTED}{again(kind, source_id, held)}"
    return began if is_later else last_run, said


def _is_same(minute: datetime, moment: datetime) -> bool:
    """Whether a moment lies in a minute: a run that ended well took its name away, and the one in the lock is another."""
    return minute == moment.replace(second=0, microsecond=0)


def _has_ended(lock: Path) -> bool:
    """Whether the last run of a source ended by itself: its name is out of the lock, which nobody holds."""
    return lock.exists() and not lock.stat().st_size and not is_held(lock)


def _failing(listings: int | None, failed: int | None, since: datetime | None) -> str | None:
    """What hinders a source of whose listings the last run could not read all; None where it could, or asked for none."""
    if since and failed == listings:
        return f"failing: no listing could be read since {since:%Y-%m-%d %H:%M}"
    which = "listing" if listings == 1 else "listings"
    return f"failing: {failed} of {listings} {which} could not be read" if failed else None


WITHOUT_FILE = """
SELECT source_id AS source, s.articles, s.last_run_at AS last_run, 'no file: renamed or removed?' AS state,
       0 AS due_now, 0 AS waiting, s.rejected, coalesce(a.failed, 0) AS failed, coalesce(a.gone, 0) AS gone
FROM source_health AS s LEFT JOIN (
    SELECT source_id, count(*) FILTER (outcome = 'failed' OR (outcome = 'refused' AND NOT is_final)) AS failed,
           count(*) FILTER (outcome IN ('gone', 'disallowed', 'reserved') OR (outcome = 'refused' AND is_final)) AS gone
    FROM address_states GROUP BY ALL
) AS a USING (source_id)
WHERE NOT list_contains($1::VARCHAR[], source_id) AND s.articles > 0
ORDER BY source_id
"""


def without_file(workspace: Workspace, names: Sequence[str]) -> list[dict[str, Any]]:
    """What the warehouse holds of sources but those named, whose files are missing or cannot be read, as `standing` gives it."""
    with reading_copy.connect(workspace.folders) as connection:
        answer = connection.execute(WITHOUT_FILE, [list(names)])
        columns = [column[0] for column in answer.description]
        found = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    for item in found:
        if (workspace.sources / f"{item['source']}.toml").exists():
            item["state"] = "file cannot be read"
        item |= {"in_spool": len(spool.files(workspace.folders, item["source"])), "past": 0, "past_from": None}
    return found


@dataclass(frozen=True, slots=True)
class FinderState:
    """How one finder stands; times are UTC."""

    kind: str
    address: str  # or the name of the user's file
    state: str  # ok, empty, never asked, gap, or what its last look came to
    failures: int  # in a row, up to now
    last_asked: datetime | None
    next_due: datetime | None  # for a schedule; None: at its next pass


def finder_states(workspace: Workspace, source: SourceDefinition) -> list[FinderState]:
    """How each finder of a source stands, in the order of its file."""
    with Ledger(workspace.folders, source.source_id) as ledger:
        return [_finder(workspace, ledger, source, spec) for spec in source.finders]


def _finder(workspace: Workspace, ledger: Ledger, source: SourceDefinition, spec: FinderSpec) -> FinderState:
    polls = polls_of(ledger, spec)
    last = polls[-1] if polls else None
    address = spec.url or (spec.file.name if spec.file else "")
    verdict = turn(workspace.folders, ledger, source, spec, _now())
    if last is None:
        state = "never asked"
    elif last.is_read:
        state = last.reason if last.outcome == "fetched" and last.reason else "ok"
    else:
        state = _rest(workspace, spec) or last.reason or last.outcome
    return FinderState(spec.kind, address, state, failed_in_a_row(polls), last.at if last else None, verdict.at)


def _rest(workspace: Workspace, spec: FinderSpec) -> str | None:
    """Until when the host of a finder that could not be read is left alone; None where it is not."""
    until = resting_until(Pace(workspace.folders), spec.url) if spec.url else None
    return until and f"rests until {until}"


def _due(ledger: Ledger, source: SourceDefinition) -> tuple[int, int]:
    """How many known addresses a pass would ask for now, and how many wait for a later moment."""
    known = backlog(ledger, source, looking_back(source).first_day, _now(), Allowance())
    verdicts = [verdict.when for _, verdict in known]
    return verdicts.count("now"), verdicts.count("at")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
