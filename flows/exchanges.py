"""Requests as the archive and the ledger keep them: exchange → capture → row of `fetches`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.fetching import Exchange
from flows.readings import may_be_article
from parsers import urls
from parsers.records import Hints, Page, Profile
from warehouse import rows
from warehouse.archive.captures import Capture, Location, payload_hash
from warehouse.due import Known

LAST_RETRY = timedelta(days=1)
"""A failed address is tried again after some time, then after twice as long each time, up to a day."""

GONE_AFTER = 3
"""Looks in a row that find nothing (404, or a redirect to the home page) before an address counts as gone; 410 says so at once."""


@dataclass(frozen=True, slots=True)
class Persistence:
    """How soon an address that failed is tried again, and whether it is at all where it was not found (404)."""

    first_retry: timedelta
    seeks: bool


NEWS = Persistence(timedelta(minutes=15), seeks=True)
PAST = Persistence(timedelta(hours=1), seeks=False)
"""What an archive lists and has not is gone, and a page of years ago does not come back within minutes."""

NOWHERE = "soft_404"
"""The reason of an address that leads to the home page: an outlet says so that a page is not there, or is down for a while."""

APART = timedelta(hours=1)
"""So long after the look before is the one by which such an address is gone: a site that is being mended leads home, too."""

UNSUCCESSFUL = frozenset({"failed", "deferred", "gone"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who makes a request: a run of a source whose pages have this profile."""

    source_id: str
    run_id: str
    profile: Profile


def capture(
    exchange: Exchange,
    asker: Asker,
    url_key: str,
    role: str,
    *,
    hints: Hints | None = None,
    unit: str | None = None,
    finder: str | None = None,
    known_payload: str | None = None,
    failures: int = 0,
    was_absent: bool = False,
    persistence: Persistence = NEWS,
) -> Capture:
    """What came of a request, with all that is needed to parse it again and to write its row again.

    `known_payload` is the hash of the body we have; a second time the same is `unchanged`. `failures` is how many
    attempts in a row had failed before this one, and `was_absent` whether the last of them found nothing.
    """
    exchange = _gone(exchange, failures, was_absent, persistence)
    digest = payload_hash(exchange.body) if exchange.outcome == "fetched" else None
    final_key = _final_key(exchange, url_key, asker.profile)
    # The same page at another address is news: only a reading ties the two addresses to one article.
    repeated = digest is not None and digest == known_payload and (final_key is None or role == "listing")
    attempts = failures + 1 if exchange.outcome in UNSUCCESSFUL else 0
    return Capture(
        fetch_id=exchange.fetch_id,
        source_id=asker.source_id,
        url_key=url_key,
        role=role,
        requested_url=exchange.requested_url,
        observed_at=exchange.observed_at,
        outcome="unchanged" if repeated else exchange.outcome,
        run_id=asker.run_id,
        final_url=exchange.final_url,
        final_key=final_key,
        redirects=exchange.hops,
        status=exchange.status,
        status_line=exchange.status_line,
        headers=exchange.headers,
        wire=exchange.wire,
        content_encoding=exchange.content_encoding,
        content_type=exchange.content_type,
        reason="same_payload" if repeated else exchange.reason,
        message=exchange.message,
        attempts=attempts,
        next_attempt_at=exchange.next_attempt_at or _next_attempt(exchange, attempts, persistence.first_retry),
        etag=exchange.etag,
        last_modified=exchange.last_modified,
        robots_rule=exchange.robots_rule,
        rights=exchange.rights,
        payload_hash=digest,
        payload_bytes=len(exchange.body) if digest else None,
        seconds=exchange.seconds,
        unit=unit,
        finder=finder,
        hints=hints or Hints(),
    )


def page(capture: Capture, body: bytes | None = None) -> Page:
    """The capture as the parsers take it; raises warehouse.coding.BadCoding where its body cannot be decoded, and is not given."""
    return Page(
        content=capture.body if body is None else body,
        url=capture.final_url or capture.requested_url,
        content_type=capture.content_type,
        observed_at=capture.observed_at,
        hints=capture.hints,
    )


def row(capture: Capture, location: Location | None) -> rows.Fetched:
    """The capture as the table `fetches` keeps it."""
    return rows.Fetched(
        fetch_id=capture.fetch_id,
        source_id=capture.source_id,
        url_key=capture.url_key,
        role=capture.role,
        requested_url=capture.requested_url,
        final_url=capture.final_url,
        final_key=capture.final_key,
        origin=capture.origin,
        observed_at=capture.observed_at,
        outcome=capture.outcome,
        status=capture.status,
        reason=capture.reason,
        attempts=capture.attempts,
        next_attempt_at=capture.next_attempt_at,
        etag=capture.etag,
        last_modified=capture.last_modified,
        content_type=capture.content_type,
        robots_rule=capture.robots_rule,
        rights=capture.rights,
        payload_hash=capture.payload_hash,
        payload_bytes=capture.payload_bytes,
        segment_id=location.segment_id if location else None,
        record_offset=location.offset if location else None,
        record_length=location.length if location else None,
        seconds=capture.seconds,
        run_id=capture.run_id,
    )


def without_validators(fetched: rows.Fetched) -> rows.Fetched:
    """The row as if the outlet had sent no validators, so that the next request is unconditional."""
    return replace(fetched, etag=None, last_modified=None, payload_hash=None)


def was_absent(known: Known | None, now: datetime) -> bool:
    """Whether the last look at an address found nothing, so that another one may settle that it is gone."""
    if known is None or known.last_asked_at is None:
        return False
    return known.status == 404 or (known.reason == NOWHERE and now - known.last_asked_at >= APART)


def _gone(exchange: Exchange, failures: int, was_absent: bool, persistence: Persistence) -> Exchange:
    """The exchange as it is, or as `gone` where an address was not found again and again."""
    at_once = exchange.status == 404 and not persistence.seeks
    is_absent = exchange.status == 404 or exchange.reason == NOWHERE
    is_over = at_once or (is_absent and was_absent and failures + 1 >= GONE_AFTER)
    return replace(exchange, outcome="gone") if is_over and exchange.outcome == "failed" else exchange


def _next_attempt(exchange: Exchange, attempts: int, first_retry: timedelta) -> datetime | None:
    if exchange.outcome != "failed":
        return None
    doubled: timedelta = first_retry * 2 ** min(attempts - 1, 10)
    return exchange.observed_at + min(doubled, LAST_RETRY)


def _final_key(exchange: Exchange, url_key: str, profile: Profile) -> str | None:
    """Key of the address a request ended at, where that may be the article: a home page or another site is not.

    It is another one than the requested one's after a redirect, or where an earlier rule has made `url_key`.
    """
    final = exchange.final_url or exchange.requested_url
    try:
        key = urls.key(final)
        is_another = key != url_key and urls.same_site(final, exchange.requested_url)
    except ValueError:
        return None
    return key if is_another and may_be_article(final, profile) else None
