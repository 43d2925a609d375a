"""What came of one request: a value with a named outcome, whatever happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["fetched", "unchanged", "gone", "deferred", "failed", "disallowed", "reserved", "refused"]
Expected = Literal["page", "feed", "sitemap", "robots", "captures", "file"]
"""What is expected at an address: `page` must be text, feeds and sitemaps may be gzip files, `captures` (the index of an
archive) and `robots` may be empty, and a `file` may be anything, or a range of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects and retries included."""

    seconds: float = 60.0  # of work with the network; waiting for a turn or between two attempts does not count
    connect_seconds: float = 10.0
    wire_bytes: int = 20_000_000
    decoded_bytes: int = 50_000_000
    ratio: int = 200  # decoded bytes for each byte of the wire, above the first million
    header_bytes: int = 256_000
    redirects: int = 10
    attempts: int = 3
    backoff: float = 0.5  # seconds before the first retry, doubled each time, with jitter
    wait: float = 10.0  # the longest Retry-After that is waited for; a longer one defers the address


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it; times are UTC."""

    fetch_id: str
    requested_url: str
    observed_at: datetime
    outcome: Outcome
    reason: str | None = None  # a code: too_slow, too_large, cut_short, ssrf, robots, status_404, …
    message: str | None = None  # the same as a sentence
    final_url: str | None = None
    hops: tuple[tuple[int, str], ...] = ()  # status and address of every redirect
    status: int | None = None
    status_line: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # as sent, in their order, without cookies
    wire: bytes = b""  # the body as the wire carried it
    body: bytes = b""  # the body with its content coding undone
    content_encoding: str | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    seconds: float = 0.0
    next_attempt_at: datetime | None = None
    robots_rule: str | None = None
    rights: str | None = None  # the reservation of rights that was found, "none" where there is none
    requests: int = 0  # sent for it, redirects and retries included and robots.txt not; 0: nothing was sent

    @property
    def was_put_off(self) -> bool:
        """Whether it was not asked because its host rests: nothing was sent, and nothing new is known of it."""
        return self.outcome == "deferred" and not self.requests


class Failure(Exception):
    """An attempt that came to nothing; never leaves this package. `retry` says whether another try may help."""

    def __init__(self, reason: str, message: str, *, retry: bool = False, refused: bool = False) -> None:
        super().__init__(message)
        self.reason, self.retry, self.refused = reason, retry, refused


class Resting(Failure):
    """An archive wants to be left alone: it refused a connection, which says nothing of the address that was asked for."""
