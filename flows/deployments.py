"""What runs by itself, as plain values: the deployments that prefect.yaml, `deploy` and `up` share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from flows.sources import SourceDefinition

TAG = "wireroom"
"""On everything we register, so that automations and people can tell it from what else a Prefect server holds."""

HEARTBEAT = 30
"""Seconds between two signs of life of a flow run; the automation waits for several."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One flow with its parameters and, where it runs by itself, its schedule."""

    name: str
    flow: str
    entrypoint: str  # by module, for path entrypoints put flows/ first on sys.path
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    cron: str | None = None
    timezone: str = "UTC"
    active: bool = True  # whether the schedule is
    limit: int | None = 1  # runs at once; who comes when there are so many is cancelled

    @property
    def key(self) -> str:
        """What Prefect tells deployments apart by: an outlet may be called as another flow's deployment is."""
        return f"{self.flow}/{self.name}"

    @property
    def tags(self) -> list[str]:
        """Ours, and the flow's name."""
        return [TAG, self.flow]


def of_sources(sources: Iterable[SourceDefinition]) -> list[Deployment]:
    """The scheduled pass of each source; of a paused one the schedule rests."""
    return [
        Deployment(
            name=source.source_id,
            flow="ingest",
            entrypoint="flows.ingest.ingest",
            description=f"One pass over {source.name}",
            parameters={"source": source.source_id, "polling": "due"},
            cron=schedule(source),
            timezone=source.timezone,
            active=not source.paused,
        )
        for source in sources
    ]


def schedule(source: SourceDefinition) -> str:
    """The source's cron line, or where it has none once an hour, at a minute made from its name."""
    return source.schedule or f"{sum(source.source_id.encode()) % 60} * * * *"


CARE = Deployment(
    name="maintain",
    flow="maintain",
    entrypoint="flows.maintain.maintain",
    description="Load what waits, compact, publish, feed the search index, look after the logs",
    cron="23 4 * * *",
)

BY_HAND = (
    Deployment(
        name="backfill",
        flow="backfill",
        entrypoint="flows.backfill.backfill",
        description="Past days of one source, until coverage has no holes: name the source and the days",
        limit=None,
    ),
    Deployment(
        name="reparse",
        flow="reparse",
        entrypoint="flows.reparse.reparse",
        description="Stored pages of one source read again with today's reader: no network",
        limit=None,
    ),
)
"""What only runs when somebody asks for it, with parameters of its own.

They are there for all sources, so a limit of theirs would let the past of one outlet, which may take days, keep out every
other: two runs of one source are kept apart by its lock, and the second ends as Skipped.
"""


def everything(sources: Iterable[SourceDefinition], named: str = "") -> list[Deployment]:
    """All deployments of a workspace that reads these sources; `named` tells it from others at the same Prefect."""
    made = [*of_sources(sources), CARE, *BY_HAND]
    return [replace(one, name=f"{named}-{one.name}") for one in made] if named else made
