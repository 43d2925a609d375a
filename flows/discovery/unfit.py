"""Listings of which no link fits the article pattern, or fewer than ever, though others look like articles.

Their addresses may have another form. What stands around the articles never fits and is on every page: only links that no
page before had are looked at, and a page of which a part fits is told apart only where nearly all of those before it fitted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.discovery.records import NO_LINK_FITS, Unit
from flows.plural import counted
from parsers import urls
from parsers.listing import Links, ListingError, Selectors, absolute, read_page

if TYPE_CHECKING:
    from flows.discovery.walk import Walk

FEW = 2
"""Such links that no page before had, from which on a page is doubted."""

PAGES = 8
"""Pages of which some links fit, from which on it is known what is usual."""

MANY = 4
"""Links that may be articles and do not fit, from which on they are some of the page's articles, where pages before had none."""

TITLE = re.compile(r"[^\W_]+(?:[-_][^\W_]+){2,}[^/]*/?$")
"""The end of a path that spells a title: three words or more."""


def doubted(walk: Walk, unit: Unit, links: Links, fresh: Sequence[str], *, is_first: bool) -> Unit:
    """The unit, not whole where none of its links fits, and `fresh`, which no page before had, has some that look like articles.

    Of the first page of a walk the links of the home page take the place of those of the pages before.
    """
    if not walk.pattern or not unit.whole:
        return unit
    fits = sum(walk.may_be_article(link.url) for link in links.links)
    if fits:
        return unit if is_first else _in_part(walk, unit, fits, fresh)
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


def _in_part(walk: Walk, unit: Unit, fits: int, fresh: Sequence[str]) -> Unit:
    """The unit with a note where, of what looks like articles, no more than half fits, and of the pages before nearly all did.

    It may be whole all the same, as a day on which the outlet lists something else besides: so it stays. After one such page
    others are no surprise.
    """
    strays = [link for link in fresh if not walk.may_be_article(link) and _looks_like_article(link, unit)]
    before = list(walk.fitting)
    walk.fitting.append((fits, len(strays)))
    if len(before) < PAGES or len(strays) < max(MANY, fits) or max(other for _, other in before) >= FEW:
        return unit
    if fits > median(usual for usual, _ in before) / 2:
        return unit
    said = (
        f"Of {unit.url} {counted(fits, 'link')} {'fits' if fits == 1 else 'fit'} the pattern under [article] in {walk.source.path.name}, fewer than "
        f"usual, and {len(strays)} that may be articles do not, as {min(strays)}: have some of its addresses another form?"
    )
    return replace(unit, notes=(*unit.notes, said))


def of_month(walk: Walk, unit: Unit, links: Links) -> Unit:
    """The unit of a sitemap's file whose address names a month: not whole where many links are built alike and none fits.

    Where some fit, and at least as many that are built alike do not, a note says so.
    """
    if not walk.pattern or not unit.whole or unit.outcome != "fetched":
        return unit
    own = [link.url for link in links.links if walk.on_site(link.url)]
    fits = sum(walk.may_be_article(url) for url in own)
    alike = _largest([url for url in own if not walk.may_be_article(url) and _looks_like_article(url, unit)])
    if len(alike) < max(MANY, fits):
        return unit
    of_all, name = counted(len(links.links), "link"), walk.source.path.name
    if not fits:
        said = (
            f"The sitemap {unit.url} was read, and none of its {of_all} fits the pattern under [article] in {name}: "
            f"{len(alike)} may be articles, as {min(alike)}. Do its addresses have another form?"
        )
        return replace(unit, whole=False, reason=NO_LINK_FITS, notes=(*links.notes, said))
    said = (
        f"Of the {of_all} of the sitemap {unit.url} {fits} {'fits' if fits == 1 else 'fit'} the pattern under [article] in {name}, and {len(alike)} that "
        f"are built alike do not, as {min(alike)}: have some of its addresses another form?"
    )
    return replace(unit, notes=(*unit.notes, said))


def _largest(addresses: Sequence[str]) -> list[str]:
    """Of some addresses those with the same first part and as many parts, where there are most of these."""
    groups = defaultdict[tuple[str, int], list[str]](list)
    for address in addresses:
        parts = urlsplit(address).path.rstrip("/").split("/")
        groups[parts[1] if len(parts) > 2 else "", len(parts)].append(address)
    return max(groups.values(), key=len, default=[])


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
