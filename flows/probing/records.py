"""What a probe finds out about a site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from flows.plural import are, counted
from flows.sources import FinderSpec
from parsers.records import Article

Kind = Literal["article", "teaser", "login", "script", "barred", "failed", "other"]
"""What a tried page was: `teaser` is a paywall's, `barred` means robots or rights, `other` no article."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user said about a site before it is probed."""

    allow: frozenset[str] = frozenset()  # host:port that may be asked although they are private
    robots_basis: str | None = None
    rights_basis: str | None = None
    delay: timedelta = timedelta(seconds=2)  # between two requests of the probe; robots.txt may ask for more
    articles: int = 4
    pace: timedelta | None = None  # between two requests ever after, where the user has named it
    feed: str | None = None  # a feed that is known already, from a reader's export
    name: str | None = None  # the outlet's name, known already


@dataclass(frozen=True, slots=True)
class Access:
    """Whether the site lets itself be read."""

    allowed: bool
    robots: str  # a sentence
    rights: str  # a sentence
    reserved: bool = False
    crawl_delay: float | None = None  # seconds that robots.txt asks for


@dataclass(frozen=True, slots=True)
class Found:
    """One finder that was tried, and how far it reaches."""

    spec: FinderSpec
    via: str  # where its address comes from: "a link on the home page", "robots.txt", "a usual address"
    articles: int = 0  # listed, as far as it was read
    first_day: date | None = None
    last_day: date | None = None
    undated: int = 0
    whole: bool = True  # False: there is more than the probe has read
    problem: str | None = None  # why it cannot be used
    urls: tuple[str, ...] = ()  # of the articles
    titled: tuple[str, ...] = ()  # those of them under a text as long as a headline
    dated: tuple[tuple[str, date], ...] = ()  # url_key and day, where a day is known
    times: tuple[str, ...] = ()  # as listed, with their zone where it is given
    chosen: bool = False  # part of the source file
    mementos: tuple[str, ...] = ()  # of articles, in a web archive


@dataclass(frozen=True, slots=True)
class Tried:
    """One page that was fetched and read as an article."""

    url: str
    kind: Kind
    said: str  # why it is no full article, or nothing
    article: Article | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that nobody stated, and what it rests on."""

    value: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The regular expression of a site's article addresses."""

    regex: str
    fits: int  # of the addresses it was made from
    of: int
    dated: bool  # whether its groups give the whole day
    notes: tuple[str, ...] = ()


_SCRIPT = "drawn by JavaScript, which Wireroom does not run: record {} in a browser and import {}"
_NARROW = "narrow the pattern under [article]"
_REASONS: tuple[tuple[Kind, str, str], ...] = (  # why a page cannot be read whole: said of one, and of several
    (
        "teaser",
        "paid for: only its beginning can be read",
        "paid for: only their beginning can be read",
    ),
    ("login", "behind a log-in", "behind a log-in"),
    ("script", _SCRIPT.format("it", "it"), _SCRIPT.format("them", "them")),
    ("barred", "not allowed", "not allowed"),
    ("failed", "not reachable", "not reachable"),
    ("other", f"no article: {_NARROW}", f"no articles: {_NARROW}"),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Everything a probe has found out."""

    url: str  # as asked
    home: str
    access: Access
    name: Guess
    language: Guess
    timezone: Guess
    finders: tuple[Found, ...] = ()
    pattern: Pattern | None = None
    pages: tuple[Tried, ...] = ()
    requests: int = 0
    problem: str | None = None  # why nothing could be found out at all
    hint: str | None = None  # why the home page may lead nowhere

    @property
    def chosen(self) -> tuple[Found, ...]:
        """The finders that go into the source file."""
        return tuple(found for found in self.finders if found.chosen)

    @property
    def days(self) -> list[date]:
        """The days of the articles that the chosen finders list, each article counted once."""
        return sorted({key: day for found in self.chosen for key, day in found.dated}.values())

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles among the tried pages, teasers included."""
        return tuple(page.article for page in self.pages if page.article)

    def count(self, *kinds: Kind) -> int:
        """How many of the tried pages were of these kinds."""
        return sum(page.kind in kinds for page in self.pages)

    @property
    def outlook(self) -> str:
        """What a source made of the site would bring, judged by the tried pages."""
        total = len(self.pages)
        if not total:
            return "No article was tried."
        whole = self.count("article")
        if whole == total:
            return "Its articles can be read whole."
        said = [
            f"{count} {are(count)} {one if count == 1 else many}"
            for kind, one, many in _REASONS
            if (count := self.count(kind))
        ]
        return f"{whole} of {counted(total, 'page')} can be read whole; {'; '.join(said)}."

    @property
    def doubt(self) -> str | None:
        """Why a source made of the site would bring nothing, as far as was tried; None where it may bring articles."""
        if not self.pages or self.count("article", "teaser"):
            return None
        first = self.pages[0]
        return f"None of {counted(len(self.pages), 'page')} tried was an article. {first.url}: {first.said}"

    @property
    def obstacle(self) -> str | None:
        """Why no source can be made of the site; None where one can."""
        if self.problem:
            return self.problem
        if not self.access.allowed:
            return self.access.rights if self.access.reserved else self.access.robots
        if not self.chosen:
            said = "No feed, sitemap, archive or page with links to articles was found."
            return f"{said} {self.hint or 'If you know where it lists them, write its file yourself: docs/sources.md explains every key.'}"
        if self.pages and self.count("barred") == len(self.pages):
            return self.pages[0].said
        return None
