"""What finders are given and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, Protocol

from flows.periods import Period
from flows.sources import FinderSpec, SourceDefinition
from parsers.records import Hints

ListingKind = Literal[
    "feed", "sitemap", "page", "captures"
]  # what is expected at an address, so that its type can be checked


ONE_PAGE = "one_page"
"""The reason of an index of which no page after the first is known: its oldest day may go on where nobody looked."""

NO_LINK_FITS = "no_link_fits"
"""The reason of a listing of which no link fits the article pattern, though some look like articles."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One fetched listing, as the pipeline's `get` returns it; outcomes are those of the fetch layer.

    An unchanged listing may come with its archived content: then a finder can follow the further pages or the
    child sitemaps that it names, which may have changed all the same.
    """

    url: str  # as asked
    final_url: str  # after redirects: relative links start here
    outcome: str  # fetched, unchanged, gone, deferred, failed, disallowed, reserved, refused
    reason: str | None = None
    status: int | None = None
    content: bytes = b""
    content_type: str | None = None

    @property
    def unchanged(self) -> bool:
        """Whether the outlet said, or the bytes show, that nothing is new."""
        return self.outcome == "unchanged"


Get = Callable[[str, ListingKind], Listing]


@dataclass(frozen=True, slots=True)
class Window:
    """The days a run is about, both inclusive, in the source's time zone.

    A window that is `whole` is a backfill's: budgets of one run do not end it, nor does meeting what is known.
    """

    first_day: date
    last_day: date
    today: date | None = None  # None: the source's own day; a backfill says it
    whole: bool = False
    days: frozenset[date] | None = None  # only these of them, where holes are to be filled
    units: frozenset[str] = frozenset()  # with them, listings of these units are asked for, whatever their days
    done: frozenset[str] = frozenset()  # addresses of periods that need not be asked for again

    def holds(self, day: date) -> bool:
        """Whether a day is wanted."""
        return self.first_day <= day <= self.last_day and (self.days is None or day in self.days)

    def days_of(self, first_day: date, last_day: date) -> Iterator[date]:
        """Those of a period's days that are wanted."""
        first, last = max(first_day, self.first_day), min(last_day, self.last_day)
        days = (first + timedelta(number) for number in range((last - first).days + 1))
        return (day for day in days if self.holds(day))

    def asks_for(self, period: Period) -> bool:
        """Whether the listing of a period is to be read: one of its days is wanted, and it was not read a moment ago."""
        if period.url in self.done:
            return False
        if self.days is None or period.unit in self.units:
            return True
        return any(period.first_day <= day <= period.last_day for day in self.days)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be an article, with what its listing said about it."""

    url: str  # as listed, made absolute
    url_key: str
    finder: str
    unit: str
    day: date | None = None  # of publication, as far as the address or the listing says
    day_basis: str | None = None  # url, listing
    hints: Hints = field(default_factory=Hints)
    mementos: tuple[str, ...] = ()  # of a web archive: where its captures of the address are, the earliest first


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a crawl file: one record."""

    url: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One look at one unit of an archive: a period, a feed, a sitemap, a page of an index, a part of a list."""

    finder: str
    unit: str  # 2017, 2017-09-22, or the address of the feed, sitemap or page
    url: str
    outcome: str  # fetched, unchanged, not_yet (a period that may still begin), or what the fetch came to
    reason: str | None = None  # not_a_feed, max_urls, cut_short, …
    first_day: date | None = None  # the days it covers, where it says so
    last_day: date | None = None
    whole: bool = False  # read completely, nothing left out for want of budget; a bare 304 leaves it as it was
    digest: str | None = None  # of the links listed, in their order
    links: int = 0  # listed, before any were dropped
    candidates: tuple[Candidate, ...] = ()
    undated: int = 0  # candidates without any date
    outside: int = 0  # articles of other days than the window's, not among the candidates
    oldest: date | None = None  # the earliest day that it states for anything it lists
    dropped: tuple[tuple[str, int], ...] = ()  # reason → links: off_site, not_article, scheme, repeated, …
    notes: tuple[str, ...] = ()  # sentences for the log: refused dates, pruned sitemaps
    doubts: tuple[str, ...] = ()  # the same, worth saying only where no other listing of the finder shows an article
    pieces: tuple[Piece, ...] = ()  # of crawl files, that are still to be taken


Known = Callable[[str], bool]  # whether the ledger knows a url_key already


def nothing_known(url_key: str) -> bool:
    """The answer of an empty ledger."""
    return False


class Finder(Protocol):
    """The signature that every finder has; units come one by one, as soon as their listing is read."""

    def __call__(
        self, spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
    ) -> Iterator[Unit]: ...
