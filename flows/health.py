"""How the outlets of a workspace do: judged after each run, told to people once per change, and once a day while it lasts.

What was told is kept in data/.live/health/SOURCE.json, so that no run says again what another one said.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from flows import notices
from flows.notices import Notice
from flows.progress import Event, tell
from flows.run import now
from flows.workspace import Workspace
from warehouse import health
from warehouse.files import write_whole
from warehouse.health import State, Verdict
from warehouse.locks import hold

AGAIN = timedelta(days=1)
"""After so long, a trouble that lasts is told again."""

MOST_SAID = 3
"""Troubles that the message of a failed run tells whole; the others it names."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said last about a source: the checks that failed then, and when people were told of it."""

    checks: frozenset[str] = frozenset()
    told_at: datetime | None = None


class Unhealthy(Exception):
    """A run whose source is not well, although everything it brought is loaded; the message says why."""

    def __init__(self, message: str, counts: Mapping[str, int]) -> None:
        super().__init__(message)
        self.counts = counts


def failing(workspace: Workspace, source_id: str) -> str | None:
    """Judge a source after its run, tell whom it concerns, and return why the run must be seen as failed, or None.

    The rows of the run are loaded by then: what fails is the outlet, or what its file expects, and nothing is lost.
    """
    try:
        found = health.judged(workspace.folders, source_id)
    except duckdb.Error as problem:  # no reason to call a run failed whose rows are in the warehouse
        tell(Event("warning", f"The health of {source_id} could not be judged: {str(problem).splitlines()[0]}"))
        return None
    attend(workspace, source_id, found)
    return message(source_id, health.failing(found))


def message(source_id: str, found: Sequence[Verdict]) -> str | None:
    """One message for a run of a source on which these verdicts were given; None where there is none."""
    if not found:
        return None
    said = " ".join(verdict.message for verdict in found[:MOST_SAID])
    more = ", ".join(verdict.check for verdict in found[MOST_SAID:])
    return f"{source_id} is not well. {said}" + (f" Failing too: {more}; wireroom health {source_id}" if more else "")


def attend(workspace: Workspace, source_id: str, found: Sequence[Verdict], *, notify: bool = True) -> None:
    """Note what fails now, given all verdicts, and tell of what changed; nothing that hinders the telling fails a run.

    What failed and cannot be judged any more is not well again: it is kept in mind until a verdict says so.
    """
    path = workspace.folders.health / f"{source_id}.json"
    with hold(path.with_suffix(".lock"), f"health of {source_id} in process {os.getpid()}", wait=True):
        before = _told(workspace, source_id)
        checks = _named(found, "failing") | (before.checks & _named(found, "unknown"))
        notice = _notice(source_id, found, before)
        if notice is not None and notice.kind != "health.reminder":
            tell(_event(notice))
        sent = notice is not None and notify
        told_at = now() if sent else before.told_at
        kept = {"checks": sorted(checks), "told_at": told_at.isoformat() if told_at else None}
        write_whole(path, [json.dumps(kept).encode()])
    if sent and notice is not None:
        for sentence in notices.send(workspace, notice):
            tell(Event("warning", sentence))


def _notice(source_id: str, found: Sequence[Verdict], before: Told) -> Notice | None:
    """What people are to be told, given what they were told before."""
    checks, open_still = _named(found, "failing"), before.checks & _named(found, "unknown")
    new, over = sorted(checks - before.checks), sorted(before.checks & _named(found, "ok"))
    fails = health.failing(list(found))
    more = {"failing": sorted(checks), "new": new, "over": over, "verdicts": [_plain(verdict) for verdict in fails]}
    lines = [verdict.message for verdict in fails]
    if new:
        return Notice("health.failed", f"{source_id}: {', '.join(new)} failing", lines, source_id, more)
    if over and not checks and not open_still:
        return Notice("health.recovered", f"{source_id} is well again: {', '.join(over)}", (), source_id, more)
    if over:
        rest = {"still failing": sorted(checks), "not to be judged yet": sorted(open_still)}
        said = [f"{', '.join(names)} {how}" for how, names in ({"well again": over} | rest).items() if names]
        return Notice("health.recovered", f"{source_id}: {', '.join(said)}", lines, source_id, more)
    if checks and (before.told_at is None or now() - before.told_at >= AGAIN):
        return Notice("health.reminder", f"{source_id}: still failing: {', '.join(sorted(checks))}", lines, source_id, more)  # fmt: skip
    return None


def _named(found: Sequence[Verdict], state: State) -> frozenset[str]:
    return frozenset(verdict.check for verdict in found if verdict.state == state)


def _event(notice: Notice) -> Event:
    """The same for whoever watches the run; Prefect's automations hear it as wireroom.health.failed or .recovered."""
    outcome = notice.kind.removeprefix("health.")
    return Event("health", notice.text, outcome=outcome, source=notice.source, more=notice.more)


def _plain(verdict: Verdict) -> dict[str, str | None]:
    since = verdict.since_at.isoformat() if verdict.since_at else None
    return {"check": verdict.check, "message": verdict.message, "measured": verdict.measured, "expected": verdict.expected, "since_at": since}  # fmt: skip


def _told(workspace: Workspace, source_id: str) -> Told:
    """What was noted last; nothing where the file is not there or was written by another hand."""
    path = workspace.folders.health / f"{source_id}.json"
    try:
        kept = json.loads(path.read_bytes())
        told_at = datetime.fromisoformat(kept["told_at"]) if kept["told_at"] else None
        return Told(frozenset(map(str, kept["checks"])), told_at)
    except FileNotFoundError:
        return Told()
    except (ValueError, KeyError, TypeError):
        tell(Event("warning", f"{path} cannot be read; what fails is told anew."))
        return Told()
