"""How every source of a workspace is doing: its state in a word, its last run, and when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from flows.sources import SourceDefinition, SourceError, load
from flows.workspace import Workspace
from warehouse import reading_copy

HEALTH = """
SELECT h.source_id, h.state, h.last_run_at, h.last_article_at, h.articles, u.failing
FROM source_health AS h
LEFT JOIN (
    SELECT source_id, list(DISTINCT finder ORDER BY finder) AS failing
    FROM units
    WHERE outcome IN ('failed', 'gone', 'disallowed', 'reserved', 'refused')
      AND run_id IN (SELECT arg_max(run_id, started_at) FROM runs WHERE kind = 'ingest' GROUP BY source_id)
    GROUP BY source_id
) AS u USING (source_id)
"""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source in the list; times are UTC."""

    source: str
    name: str
    state: str  # ok, paused, never run, silent, failing: feed, failed, broken file, …
    finders: str
    articles: int
    last_run: datetime | None = None
    last_article: datetime | None = None
    next_due: datetime | None = None  # by its schedule; None without one, or while it is paused
    schedule: str | None = None
    problem: str | None = None  # the sentence about a file that cannot be read


def states(workspace: Workspace, now: datetime) -> list[SourceState]:
    """All sources of a workspace, by name; `now` is UTC without a zone. A file that cannot be read is one of them."""
    with reading_copy.connect(workspace.folders) as connection:
        answer = connection.execute(HEALTH)
        columns = [column[0] for column in answer.description]
        health = {row[0]: dict(zip(columns, row, strict=True)) for row in answer.fetchall()}
    found = []
    for path in sorted(workspace.sources.glob("*.toml")):
        try:
            found.append(state_of(load(path), health.get(path.stem, {}), now))
        except SourceError as problem:
            articles = health.get(path.stem, {}).get("articles", 0)
            found.append(SourceState(path.stem, path.name, "broken file", "", articles, problem=str(problem)))
    return found


def state_of(source: SourceDefinition, health: Mapping[str, Any], now: datetime) -> SourceState:
    """How one source stands, given its row of HEALTH or nothing."""
    return SourceState(
        source=source.source_id,
        name=source.name,
        state=_word(source, health, now),
        finders=", ".join(dict.fromkeys(finder.kind for finder in source.finders)),
        articles=health.get("articles", 0),
        last_run=health.get("last_run_at"),
        last_article=health.get("last_article_at"),
        next_due=next_due(source, now),
        schedule=source.schedule,
    )


def next_due(source: SourceDefinition, now: datetime) -> datetime | None:
    """The next moment that the source's schedule names, UTC; None without a schedule or while it is paused."""
    if source.schedule is None or source.paused:
        return None
    zone = ZoneInfo(source.timezone)
    following = next(CronSim(source.schedule, now.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)))
    return following.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _word(source: SourceDefinition, health: Mapping[str, Any], now: datetime) -> str:
    """The state that matters most."""
    state = health.get("state", "never_ran")
    if source.paused:
        return "paused"
    if health.get("failing"):
        return "failing: " + ", ".join(health["failing"])
    if state in ("never_ran", "failed", "cancelled", "unfinished"):
        return "never run" if state == "never_ran" else str(state)
    if state != "ok":
        return str(state).replace("_", " ")
    return "silent" if _is_silent(source.expect.silence, health.get("last_article_at"), now) else "ok"


def _is_silent(silence: timedelta | None, last: datetime | None, now: datetime) -> bool:
    """Whether no new article has come for longer than the source's file calls normal."""
    return silence is not None and last is not None and now - last > silence
