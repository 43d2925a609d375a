"""What a backfill would do, before it is done: which days each finder reaches, what it would ask for, and how long politeness takes.

Nothing is asked of the outlet but, where that is wanted, a few listings; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from flows.backfilling import Order, today
from flows.discovery import Get, Listing, ListingKind, Unit, Window, find, wayback
from flows.fetching import Fetcher, Pace
from flows.periods import Period, periods
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback import places
from flows.workspace import Workspace
from warehouse.ledger import Ledger, Levels

SAMPLED = 3
"""Listings of a finder that are looked at, at most, where a sample is wanted."""

SAYS_NOTHING = {
    "feed": "It shows only what it shows today: its latest entries.",
    "sitemap": "How far back it goes is known once it is read.",
    "index": "How far back its pages go is known once they are read.",
    "wayback": "Pages that nobody captured are not in it.",
    "warc": "Pages that the crawl did not meet are not in it. Each of its files is about 1 GB, and a month has hundreds of them.",
}
"""What a finder cannot say or reach, beside the days that its `from` and `to` exclude."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One finder and the days that were asked for."""

    finder: str
    address: str
    first_day: date | None  # of the days wanted, what it may reach; None: none of them
    last_day: date | None
    listings: int | None  # that it would read; None: not known before
    known: int  # of them, read whole before: asked again, conditionally
    cannot: str | None  # what it does not reach and why, as sentences


@dataclass(frozen=True, slots=True)
class Plan:
    """What all finders together would bring, as far as it is known."""

    first_day: date
    last_day: date
    reaches: Sequence[Reach]
    waiting: int  # addresses that are known and were never asked for
    pages: int | None  # to be fetched, those included; None: nobody can say
    basis: str  # of that number, as a sentence
    listings: int | None
    seconds: float | None  # that the pace alone takes
    delay: float  # seconds between two requests
    gigabytes: float | None  # in the archive
    looked: int = 0  # listings that were asked for just now


def plan(workspace: Workspace, source: SourceDefinition, order: Order, *, sample: bool = False) -> Plan:
    """What a backfill of these days would do; with `sample`, by a few listings that are looked at now."""
    first, last = order.first_day, min(order.last_day, today(source))
    with Ledger(workspace.folders, source.source_id) as ledger:
        confirmed, levels = ledger.confirmed(), ledger.levels(first, last)
        reaches = [_reach(spec, source, first, last, confirmed, ledger) for spec in source.finders]
    level, looked = sampled(workspace, source, first, last) if sample else (None, [])
    pages, basis = _pages(levels, _unseen(source, first, last, confirmed, levels), level, looked)
    listings = _sum(reach.listings for reach in reaches if reach.first_day)
    delay = source.delay.total_seconds()
    requests = None if pages is None else pages + (listings or 0)
    return Plan(
        first,
        last,
        reaches,
        levels.waiting,
        pages,
        basis,
        listings,
        None if requests is None else requests * delay,
        delay,
        None if pages is None or levels.page_bytes is None else pages * levels.page_bytes / 1e9,
        len(looked),
    )


def sampled(
    workspace: Workspace, source: SourceDefinition, first: date, last: date
) -> tuple[float | None, list[Listing]]:
    """Articles a day by the first finder that shows some, and the listings that were asked for; politely, and none is stored."""
    looked: list[Listing] = []
    pace = Pace(workspace.folders, source.delay, places.floors(source))
    with Fetcher(
        workspace.user_agent,
        pace=pace,
        allow=source.allow,
        robots_basis=source.robots_basis,
        rights_basis=source.rights_basis,
    ) as fetcher:

        def get(url: str, kind: ListingKind) -> Listing:
            found = fetcher.get(url, expect=kind)
            place = found.final_url or url
            looked.append(
                Listing(url, place, found.outcome, found.reason, found.status, found.body, found.content_type)
            )
            return looked[-1]

        for spec in source.finders:
            level = _level(
                [unit for window in _windows(spec, source, first, last) for unit in _looked(spec, source, window, get)]
            )
            if level is not None:
                return level, looked
    return None, looked


def _reach(
    spec: FinderSpec, source: SourceDefinition, first: date, last: date, confirmed: set[str], ledger: Ledger
) -> Reach:
    """What one finder reaches of these days."""
    begin, end = max(first, spec.first_day or first), min(last, spec.last_day or last)
    address = spec.url or (spec.file.name if spec.file else spec.server or spec.index or "public archives")
    if begin > end:
        said = f"It covers {spec.first_day or 'the beginning'} to {spec.last_day or 'today'}, as its from and to say."
        return Reach(spec.kind, address, None, None, 0, 0, said)
    limits = " ".join([*_outside(first, last, begin, end), *filter(None, [SAYS_NOTHING.get(spec.kind)])]) or None
    if spec.kind == "template" and spec.url:
        units = list(periods(spec.url, begin, end))
        known = sum(period.url in confirmed for period in units)
        return Reach(spec.kind, address, begin, end, len(units), known, limits)
    if spec.kind == "wayback":
        months = len(list(periods(wayback.MONTH, begin, min(end + spec.late, today(source)))))
        return Reach(spec.kind, address, begin, end, months, 0, limits)
    if spec.kind == "list":
        return Reach(spec.kind, address, begin, end, 0, 0, limits)
    return Reach(
        spec.kind, address, begin, end, 1 if spec.kind == "feed" else None, ledger.looked_at(spec.kind), limits
    )


def _outside(first: date, last: date, begin: date, end: date) -> Iterator[str]:
    if begin > first:
        yield f"Nothing before {begin}, as its from says."
    if end < last:
        yield f"Nothing after {end}, as its to says."


def _unseen(source: SourceDefinition, first: date, last: date, confirmed: set[str], levels: Levels) -> int:
    """How many of the days nobody has seen a listing or an address of."""
    window = Window(first, last)
    templates = [spec.url for spec in source.finders if spec.kind == "template" and spec.url]
    known = [period for url in templates for period in periods(url, first, last) if period.url in confirmed]
    seen = {day for period in known for day in window.days_of(period.first_day, period.last_day)}
    return (last - first).days + 1 - len(seen.union(levels.days))


def _pages(levels: Levels, unseen: int, sampled: float | None, looked: Sequence[Listing]) -> tuple[int | None, str]:
    """How many pages there may be, and on what that rests."""
    level = sampled if sampled is not None else levels.a_day
    if not unseen:
        return levels.waiting, f"{levels.waiting:,} addresses wait; every one of these days is listed already."
    if level is None and looked:
        return None, _none_shown(looked)
    if level is None:
        return None, "Nothing is known of this source yet. --sample looks at a few listings, and says more."
    by = "as a few listings have them now" if sampled is not None else "as on the days that are known"
    rate = f"{level:.1f} articles a day, {by}"
    return levels.waiting + round(
        unseen * level
    ), f"{levels.waiting:,} addresses wait, and {unseen:,} days are not known yet: {rate}."


def _none_shown(looked: Sequence[Listing]) -> str:
    """What came of listings that show no article."""
    reasons = ", ".join(sorted({one.reason or one.outcome for one in looked if one.outcome != "fetched"}))
    failed = f"could be read ({reasons})" if reasons else "shows an article"
    return f"Listings were looked at, {len(looked)} in all, and none {failed}: the last was {looked[-1].url}"


def _windows(spec: FinderSpec, source: SourceDefinition, first: date, last: date) -> list[Window]:
    """The windows of a few listings, spread over the days."""
    whole = Window(first, last, today(source), whole=True)
    if spec.kind != "template" or not spec.url:
        return [whole]
    units: list[Period] = list(periods(spec.url, first, last))
    chosen = {len(units) * step // (2 * SAMPLED): None for step in range(1, 2 * SAMPLED, 2)}
    return [
        replace(whole, first_day=max(first, units[place].first_day), last_day=min(last, units[place].last_day))
        for place in chosen
    ]


def _looked(spec: FinderSpec, source: SourceDefinition, window: Window, get: Get) -> list[Unit]:
    return (
        list(islice(find(spec, source, window, get), SAMPLED)) if spec.kind not in ("wayback", "warc", "feed") else []
    )


def _level(units: Sequence[Unit]) -> float | None:
    """Candidates a day of the units that could be read."""
    read = [unit for unit in units if unit.outcome == "fetched"]
    days = {candidate.day for unit in read for candidate in unit.candidates if candidate.day}
    for unit in read:
        if unit.first_day and unit.last_day:
            days |= {unit.first_day + timedelta(number) for number in range((unit.last_day - unit.first_day).days + 1)}
    return sum(len(unit.candidates) for unit in read) / len(days) if days else None


def _sum(counts: Iterator[int | None]) -> int | None:
    """The sum of counts; None where one is not known."""
    found = list(counts)
    return None if None in found else sum(filter(None, found))
