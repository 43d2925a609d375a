"""Arrivals as the archive and the ledger keep them: their names, their addresses, and their moments."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from flows.importing.records import Arrival
from flows.run import Run, now
from parsers import urls
from warehouse.archive.captures import Capture, Taken, payload_hash
from warehouse.ledger import Known, Ledger

EARLIEST = datetime(1991, 8, 6)  # noqa: DTZ001  (naive UTC, as every time here; the first page of the web)
BEFORE = timedelta(seconds=1)
"""How long before the first live look a page counts as shown whose time nobody knows."""


def fetch_id(source_id: str, arrival: Arrival) -> str:
    """A name that the same record always gets in the same source, so that it is taken once."""
    own = arrival.record_id or hashlib.sha256(arrival.body).hexdigest()
    said = "\n".join((source_id, own, arrival.url, arrival.observed_at.isoformat() if arrival.observed_at else ""))
    return str(uuid.UUID(bytes=hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()))


def known_key(ledger: Ledger, url: str) -> str:
    """The key an address is stored under: the one an earlier rule gave it where the ledger knows it by that."""
    key, *former = names(url)
    if not former or ledger.knows(key):
        return key
    return next(filter(ledger.knows, former), key)


@lru_cache(maxsize=4096)
def names(url: str) -> tuple[str, ...]:
    """The key of an address by today's rule, and those by earlier rules; ValueError where it is none."""
    return urls.key(url), *urls.former_keys(url)


def is_timeless(arrival: Arrival) -> bool:
    """Whether nothing credible says when a page was captured."""
    return arrival.observed_at is None or arrival.observed_at < EARLIEST


def observed_at(arrival: Arrival, key: str, known: Mapping[str, Known]) -> datetime:
    """When the outlet showed a page: as its file says, never in the future.

    Where it says nothing, when the file was last changed, and before every live look at the address.
    """
    if arrival.observed_at is not None and not is_timeless(arrival):
        return min(arrival.observed_at, now())
    moment = min(arrival.changed_at or now(), now())
    first = known[key].first_seen_at if key in known else None
    return min(moment, first - BEFORE) if first else moment


def capture(run: Run, name: str, key: str, arrival: Arrival, moment: datetime) -> Capture:
    """The page as the archive keeps it."""
    return Capture(
        fetch_id=name,
        source_id=run.source.source_id,
        url_key=key,
        role="article",
        requested_url=arrival.url,
        observed_at=moment,
        outcome="fetched",
        run_id=run.run_id,
        origin=arrival.origin,
        final_url=arrival.url,
        status=arrival.status,
        status_line=arrival.status_line,
        headers=arrival.headers,
        wire=arrival.wire,
        content_encoding=arrival.content_encoding,
        content_type=arrival.content_type,
        reason=arrival.reason,
        attempts=0,
        payload_hash=payload_hash(arrival.body),
        payload_bytes=len(arrival.body),
        finder=arrival.origin,
        hints=arrival.hints,
        taken=Taken(arrival.file, arrival.offset, arrival.record_id, digest=arrival.digest),
    )
