"""Listings whose articles lie on a host that the source does not name: the outlet may have moved, and nothing of it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.discovery.records import Unit
from parsers.listing import Link, Links

if TYPE_CHECKING:
    from flows.discovery.walk import Walk

KINDS = frozenset({"template", "index", "sitemap"})
"""Finders whose listings vouch for days."""

FEW, MOST = 3, 0.8
"""Links to other sites of which nothing speaks for an article, and the share of one host among them, that are a sign all the same."""


def doubted(walk: Walk, unit: Unit, links: Links) -> Unit:
    """The unit, not whole where it lists nothing of the outlet's own and what it lists elsewhere may be its articles."""
    if unit.finder not in KINDS or any(walk.may_be_article(link.url) for link in links.links):
        return unit
    others = [link for link in links.links if not walk.on_site(link.url)]
    host = _moved_to(walk, others)
    if host is None:
        return unit
    said = (
        f"{unit.url} lists nothing of {urlsplit(walk.source.home).netloc}, but links to {host}: if the outlet has moved "
        f'there, write hosts = ["{host}"] under [article] in {walk.source.path.name}.'
    )
    return replace(unit, whole=False, reason="off_site", notes=(*unit.notes, said))


def _moved_to(walk: Walk, links: Sequence[Link]) -> str | None:
    """The host that most of the links to other sites lead to, where they may be articles."""
    hosts = Counter(urlsplit(link.url).hostname or "" for link in links)
    host, count = next(iter(hosts.most_common(1)), ("", 0))
    fit = any(
        walk.pattern.search(link.url) if walk.pattern else walk.stated_day(link)[0]
        for link in links
        if urlsplit(link.url).hostname == host
    )
    return host if fit or (len(links) >= FEW and count >= MOST * len(links)) else None
