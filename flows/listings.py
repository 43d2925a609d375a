"""Discovery inside a run: walks the source's finders, fetches their listings politely, and notes what was listed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flows import exchanges
from flows.discovery import Candidate, Listing, ListingKind, Unit, find_all
from flows.progress import Event, tell
from flows.run import Run, now
from parsers import urls
from warehouse import rows

BAD = ("failed", "gone", "deferred", "disallowed", "reserved", "refused")
"""Outcomes of a listing that leave its unit unread."""


def units(run: Run) -> Iterator[Unit]:
    """Every unit that the source's finders list in the run's window, each as soon as it is read."""
    for unit in find_all(run.source, run.window, partial(get, run), run.ledger.knows):
        _tell(run, unit)
        yield unit


def get(run: Run, url: str, kind: ListingKind) -> Listing:
    """Fetch one listing, conditionally where it was fetched before; archive it and note the request."""
    key = urls.key(url)
    validators = run.ledger.validators(key)
    exchange = run.fetcher.get(url, etag=validators.etag, last_modified=validators.last_modified, expect=kind)
    capture = exchanges.capture(
        exchange,
        source_id=run.source.source_id,
        url_key=key,
        role="listing",
        run_id=run.run_id,
        profile=run.source.profile,
        known_payload=validators.payload_hash,
    )
    location = run.archived(capture)
    run.listed.append(location)
    run.note(exchanges.row(capture, location))
    return Listing(
        url=url,
        final_url=exchange.final_url or url,
        outcome=capture.outcome,
        reason=capture.reason,
        status=exchange.status,
        content=exchange.body,
        content_type=exchange.content_type,
    )


def row(run: Run, unit: Unit, new: int) -> rows.Listed:
    """The unit as the table `units` keeps it."""
    return rows.Listed(
        source_id=run.source.source_id,
        finder=unit.finder,
        unit=unit.unit,
        url=unit.url,
        first_day=unit.first_day,
        last_day=unit.last_day,
        listed_at=now(),
        whole=unit.whole,
        outcome=unit.outcome,
        reason=unit.reason,
        digest=unit.digest,
        links=unit.links,
        new_links=new,
        undated=unit.undated,
        run_id=run.run_id,
    )


def found(run: Run, candidate: Candidate) -> rows.Found:
    """A candidate at its first sight."""
    return rows.Found(
        source_id=run.source.source_id,
        url_key=candidate.url_key,
        url_rule=urls.RULE,
        url=candidate.url,
        finder=candidate.finder,
        unit=candidate.unit,
        day=candidate.day,
        day_basis=candidate.day_basis,
        title=candidate.hints.title,
        published=candidate.hints.published,
        published_basis=candidate.hints.published_basis,
        modified=candidate.hints.modified,
        found_at=now(),
        run_id=run.run_id,
    )


def _tell(run: Run, unit: Unit) -> None:
    run.tally.older += unit.outside
    if unit.outcome in BAD:
        run.tally.listings_failed += 1
        tell(Event("warning", f"The {unit.finder} {unit.url} could not be read ({unit.reason or unit.outcome})."))
    else:
        tell(Event("unit", f"{unit.finder} {unit.unit}: {len(unit.candidates)} addresses"))
    for note in unit.notes:
        tell(Event("note", note))
