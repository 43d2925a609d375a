"""The finder for sitemaps: a sitemap, an index of sitemaps, or the robots.txt that names them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from flows.discovery import unfit
from flows.discovery.records import Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import Look, Walk
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import Child, Links, read_robots, read_sitemap

MAX_DEPTH = 5  # an index of indexes is odd already

# A month in a sitemap's own address, as in /sitemap-2017-09.xml; a bare number may be a page and says nothing.
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/](0[1-9]|1[0-2])(?!\d)")


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit a sitemap file; children outside the window, of other sites or beyond the budget are not asked for."""
    assert spec.url is not None
    walk = Walk(spec, source, window, get, known)

    def read(listing: Listing) -> Links:
        if urlsplit(listing.final_url).path.endswith("/robots.txt"):
            return read_robots(listing.content, listing.final_url)
        return read_sitemap(listing.content, listing.final_url, walk.calendar)

    waiting, seen = [(spec.url, 0)], {urls.key(spec.url)}
    while waiting:
        url, depth = waiting.pop()
        if walk.spent:
            note = f"{len(waiting) + 1} sitemaps were left unread."
            yield Unit(spec.kind, url, url, "deferred", "max_pages", notes=(note,))
            return
        look = walk.look(url, "sitemap", read)
        chosen, unit = _chosen(look, walk, seen, depth)
        yield unfit.of_month(walk, unit, look.links) if look.links and month_of(url) else unit
        walk.forget()
        waiting += [(child.url, depth + 1) for child in reversed(chosen)]


def _chosen(look: Look, walk: Walk, seen: set[str], depth: int) -> tuple[list[Child], Unit]:
    """The children to ask for, the latest changed first, and the unit with the others counted."""
    children = look.links.children if look.links else ()
    dropped = dict(look.unit.dropped)
    chosen: list[Child] = []
    for child in children:
        reason = _refusal(child, walk, seen, depth)
        if reason:
            dropped[reason] = dropped.get(reason, 0) + 1
        else:
            seen.add(urls.key(child.url))
            chosen.append(child)
    chosen.sort(key=lambda child: child.modified_day or date.max, reverse=True)
    return chosen, replace(look.unit, dropped=tuple(sorted(dropped.items())))


def _refusal(child: Child, walk: Walk, seen: set[str], depth: int) -> str | None:
    if not walk.on_site(child.url):
        return "off_site"  # first of all: an address that names no host has no key
    if urls.key(child.url) in seen:
        return "repeated"
    if depth >= MAX_DEPTH:
        return "too_deep"
    if child.modified_day is not None and child.modified_day < walk.first_day:
        return "sitemap_outside"
    return "sitemap_outside" if _is_of_other_months(child.url, walk) else None


def _is_of_other_months(url: str, walk: Walk) -> bool:
    """Whether a sitemap's own address names a month before or after the window."""
    month = month_of(url)
    return month is not None and (month[1] < walk.first_day or month[0] > walk.last_day)


def month_of(url: str, *, alone: bool = False) -> tuple[date, date] | None:
    """The first and the last day of the month that a sitemap's own address names; None where it names none.

    `alone`: also where it may be one of several of the month, as /sitemap-2017-09-2.xml is.
    """
    parts = urlsplit(url)
    match = _MONTH.search(parts.path)
    if not match or (alone and re.search(r"\d", parts.path[match.end() :] + parts.query)):
        return None
    year, month = int(match.group(1)), int(match.group(2))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
