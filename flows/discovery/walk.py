"""What all finders share: looking at one listing, sifting its links, and keeping to the budget."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flows.discovery import strangers, unfit
from flows.discovery.records import Candidate, Get, Known, Listing, ListingKind, Unit, Window
from flows.periods import shape
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import Calendar, Link, Links, ListingError, absolute
from parsers.records import Hints

Read = Callable[[Listing], Links]

READ = frozenset({"fetched", "unchanged"})
NEIGHBOURS = 8  # pages whose links are those of the frame
MEMORY = 60  # pages that tell how many links usually fit the pattern of articles
FRESH = 2  # links that no page before had, for which a page without a pattern of articles is doubted
OTHER = "other_page"  # the reason of a page that is none of its period
EVE = timedelta(days=2)  # how far ahead of today an address may be dated


@dataclass(frozen=True, slots=True)
class Look:
    """One listing looked at: the unit to give back, and what a finder needs to walk on."""

    unit: Unit
    links: Links | None = None  # None where nothing could be read
    status: int | None = None
    new: int = 0  # candidates that neither this walk nor the ledger had met


def is_missing(look: Look) -> bool:
    """Whether the outlet has no such page: it says so, or leads to its home page instead."""
    return look.status in (404, 410) or look.unit.reason == "soft_404"


class Walk:
    """One finder at work on one source: its budgets, and the addresses it has met."""

    def __init__(self, spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known) -> None:
        self.spec = spec
        self.source = source
        self.window = window
        self.get = get
        self.known = known
        self.today = window.today or datetime.now(ZoneInfo(source.timezone)).date()
        self.calendar = Calendar(source.timezone, latest=self.today, language=source.language)
        self.front: frozenset[str] | None = None  # keys of what the front page links to, once it was asked for
        self.home_links: frozenset[str] | None = None  # all that it links to, the same
        self.pages = 0
        self.met: set[str] = set()  # keys of candidates
        self.asked = {urls.key(source.home)}  # keys of listings, which are no articles
        self.around: deque[frozenset[str]] = deque(
            maxlen=NEIGHBOURS
        )  # what the last pages of periods, or of an index, link to
        self.fitting: deque[tuple[int, int]] = deque(
            maxlen=MEMORY
        )  # of these pages, the links that fit, and that only look so
        pattern = source.profile.url_pattern
        self.pattern = re.compile(pattern) if pattern else None
        templates = [each.url for each in source.finders if each.kind == "template" and each.url]
        self.periods = [found for found in map(shape, templates) if found]  # what listings of other periods look like

    @property
    def first_day(self) -> date:
        """The first day this finder is asked for."""
        return max(self.window.first_day, self.spec.first_day or date.min)

    @property
    def last_day(self) -> date:
        """The last day this finder is asked for."""
        return min(self.window.last_day, self.spec.last_day or date.max)

    @property
    def spent(self) -> bool:
        """Whether the budget of listings is used up; a backfill is not done before the archive is."""
        return not self.window.whole and self.pages >= self.spec.max_pages

    def forget(self) -> None:
        """Let go of the addresses met in a backfill, which the ledger has got by now: an archive may have millions."""
        if self.window.whole:
            self.met.clear()
            self.asked = {urls.key(self.source.home)}

    def look(self, url: str, kind: ListingKind, read: Read, unit: Unit | None = None) -> Look:
        """Fetch and read one listing; `unit` names the period it stands for, where it is not its own address."""
        self.pages += 1
        self.asked.add(urls.key(url))
        unit = unit or Unit(self.spec.kind, url, url, "failed")
        listing = self.get(url, kind)
        unit = replace(unit, outcome=listing.outcome, reason=listing.reason)
        if listing.outcome not in READ or (listing.unchanged and not listing.content):
            return Look(unit, status=listing.status)
        try:
            links = read(listing)
        except ListingError as fault:
            return Look(
                replace(unit, outcome="failed", reason=fault.reason, notes=(str(fault),)), status=listing.status
            )
        if listing.unchanged:
            is_whole = not links.cut_short and not links.is_other
            seen = replace(unit, links=_count(links), digest=digest(links), whole=is_whole)
            return Look(seen, links, listing.status)
        if links.next_url:
            self.asked.add(urls.key(links.next_url))  # a listing's further page is no article that it lists
        sifted = self.sift(links, unit)
        if unit.first_day or self.spec.kind == "index":
            sifted = self.checked(sifted, links, listing.final_url)
        # In a backfill what an earlier run knew is no reason to stop.
        new = sum(self.window.whole or not self.known(candidate.url_key) for candidate in sifted.candidates)
        return Look(sifted, links, listing.status, new)

    def checked(self, unit: Unit, links: Links, url: str) -> Unit:
        """The unit, which is not whole where its page has links that no page before had, and the source's file finds no article among them."""
        common = frozenset[str]().union(*self.around)
        self.around.append(links.around)
        fresh = [link for href in links.around - common if (link := absolute(href, url)) and self.is_own(link)]
        if unit.first_day and not links.links and (common or self.pattern):
            unit = self.unfound(unit, [link for link in fresh if self.may_be_article(link)], url)
        return unfit.doubted(self, unit, links, fresh, is_first=not common)

    def unfound(self, unit: Unit, fresh: list[str], url: str) -> Unit:
        """The unit of a period, which is not whole where `links` finds none of what may be articles on its page."""
        if len(fresh) < (1 if self.pattern else FRESH):
            return unit
        said = f"{url} has {len(fresh)} links that may be articles, as {min(fresh)}, and `links` finds none of them: has its layout changed?"
        return replace(unit, whole=False, reason="links_not_found", notes=(*unit.notes, said))

    def may_be_article(self, url: str) -> bool:
        """Whether an address is on the site, fits the article pattern, and is no listing."""
        return self.is_own(url) and (not self.pattern or self.pattern.search(url) is not None)

    def is_own(self, url: str) -> bool:
        """Whether an address is on the site, and is no listing."""
        return self.on_site(url) and not self.is_period(url) and urls.key(url) not in self.asked

    def sift(self, links: Links, unit: Unit) -> Unit:
        """The unit of a listing that was read: its links as candidates, or counted by the reason they are not."""
        dropped = Counter(links.dropped)
        dated = (
            replace(unit, first_day=None, last_day=None) if links.is_other else unit
        )  # it gives no day to what it lists
        candidates = tuple(self.candidates(links.links, dated, dropped))
        outside = dropped.pop("outside", 0)
        over = dropped["max_urls"] > 0
        advice = _advice(unit.url, candidates, dropped)
        sifted = replace(
            unit,
            reason="cut_short" if links.cut_short else "max_urls" if over else OTHER if links.is_other else unit.reason,
            whole=not links.cut_short and not over and not links.is_other,
            digest=digest(links),
            links=_count(links),
            candidates=candidates,
            undated=sum(candidate.day is None for candidate in candidates),
            outside=outside,
            oldest=_oldest(links.links, candidates),
            dropped=tuple(sorted((+dropped).items())),
            notes=links.notes + (() if unit.first_day else advice),
            doubts=advice if unit.first_day else (),  # a day may be without an article
        )
        return strangers.doubted(self, sifted, links)

    def candidates(self, links: Iterable[Link], unit: Unit, dropped: Counter[str]) -> Iterable[Candidate]:
        """The links that may be articles and were not met before in this walk."""
        for link in links:
            reason = self.refusal(link)
            if reason is None:
                yield self.candidate(link, unit)
            else:
                dropped[reason] += 1

    def refusal(self, link: Link) -> str | None:
        """Why a link is no candidate: off_site, not_article, repeated, twin, listing, outside, max_urls."""
        if self.spec.kind != "list":
            if not self.on_site(link.url):
                return "off_site"
            if self.pattern and not self.pattern.search(link.url):
                return "not_article"
        try:
            key, twin = self.key(link.url), None if self.spec.kind == "list" else urls.twin(link.url)
        except ValueError:
            return "scheme"
        if key in self.met:
            return "repeated"
        if twin and self.is_met(twin):
            return "twin"  # the AMP or mobile form of an article that is known
        if key in self.asked or self.is_period(link.url):
            return "listing"
        if link.day is None and link.modified_day is not None and link.modified_day < self.first_day:
            return "outside"  # last changed before the window, hence published before it
        if len(self.met) >= self.spec.max_urls and not self.window.whole:
            return "max_urls"
        self.met.add(key)
        return None

    def candidate(self, link: Link, unit: Unit) -> Candidate:
        """A link with its day and its hints."""
        day, basis = self.day(link, unit)
        hints = Hints(
            title=link.title,
            published=link.published,
            published_basis=link.basis if link.published else None,
            modified=link.modified,
            content=link.content,
        )
        return Candidate(
            url=link.url,
            url_key=self.key(link.url),
            finder=unit.finder,
            unit=unit.unit,
            day=day,
            day_basis=basis,
            hints=hints,
        )

    def key(self, url: str) -> str:
        """The key an address is stored under: the one an earlier rule gave it where the ledger knows it by that."""
        key = urls.key(url)
        if self.known(key):
            return key
        return next(filter(self.known, urls.former_keys(url)), key)

    def is_met(self, url: str) -> bool:
        """Whether an address was met in this walk, or in an earlier run."""
        key = self.key(url)
        return key in self.met or self.known(key)

    def is_period(self, url: str) -> bool:
        """Whether an address is the listing of some period, as the links to yesterday and tomorrow are."""
        parts = urlsplit(url)
        local = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return any(period.fullmatch(local) for period in self.periods)

    def day(self, link: Link, unit: Unit) -> tuple[date | None, str | None]:
        """The day that a link states, or else the listing's only day."""
        day, basis = self.stated_day(link)
        is_day = day is None and unit.first_day is not None and unit.first_day == unit.last_day
        return (unit.first_day, "listing") if is_day else (day, basis)

    def stated_day(self, link: Link) -> tuple[date | None, str | None]:
        """The day as the article pattern says, as listed, or as any address spells it."""
        stated = urls.dates_in(link.url, self.source.profile.url_pattern)
        if stated and stated <= self.today + EVE:
            return stated, "url"
        if link.day:
            return link.day, "listing"
        spelt = urls.path_day(link.url)
        if spelt and spelt <= self.today + EVE:
            return spelt, "url"
        return None, None

    def on_site(self, url: str) -> bool:
        """Whether an address is on the source's own site or on one of its further hosts."""
        return urls.same_site(url, self.source.home) or (urlsplit(url).hostname or "") in self.source.hosts


def _advice(url: str, candidates: tuple[Candidate, ...], dropped: Counter[str]) -> tuple[str, ...]:
    """What to look at where a listing has links and none of them counts as an article."""
    others = dropped["not_article"]
    if candidates or not others or dropped["repeated"] or dropped["max_urls"]:
        return ()
    return (f"None of {others} links of {url} fits the pattern under [article].",)


def _oldest(links: Iterable[Link], candidates: Iterable[Candidate]) -> date | None:
    listed = (link.day or link.modified_day for link in links)
    return min(filter(None, (*listed, *(candidate.day for candidate in candidates))), default=None)


def _count(links: Links) -> int:
    return len(links.links) + len(links.children)


def digest(links: Links) -> str:
    """A fingerprint of what a listing says, so that an unchanged one is seen as such."""
    lines = [f"{link.url}\t{link.published}\t{link.modified}" for link in links.links]
    lines += [f"{child.url}\t{child.modified_day}" for child in links.children]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:32]
