"""Ways to find a site's articles: tried one after another, and measured by what they list and how far back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urljoin

from flows.discovery import Candidate, Unit, Window, find
from flows.discovery.sitemap import month_of
from flows.periods import fill
from flows.probing import daily, ended, monthly
from flows.probing import home as pages
from flows.probing.home import PLACES, Home
from flows.probing.monthly import FEWEST_LINKS, HEADLINE
from flows.probing.records import Found
from flows.probing.trying import judged
from flows.probing.visit import Visit
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import Calendar, ListingError, Selectors, any_page, read_page, read_robots, read_sitemap

MOST_FEEDS = 3
MOST_SITEMAPS = 3
MOST_LISTINGS = 3
MOST_DAILY = 2
SITEMAP_FILES = 3  # of an index of sitemaps that are read
BEGINNING = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Search:
    """One search for the finders of one site."""

    visit: Visit
    source: SourceDefinition  # provisional: its pattern is None until one was inferred
    home: Home

    def feeds(self, known: Sequence[str]) -> Iterator[Found]:
        """The feeds that the user or the home page names, else the first usual address that answers with one."""
        via = "given" if known else "a link on the home page"
        named = list(dict.fromkeys(filter(is_address, [*known, *self.home.feeds])))[:MOST_FEEDS]
        found = [self.measured(FinderSpec("feed", url), via) for url in named]
        yield from found
        if any(item.problem is None for item in found):
            return
        for path in PLACES["feeds"]:
            tried = self.measured(FinderSpec("feed", urljoin(self.home.url, path)), "a usual address")
            if tried.problem is None:
                yield tried
                return

    def sitemaps(self) -> Iterator[Found]:
        """The sitemaps that robots.txt names, else the first usual address that answers with one."""
        robots = self.visit.robots_of(self.home.url)
        named = [child.url for child in read_robots(robots.body, self.home.url).children] if robots.body else []
        named = sorted(filter(is_address, named), key=lambda url: "news" not in url.lower())
        for url in named[:MOST_SITEMAPS]:
            yield self.sitemap(
                url, f"robots.txt, which names {len(named)}" if len(named) > MOST_SITEMAPS else "robots.txt"
            )
        for path in () if named else PLACES["sitemaps"]:
            tried = self.sitemap(urljoin(self.home.url, path), "a usual address")
            if tried.problem is None:
                yield tried
                return

    def sitemap(self, url: str, via: str) -> Found:
        """A sitemap, measured by its newest files and by its oldest one."""
        spec = FinderSpec("sitemap", url, max_pages=SITEMAP_FILES)
        newest = self.measured(spec, via)
        oldest = None if newest.problem else self.oldest_file(url)
        if oldest is None:
            return replace(newest, spec=FinderSpec("sitemap", url))
        reach = self.measured(FinderSpec("sitemap", oldest, max_pages=1), via)
        days = [day for day in (newest.first_day, reach.first_day) if day]
        return replace(
            newest,
            spec=FinderSpec("sitemap", url),
            first_day=min(days, default=None),
            whole=False,
            urls=newest.urls + reach.urls,
        )

    def oldest_file(self, url: str) -> str | None:
        """The file of a sitemap index of the earliest month, or that was changed longest ago, where there are more than were read."""
        listing = self.visit.listing(url, "sitemap")
        try:
            children = read_sitemap(listing.content, listing.final_url, self.calendar).children
        except ListingError:
            return None
        days = [(month[0] if (month := month_of(child.url)) else child.modified_day, child.url) for child in children]
        dated = sorted((day, address) for day, address in days if day)
        return (dated or days)[0][1] if len(children) >= SITEMAP_FILES else None

    def further(self) -> Iterator[pages.Anchor]:
        """The links on the pages that the home page calls an archive or the like: some list months only."""
        for url in pages.listings(self.home)[:MOST_LISTINGS]:
            listing = self.visit.listing(url, "page")
            yield from pages.read(listing.content, listing.final_url, listing.content_type).anchors

    def archives(self, anchors: Iterable[pages.Anchor], listings: Sequence[str]) -> Iterator[Found]:
        """Archives with one listing a year or month, addresses on the page that differ in their date only; `listings` are those by day."""
        for template, days in monthly.templates(anchors, self.today):
            found = self.archive(template, days if len(days) > 1 else [monthly.before(days[0], template), *days])
            lists_days = self.days_in(template, days) and monthly.has_days_in(template, listings)
            yield replace(found, problem="lists days, not articles") if lists_days else found

    def days_of_months(self, anchors: Sequence[pages.Anchor]) -> Iterator[pages.Anchor]:
        """The links to days on the pages of those archives whose months list nothing else."""
        for template, days in monthly.templates(anchors, self.today):
            yield from self.days_in(template, days)

    def days_in(self, template: str, months: Sequence[date]) -> list[pages.Anchor]:
        """The links to days on the newest and the oldest month of an archive; none where these list articles."""
        listed = [self.visit.listing(fill(template, month), "page") for month in sorted({months[0], months[-1]})]
        read = {
            it.url: pages.read(it.content, it.final_url, it.content_type).anchors
            for it in listed
            if it.outcome == "fetched"
        }
        return monthly.days_in(read, self.home.anchors) if "{month}" in template else []

    def archive(self, template: str, days: Sequence[date]) -> Found:
        """An archive, measured by its newest and its oldest known period; both must list articles, or it is a guess only."""
        spec = FinderSpec("template", template, first_day=days[0])
        via = "links that differ in their date"
        newest, oldest = (self.measured(spec, via, Window(day, day, self.today)) for day in (days[-1], days[0]))
        if newest.problem or oldest.problem:
            return newest if newest.problem else oldest
        return replace(
            newest,
            spec=self.until_its_end(spec, days[-1]),
            articles=newest.articles + oldest.articles,
            first_day=oldest.first_day or newest.first_day,
            undated=newest.undated + oldest.undated,
            whole=False,
            urls=newest.urls + oldest.urls,
            titled=newest.titled + oldest.titled,
            dated=newest.dated + oldest.dated,
        )

    def daily(self, anchors: Iterable[pages.Anchor]) -> Iterator[Found]:
        """Archives with one listing a day, where the pages of some days turn out to be listings."""
        seen = daily.templates((anchor.url for anchor in anchors), self.today)
        for template, days in list(seen.items())[:MOST_DAILY]:
            if (found := self.by_day(template, days)) is not None:
                yield found

    def by_day(self, template: str, days: Sequence[date]) -> Found | None:
        """A daily archive, measured by its newest days and its oldest; None where these are articles, or list nothing of their own."""
        sampled = daily.sampled(days)
        profile, urls_of = self.source.profile, [fill(template, day) for day in sampled]
        if not daily.are_listings(judged(url, self.visit.get(url), profile) for url in urls_of):
            return None
        spec = FinderSpec("template", template, first_day=days[0])
        windows = [Window(day, day, self.today) for day in sampled]
        units = [unit for window in windows for unit in find(spec, self.source, window, self.visit.listing)]
        own = daily.with_own_links(units, template)
        if sum(bool(unit.candidates) for unit in own) < 2:
            return None
        found = _measured(Found(spec, "links that differ in their day"), own)
        recent = tuple((key, day) for key, day in found.dated if day > days[0])  # the days between were not looked at
        return replace(found, spec=self.until_its_end(spec, days[-1]), dated=recent, whole=False)

    def until_its_end(self, spec: FinderSpec, newest: date) -> FinderSpec:
        """An archive's finder, with its last day where it has ended; `newest` is of the last period that is linked."""
        last = ended.last_day(spec.url or "", newest, self.today)
        units = find(spec, self.source, ended.present(self.today), self.visit.listing) if last else ()
        return replace(spec, last_day=last) if last and ended.has_nothing(units) else spec

    def indexes(self) -> Iterator[Found]:
        """The pages that list articles: those the home page names so, and the home page itself."""
        for url in [*pages.listings(self.home)[:MOST_LISTINGS], self.home.url]:
            listing = self.visit.listing(url, "page")
            via = "the home page" if url == self.home.url else "a link on the home page"
            yield self.measured(self.index(url, listing.content, listing.content_type), via)

    def index(self, url: str, content: bytes, content_type: str | None) -> FinderSpec:
        """The finder of a listing page, with the next page and the dates where the page marks them; or with the pages after it by their number."""
        spec = FinderSpec("index", url, max_pages=1)
        for selector in PLACES["next"]:
            try:
                links = read_page(content, url, Selectors(next=selector), self.calendar, content_type)
            except ListingError:
                return spec
            if links.next_url and links.next_url != url:
                spec = replace(spec, next_selector=selector)
                break
        else:
            spec = replace(spec, pages=self.counted(url, content, content_type))
        return replace(spec, date_selector="time") if content.count(b"<time") >= FEWEST_LINKS else spec

    def counted(self, url: str, content: bytes, content_type: str | None) -> str | None:
        """The address of the pages after a listing page, with {page}, where it links to its own second one."""
        links = read_page(content, url, Selectors(own_pages=True), self.calendar, content_type)
        return any_page(links.next_url) if links.next_url else None

    @property
    def today(self) -> date:
        """Today, for the calendar of a site whose zone is not known yet."""
        return datetime.now(UTC).date()

    @property
    def calendar(self) -> Calendar:
        """The calendar in which listed dates are checked."""
        return Calendar(self.source.timezone, latest=self.today, language=self.source.language)

    def measured(self, spec: FinderSpec, via: str, window: Window | None = None) -> Found:
        """The finder with what it lists."""
        window = window or Window(BEGINNING, self.today, self.today)
        units = list(find(spec, self.source, window, self.visit.listing))
        return _measured(Found(spec, via), units)


def _measured(found: Found, units: list[Unit]) -> Found:
    candidates = [candidate for unit in units for candidate in unit.candidates]
    days = sorted(candidate.day for candidate in candidates if candidate.day)
    problem = _problem(units, candidates, found.spec.kind)
    return replace(
        found,
        articles=len(candidates),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        undated=sum(candidate.day is None for candidate in candidates),
        whole=all(unit.whole for unit in units),
        problem=problem,
        urls=tuple(candidate.url for candidate in candidates),
        titled=tuple(c.url for c in candidates if len((c.hints.title or "").split()) >= HEADLINE),
        dated=tuple((candidate.url_key, candidate.day) for candidate in candidates if candidate.day),
        times=tuple(candidate.hints.published for candidate in candidates if candidate.hints.published),
    )


def _problem(units: list[Unit], candidates: list[Candidate], kind: str) -> str | None:
    """Why a finder is of no use, in a few words; None where it is."""
    few = FEWEST_LINKS if kind in ("index", "template") else 1
    if len(candidates) >= few:
        return None
    bad = next((unit for unit in units if unit.outcome not in ("fetched", "unchanged")), None)
    if bad is not None:
        return str(bad.reason or bad.outcome).replace("_", " ").replace("http ", "status ")
    return "lists no article" if not candidates else "lists few articles"


def is_address(url: str) -> bool:
    """Whether an address can be compared with others; broken ones are not asked for."""
    try:
        return bool(urls.key(url))
    except ValueError:
        return False


def commonest(found: Iterable[Found]) -> list[Found]:
    """Finders without those that list the very same articles as an earlier one."""
    seen: Counter[frozenset[str]] = Counter()
    kept = []
    for item in found:
        listed = frozenset(item.urls)
        seen[listed] += 1
        if item.problem or not listed or seen[listed] == 1:
            kept.append(item)
    return kept
