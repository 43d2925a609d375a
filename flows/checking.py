"""A source tried for real: robots.txt, each finder, three articles, their fields and dates; nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo

from flows import logins
from flows.discovery import Unit, Window, find
from flows.discovery.warc_index import TO_TAKE
from flows.periods import has_placeholder, periods
from flows.plural import counted
from flows.probing.records import Found, Options, Tried
from flows.probing.trying import choose, judged, tried
from flows.probing.visit import Visit, visiting
from flows.source_keys import PAST
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback import mementos, places
from flows.workspace import Workspace
from parsers import container, urls
from parsers.records import Article

ARTICLES = 3
LISTINGS = 3
"""Listings of one finder that are read."""

A_YEAR, HALF = timedelta(days=365), timedelta(days=12)

State = Literal["ok", "warning", "failed"]
ENDED = "; if this archive has ended, name its last day in its [[find]]: to = YYYY-MM-DD"
GONE = ("status_404", "status_410")
READ = ("fetched", "unchanged", "not_yet")


@dataclass(frozen=True, slots=True)
class Part:
    """The verdict on one part of a source."""

    part: str  # file, robots, feed, sitemap, …, articles, container (where it is on none or some), fields, dates
    state: State
    said: str


def check(workspace: Workspace, source: SourceDefinition) -> Iterator[Part]:
    """The verdict part by part, as each is known."""
    yield file_of(source)
    options = Options(source.allow, source.robots_basis, source.rights_basis, source.delay, ARTICLES)
    with visiting(workspace, options, logins.credentials(workspace, source), places.floors(source)) as visit:
        robots = _robots(visit, source)
        yield robots
        found = []
        for spec in source.finders:
            item, part = (_past if spec.kind in PAST else _finder)(visit, source, spec)
            found.append(item)
            yield part
        pages = tried(visit, choose(found, ARTICLES), source.profile) or _mementos(visit, source, found)
    yield _articles(pages)
    articles = [page.article for page in pages if page.article]
    wrong = container.misfit(source.profile.container, Counter(container.fits([article]) for article in articles))
    if wrong:
        yield Part("container", "warning", wrong)
    if articles:
        yield _fields(articles, source)
        yield _dates(articles)


def file_of(source: SourceDefinition) -> Part:
    """What the file alone says; an agency that nobody knows may be the outlet's own, or misspelt."""
    from parsers.agencies import BY_ID  # its tables cost what most commands save

    count, own = len(source.finders), source.profile.info_source
    said = f"{source.path.name}: {source.name}, {count} finder{'s' if count > 1 else ''}"
    if own is None or own in BY_ID:
        return Part("file", "ok", said)
    meant = "".join(f'; or is "{close}" meant?' for close in get_close_matches(own, BY_ID, n=1, cutoff=0.75))
    noted = f'info_source = "{own}" is no agency of the registry, so {source.name} itself is named as the agency of its articles'
    return Part("file", "warning" if meant else "ok", f"{said}; {noted}{meant or '.'}")


def _robots(visit: Visit, source: SourceDefinition) -> Part:
    """Whether the home page may be asked for and answers."""
    home = visit.get(source.home)
    if home.outcome == "fetched":
        return Part("robots", "ok", f"{home.robots_rule or 'asked before'}; the home page answers")
    state: State = "failed" if home.outcome in ("disallowed", "reserved", "refused", "deferred") else "warning"
    return Part("robots", state, home.message or home.outcome)


def _finder(visit: Visit, source: SourceDefinition, spec: FinderSpec) -> tuple[Found, Part]:
    """What one finder lists of the source's usual window, or of the last one before its archive ended."""
    today = datetime.now(ZoneInfo(source.timezone)).date()
    brief = replace(spec, max_pages=min(spec.max_pages, LISTINGS))
    ended = spec.last_day if spec.last_day and spec.last_day < today else None
    units = list(find(brief, source, _last(spec, source, ended, today), visit.listing))
    candidates = [candidate for unit in units for candidate in unit.candidates]
    days = sorted(candidate.day for candidate in candidates if candidate.day)
    item = Found(spec, "", len(candidates), urls=tuple(candidate.url for candidate in candidates))
    bad = [unit for unit in units if unit.outcome not in READ and unit.reason != "max_pages"]
    way_out = "" if candidates or ended else _may_have_ended(spec, bad)
    if bad:
        return item, Part(spec.kind, "failed", f"{bad[0].url}: {_reason(bad[0])}{way_out}")
    if not candidates:
        older = sum(unit.outside for unit in units)
        said = f"nothing in the last {counted(source.lookback.days, 'day')}"
        said += (f" before its end on {ended}" if ended else "") + (f", {older} older" if older else "") + way_out
        advice = next((note for unit in units for note in (*unit.notes, *unit.doubts)), None)
        return item, Part(spec.kind, "warning", f"{spec.url or spec.file}: {advice or said}")
    span = f", {days[0]} … {days[-1]}" if days else ""
    undated = sum(candidate.day is None for candidate in candidates)
    return item, Part(
        spec.kind, "ok", f"{counted(len(candidates), 'article')}{span}" + (f", {undated} undated" if undated else "")
    )


def _last(spec: FinderSpec, source: SourceDefinition, ended: date | None, today: date) -> Window:
    """The source's usual window; of an archive that has ended, as long a one before its end, with the whole of its last period."""
    if ended is None:
        return Window(today - source.lookback, today, today)
    first = ended - source.lookback
    if spec.url and has_placeholder(spec.url):
        first = min(first, next(periods(spec.url, ended, ended)).first_day)
    return Window(first, ended, today)


def _may_have_ended(spec: FinderSpec, bad: Sequence[Unit]) -> str:
    """What to do if an archive has ended, where its newest periods are empty or not there."""
    return ENDED if spec.kind == "template" and all(unit.reason in GONE for unit in bad) else ""


def _past(visit: Visit, source: SourceDefinition, spec: FinderSpec) -> tuple[Found, Part]:
    """What an archive has of one month, a year before today or before its end: a backfill asks it for all of them."""
    today = datetime.now(ZoneInfo(source.timezone)).date()
    month = (min(spec.last_day or today, today - A_YEAR)).replace(day=1)
    # Of a crawl the first half: for the second its next month's files would be looked for as well.
    end = month + HALF if spec.kind == "warc" else (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    brief = replace(spec, max_pages=min(spec.max_pages, LISTINGS), late=timedelta(), first_day=None, last_day=end)
    units = list(find(brief, source, Window(month, end, today), visit.listing))
    bad = [unit for unit in units if unit.outcome not in READ and unit.reason not in ("max_pages", TO_TAKE)]
    if bad:
        return Found(spec, ""), Part(spec.kind, "failed", f"{bad[0].url}: {_reason(bad[0])}")
    if spec.kind == "warc":
        files = sum(unit.reason == TO_TAKE for unit in units)
        said = f"{counted(files, 'file')} of {month:%Y-%m}, about 1 GB each; a backfill fetches all of them for the pages of {source.name}"
        return Found(spec, ""), Part(spec.kind, "ok" if files else "warning", said)
    candidates = [candidate for unit in units for candidate in unit.candidates]
    said = f"{sum(unit.links for unit in units)} captures of {month:%Y-%m}, {len(candidates)} of them articles of that month"
    item = Found(spec, "", len(candidates), mementos=tuple(candidate.mementos[0] for candidate in candidates))
    return item, Part(spec.kind, "ok" if candidates else "warning", said)


def _mementos(visit: Visit, source: SourceDefinition, found: Sequence[Found]) -> tuple[Tried, ...]:
    """A few mementos tried as articles, of a source that has no other pages."""
    pages = []
    for url in [url for item in found for url in item.mementos][:ARTICLES]:
        memento = places.memento(url)
        original = memento.original if memento else url
        exchange = visit.fetcher.get(url, stay=True)
        pages.append(judged(original, mementos.judged(exchange, urls.key(original)), source.profile))
    return tuple(pages)


def _reason(unit: Unit) -> str:
    words = {"not_a_feed": "what is there is no feed", "not_a_sitemap": "what is there is no sitemap"}
    reason = unit.reason or unit.outcome
    return words.get(reason, reason.replace("_", " "))


def _articles(pages: Sequence[Tried]) -> Part:
    if not pages:
        return Part("articles", "failed", "no finder lists an article, so none could be tried")
    whole = sum(page.kind == "article" for page in pages)
    if whole == len(pages):
        return Part("articles", "ok", f"{whole} of {len(pages)} read whole")
    first = next(page for page in pages if page.kind != "article")
    state: State = "warning" if any(page.article for page in pages) else "failed"
    return Part("articles", state, f"{whole} of {len(pages)} read whole. {first.said} ({first.url})")


def _fields(articles: Sequence[Article], source: SourceDefinition) -> Part:
    """The fields of the tried articles beside what the file expects of them."""
    seen = {
        "headline": [bool(article.headline) for article in articles],
        "body": [bool(article.body) for article in articles],
        "dateline": [bool(article.datelines) for article in articles],
        "authors": [bool(article.authors) for article in articles],
        "source_tag": [bool(article.source_tag) for article in articles],
    }
    said = ", ".join(f"{name} {sum(filled)}/{len(filled)}" for name, filled in seen.items())
    expected = dict(source.expect.filled)
    missing = [name for name, filled in seen.items() if expected.get(name, 0) >= 0.5 and not any(filled)]
    if missing:
        return Part("fields", "failed", f"{said}; [expect] filled wants {', '.join(missing)}")
    return Part("fields", "ok" if all(seen["headline"]) and all(seen["body"]) else "warning", said)


def _dates(articles: Sequence[Article]) -> Part:
    dated = [article.published for article in articles if article.published and article.published.day]
    bases = Counter(stated.basis for stated in dated)
    said = f"{len(dated)} of {len(articles)} have a day"
    if bases:
        said += ", from " + ", ".join(f"{basis} ({count})" for basis, count in bases.most_common())
    return Part("dates", "ok" if len(dated) == len(articles) else "warning" if dated else "failed", said)
