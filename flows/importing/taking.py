"""Pages on their way into one open run: those that are new are read, archived and noted; every other is counted.

A page is parsed before it is archived: should the run be killed, it still lies in the file it came from. What was archived
and not spooled, the next run recovers; what the ledger mentions is never taken twice.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from flows import exchanges, readings
from flows.importing.claims import Claims, host_of
from flows.importing.linking import Linking
from flows.importing.records import Arrival, Listed, Options, Report, file_at
from flows.importing.warcs import WarcFile
from flows.pool import Parsed
from flows.progress import Event, tell
from flows.run import Run, load, now
from parsers import urls
from parsers.records import Hints, Page, Rejected
from warehouse import rows
from warehouse.archive.captures import Capture, Taken, payload_hash
from warehouse.ledger import Ledger

BATCH = 200
"""Pages a batch: looked up together, one spool file, and what a kill undoes at most."""

LOADED_AFTER = 20_000
"""Pages after which what was spooled is loaded, so that a long import does not fill the spool."""

BEFORE = timedelta(seconds=1)
"""How long before the first live look a page counts as shown whose time nobody knows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page that is with the parse processes."""

    capture: Capture
    arrival: Arrival
    result: Future[Parsed]


class Taking:
    """One open run that takes what it is offered, a batch at a time; `finish` at the end."""

    def __init__(self, run: Run, report: Report, options: Options = Options()) -> None:  # noqa: B008  (frozen)
        self._run = run
        self._report = report
        self._options = options
        self._offered: list[tuple[str, Arrival]] = []
        self._reading: list[Reading] = []
        self._in_hand: set[str] = set()  # fetch ids of pages that no row mentions yet
        self._linking = Linking(run) if options.link else None
        self._since_load = 0

    def offer(self, arrival: Arrival) -> None:
        """Take a page, now or with the batch that it fills."""
        self._offered.append((fetch_id(self._run.source.source_id, arrival), arrival))
        if len(self._offered) >= BATCH:
            self._take_offered()

    def enlist(self, listed: Iterable[Listed]) -> None:
        """Note the addresses of a list that are not known; they are fetched by ingest and backfill."""
        for item in listed:
            key = known_key(self._run.ledger, item.url)
            if self._run.ledger.withdrawn([key]):
                self._report.withdrawn += 1
            elif self._run.ledger.knows(key):
                self._report.listed_known += 1
            else:
                self._report.listed += 1
                self._note_found(key, item.url, "list", item.day, "listing", item.hints)
        if len(self._run.pending) >= BATCH:
            self._run.flush()

    def finish(self) -> None:
        """Take what was offered and wait for all that is being read."""
        self._take_offered()
        self._collect([])

    def _take_offered(self) -> None:
        """Hand the new ones of a batch to the parse processes, and note the batch before it meanwhile."""
        offered, self._offered = self._offered, []
        ledger = self._run.ledger
        fresh = ledger.unmentioned({name for name, _ in offered} - self._in_hand) if offered else set()
        begun = []
        for name, arrival in offered:
            key = known_key(ledger, arrival.url)
            if ledger.withdrawn([key]):
                self._report.withdrawn += 1
            elif name not in fresh:
                self._report.known += 1
            elif not self._is_outside_by_url(arrival):
                fresh.discard(name)
                begun.append(self._begin(name, key, arrival))
        self._collect(begun)

    def _begin(self, name: str, key: str, arrival: Arrival) -> Reading:
        self._in_hand.add(name)
        capture = self._capture(name, key, arrival)
        page = Page(arrival.body, arrival.url, arrival.content_type, capture.observed_at, arrival.hints)
        return Reading(capture, arrival, self._run.pool.submit(page, self._run.source.profile))

    def _collect(self, begun: list[Reading]) -> None:
        """Note the pages of the batch before, and let the new batch be read meanwhile."""
        waiting, self._reading = self._reading, begun
        if not waiting:
            return
        results = []
        for reading in waiting:
            result = reading.result.result()
            if self._take(reading, result):
                results.append(result)
        self._run.note(*readings.named_agencies(results, now()))
        self._run.flush()
        self._in_hand.difference_update(reading.capture.fetch_id for reading in waiting)
        self._since_load += len(waiting)
        if self._since_load >= LOADED_AFTER:
            self._since_load = 0
            if load(self._run.workspace):
                self._run.renew_ledger()

    def _take(self, reading: Reading, result: Parsed) -> bool:
        """Archive and note a page that was read; whether it is wanted."""
        run, capture = self._run, reading.capture
        if self._is_outside(result):
            return False
        read = readings.rows(capture, result, profile=run.source.profile, reader=run.reader, read_at=now())
        if run.ledger.withdrawn(key for row in read for key in (row.url_key, row.final_key, row.canonical_key)):
            self._report.withdrawn += 1
            return False
        capture = self._placed(capture, reading.arrival)
        fetched = exchanges.row(
            capture, run.archived(capture, 0, reading.arrival.copied if not capture.is_linked else None)
        )
        if not run.ledger.knows(capture.url_key):
            self._note_found(capture.url_key, capture.requested_url, capture.origin, *self._day(capture))
        run.note(fetched, *read)
        run.tally.count("fetched")
        run.tally.parsed(result)
        self._count(capture, result)
        return True

    def _placed(self, capture: Capture, arrival: Arrival) -> Capture:
        """The capture as it will lie in the archive: in place where files are linked and this one can be."""
        return self._linking.linked(capture) if self._linking and arrival.may_be_linked else capture

    def _count(self, capture: Capture, result: Parsed) -> None:
        self._report.taken += 1
        if isinstance(result, Rejected):
            self._report.rejected[result.reason] += 1
        else:
            self._report.articles += len(result)
        outcome = "rejected" if isinstance(result, Rejected) else "read"
        tell(Event("page", capture.requested_url, outcome=outcome))

    def _capture(self, name: str, key: str, arrival: Arrival) -> Capture:
        run = self._run
        return Capture(
            fetch_id=name,
            source_id=run.source.source_id,
            url_key=key,
            role="article",
            requested_url=arrival.url,
            observed_at=arrival.observed_at or self._unknown_moment(key, arrival),
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
            taken=Taken(arrival.file, arrival.offset, arrival.record_id),
        )

    def _unknown_moment(self, key: str, arrival: Arrival) -> datetime:
        """When a file of unknown time counts as shown: when it was last changed, and before any live look at the address."""
        known = self._run.ledger.known([key]).get(key)
        moment = min(arrival.changed_at or now(), now())
        first = known.first_seen_at if known else None
        return min(moment, first - BEFORE) if first else moment

    def _day(self, capture: Capture) -> tuple[date | None, str, Hints]:
        stated = urls.dates_in(capture.requested_url, self._run.source.profile.url_pattern)
        return stated or urls.path_day(capture.requested_url), "url", capture.hints

    def _note_found(self, key: str, url: str, finder: str, day: date | None, basis: str, hints: Hints) -> None:
        self._run.tally.found += 1
        self._run.note(
            rows.Found(
                source_id=self._run.source.source_id,
                url_key=key,
                url_rule=urls.RULE,
                url=url,
                finder=finder,
                unit=None,
                day=day,
                day_basis=basis if day else None,
                title=hints.title,
                published=hints.published,
                published_basis=hints.published_basis,
                modified=hints.modified,
                found_at=now(),
                run_id=self._run.run_id,
            )
        )

    def _is_outside_by_url(self, arrival: Arrival) -> bool:
        """Whether the address alone says that the article is of another time; the pattern of the source is to be trusted."""
        if not self._has_window:
            return False
        day = urls.dates_in(arrival.url, self._run.source.profile.url_pattern)
        return day is not None and self._is_outside_day(day)

    def _is_outside(self, result: Parsed) -> bool:
        """Whether a page is of no day that is asked for: the day is the article's own."""
        if not self._has_window:
            return False
        days = (
            [] if isinstance(result, Rejected) else [item.published.day if item.published else None for item in result]
        )
        if not any(days):
            self._report.outside["without a date"] += 1
            return True
        return all(day is None or self._is_outside_day(day) for day in days)

    @property
    def _has_window(self) -> bool:
        return self._options.first_day is not None or self._options.last_day is not None

    def _is_outside_day(self, day: date) -> bool:
        first, last = self._options.first_day or date.min, self._options.last_day or date.max
        if first <= day <= last:
            return False
        self._report.outside["of other days"] += 1
        return True


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
        report.count_host(report.hosts if claimed else report.unclaimed, host_of(url))
        return claimed

    report.files += 1
    for arrival in WarcFile(file_at(path), wanted, report, told).arrivals():
        report.pages += 1
        report.sources[run.source.source_id] += 1
        taking.offer(replace(arrival, origin=origin))
    taking.finish()
    return report


def known_key(ledger: Ledger, url: str) -> str:
    """The key an address is stored under: the one an earlier rule gave it where the ledger knows it by that."""
    key = urls.key(url)
    if ledger.knows(key):
        return key
    return next(filter(ledger.knows, urls.former_keys(url)), key)


def fetch_id(source_id: str, arrival: Arrival) -> str:
    """A name that the same record always gets in the same source, so that it is taken once."""
    own = arrival.record_id or hashlib.sha256(arrival.body).hexdigest()
    said = "\n".join((source_id, own, arrival.url, arrival.observed_at.isoformat() if arrival.observed_at else ""))
    return str(uuid.UUID(bytes=hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()))
