"""What ledger and archive say of a finder: how its looks went, what it answered last, and when it is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.discovery.polling import Poll, Polling, max_age, next_poll
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import patience
from warehouse import archive
from warehouse.archive import Capture, segments
from warehouse.coding import BadCoding
from warehouse.due import Due
from warehouse.folders import Folders
from warehouse.ledger import Ledger

PERMANENT = frozenset({301, 308})
MOVES = frozenset({"feed", "sitemap"})
"""Listings that have one address for ever: where they have moved for good, they are asked there."""


def polls_of(ledger: Ledger, spec: FinderSpec) -> list[Poll]:
    """The looks at a finder's listings, the earliest first; none where its own address was never asked."""
    if spec.kind == "feed":
        return [Poll(*row) for row in ledger.listings.polls("feed", spec.url)]
    if spec.url and spec.kind in ("sitemap", "index") and ledger.listings.last_look(spec.kind, spec.url) is None:
        return []
    return [Poll(*row) for row in ledger.listings.polls(spec.kind)]


def turn(folders: Folders, ledger: Ledger, source: SourceDefinition, spec: FinderSpec, now: datetime) -> Due:
    """When a finder is to be asked again; a list is a file of the user's and costs no request."""
    if spec.kind == "list":
        return Due("now", "costs no request")
    stated = stated_patience(folders, ledger, source, spec)
    return next_poll(polls_of(ledger, spec), source.poll, stated, now)


def is_asked(verdict: Due, polling: Polling) -> bool:
    """Whether a pass asks a finder: what is gone only when told to, what is not due yet unless a schedule asks."""
    if verdict.when == "now" or polling == "now":
        return True
    return polling == "usual" and verdict.reason != "gone"


def stated_patience(folders: Folders, ledger: Ledger, source: SourceDefinition, spec: FinderSpec) -> timedelta | None:
    """How long an outlet asks to be left alone, by what it answered last."""
    if spec.url is None or spec.kind == "template":
        return None
    answer = last_answer(folders, ledger, source.source_id, spec.url)
    if answer is None:
        return None
    asked = _patience_of(answer) if spec.kind == "feed" else None
    return asked or max_age(answer.headers)


def last_answer(folders: Folders, ledger: Ledger, source_id: str, url: str) -> Capture | None:
    """The last listing that came from an address, out of the archive; None where it is not there any more."""
    for key in (urls.key(url), *urls.former_keys(url)):
        known = ledger.listings.last_answer(key)
        if known is not None and known.segment_id is not None and known.record_offset is not None:
            file = segments.file(folders, source_id, known.segment_id)
            try:
                return archive.read(folders, file, known.record_offset) if file else None
            except (archive.NotKept, archive.Damaged):
                return None
    return None


def moved_to(answer: Capture | None, url: str) -> str | None:
    """The address that a listing has moved to for good, as its last answer tells; None while it is where it was."""
    if answer is None:
        return None
    stays = urls.key(answer.requested_url) == urls.key(url)
    moved = bool(answer.redirects) and all(status in PERMANENT for status, _ in answer.redirects)
    target = answer.final_url if moved else url if stays else answer.requested_url
    return target if target and target != url else None


def _patience_of(answer: Capture) -> timedelta | None:
    try:
        return patience(answer.body)
    except BadCoding:
        return None
