"""A probe: the home page, then the ways to find articles, then a few of the articles themselves."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flows.fetching import Exchange
from flows.plural import counted
from flows.probing import daily, forms, guesses, home, pattern, trying
from flows.probing.access import access
from flows.probing.finders import Search, commonest, is_address
from flows.probing.home import Home
from flows.probing.quoting import quoted
from flows.probing.records import Access, Found, Guess, Options, Pattern, Probe
from flows.probing.visit import Visit, visiting
from flows.progress import Event, tell
from flows.sources import SourceDefinition, load
from flows.workspace import Workspace
from parsers import parse, urls
from parsers.language import normal
from parsers.records import Page, Rejected

HINTS = ("needs_browser", "challenge_page", "login_wall", "consent_page")
UNKNOWN = Guess(None, "not looked for")


def probe(workspace: Workspace, url: str, options: Options = Options()) -> Probe:  # noqa: B008  (frozen)
    """What a visit to the site at `url` finds out; writes nothing but the pace of its hosts."""
    if not is_address(url):
        return Probe(
            url, url, Access(True, "", ""), UNKNOWN, UNKNOWN, UNKNOWN, problem=f"{url} is no http or https address."
        )
    with visiting(workspace, options) as visit:
        found = _probed(visit, url, options)
        return replace(found, requests=visit.requests + len(visit.met))


def _probed(visit: Visit, url: str, options: Options) -> Probe:
    tell(Event("note", f"Looking at {url}"))
    start = visit.get(url)
    address = start.final_url or url
    site = urljoin(address, "/")
    name = Guess(options.name, "as given") if options.name else UNKNOWN
    blank = Probe(url, site, Access(True, "", ""), name, UNKNOWN, UNKNOWN)
    if start.outcome in ("failed", "refused", "deferred", "gone"):
        return replace(blank, problem=_unreachable(visit, start, options))
    blank = replace(blank, access=access(start, visit.robots_of(site), options))
    if not blank.access.allowed:
        return blank
    front = _front(visit, start, site)
    feeds = [feed for feed in (options.feed, address if _is_feed(start) else None) if feed]
    return _read(visit, blank, front, feeds, options)


def _unreachable(visit: Visit, start: Exchange, options: Options) -> str:
    """Why there was no answer, and what a person can do."""
    said = start.message or f"{start.requested_url}: {start.outcome}."
    if start.reason == "robots_unreachable" and visit.met and visit.met[-1].message:
        said = f"{said} {visit.met[-1].message}"
    parts = urlsplit(start.final_url or start.requested_url)
    if start.outcome != "refused" or start.reason != "ssrf":
        return said
    pair = f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[parts.scheme]}"
    said = said.partition(": [access]")[0].rstrip(".")
    return said if pair in options.allow else f"{said}. If it is your own, add --allow {pair} and try again."


def _front(visit: Visit, start: Exchange, site: str) -> Home:
    """The home page, with the links of the page that was asked for where that is another one."""
    front = _page(visit.get(site), site)
    if (start.final_url or start.requested_url) in (site, site.rstrip("/")) or _is_feed(start):
        return front
    asked = _page(start, start.final_url or start.requested_url)
    anchors = {anchor.url: anchor for anchor in (home.Anchor(asked.url, "news"), *asked.anchors, *front.anchors)}
    return replace(front, feeds=tuple(dict.fromkeys([*asked.feeds, *front.feeds])), anchors=tuple(anchors.values()))


def _page(exchange: Exchange, url: str) -> Home:
    body = exchange.body if exchange.outcome == "fetched" else b""
    return home.read(body, url, exchange.content_type)


def _is_feed(exchange: Exchange) -> bool:
    start = exchange.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start or b"jsonfeed.org" in start


def _read(visit: Visit, blank: Probe, front: Home, feeds: Sequence[str], options: Options) -> Probe:
    """The probe of a site that may be read."""
    rough = Search(visit, _provisional(blank.home, front.language, None, options), front)
    seen = _searched(rough, feeds)
    inferred = _pattern(visit, seen, front, rough.source)
    source = _provisional(blank.home, front.language, inferred, options)
    finders = _chosen(commonest(_searched(Search(visit, source, front), feeds)))
    chosen = [found for found in finders if found.chosen]
    tell(
        Event(
            "note",
            f"{counted(len(chosen), 'way', 'ways')} to find articles; trying {counted(options.articles, 'article')}",
        )
    )
    pages = trying.tried(visit, trying.choose(chosen, options.articles), source.profile)
    articles = [page.article for page in pages if page.article]
    tongue = guesses.language(front, articles)
    times = [time for found in chosen for time in found.times]
    times += [article.published.text for article in articles if article.published]
    return replace(
        blank,
        name=blank.name if blank.name.value else Guess(front.name, "as the home page calls itself"),
        language=tongue,
        timezone=guesses.timezone(blank.home, tongue.value or front.language, times, datetime.now(UTC).date()),
        hint=None if chosen else _hint(visit.get(blank.home)),
        finders=tuple(finders),
        pattern=inferred,
        pages=pages,
    )


def _hint(front: Exchange) -> str | None:
    """Why a home page may show no links: it is drawn by a script, or asks for a log-in or for consent."""
    result = parse(Page(front.body, None, front.content_type, front.observed_at))
    return result.message if isinstance(result, Rejected) and result.reason in HINTS else None


def _searched(search: Search, feeds: Sequence[str]) -> list[Found]:
    anchors = [*search.home.anchors, *search.further()]
    days = list(search.daily([*anchors, *search.days_of_months(anchors)]))
    found = [*search.feeds(feeds), *search.sitemaps(), *search.archives(anchors, daily.listings(days)), *days]
    return [*found, *search.indexes()]


def _pattern(visit: Visit, seen: Sequence[Found], front: Home, source: SourceDefinition) -> Pattern | None:
    """The pattern of what is known to be articles: a feed's links and those of an archive's days, else addresses that spell a day, else long titles.

    With other forms of what is listed, where pages of them turn out to be articles.
    """
    listings = daily.listings(seen)
    feeds = [url for found in seen if found.spec.kind == "feed" for url in found.urls]
    dated = [url for found in seen for url in found.urls if urls.path_day(url)]
    feeds += daily.articles(seen)
    titled = [url for found in seen for url in found.titled]
    links = [anchor.url for anchor in front.anchors]
    samples = ([url for url in sample if not daily.is_of(url, listings)] for sample in (feeds, dated, titled))
    tries = (pattern.infer(sample, links) for sample in samples if sample)
    inferred = next((found for found in tries if found), None)
    return inferred and forms.widened(inferred, seen, lambda url: trying.judged(url, visit.get(url), source.profile))


def _chosen(finders: Sequence[Found]) -> list[Found]:
    """The finders with those marked that the source file gets: all but listing pages, and one of these where there is no feed."""
    usable = [found for found in finders if found.problem is None]
    wanted = [found for found in usable if found.spec.kind != "index"]
    if not any(found.spec.kind in ("feed", "template") for found in wanted):
        pages = sorted((found for found in usable if found.spec.kind == "index"), key=lambda found: -found.articles)
        wanted += pages[:1]
    return [replace(found, chosen=found in wanted) for found in finders]


def _provisional(site: str, language: str | None, inferred: Pattern | None, options: Options) -> SourceDefinition:
    """A source with what is known so far, for the finders and the parser to work with."""
    tongue = normal(language or "")
    lines = ['name = "probe"', f"home = {quoted(site)}", f"language = {quoted(tongue)}" if tongue else ""]
    lines += ["[[find]]", "kind = 'feed'", f"url = {quoted(site)}"]
    lines += [f"[article]\nurl = '{inferred.regex}'"] if inferred and "'" not in inferred.regex else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load(path)
