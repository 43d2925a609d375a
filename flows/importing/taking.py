"""Pages on their way into one open run: those that are new are read, archived and noted; every other is counted.

A page is parsed before it is archived: should the run be killed, it still lies in the file it came from. What was archived
and not spooled, the next run recovers; what the ledger mentions is never taken twice.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from flows import exchanges, readings, sights
from flows.held import file_at
from flows.importing import capturing
from flows.importing.claims import Claims, place_of
from flows.importing.kept import repeated
from flows.importing.linking import Linking
from flows.importing.records import Arrival, Listed, Options, Report
from flows.importing.spans import Span
from flows.importing.warcs import WarcFile
from flows.loading import load
from flows.pool import Parsed
from flows.run import Run, now
from parsers.records import Page, Rejected
from warehouse import rows
from warehouse.archive.captures import Capture
from warehouse.archive.foreign import Head

BATCH = 200
"""Pages a batch, which are looked up together and lie in memory until they are read."""

BATCH_BYTES = 48 * 1024 * 1024
"""Bytes of pages after which a batch is full, however few they are."""

SPOOLED_AFTER = 1_000
"""Pages a spool file: most of what loading one costs is the same for few pages and for many."""

SPOOLED_AFTER_BYTES = 8 * BATCH_BYTES
"""Bytes of pages after which a spool file is written, however few they are: their texts wait in memory."""

LOADED_AFTER = 20_000
"""Pages after which what was spooled is loaded, so that a long import does not fill the spool."""

Offered = tuple[str, str, Arrival]
"""The name of a request, the key of its address, and its page."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page that is with the parse processes."""

    capture: Capture
    arrival: Arrival
    begun_at: datetime  # before it was read: what the address says is known first
    result: Future[Parsed]


class Taking:
    """One open run that takes what it is offered, a batch at a time; `finish` at the end."""

    def __init__(self, run: Run, report: Report, options: Options = Options()) -> None:  # noqa: B008  (frozen)
        self._run = run
        self._report = report
        self._span = Span(options.first_day, options.last_day)
        self._offered: list[Offered] = []
        self._reading: list[Reading] = []
        self._in_hand: set[str] = set()  # fetch ids of pages that no row mentions yet
        self._linking = Linking(run) if options.link else None
        self._offered_bytes = 0
        self._since_load = 0
        self._unspooled = 0  # pages
        self._unspooled_bytes = 0

    def offer(self, arrival: Arrival) -> None:
        """Take a page, now or with the batch that it fills."""
        name = capturing.fetch_id(self._run.source.source_id, arrival)
        self._offered.append((name, capturing.known_key(self._run.ledger, arrival.url), arrival))
        self._offered_bytes += len(arrival.body)
        if len(self._offered) >= BATCH or self._offered_bytes >= BATCH_BYTES:
            self._take_offered()

    def kept(self, head: Head) -> Arrival | None:
        """The page that a record repeats, where the archive has it."""
        return repeated(self._run.workspace.folders, self._run.ledger, self._run.source.source_id, head)

    def enlist(self, item: Listed) -> None:
        """Note an address of a list unless it is known; ingest and backfill fetch it."""
        run = self._run
        key = capturing.known_key(run.ledger, item.url)
        if run.ledger.withdrawn([key]):
            self._report.withdrawn += 1
        elif run.ledger.knows(key):
            self._report.listed_known += 1
        else:
            self._report.listed += 1
            run.tally.found += 1
            day = item.day
            run.note(sights.found(run, key, item.url, "list", hints=item.hints, at=now(), listed_day=day))
            if len(run.pending) >= SPOOLED_AFTER:
                run.flush()

    def finish(self) -> None:
        """Take what was offered and wait for all that is being read; the run's end spools the last of it."""
        self._take_offered()
        self._collect([])

    def _take_offered(self) -> None:
        """Hand the new ones of a batch to the parse processes, and note the batch before it meanwhile."""
        offered, self._offered, self._offered_bytes = self._offered, [], 0
        new = list(self._new_of(offered))
        timeless = [key for _, key, arrival in new if capturing.is_timeless(arrival)]
        known = self._run.ledger.known(timeless)
        begun = []
        for name, key, arrival in new:
            self._in_hand.add(name)
            moment = capturing.observed_at(arrival, key, known)
            capture = capturing.capture(self._run, name, key, arrival, moment)
            page = Page(arrival.body, arrival.url, arrival.content_type, moment, arrival.hints)
            begun.append(Reading(capture, arrival, now(), self._run.pool.submit(page, self._run.source.profile)))
        self._collect(begun)

    def _new_of(self, offered: list[Offered]) -> list[Offered]:
        """Those that are to be read; the others are counted."""
        ledger, report, pattern = self._run.ledger, self._report, self._run.source.profile.url_pattern
        fresh = ledger.unmentioned({name for name, _, _ in offered} - self._in_hand) if offered else set()
        new: dict[str, Offered] = {}
        for name, key, arrival in offered:
            if ledger.withdrawn([key]):
                report.withdrawn += 1
            elif name not in fresh or name in new:
                report.known += 1
            elif not self._span.leaves_out(arrival.url, pattern, report.outside):
                new[name] = (name, key, arrival)
        return list(new.values())

    def _collect(self, begun: list[Reading]) -> None:
        """Note the pages of the batch before, and let the new batch be read meanwhile."""
        waiting, self._reading = self._reading, begun
        if not waiting:
            return
        results = [result for reading in waiting if self._take(reading, result := reading.result.result())]
        self._run.note(*readings.named_agencies(results, now()))
        self._in_hand.difference_update(reading.capture.fetch_id for reading in waiting)
        self._unspooled += len(waiting)
        self._unspooled_bytes += sum(len(reading.arrival.body) for reading in waiting)
        if self._unspooled >= SPOOLED_AFTER or self._unspooled_bytes >= SPOOLED_AFTER_BYTES:
            self._spool()

    def _spool(self) -> None:
        """Leave what was noted as a spool file, and load where many pages were spooled."""
        self._run.flush()
        self._since_load += self._unspooled
        self._unspooled = self._unspooled_bytes = 0
        if self._since_load >= LOADED_AFTER:
            self._since_load = 0
            if load(self._run.workspace, feeds_search=False):
                self._run.renew_ledger()

    def _take(self, reading: Reading, result: Parsed) -> bool:
        """Archive and note a page that was read; whether it is wanted."""
        run, capture, report = self._run, reading.capture, self._report
        profile = run.source.profile
        if self._span.leaves_out_read(result, capture.requested_url, profile.url_pattern, report.outside):
            return False
        read = readings.rows(capture, result, profile=profile, reader=run.reader, read_at=now())
        if run.ledger.withdrawn(key for row in read for key in (row.url_key, row.final_key, row.canonical_key)):
            report.withdrawn += 1
            return False
        fetched = self._archived(capture, reading.arrival)
        if not run.ledger.knows(capture.url_key):
            run.tally.found += 1
            run.note(sights.of_page(run, capture, reading.begun_at))
        run.note(fetched, *read)
        self._count(result)
        return True

    def _archived(self, capture: Capture, arrival: Arrival) -> rows.Fetched:
        """The row of a page that was archived: in place where files are linked and this one can be, else copied."""
        if self._linking and arrival.may_be_linked:
            capture = self._linking.linked(capture)
            return exchanges.row(capture, self._run.archived(capture, 0))
        return exchanges.row(capture, self._run.archived(capture, 0, arrival.copied))

    def _count(self, result: Parsed) -> None:
        self._run.tally.count("fetched")
        self._run.tally.parsed(result)
        self._report.taken += 1
        if isinstance(result, Rejected):
            self._report.rejected[result.reason] += 1
        else:
            self._report.articles += len(result)


def take(
    run: Run,
    path: Path,
    *,
    origin: Literal["warc", "import"] = "warc",
    options: Options = Options(),  # noqa: B008  (frozen)
    report: Report | None = None,
    told: Callable[[int], None] = lambda place: None,
) -> Report:
    """Import the pages of one WARC file that the open run's source claims; what was found and done.

    Only new pages are taken, so that the same call goes on where it was stopped. Raises OSError where the file cannot be
    read; damaged spots are in the report. `told` hears how many bytes of the file were read.
    """
    report = report or Report()
    claims = Claims([run.source], options)
    taking = Taking(run, report, options)

    def wanted(url: str) -> bool:
        """Whether the source claims an address."""
        claimed = claims.concerns(url) and claims.source_of(url, report) is not None
        if not claimed:
            report.count(report.unclaimed, place_of(url))
        return claimed

    report.files += 1
    file = WarcFile(file_at(path), wanted, report, told, kept=taking.kept)
    for arrival in file.arrivals():
        report.pages += 1
        report.sources[run.source.source_id] += 1
        report.count(report.hosts, place_of(arrival.url))
        taking.offer(arrival if origin == arrival.origin else replace(arrival, origin=origin))
    taking.finish()
    run.flush()
    return report
