"""Requests for listings: each asked politely and conditionally, archived, and followed to where it has moved for good."""

from __future__ import annotations

from flows import exchanges, waiting
from flows.discovery import Listing, ListingKind
from flows.discovery.walk import READ
from flows.fetching import Exchange
from flows.fetching.addresses import place
from flows.listings.polls import MOVES, last_answer, moved_to
from flows.progress import Event, tell
from flows.run import Run
from parsers import urls
from warehouse.answers import Validators
from warehouse.archive.captures import Capture


def get(run: Run, url: str, kind: ListingKind) -> Listing:
    """Fetch one listing, conditionally where it was fetched before, and where it has moved to if it has moved for good."""
    stored = _stored(run, url) if kind in MOVES or run.window.whole else None
    before = stored if kind in MOVES else None
    validators = Validators() if run.window.whole and stored is None else _validators(run, url)
    moved = moved_to(before, url)
    capture, body = _ask(run, url, moved or url, kind, before, validators)
    if moved and capture.outcome not in READ:
        capture, body = _ask(run, url, url, kind, before, validators)  # it may have come back
    elif moved and urls.key(moved) != urls.key(url):
        tell(Event("note", f"The {kind} {url} has moved for good to {moved}: write that into {run.source.path.name}."))
    if run.window.whole and capture.outcome == "unchanged" and stored is not None:
        return _read_again(url, stored)
    return Listing(
        url=url,
        final_url=capture.final_url or url,
        outcome=capture.outcome,
        reason=capture.reason,
        status=capture.status,
        content=body,
        content_type=capture.content_type,
    )


def note_answers(run: Run, *, but: str | None = None) -> None:
    """Note the requests of listings; of `but`, which turned out to be none, so that it brings no 304 the next time."""
    taken, run.answers = run.answers, []
    none = urls.key(but) if but else None
    for answer in taken:
        if answer.url_key != none or answer.outcome not in READ:
            run.note(answer)
        else:
            run.correct(exchanges.without_validators(answer))


def _read_again(url: str, stored: Capture) -> Listing:
    """A listing that is as it was, out of the archive: an earlier run may have left what it lists of other days."""
    return Listing(
        url=url,
        final_url=stored.final_url or url,
        outcome="fetched",
        reason="unchanged",
        status=stored.status,
        content=stored.body,
        content_type=stored.content_type,
    )


def _stored(run: Run, url: str) -> Capture | None:
    """The last listing that came from an address, out of the archive."""
    return last_answer(run.workspace.folders, run.ledger, run.source.source_id, url)


def _ask(
    run: Run, url: str, asked: str, kind: ListingKind, before: Capture | None, validators: Validators
) -> tuple[Capture, bytes]:
    """Ask for a listing at one of its addresses; archive what comes and note the request under the listing's own key."""
    key = urls.key(url)
    sent_by_it = before is None or (before.final_url or before.requested_url) == asked
    exchange = waiting.get(
        run,
        asked,
        etag=validators.etag if sent_by_it else None,
        last_modified=validators.last_modified if sent_by_it else None,
        expect=kind,
    )
    capture = exchanges.capture(exchange, run.asker, key, "listing", known_payload=validators.payload_hash)
    if exchange.message:
        run.refusals[url] = exchange.message + _way_out(run, asked, exchange)
    if exchange.was_put_off:
        run.listings_put_off[exchange.message or "Its host rests."] += 1
        run.rests.add(url)
        return capture, b""  # nothing was sent, so there is no request to note
    location = run.archived(capture, exchange.requests)
    run.listed.append(location)
    run.answers.append(exchanges.row(capture, location))
    return capture, exchange.body


def _validators(run: Run, url: str) -> Validators:
    """Of a listing, under whatever rule its key was made."""
    found = (run.ledger.listings.validators(key) for key in (urls.key(url), *urls.former_keys(url)))
    return next((validators for validators in found if validators.asked_at), Validators())


def _way_out(run: Run, asked: str, exchange: Exchange) -> str:
    """What a person may do about a listing that must not be asked; nothing where only time can help."""
    if exchange.reason != "ssrf":
        return ""
    return f' If it is yours, write allow = ["{place(exchange.final_url or asked)}"] under [access] in {run.source.path.name}.'
