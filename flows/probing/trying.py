"""A few articles of a site, fetched and read as a run would do it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import parsers
from flows.fetching import Exchange
from flows.probing.records import Found, Kind, Tried
from flows.probing.visit import Visit
from parsers import urls
from parsers.records import Article, Page, Profile, Rejected

_KINDS: dict[str, Kind] = {
    "login_wall": "login",
    "needs_browser": "script",
    "challenge_page": "script",
    "consent_page": "script",
}
_STATUSES: dict[int, Kind] = {401: "login", 402: "teaser", 403: "barred", 451: "barred"}


def choose(finders: Iterable[Found], count: int) -> list[str]:
    """Addresses to try: the newest of each finder in turn, and one of the oldest."""
    listed = [list(dict.fromkeys(found.urls)) for found in finders if found.urls]
    if not listed or not count:
        return []
    last = max(listed, key=len)[-1]
    rounds = [url for place in range(count) for row in listed for url in row[place : place + 1]]
    newest = {urls.key(url): url for url in reversed(rounds)}
    newest.pop(urls.key(last), None)
    return [*list(reversed(newest.values()))[: count - 1], last]


def tried(visit: Visit, addresses: Sequence[str], profile: Profile) -> tuple[Tried, ...]:
    """Each page with what it turned out to be."""
    return tuple(judged(url, visit.get(url), profile) for url in addresses)


def judged(url: str, exchange: Exchange, profile: Profile) -> Tried:
    """A page with what it turned out to be."""
    if exchange.outcome != "fetched":
        kind: Kind = "barred" if exchange.outcome in ("disallowed", "reserved") else "failed"
        return Tried(url, _STATUSES.get(exchange.status or 0, kind), exchange.message or exchange.outcome)
    page = Page(exchange.body, exchange.final_url or url, exchange.content_type, exchange.observed_at)
    result = parsers.parse(page, profile)
    if isinstance(result, Rejected):
        return Tried(url, _KINDS.get(result.reason, "other"), result.message)
    article = result[0]
    if article.is_accessible_for_free is False or article.body_extent == "excerpt":
        return Tried(url, "teaser", "The page shows the beginning only, and says that the rest is paid for.", article)
    if article.body_extent == "none":
        return Tried(url, "other", "The page has a headline and no text.", article)
    return Tried(url, "article", "", article)


def repeated_lines(articles: Sequence[Article]) -> list[str]:
    """Short lines that stand in the texts of all articles: boilerplate that the profile may drop."""
    if len(articles) < 3:
        return []
    texts = [dict.fromkeys(line for line in article.body.splitlines() if line.strip()) for article in articles]
    return [line for line in texts[0] if len(line.split()) <= 15 and all(line in text for text in texts[1:])]


def wanders(pages: Sequence[Tried]) -> bool:
    """Whether most pages name an address on another site as their own: the outlet lives elsewhere."""
    named = [page.article.canonical_url for page in pages if page.article and page.article.canonical_url]
    away = sum(not urls.same_site(name, page.url) for name, page in zip(named, pages, strict=False))
    return len(named) > 1 and away > len(named) / 2
