"""How a whole workspace stands: whether all is well, and if not what, and which command comes next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

import parsers
from flows.plural import counted
from flows.service import noted
from flows.service.api import Api, Away, Unanswered
from flows.source_states import next_due
from flows.sources import SourceDefinition
from flows.standing import INTERRUPTED, LOADING, again
from flows.workspace import Workspace
from warehouse import health, reading_copy
from warehouse.health import Verdict
from warehouse.reparsing import older_readings

LATE = timedelta(minutes=10)
"""A pass that has not begun so long after its time is called late."""

SCARCE = 1_000_000_000
"""Bytes of free space below which a disk is called nearly full."""

OFTEN = 3
"""Restarts of server or worker that are worth a look at their logs."""


LAST_RUNS = """
SELECT source_id, arg_max(kind, started_at), arg_max(state, started_at) FILTER (kind = 'backfill') IN ('running', 'interrupted'),
       arg_max(message, started_at) FILTER (kind = 'backfill')
FROM runs GROUP BY source_id
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs the user, and what to say next."""

    what: str  # a sentence
    command: str


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass under way, to come or overdue; the moment is UTC."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """The workspace at one moment."""

    troubles: list[Trouble] = field(default_factory=list)
    service: noted.Service | None = None  # what `up` says of itself, where it runs
    running: list[Pass] = field(default_factory=list)
    following: list[Pass] = field(default_factory=list)  # the next pass of each source, the soonest first
    late: list[Pass] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)  # sources whose last pass was: the next one goes on with it
    sizes: dict[str, int] = field(default_factory=dict)  # bytes, by part
    older: dict[str, int] = field(
        default_factory=dict
    )  # archived pages by source that another reader than today's has read


def overview(
    workspace: Workspace, sources: Sequence[SourceDefinition], standings: Sequence[dict[str, Any]], now: datetime
) -> Overview:
    """How the workspace stands, given its sources and what `standing` says of each; `now` is UTC without a zone."""
    service = noted.running(workspace)
    troubles: list[Trouble] = []
    running = [Pass(one["source"], one["last_run"]) for one in standings if one["state"] == "running"]
    late: list[Pass] = []
    following = sorted(_coming(sources, now), key=lambda one: one.at)
    if service is not None and service.state == "running":
        try:
            running, following, late = _of_prefect(Api.of(workspace, service.url), sources, now)
        except Away:
            troubles.append(Trouble("The Prefect server is being started again; its runs go on.", "wireroom status"))
        except Unanswered as problem:
            troubles.append(Trouble(f"The Prefect server does not answer: {problem}.", "wireroom down; wireroom up"))
    with reading_copy.connect(workspace.folders) as con:
        older = dict(older_readings(con, {source.source_id: parsers.reader(source.profile) for source in sources}))
        last = {name: (kind, bool(is_open), said) for name, kind, is_open, said in con.execute(LAST_RUNS).fetchall()}
        try:
            verdicts = health.failing(health.verdicts(con, moment=now))
        except duckdb.CatalogException:
            verdicts = []
            troubles.append(
                Trouble("An earlier Wireroom made the reading copy, and it knows no health.", "wireroom load")
            )
    names = {source.source_id for source in sources if not source.paused}
    unwell = [verdict for verdict in verdicts if verdict.source_id in names]
    troubles += _of_service(workspace, service)
    if late and not running:
        said = f"The pass of {late[0].source} has been due since {late[0].at:%H:%M} UTC, and nothing runs: the worker seems to hang."
        troubles.append(Trouble(said, "wireroom down; wireroom up"))
    troubles += _of_runs(standings, last, {one.source for one in running}, {verdict.source_id for verdict in unwell})
    troubles += [_of_health(verdict) for verdict in unwell]
    troubles += _of_files(workspace)
    busy = {one.source for one in running}
    stopped = [one["source"] for one in standings if one["state"] == "cancelled" and one["source"] not in busy]
    return Overview(troubles, service, running, following, late, stopped, sizes(workspace), older)


def _coming(sources: Sequence[SourceDefinition], now: datetime) -> Iterator[Pass]:
    for source in sources:
        moment = next_due(source, now)
        if moment is not None:
            yield Pass(source.source_id, moment)


def _of_prefect(
    api: Api, sources: Sequence[SourceDefinition], now: datetime
) -> tuple[list[Pass], list[Pass], list[Pass]]:
    """What Prefect says is under way, to come and late; raises Unanswered."""
    states = {"type": {"any_": ["RUNNING", "PENDING", "SCHEDULED", "CANCELLING"]}}
    order = "EXPECTED_START_TIME_ASC"
    runs = api.post("/flow_runs/filter", {"flow_runs": {"state": states}, "sort": order, "limit": 200})
    names = {source.source_id for source in sources}
    running: list[Pass] = []
    following: dict[str, Pass] = {}
    late: list[Pass] = []
    for run in runs:
        name = run["parameters"].get("source", run["name"].partition(" ")[0])
        moment = _moment(run["start_time"] or run["expected_start_time"])
        if run["state_type"] != "SCHEDULED":
            running.append(Pass(name, moment))
        elif name in names:
            following.setdefault(name, Pass(name, moment))
            if now - moment > LATE:
                late.append(Pass(name, moment))
    return running, list(following.values()), late


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None, microsecond=0)


def _of_service(workspace: Workspace, service: noted.Service | None) -> Iterator[Trouble]:
    if service is None:
        if noted.was_killed(workspace):
            yield Trouble("wireroom up was killed, and nothing runs by itself any more.", "wireroom up --detach")
        return
    for name, count in service.restarts.items():
        if count >= OFTEN:
            log = workspace.folders.data / "logs" / f"{name}.log"
            yield Trouble(f"The {name} had to be started again {count} times since it is up.", f"tail {log}")


def _of_runs(
    standings: Sequence[dict[str, Any]],
    last: Mapping[str, tuple[str, bool, str | None]],
    busy: set[str],
    unwell: set[str],
) -> Iterator[Trouble]:
    """Sources whose last run was killed or failed, or reached nothing, unless one is at it now or health says more.

    A pass that was stopped, as by `down`, is none: the next one goes on with it, and nobody need do anything.
    `last` is by source the kind of the last run that is loaded, and whether the last backfill has no end,
    and what that said of itself.
    """
    for one in standings:
        name, state = one["source"], str(one["state"] or "")
        kind, is_open, message = last.get(name, ("ingest", False, None))
        if name in busy or state in ("running", "paused", LOADING):
            continue
        if state.startswith(INTERRUPTED):
            yield Trouble(f"The last run of {name} was interrupted.", state.removeprefix(INTERRUPTED))
        elif is_open:
            yield Trouble(f"A backfill of {name} was interrupted.", again("backfill", name, message))
        elif state == "failed":
            yield Trouble(f"The last run of {name} failed.", again(kind, name, message if kind == "backfill" else None))
        elif state.startswith("failing") and name not in unwell:
            yield Trouble(f"{name} is {state}.", f"wireroom status {name}")


def _of_health(verdict: Verdict) -> Trouble:
    check = f"wireroom sources check {verdict.source_id}"  # where the sentence itself names it
    command = check if f"{check} " in verdict.message else f"wireroom health {verdict.source_id}"
    return Trouble(f"{verdict.source_id}: {verdict.message}", command)


def _of_files(workspace: Workspace) -> Iterator[Trouble]:
    folders = workspace.folders
    aside = sum(1 for _ in folders.aside.glob("*.jsonl"))
    if aside:
        said = f"{counted(aside, 'batch', 'batches')} could not be loaded whole and {'lies' if aside == 1 else 'lie'} in {folders.aside}."
        yield Trouble(said, "wireroom doctor")
    free = shutil.disk_usage(folders.data).free
    if free < SCARCE:
        yield Trouble(f"The disk is nearly full: {free / 1e6:,.0f} MB are free.", f"df -h {folders.data}")


def sizes(workspace: Workspace) -> dict[str, int]:
    """Bytes on the disk of each part that grows."""
    folders = workspace.folders
    return {
        "warehouse": _size(folders.live.parent),
        "archive": _size(folders.archive),
        "spool": _size(folders.spool),
        "search": _size(folders.search),
        "logs": _size(folders.data / "logs"),
        "prefect": _size(workspace.prefect_home),
    }


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    total = 0
    for file in path.rglob("*"):
        try:
            total += file.lstat().st_size if not file.is_dir() else 0
        except FileNotFoundError:
            continue  # it went while we looked
    return total
