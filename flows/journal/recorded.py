"""What a flow run leaves in Prefect beside its state: lines in its log, artifacts at its end, an event after each load.

The four flow modules share it; what the artifacts say is made in reports.py.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import cast
from uuid import UUID

from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.journal import logs, reports
from flows.journal.masking import Mask, mask_of
from flows.journal.reports import Gathered
from flows.progress import Event, Listener, shown
from flows.workspace import Workspace
from warehouse import coverage, reading_copy

LOADED = "wireroom.loaded"
"""The event that says: new rows of a source can be read."""

SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_STEPS = 60.0, 10.0
"""How often a run says how far it is: as a line of its log, and by its progress artifact."""

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


@contextmanager
def recorded(workspace: Workspace, *, is_long: bool = False) -> Iterator[None]:
    """Record what the run inside the block tells; a long one shows its progress while it lasts."""
    logger, mask = get_run_logger(), mask_of(workspace.root)
    gathered = Gathered(mask)
    steps = Steps(gathered, logger) if is_long else None
    listeners: list[Listener] = [Lines(logger, mask), gathered, partial(announced, gathered)]
    if steps is not None:
        listeners.append(steps)
    with ExitStack() as stack:
        for listener in listeners:
            stack.enter_context(shown(listener))
        try:
            yield
            gathered.is_over = gathered.is_over or not gathered.planned  # there was nothing to do
        finally:
            _leave(workspace, gathered, steps, logger)


class Lines:
    """Writes events into the log of the flow run; pages only where debugging is asked for, and progress once a minute."""

    def __init__(self, logger: Logger, mask: Mask) -> None:
        self.logger, self.mask, self.said_at = logger, mask, 0.0

    def __call__(self, event: Event) -> None:
        level = logs.level_of(event)
        if event.kind == "spooled":
            is_soon = time.monotonic() - self.said_at < SECONDS_BETWEEN_LINES
            level = logging.DEBUG if is_soon else logging.INFO
            self.said_at = self.said_at if is_soon else time.monotonic()
        if self.logger.isEnabledFor(level):
            self.logger.log(level, "%s", self.mask(sentence(event)))


def sentence(event: Event) -> str:
    """An event as one line."""
    if event.kind in ("page", "read"):
        parts = (event.outcome, event.reason, event.url)
        return " ".join(part for part in parts if part)
    return event.text


def announced(gathered: Gathered, event: Event) -> None:
    """Tell Prefect's automations that readers now see new rows of a source, or that it is not well, or well again."""
    if event.kind not in ("visible", "health") or event.source is None:
        return
    resource = {
        "prefect.resource.id": f"wireroom.source.{event.source}",
        "prefect.resource.name": event.source,
        "prefect.resource.role": "source",
    }
    if event.kind == "health":
        emit_event(
            f"wireroom.health.{event.outcome}",
            resource,
            payload={"source": event.source, "text": event.text, **event.more},
        )
        return
    counts = gathered.counts if event.source == gathered.source else {}
    emit_event(LOADED, resource, payload={"source": event.source, "run": event.run, **event.more, "counts": counts})


class Steps:
    """A bar in Prefect that goes on with the run; where it cannot be moved, the run goes on, and it is said once."""

    def __init__(self, gathered: Gathered, logger: Logger) -> None:
        self.gathered, self.logger, self.moved_at = gathered, logger, time.monotonic()
        self.moving, self.artifact = threading.Lock(), self._made()

    def __call__(self, event: Event) -> None:
        if time.monotonic() - self.moved_at < SECONDS_BETWEEN_STEPS or not self.moving.acquire(blocking=False):
            return
        try:
            self.move()
        finally:
            self.moved_at = time.monotonic()
            self.moving.release()

    def move(self) -> None:
        """Show how far the run is now."""
        if self.artifact is not None:
            try:
                update_progress_artifact(self.artifact, round(100 * self.gathered.share, 1))
            except Exception as problem:  # noqa: BLE001 - whatever Prefect's API says: a bar is no reason to end
                self._cannot(problem)

    def _made(self) -> UUID | None:
        try:
            made = create_progress_artifact(0.0, description="How much is done of what the run is known to have to do")
        except Exception as problem:  # noqa: BLE001
            self._cannot(problem)
            return None
        return cast(UUID, made)

    def _cannot(self, problem: Exception) -> None:
        self.artifact = None
        self.logger.warning("The progress of this run cannot be shown: %s", problem)


def _leave(workspace: Workspace, gathered: Gathered, steps: Steps | None, logger: Logger) -> None:
    """Make the artifacts; a run is not lost because they could not be made, and it says so."""
    try:
        if steps is not None:
            steps.move()
        if gathered.source is not None:
            _tables(workspace, gathered.source, gathered)
    except Exception as problem:  # noqa: BLE001 - whatever Prefect's API says: the rows are in the warehouse
        logger.warning("The artifacts of this run could not be made: %s", problem)


def _tables(workspace: Workspace, source: str, gathered: Gathered) -> None:
    made = {
        "came-in": (reports.came_in(gathered), "Articles that came in"),
        "rejected": (reports.rejected(gathered), "Addresses that gave no article, and why"),
        "coverage": (_coverage(workspace, source, gathered), "What is known of the days that were looked at"),
    }
    for name, (markdown, description) in made.items():
        if markdown is not None:
            create_markdown_artifact(markdown, key=f"{slug(source)}-{name}", description=f"{source}: {description}")


def _coverage(workspace: Workspace, source: str, gathered: Gathered) -> str | None:
    if gathered.first_day is None or gathered.last_day is None:
        return None
    with closing(reading_copy.connect(workspace.folders)) as con:
        return reports.coverage(source, coverage.days(con, source, gathered.first_day, gathered.last_day))


def slug(source: str) -> str:
    """A source's name as a key of artifacts allows it, and no two the same."""
    plain = re.sub(r"[^a-z0-9-]", "-", source)
    return plain if plain == source else f"{plain}-{zlib.crc32(source.encode()):08x}"
