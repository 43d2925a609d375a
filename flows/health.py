"""How the outlets of a workspace do: judged after each run, told to people once per change, and once a day while it lasts.

What was told by which way is kept in data/.live/health/SOURCE.json, so that no run says again what another one said, and
what did not get through is said by a later one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import duckdb

from flows import notices
from flows.journal import logs
from flows.notices import Mail, Notice, Webhook
from flows.progress import Event, about, tell
from flows.run import now
from flows.workspace import Workspace
from warehouse import health
from warehouse.files import write_whole
from warehouse.health import State, Verdict
from warehouse.locks import hold

AGAIN = timedelta(days=1)
"""After so long, a trouble that lasts is told again."""

PATIENCE = timedelta(minutes=10)
"""After so long a way by which a message did not get through is tried again: each try may take seconds of a run."""

MOST_SAID = 3
"""Troubles that the message of a failed run tells whole; the others it names."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was last said of a source by one way: the checks that failed then, and when."""

    checks: frozenset[str] = frozenset()
    told_at: datetime | None = None
    tried_at: datetime | None = None  # in vain, since then


@dataclass(frozen=True, slots=True)
class Memory:
    """The checks of a source that failed last, and what was told of them, by the name of the way."""

    checks: frozenset[str] = frozenset()
    ways: Mapping[str, Told] = field(default_factory=dict)


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
        with _kept(workspace, source_id):
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


def attend(workspace: Workspace, source_id: str, found: Sequence[Verdict]) -> None:
    """Note what fails now, given all verdicts, and tell of what changed; nothing that hinders the telling fails a run.

    What failed and cannot be judged any more is not well again: it is kept in mind until a verdict says so.
    """
    path = workspace.folders.health / f"{source_id}.json"
    who = f"health of {source_id} in process {os.getpid()}"
    with _kept(workspace, source_id), hold(path.with_suffix(".lock"), who, wait=True):
        before = _memory(workspace, source_id)
        change = _notice(source_id, found, Told(before.checks, now()))
        if change is not None:
            tell(_event(change))
        ways, problems = notices.channels(workspace)
        told = {way.name: _told_by(way, source_id, found, before.ways.get(way.name, Told())) for way in ways}
        kept = Memory(_open(found, before.checks), {name: how for name, (how, _) in told.items()})
        write_whole(path, [_as_json(kept)])
        for sentence in [*(problems if change else []), *(problem for _, problem in told.values() if problem)]:
            tell(Event("warning", sentence))


@contextmanager
def _kept(workspace: Workspace, source_id: str) -> Iterator[None]:
    """Write what is told inside the block into the workspace's log: the run it is about is over."""
    with logs.kept(workspace), about(source_id):
        yield


def _told_by(way: Mail | Webhook, source_id: str, found: Sequence[Verdict], before: Told) -> tuple[Told, str | None]:
    """What one way has told once it was told what is new to it; and a sentence, where that did not get through."""
    if before.tried_at is not None and now() - before.tried_at < PATIENCE:
        return before, None
    notice = _notice(source_id, found, before)
    if notice is None:
        return replace(before, checks=_open(found, before.checks), tried_at=None), None
    problem = next((problem for _, problem in notices.tried([way], notice)), None)
    if problem:
        said = f"A message was not sent, and a later run tries again: {problem}. Try the settings with: wireroom notify --test"
        return replace(before, tried_at=now()), said
    return Told(_open(found, before.checks), now()), None


def _open(found: Sequence[Verdict], before: frozenset[str]) -> frozenset[str]:
    """What fails, and what failed before and cannot be judged now."""
    return _named(found, "failing") | (before & _named(found, "unknown"))


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


def _memory(workspace: Workspace, source_id: str) -> Memory:
    """What was noted last; nothing where the file is not there or was written by another hand."""
    path = workspace.folders.health / f"{source_id}.json"
    try:
        kept = json.loads(path.read_bytes())
        return Memory(
            frozenset(map(str, kept["checks"])),
            {str(name): _told(told) for name, told in kept.get("ways", {}).items()},
        )
    except FileNotFoundError:
        return Memory()
    except (ValueError, KeyError, TypeError, AttributeError):
        tell(Event("warning", f"{path} cannot be read; what fails is told anew."))
        return Memory()


def _told(kept: Mapping[str, Any]) -> Told:
    moments = [datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("told_at", "tried_at")]
    return Told(frozenset(map(str, kept["checks"])), *moments)


def _as_json(memory: Memory) -> bytes:
    ways = {
        name: {
            "checks": sorted(told.checks),
            "told_at": told.told_at.isoformat() if told.told_at else None,
            "tried_at": told.tried_at.isoformat() if told.tried_at else None,
        }
        for name, told in memory.ways.items()
    }
    return json.dumps({"checks": sorted(memory.checks), "ways": ways}).encode()
