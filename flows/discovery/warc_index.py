"""Pages in crawl files by an index (CDX) that names file, offset and length: only those bytes are to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from urllib.parse import urljoin, urlsplit

from flows.discovery.records import Piece, Unit
from flows.discovery.walk import READ, Walk
from flows.periods import Period, periods
from flows.plural import counted
from flows.wayback import cdx, places
from flows.wayback.cdx import Captured, Query
from parsers.listing import ListingError

MONTH = "https://index/{year}{month}"
"""A template that only makes months of days."""

TO_TAKE = "to_take"
"""The reason of a unit whose pages have not been taken yet."""

LARGEST = 20_000_000
"""Bytes of one record that are fetched."""

MOST_PARTS = 2_000


def find(walk: Walk, index: str, base: str, target: tuple[str, str], last: date) -> Iterator[Unit]:
    """One unit for each answer of the index, month by month: where the pages of the outlet lie; files are on `base`'s host."""
    for period in reversed(tuple(periods(MONTH, walk.first_day, last))):
        digits = period.unit.replace("-", "")
        waybacks = places.is_waybacks(index)
        query = Query(index, *target, digits, digits, "digest", waybacks, places_wanted=True)
        for number in range(1, MOST_PARTS + 1):
            name = f"{period.unit} {target[0]}" + (f"#{number}" if number > 1 else "")
            unit, resume = _asked(walk, query, Unit(walk.spec.kind, name, query.address, "failed"), base, period)
            yield unit
            if resume is None:
                break
            query = query.going_on(resume)


def _asked(walk: Walk, query: Query, unit: Unit, base: str, period: Period) -> tuple[Unit, str | None]:
    walk.pages += 1
    listing = walk.get(query.address, "captures")
    if cdx.says_none(listing.status, listing.content):
        return _of(unit, "fetched", period, whole=True), None
    if listing.outcome not in READ:
        return _of(unit, listing.outcome, period, reason=listing.reason), None
    try:
        answer = cdx.read(listing.content, query, datetime.now(UTC).replace(tzinfo=None))
    except ListingError as fault:
        return _of(unit, "failed", period, reason=fault.reason, notes=(str(fault),)), None
    wanted = [each for each in answer.captures if walk.on_site(each.original) and _fits(walk, each)]
    pieces = tuple(piece for each in wanted if (piece := _piece(each, base)) is not None)
    lost = len(wanted) - len(pieces)
    if lost:
        notes = (f"{counted(lost, 'row')} of {query.server} {'names' if lost == 1 else 'name'} no place of a record.",)
        return _of(unit, "failed", period, reason="no_places", notes=notes), answer.resume
    if not pieces:
        return _of(unit, "fetched", period, whole=True), answer.resume
    return _of(unit, "deferred", period, reason=TO_TAKE, pieces=pieces), answer.resume


def _of(
    unit: Unit,
    outcome: str,
    period: Period,
    *,
    reason: str | None = None,
    whole: bool = False,
    notes: tuple[str, ...] = (),
    pieces: tuple[Piece, ...] = (),
) -> Unit:
    return Unit(
        unit.finder, unit.unit, unit.url, outcome, reason, period.first_day, period.last_day, whole, notes=notes,
        links=len(pieces), pieces=pieces,
    )  # fmt: skip


def _fits(walk: Walk, capture: Captured) -> bool:
    return walk.pattern is None or walk.pattern.search(capture.original) is not None


def _piece(capture: Captured, base: str) -> Piece | None:
    """Where a record lies; None where the index does not say, or names another host than the files'."""
    if capture.file is None or capture.offset is None or not capture.length or capture.length > LARGEST:
        return None
    parts = urlsplit(base)
    url = urljoin(f"{parts.scheme}://{parts.netloc}/", capture.file)
    return Piece(url, capture.offset, capture.length) if urlsplit(url).netloc == parts.netloc else None
