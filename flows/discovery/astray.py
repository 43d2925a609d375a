"""Pages that are not the listing of their period: an outlet's front page, shown where it has no archive of a day."""

from __future__ import annotations

from dataclasses import replace

from flows.discovery.records import Listing
from flows.discovery.walk import EVE, Walk
from flows.periods import Period, names
from parsers import dates, urls
from parsers.listing import Links, ListingError, Selectors, read_page, said

ALIKE = 0.8
"""Of the front page's links on a page, and of the page's on the front page, from which on one shows the other."""


def judged(walk: Walk, period: Period, listing: Listing, links: Links) -> Links:
    """The links of a page of a period, marked and told where the page is none: what they lead to has no day by it."""
    if not _is_other(walk, period, links) or _says(walk, period, listing):
        return links
    note = f"{listing.url} does not name {period.unit} and lists nothing of it, as a front page: it is no listing."
    return replace(links, is_other=True, notes=(*links.notes, note))


def _is_other(walk: Walk, period: Period, links: Links) -> bool:
    """Whether what a page lists is of other days alone; or, where nothing has a day, is what the front page lists."""
    listed = [link for link in links.links if walk.may_be_article(link.url)]
    days = [day for link in listed if (day := walk.stated_day(link)[0])]
    if days:
        return not any(period.first_day - EVE <= day <= period.last_day + EVE for day in days)
    if not listed or not walk.window.whole:
        return False
    shown, front = {urls.key(link.url) for link in listed}, _front(walk)
    return len(shown & front) >= ALIKE * max(len(shown), len(front))


def _front(walk: Walk) -> frozenset[str]:
    """Keys of what the front page links to and may be an article; it is asked for once a walk, and only where days are in doubt."""
    if walk.front is None:
        home, selectors = walk.get(walk.source.home, "page"), Selectors(walk.spec.links)
        try:
            links = read_page(home.content, home.final_url, selectors, walk.calendar, home.content_type).links
        except ListingError:
            links = ()
        walk.front = frozenset(urls.key(link.url) for link in links if walk.may_be_article(link.url))
    return walk.front


def _says(walk: Walk, period: Period, listing: Listing) -> bool:
    """Whether a page prints the period that it was asked for."""
    heads, text = said(listing.content, listing.content_type)
    if names(heads, walk.spec.url or "", period.first_day):
        return True
    stated = (moment.local_day(walk.source.timezone) for moment in dates.find(text, walk.source.language))
    return any(day is not None and period.first_day <= day <= period.last_day for day in stated)
