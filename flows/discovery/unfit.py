"""Listings of which no link fits the article pattern, though some look like articles: their addresses may have another form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.discovery.records import NO_LINK_FITS, Unit
from parsers import urls
from parsers.listing import Links, ListingError, Selectors, absolute, read_page

if TYPE_CHECKING:
    from flows.discovery.walk import Walk

FEW = 2
"""Such links that no page before had, from which on a page is doubted."""

TITLE = re.compile(r"[^\W_]+(?:[-_][^\W_]+){2,}[^/]*/?$")
"""The end of a path that spells a title: three words or more."""


def doubted(walk: Walk, unit: Unit, links: Links, fresh: Sequence[str], *, is_first: bool) -> Unit:
    """The unit, not whole where none of its links fits, and `fresh`, which no page before had, has some that look like articles.

    Of the first page of a walk the links of the home page take the place of those of the pages before.
    """
    if not walk.pattern or not unit.whole or any(walk.may_be_article(link.url) for link in links.links):
        return unit
    alike = [link for link in fresh if _looks_like_article(link, unit)]
    if is_first and len(alike) >= FEW:
        frame = _home_links(walk)
        alike = [link for link in alike if link not in frame]
    if len(alike) < FEW:
        return unit
    said = (
        f"{unit.url} has {len(alike)} links that may be articles, as {min(alike)}, and none fits the pattern under "
        f"[article] in {walk.source.path.name}: do its addresses have another form?"
    )
    return replace(unit, whole=False, reason=NO_LINK_FITS, notes=(*links.notes, said), doubts=())


def _looks_like_article(url: str, unit: Unit) -> bool:
    """Whether an address spells a day of the listing's period, or a title."""
    day = urls.path_day(url)
    if day and unit.first_day and unit.last_day:
        return unit.first_day <= day <= unit.last_day
    return day is not None or TITLE.search(urlsplit(url).path) is not None


def _home_links(walk: Walk) -> frozenset[str]:
    """What the home page links to; it is asked for once a walk, and only where a first page is in doubt."""
    if walk.home_links is None:
        home = walk.get(walk.source.home, "page")
        try:
            links = read_page(home.content, home.final_url, Selectors(), walk.calendar, home.content_type)
        except ListingError:
            links = Links(())
        shown = (absolute(href, home.final_url) for href in links.around)
        walk.home_links = frozenset(filter(None, shown))
    return walk.home_links
