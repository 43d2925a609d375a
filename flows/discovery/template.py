"""The finder for archives with a listing for every year, month or day, at an address that names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flows.discovery.records import Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import Look, Walk
from flows.periods import Period, periods
from flows.sources import FinderSpec, SourceDefinition
from parsers.listing import Links, Selectors, read_page


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each period that overlaps the window, the latest first."""
    assert spec.url is not None
    walk = Walk(spec, source, window, get, known)
    selectors = Selectors(spec.links, spec.date_selector, spec.date_format)

    def read(listing: Listing) -> Links:
        return read_page(listing.content, listing.final_url, selectors, walk.calendar, listing.content_type)

    for period in periods(spec.url, walk.first_day, walk.last_day):
        if not window.asks_for(period):
            continue
        unit = Unit(spec.kind, period.unit, period.url, "deferred", "max_pages", period.first_day, period.last_day)
        if walk.spent:
            yield unit
            return
        yield _judged(walk.look(period.url, "page", read, unit), period, walk)
        walk.forget()


def _judged(look: Look, period: Period, walk: Walk) -> Unit:
    """The unit, where a page that is missing in a period still running is not there yet rather than gone."""
    if look.status in (404, 410) and period.last_day >= walk.today:
        return replace(look.unit, outcome="not_yet", reason=f"http_{look.status}")
    return look.unit
