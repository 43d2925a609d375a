"""What listings say of days that were not asked for yet: by the archive, where a pass has read them, or by a few looked at now.

A pass over the last days reads a whole sitemap and leaves what is older alone; the archive has kept all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from flows.discovery import Listing, ListingKind, Unit, Window, find
from flows.fetching import Fetcher, Pace
from flows.listings.polls import last_answer
from flows.periods import Period, periods
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback import places
from flows.workspace import Workspace
from warehouse.coding import BadCoding
from warehouse.ledger import Ledger

SAMPLED = 3
"""Listings of a finder that are looked at, at most, where a sample is wanted."""

STORED = ("feed", "sitemap")
"""Finders whose listings are read out of the archive: the ledger has all that the others listed."""

UNREAD = "not_read_yet"
"""The reason of a listing that is not in the archive."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What some listings of one finder show."""

    spec: FinderSpec
    units: Sequence[Unit] = ()
    looked: Sequence[Listing] = field(default=())  # asked for just now

    @property
    def read(self) -> list[Unit]:
        """Those of the units that could be read."""
        return [unit for unit in self.units if unit.outcome == "fetched"]

    @property
    def is_whole(self) -> bool:
        """Whether it shows all that its finder has: a feed, or a sitemap of which every file was read."""
        return self.spec.kind in STORED and bool(self.units) and len(self.read) == len(self.units)

    @property
    def oldest(self) -> date | None:
        """The earliest day of anything that is listed, also outside the days that are wanted."""
        stated = [unit.oldest for unit in self.read if unit.oldest]
        return min([*stated, *(one.day for unit in self.read for one in unit.candidates if one.day)], default=None)

    def keys(self, window: Window) -> set[str]:
        """The addresses of the days that are wanted, and of no known day."""
        found = (one for unit in self.read for one in unit.candidates if not one.mementos)
        return {one.url_key for one in found if one.day is None or window.holds(one.day)}

    @property
    def undated(self) -> set[str]:
        """The addresses of no known day."""
        return {one.url_key for unit in self.read for one in unit.candidates if one.day is None}

    def days(self, window: Window) -> set[date]:
        """The days that are listed: of a sitemap that is read whole, all since its oldest entry."""
        if self.is_whole and self.spec.kind == "sitemap":
            return set(window.days_of(self.oldest, window.last_day)) if self.oldest else set()
        found = {one.day for unit in self.read for one in unit.candidates if one.day}
        for unit in self.read:
            if unit.first_day and unit.last_day:
                found |= set(window.days_of(unit.first_day, unit.last_day))
        return {day for day in found if window.holds(day)}


def stored(workspace: Workspace, source: SourceDefinition, ledger: Ledger, window: Window) -> list[Foreseen]:
    """What the listings in the archive show of a window; nobody is asked for anything."""

    def get(url: str, kind: ListingKind) -> Listing:
        answer = last_answer(workspace.folders, ledger, source.source_id, url)
        try:
            content = answer.body if answer else b""
        except BadCoding:
            content = b""
        if answer is None or not content:
            return Listing(url, url, "failed", UNREAD)
        return Listing(url, answer.final_url or url, "fetched", None, answer.status, content, answer.content_type)

    return [
        Foreseen(spec, list(find(spec, source, window, get))) if spec.kind in STORED else Foreseen(spec)
        for spec in source.finders
    ]


def sampled(workspace: Workspace, source: SourceDefinition, window: Window) -> list[Foreseen]:
    """What a few listings show now, by the first finder that shows something; asked for politely, and none is stored."""
    pace = Pace(workspace.folders, source.delay, places.floors(source))
    found: list[Foreseen] = []
    with Fetcher(
        workspace.user_agent,
        pace=pace,
        allow=source.allow,
        robots_basis=source.robots_basis,
        rights_basis=source.rights_basis,
    ) as fetcher:
        for spec in source.finders:
            if spec.kind in ("wayback", "warc", "feed"):
                continue
            found.append(_looked_at(fetcher, spec, source, window))
            if found[-1].keys(window):
                break
    return found


def _looked_at(fetcher: Fetcher, spec: FinderSpec, source: SourceDefinition, window: Window) -> Foreseen:
    looked: list[Listing] = []
    parts = _parts(spec, window)

    def get(url: str, kind: ListingKind) -> Listing:
        if len(looked) == SAMPLED:
            return Listing(url, url, "failed", UNREAD)
        got = fetcher.get(url, expect=kind)
        looked.append(
            Listing(url, got.final_url or url, got.outcome, got.reason, got.status, got.body, got.content_type)
        )
        return looked[-1]

    most = 1 if len(parts) > 1 else SAMPLED + 1  # the last of these stands for what is left unread
    units = [unit for part in parts for unit in islice(find(spec, source, part, get), most)]
    return Foreseen(spec, units, looked)


def _parts(spec: FinderSpec, window: Window) -> list[Window]:
    """The windows of a few listings, spread over the days."""
    if spec.kind != "template" or not spec.url:
        return [window]
    units: list[Period] = list(periods(spec.url, window.first_day, window.last_day))
    chosen = {len(units) * step // (2 * SAMPLED): None for step in range(1, 2 * SAMPLED, 2)}
    return [
        replace(
            window,
            first_day=max(window.first_day, units[place].first_day),
            last_day=min(window.last_day, units[place].last_day),
        )
        for place in chosen
    ]


def a_day(found: Sequence[Foreseen], window: Window) -> float | None:
    """Addresses a day that these listings show; None where they show no day."""
    days = set[date]().union(*(one.days(window) for one in found))
    keys = set[str]().union(*(one.keys(window) for one in found))
    return len(keys) / len(days) if days and keys else None
