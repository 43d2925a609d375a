"""The steps that ingest, backfill and import share, as plain functions over a Run.

    recover → discover → batches → work (fetch, archive, parse, spool) → load

Nothing here knows Prefect; flows/ingest.py puts its decorators around `work`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from urllib.parse import urlsplit

from flows import exchanges, renaming, telling, waiting
from flows.collecting import Parsing, collect, recover, recover_former
from flows.crowd import Crowd
from flows.discovery.polling import Polling
from flows.due_addresses import Address, due_addresses
from flows.fetching import Exchange
from flows.opening import opened
from flows.progress import Event, tell
from flows.run import Run, now
from flows.sources import SourceDefinition
from flows.tally import Tally
from flows.wayback import mementos
from flows.workspace import Workspace
from warehouse.archive.captures import Capture, Location
from warehouse.due import Known

BATCH = 50
"""Addresses a batch: one spool file and, under Prefect, one task run; it bounds memory and the work a kill undoes."""


def ingest(
    workspace: Workspace,
    source: SourceDefinition,
    *,
    flow_run_id: str | None = None,
    wait: bool = False,
    polling: Polling = "usual",
    do: Callable[[Run, list[Address]], None] | None = None,
) -> Tally:
    """One pass over a source; what it did, counted. `do` works a batch, and is `work` unless a flow wraps it.

    `polling` says which finders are asked: those that are due, as a schedule wants it, or all of them.
    """
    renaming.check(workspace, source)
    recover_former(workspace, source, wait=wait)
    with opened(workspace, source, "ingest", flow_run_id=flow_run_id, wait=wait, polling=polling) as run:
        recover(run)
        for batch in batches(run):
            (do or work)(run, batch)
        return run.tally


def batches(run: Run, addresses: Iterable[Address] | None = None, size: int = BATCH) -> Iterator[list[Address]]:
    """Addresses that are due, a batch at a time; whatever was found on the way is on the disk before its batch is asked."""
    queue: dict[str, Address] = {}
    for address in due_addresses(run) if addresses is None else addresses:
        queue[address.mark] = address
        if len(queue) >= size:
            run.flush()
            yield list(queue.values())
            queue = {}
    run.flush()
    if queue:
        yield list(queue.values())
    settle(run)


def work(run: Run, batch: list[Address]) -> None:
    """Fetch, archive and parse a batch, and leave it as a spool file; pages of slow hosts may come with a later one."""
    take(run, batch)
    run.flush()


def take(run: Run, batch: list[Address]) -> None:
    """Fetch, archive and parse a batch, and note what came of it for the next spool file."""
    tell(Event("planned", "", len(batch)))
    by_host: dict[str, list[Address]] = defaultdict(list)
    for address in batch:
        run.in_hand.add(address.url_key)
        by_host[urlsplit(address.memento or address.url).netloc.lower()].append(address)
    for host, addresses in by_host.items():
        crowd(run).add(host, addresses)
    for pages in crowd(run).results():
        collect(run, list(chain.from_iterable(pages)))


def settle(run: Run) -> None:
    """Wait for the pages of slow hosts that are still under way, and spool them."""
    for pages in crowd(run).results(to_the_last=True):
        collect(run, list(chain.from_iterable(pages)))
    run.flush()


def crowd(run: Run) -> Crowd[Address, list[Parsing]]:
    """The threads that ask for the run's addresses, started with its first batch and ended with it."""
    if run.crowd is None:
        run.crowd = run.held.enter_context(Crowd(partial(ask, run)))
        run.held.callback(run.stopping.set)
    threads: Crowd[Address, list[Parsing]] = run.crowd
    return threads


def ask(run: Run, address: Address) -> list[Parsing]:
    """Ask for one address: nothing to parse, its page, or its page and the stored one that must be read anew."""
    known = address.known
    exchange, capture = mementos.asked(run, address) if address.memento else _asked(run, address)
    run.tally.count(capture.outcome)
    tell(telling.asked(address.url, capture))
    if exchange.was_put_off:
        run.put_off[exchange.message or ""] += 1
        return []  # its host rests: of the address itself nothing new is known, and the next pass comes to it again
    if capture.origin == "live":
        run.teasers.asked(capture)
    fetched = exchanges.row(capture, run.archived(capture, exchange.requests))
    if not capture.is_page:
        run.note(fetched)
        run.in_hand.discard(address.url_key)
        return []
    body = exchange.body if capture.origin == "live" else None
    return [Parsing(capture, fetched, run.parse(capture, body)), *_read_anew(run, known)]


def _asked(run: Run, address: Address) -> tuple[Exchange, Capture]:
    """Ask the outlet for an address, conditionally where it was fetched before."""
    known = address.known
    exchange = waiting.get(
        run,
        address.url,
        etag=known.etag if known else None,
        last_modified=known.last_modified if known else None,
    )
    return exchange, exchanges.capture(
        exchange,
        run.asker,
        address.url_key,
        "article",
        hints=address.hints,
        unit=address.unit,
        finder=address.finder,
        known_payload=known.payload_hash if known else None,
        failures=known.attempts if known else 0,
        was_absent=exchanges.was_absent(known, now()),
        persistence=exchanges.PAST if run.window.whole else exchanges.NEWS,
    )


def _read_anew(run: Run, known: Known | None) -> Iterator[Parsing]:
    """The stored capture of a changed page that another reader read: only one reader's readings can be compared."""
    if known is None or known.reader in (None, run.reader):
        return
    stored = run.archive.stored(known)
    if stored is not None and known.segment_id and known.record_offset is not None and known.record_length is not None:
        location = Location(known.segment_id, known.record_offset, known.record_length)
        yield Parsing(stored, exchanges.row(stored, location), run.parse(stored))
