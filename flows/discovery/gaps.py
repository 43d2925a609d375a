"""Entries that went by unseen: a feed that shows nothing of what was known has turned over since it was last asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.discovery.polling import GAP, Poll
from flows.discovery.records import Unit, Window
from warehouse.due import Known

FARTHEST = timedelta(days=31)
"""How far back a pass looks for what a feed has lost; what is older is for a backfill."""

FILLED = "gap_filled"
LISTS_DAYS = frozenset({"sitemap", "template"})
"""Finders that list everything of a day when they were read whole; an index may have stopped before."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The days, both inclusive, of which a feed may have shown entries that nobody saw."""

    feed: Unit
    first_day: date
    last_day: date

    @property
    def unit(self) -> Unit:
        """The days as a unit of their own, not whole."""
        name = f"{self.feed.unit}#gap-{self.first_day}"
        return Unit("feed", name, self.feed.url, "fetched", GAP, self.first_day, self.last_day)

    @property
    def filled(self) -> Unit:
        """The same days, listed whole by another finder."""
        return replace(self.unit, reason=FILLED, whole=True)

    def widened(self, window: Window) -> Window:
        """The window, begun early enough to hold what the feed has lost, within a month."""
        earliest = window.last_day - FARTHEST
        return replace(window, first_day=min(window.first_day, max(self.first_day, earliest)))

    def is_listed_by(self, units: Sequence[Unit], first_day: date) -> bool:
        """Whether the units of one walk that began at `first_day` list every article of these days."""
        if first_day > self.first_day or not any(unit.outcome == "fetched" for unit in units):
            return False
        if not all(unit.whole or unit.outcome in ("unchanged", "not_yet") for unit in units):
            return False
        if units[0].finder in LISTS_DAYS:
            return True
        return any(unit.oldest is not None and unit.oldest <= self.first_day for unit in units)


def lost(unit: Unit, polls: Sequence[Poll], known: Mapping[str, Known], since: datetime, zone: str) -> Gap | None:
    """The gap before a feed whose entries were all unknown when the run began at `since`; None where there is none."""
    before = [poll for poll in polls if poll.is_read]
    had_entries = bool(before) and (before[-1].outcome == "unchanged" or any(poll.links for poll in before))
    if unit.outcome != "fetched" or not unit.candidates or not had_entries:
        return None
    if any(_found_before(known.get(candidate.url_key), since) for candidate in unit.candidates):
        return None
    last_look = before[-1].at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    today = since.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    oldest = min((candidate.day for candidate in unit.candidates if candidate.day), default=today)
    return Gap(unit, min(last_look, oldest), oldest)


def _found_before(known: Known | None, since: datetime) -> bool:
    return known is not None and known.first_found_at is not None and known.first_found_at < since
