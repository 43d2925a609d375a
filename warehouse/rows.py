"""What flows hand over: one frozen record a line of a spool file.

Every field is required, so that a misspelt or missing key is an error and never a NULL; only a field that came with a
later version has a default, for the files of before. Keys are UUIDs written as
text (16 bytes in DuckDB); every time is naive UTC. A row's key is named in its docstring: rows with equal keys are
the same fact, and loading one twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Found:
    """An address at its first sight, written before it is fetched. Key: source_id, url_key."""

    source_id: str
    url_key: str
    url_rule: int  # version of the rule in parsers/urls.py that made the key
    url: str  # as first found
    finder: str  # feed, sitemap, index, template, list, wayback, warc
    unit: str | None  # the unit of the archive that listed it
    day: date | None  # in the source's time zone
    day_basis: str | None  # url, listing, date_published
    title: str | None
    published: str | None
    published_basis: str | None
    modified: str | None
    found_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True)
class Sighted:
    """The first sight of an address by a finder that was not the first to find it. Key: source_id, url_key, finder, seen_at."""

    source_id: str
    url_key: str
    finder: str
    unit: str
    seen_at: datetime
    run_id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One look at one unit of an archive: a day, an issue, a year's index, a feed. Key: source_id, finder, unit, listed_at."""

    source_id: str
    finder: str
    unit: str
    url: str
    first_day: date | None  # the days the unit covers, both inclusive; None when its listing does not say
    last_day: date | None
    listed_at: datetime
    whole: bool  # the listing was fetched completely
    outcome: str
    reason: str | None
    digest: str | None  # of the links listed, so that an unchanged listing is seen as such
    links: int
    new_links: int
    undated: int
    run_id: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """One request and what came of it. Key: fetch_id, which is also the id of its WARC record."""

    fetch_id: str
    source_id: str
    url_key: str
    role: str  # article, listing, robots
    requested_url: str
    final_url: str | None
    final_key: str | None  # key of final_url where it differs from the requested one and may name the article
    origin: str  # live, wayback, warc, import
    observed_at: datetime
    outcome: str  # fetched, unchanged, gone, deferred, failed, disallowed, reserved, refused
    status: int | None
    reason: str | None
    attempts: int  # in a row, without success, this one included
    next_attempt_at: datetime | None
    etag: str | None
    last_modified: str | None
    content_type: str | None
    robots_rule: str | None
    rights: str | None  # the reservation found, as stated
    payload_hash: str | None  # of the decoded body
    payload_bytes: int | None
    segment_id: str | None
    record_offset: int | None
    record_length: int | None
    seconds: float | None
    run_id: str


@dataclass(frozen=True, slots=True)
class DatelineRow:
    """One dateline of an article, in the order of the text."""

    raw: str
    places: list[str]
    date_text: str | None
    day: date | None
    precision: str | None
    basis: str | None
    source_tags: list[str]
    info_sources: list[str]
    byline: str | None
    rule: str
    confidence: float
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One candidate for one field."""

    field: str
    value: str
    basis: str
    chosen: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """The wide row: every parsed field of one state of an article. Key: article, record_hash."""

    url: str
    canonical_url: str | None
    headline: str
    subheadline: str | None
    abstract: str | None
    byline: str | None
    authors: list[str]
    body: str
    body_extent: str
    word_count: int
    dateline: str | None
    located: str | None
    located_all: list[str]
    dateline_date: date | None
    dateline_date_text: str | None
    dateline_date_precision: str | None
    dateline_date_basis: str | None
    datelines: list[DatelineRow]
    source_tag: str | None
    info_source: str | None
    is_wire_copy: bool | None
    credit_text: str | None
    date_published: date | None
    published_at: datetime | None
    date_published_text: str | None
    date_published_precision: str | None
    date_published_basis: str | None
    date_modified: date | None
    modified_at: datetime | None
    date_modified_text: str | None
    language: str | None
    keywords: list[str]
    article_section: str | None
    image_url: str | None
    publisher: str | None
    copyright_notice: str | None
    is_accessible_for_free: bool | None
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of one item of one page. Key: fetch_id, item, reader."""

    fetch_id: str
    source_id: str
    url_key: str
    item: int
    final_key: str | None  # the fetch's, repeated so that identity needs no join
    canonical_key: str | None  # only where same site and article pattern allow it to be believed
    observed_at: datetime
    read_at: datetime
    reader: str
    record_hash: str | None  # None for a reject
    content_hash: str | None  # over the normalised text
    opening_hash: str | None  # over its first words: a cut text has the opening of the whole one
    headline_hash: str | None  # pages that claim one canonical address are one article only if this agrees
    word_count: int
    body_extent: str | None
    reject_reason: str | None
    reject_message: str | None
    evidence: list[EvidenceRow]
    text: Text | None
    layout: str | None = None  # of the page around the text; None in files of older versions, which had none


@dataclass(frozen=True, slots=True)
class Segment:
    """A WARC file and its state. Key: segment_id; the row with the latest `noted_at` holds."""

    segment_id: str
    source_id: str
    file: str  # relative to the archive folder
    state: str  # open, sealed
    size: int
    digest: str | None  # sha256 of a sealed file
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A pass over a source. Key: run_id; the row with the latest `noted_at` holds."""

    run_id: str
    source_id: str
    kind: str  # ingest, backfill, import, reparse
    state: str  # running, completed, failed, cancelled, interrupted (killed, as the next run says)
    started_at: datetime
    noted_at: datetime
    ended_at: datetime | None
    flow_run_id: str | None
    found: int
    requests: int
    fetched: int
    unchanged: int
    articles: int
    rejected: int
    failed: int
    deferred: int
    message: str | None
    first_day: date | None = None  # of those that a backfill was asked for
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An outlet as its TOML file describes it. Key: source_id; the row with the latest `noted_at` holds."""

    source_id: str
    name: str
    home: str
    language: str | None
    timezone: str
    info_source: str | None
    definition_hash: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class FilledShare:
    """The least share of an outlet's articles that have a field."""

    field: str
    share: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is normal for an outlet, as its file says it. Key: source_id, definition_hash; the latest `noted_at` holds."""

    source_id: str
    definition_hash: str
    noted_at: datetime
    silence_days: float | None
    per: str  # day, week, month: what the two counts of articles are of
    articles_min: int | None
    articles_max: int | None
    filled: list[FilledShare]
    rejected_max: float | None  # share of pages that are no article
    words_min: int | None  # limits of the usual length, which is the median
    words_max: int | None
    judge_layout: bool
    judge_history: bool
    lookback_days: float


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What must stay gone. Key: url_key (or source_id alone), withdrawn_at."""

    source_id: str
    url_key: str | None
    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class Agency:
    """The name of an agency. Key: info_source; the row with the latest `noted_at` holds."""

    info_source: str
    name: str
    kind: str | None
    noted_at: datetime


Row = Found | Sighted | Listed | Fetched | Reading | Segment | Run | Source | Agency | Expectation | Withdrawal
