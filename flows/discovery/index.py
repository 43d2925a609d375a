"""The finder for index pages: a front page or section with links, and the pages after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flows.discovery.records import NO_LINK_FITS, ONE_PAGE, Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import READ, Look, Walk, is_missing
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import Links, Selectors, read_page


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit a page, from the first until a stop rule holds.

    Stop rules: no further page, a page seen before, `quiet_pages` pages in a row without a new link, a page whose
    articles are all older than the window, the budget of pages or of addresses. A backfill looks one page further than
    the first that is missing: what has pages after it was not the end, and neither was a page that lists nothing.
    """
    walk = Walk(spec, source, window, get, known)
    selectors = Selectors(spec.links, spec.date_selector, spec.date_format, spec.next_selector)

    def read(listing: Listing) -> Links:
        return read_page(listing.content, listing.final_url, selectors, walk.calendar, listing.content_type)

    url, quiet, seen = spec.url, 0, set[str]()
    missing = False
    held: list[Unit] = []  # pages that list nothing, until it is known whether others come after them
    while url and urls.key(url) not in seen:
        if walk.spent:
            yield Unit(spec.kind, url, url, "deferred", "max_pages")
            return
        seen.add(urls.key(url))
        look = walk.look(url, "page", read)
        if _is_past_the_end(look, walk):
            if missing or not window.whole:
                break
            missing = True
            held.append(look.unit)
        elif _is_doubted(look, walk):
            held.append(look.unit)
        else:
            yield from (replace(unit, whole=False, reason=unit.reason or "lists_nothing") for unit in held)
            yield _as_far_as_it_goes(look.unit, spec)
            held, missing = [], False
        quiet = 0 if look.new or (window.whole and look.unit.reason == NO_LINK_FITS) else quiet + 1
        url = None if quiet >= spec.quiet_pages or _is_older(look, walk) else _next(look, walk)
    yield from (unit for unit in held if unit.outcome in READ)


def _as_far_as_it_goes(unit: Unit, spec: FinderSpec) -> Unit:
    """The unit, marked where the source names no page after it, and it does not reach what is said to be the beginning."""
    begins = spec.first_day and unit.oldest and unit.oldest <= spec.first_day
    is_open = spec.is_one_page and unit.whole and not begins
    return replace(unit, reason=ONE_PAGE) if is_open else unit


def _is_doubted(look: Look, walk: Walk) -> bool:
    """Whether a page may be an error with a good status: counted pages do not go on after one that is empty."""
    return walk.window.whole and bool(walk.spec.pages) and look.links is not None and not look.links.links


def _next(look: Look, walk: Walk) -> str | None:
    """The address of the page after this one."""
    if look.unit.reason == "max_urls":
        return None
    if walk.spec.pages:
        number = walk.spec.first_page + walk.pages - 1
        goes_on = look.links or look.unit.outcome == "unchanged" or walk.window.whole  # over a page that fails
        return walk.spec.pages.replace("{page}", str(number)) if goes_on else None
    following = look.links.next_url if look.links else None
    return following if following and walk.on_site(following) else None


def _is_past_the_end(look: Look, walk: Walk) -> bool:
    """Whether counted pages have run out: the page after the last one is missing, or leads home, which is no failure."""
    return bool(walk.spec.pages) and walk.pages > 1 and is_missing(look)


def _is_older(look: Look, walk: Walk) -> bool:
    """Whether every article of a page is known to be older than the window; pages are taken to run backwards."""
    days = [candidate.day for candidate in look.unit.candidates]
    return bool(days) and all(day is not None and day < walk.first_day for day in days)
