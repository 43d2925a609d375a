"""What the ledger answers, where that is more than a word or a known address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request for a listing sends."""

    etag: str | None = None
    last_modified: str | None = None
    payload_hash: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The last look at a unit."""

    listed_at: datetime
    whole: bool
    outcome: str
    digest: str | None
    links: int


@dataclass(frozen=True, slots=True)
class Extents:
    """How whole pages were: addresses that were whole once, and of the latest articles how many were not."""

    whole: int
    excerpts: int
    articles: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A memento that was asked for."""

    url: str  # the address of the memento
    observed_at: datetime  # when it was captured, of one that came
    outcome: str
    attempts: int  # in a row, without success
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Archived:
    """What archives were asked of one address, and which finder showed it first."""

    finder: str | None = None
    asked: tuple[Asked, ...] = ()  # the earliest request first


@dataclass(frozen=True, slots=True)
class Levels:
    """What is known of some days, and what is usual of this source."""

    days: list[date]  # those that a listing was read of, or an address is known of
    a_day: float | None  # addresses of a day; None where none is known
    page_bytes: float | None  # of a page in the archive
    answer_seconds: float | None  # until the outlet has answered with a page
