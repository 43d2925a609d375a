"""The records that parsers take and give: plain, frozen, and without behaviour beyond small derived values.

Every time is a naive `datetime` in UTC. Column names of the warehouse follow these field names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Precision = Literal["second", "minute", "hour", "day", "day-noyear", "day-of-month", "month", "year"]
Day = date  # a name that no field of the same name hides
BodyExtent = Literal["full", "excerpt", "none"]


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as far as a page states it, never further."""

    text: str  # EDTF as far as known: 2017-09-22T10:00+02:00, 2017-09-22, 2017-09, --09-22, ---22
    precision: Precision
    basis: str  # the evidence it rests on: dateline, json-ld, meta, time, visible, url, feed, sitemap, index, …
    day: date | None = None  # the calendar day where it was published; None when year or day is unknown
    instant: datetime | None = None  # UTC; only when both a time and its zone were given


@dataclass(frozen=True, slots=True)
class Evidence:
    """One candidate for one field: what it could have been, from what, and whether it was chosen."""

    field: str  # a field name of Article: date_published, dateline_date, info_source, headline, …
    value: str
    basis: str  # where the candidate was read: json-ld, meta, time, dateline, url, feed, credit, byline, …
    chosen: bool
    note: str | None = None  # why it lost, or a conflict worth knowing


@dataclass(frozen=True, slots=True)
class Hints:
    """What the finder knew about a page before it was fetched; all of it evidence, none of it truth."""

    title: str | None = None
    published: str | None = None  # as listed, ISO 8601 or EDTF where it could be read
    published_basis: str | None = None  # feed, sitemap, news-sitemap, index, url, list
    modified: str | None = None
    content: str | None = None  # the full text or HTML a feed carries


@dataclass(frozen=True, slots=True)
class Page:
    """One capture of one address: bytes as received (or text already decoded), and what came with them."""

    content: bytes | str
    url: str | None = None
    content_type: str | None = None  # the Content-Type header as sent, charset included
    observed_at: datetime | None = None  # when the outlet showed it, UTC
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Profile:
    """What parsing needs to know of a source. Everything has a default, so that any page can be parsed."""

    source_id: str = "unknown"
    name: str | None = None
    home: str | None = None
    language: str | None = None
    timezone: str = "UTC"
    info_source: str | None = None  # the agency that writes the outlet's own copy
    url_pattern: str | None = None  # regular expression of article URLs; named groups year, yy, month, day
    dateline: tuple[str, ...] = ()  # the orders this outlet uses, e.g. "date tag", "place date tag", "place"
    furniture: tuple[str, ...] = ()  # boilerplate lines to drop, compared whole after blanks are collapsed
    container: str | None = None  # CSS selector of the article's container, where the outlet needs one
    split: str | None = None  # how a digest page is split into several articles: "datelines", or None
    site: str | None = None  # module in parsers/sites, for the odd source that data cannot describe


@dataclass(frozen=True, slots=True)
class Dateline:
    """An opening such as "Sept. 22, 2017 (EIRNS)—", read.

    Offsets count characters of the text that was given: text[start:end] == raw, and text[end:] is the body that
    follows the separator and its blanks.
    """

    raw: str
    places: tuple[str, ...]  # as printed; "PALO ALTO, Calif." is one place
    date: str | None  # 2017-09-22, --09-22 when no year can be had, ---22 for a day of the month alone
    precision: Precision | None  # of `date`
    source_tags: tuple[str, ...]  # as printed: EIRNS, AP, 本报
    info_sources: tuple[str, ...]  # ids from data/agencies.toml, one for each tag that is known
    byline: str | None
    start: int
    end: int
    rule: str  # which order of the grammar matched
    confidence: float  # 0 … 1
    warnings: tuple[str, ...] = ()
    date_basis: str | None = None  # explicit, published, url, issue, fetched: what supplied the year

    @property
    def day(self) -> Day | None:
        """The calendar day, or None when the year is unknown."""
        return Day.fromisoformat(self.date) if self.date and not self.date.startswith("-") else None


@dataclass(frozen=True, slots=True)
class Article:
    """The parsed record of one article, as one capture showed it."""

    headline: str
    body: str  # paragraphs separated by a blank line; quoted blocks as lines that begin with "> "
    body_extent: BodyExtent = "full"
    item: int = 0  # position on a page that carries several articles
    canonical_url: str | None = None  # as the page names it, absolute, not yet believed
    subheadline: str | None = None
    abstract: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    datelines: tuple[Dateline, ...] = ()  # the one that opens the body first
    credit_text: str | None = None  # "Reporting by …", "© AFP": what was taken off the end of the body
    source_tag: str | None = None  # as printed
    info_source: str | None = None  # id of the agency that wrote it
    is_wire_copy: bool | None = None  # None: nothing on the page says
    published: StatedDate | None = None
    modified: StatedDate | None = None
    language: str | None = None  # BCP 47
    keywords: tuple[str, ...] = ()
    article_section: str | None = None
    image_url: str | None = None
    publisher: str | None = None
    copyright_notice: str | None = None
    is_accessible_for_free: bool | None = None
    warnings: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    layout: str | None = None  # how the page is built around the text; no part of the record, and of no hash


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that is no article, with a reason code for the ledger and a sentence that names the way out."""

    reason: str  # empty, not_article, index_page, login_wall, soft_404, needs_browser, video_only, too_large, …
    message: str
    evidence: tuple[Evidence, ...] = ()
    canonical_url: str | None = None
