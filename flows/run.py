"""One pass over one source: what it holds from its first step to its last, and what it leaves in the spool."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import parsers
from flows import exchanges, logins, progress, telling
from flows.discovery import Window
from flows.discovery.older import Older
from flows.discovery.polling import Polling
from flows.fetching import Exchange, Fetcher
from flows.pool import ParsePool
from flows.room import Room
from flows.sources import SourceDefinition
from flows.tally import Tally
from flows.teasers import Teasers
from flows.workspace import Workspace
from parsers import urls
from parsers.records import Article, Rejected
from warehouse import rows, spool
from warehouse.archive import Appender
from warehouse.archive.captures import Capture, Location
from warehouse.ledger import Ledger

UNREAD = 200
"""Pages that may wait to be read: to fetch more of them ahead would only fill the memory."""


class Run:
    """What a run holds. Made by opening.opened; the steps that use it are the functions of pipeline.py and collecting.py."""

    def __init__(self, workspace: Workspace, source: SourceDefinition, kind: str, flow_run_id: str | None) -> None:
        self.workspace = workspace
        self.source = source
        self.kind = kind
        self.flow_run_id = flow_run_id
        self.run_id = str(uuid.uuid4())
        self.asker = exchanges.Asker(source.source_id, self.run_id, source.profile)
        self.started_at = now()
        self.window = looking_back(source)
        self.reader = parsers.reader(source.profile)
        self.tally = Tally()
        self.ledger: Ledger
        self.former: Ledger | None = None  # of the name that the source had before
        self.archive: Appender
        self.credentials = logins.credentials(workspace, source)
        self.online = True  # whether it has a fetcher
        self.fetcher: Fetcher
        self.pool: ParsePool
        self.room = Room(UNREAD)  # of the parse processes
        self.writing = threading.Lock()  # archive and pending rows are touched by the threads that fetch
        self.pending: list[rows.Row] = []
        self.recalled: list[rows.Row] = []  # which the archive has kept already
        self.polling: Polling = "usual"
        self.is_first = False  # whether the source was never read before
        self.older = Older()
        self.older_said: str | None = None  # by the first pass, of what is older than it looks
        self.listings_read = 0
        self.listings_absent = 0  # of which the outlet says that they are not there
        self.refusals: dict[str, str] = {}  # address of a listing → the fetcher's sentence on why it did not come
        self.troubles: list[str] = []  # listings that could not be read, as sentences
        self.answers: list[rows.Fetched] = []  # listings whose reading is still to show whether they are any
        self.listed: list[Location] = []  # listings of the unit that is being looked at
        self.teasers = Teasers()
        self.put_off: Counter[str] = Counter()  # addresses whose host rests, by the sentence that says so
        self.listings_put_off: Counter[str] = Counter()  # and listings
        self.rests: set[str] = set()  # addresses of these
        self.waits: set[str] = set()  # rests that are waited for, by their sentence
        self.patience = timedelta()  # how long a resting host is waited for
        self.stopping = threading.Event()  # set when the threads that fetch must not wait any longer
        self.cut: str | None = None  # why the run ended before its work did, as a sentence
        self.command: str | None = None  # that goes on with it, where its kind and source alone do not say it
        self.held = ExitStack()  # what its steps need for as long as it lasts
        self.crowd: Any = None  # a crowd.Crowd, which pipeline.crowd makes
        self.in_hand: set[str] = set()  # keys of addresses that are being asked, or were put off
        self.corrected: set[str] = set()  # fetches whose row says less than their capture

    @property
    def first_day(self) -> date:
        """The first day of the run's window."""
        return self.window.first_day

    def note(self, *new: rows.Row) -> None:
        """Put rows on the next spool file."""
        with self.writing:
            self.pending.extend(new)
            self.ledger.add(new)

    def recall(self, noted: Iterable[rows.Row]) -> None:
        """Put rows on the next spool file that an earlier run left in the archive, perhaps without having spooled them."""
        found = list(noted)
        with self.writing:
            self.recalled.extend(found)
            self.ledger.add(found)

    def correct(self, fetched: rows.Fetched) -> None:
        """Note a fetch whose row is not the one that its capture implies, so that the archive must say so."""
        self.corrected.add(fetched.fetch_id)
        self.note(fetched)

    def archived(self, capture: Capture, requests: int = 1, copied: bytes | None = None) -> Location:
        """Append a capture, which took so many requests, to the archive, so that no kill can lose it; where it lies.

        `copied` is the gzip member of somebody else's file that answers.
        """
        with self.writing:
            self.tally.requests += requests
            return self.archive.append(capture, copied)

    def keep_robots(self, exchange: Exchange) -> None:
        """Archive and note a request for robots.txt: what it said is evidence."""
        capture = exchanges.capture(exchange, self.asker, urls.key(exchange.requested_url), "robots")
        self.note(exchanges.row(capture, self.archived(capture, exchange.requests)))

    def parse(self, capture: Capture, body: bytes | None = None) -> Future[tuple[Article, ...] | Rejected]:
        """Hand a page to the parse processes, once few enough wait for them; `body` where its coding is undone already."""
        page = exchanges.page(capture, body)
        self.room.take()
        result = self.pool.submit(page, self.source.profile)
        result.add_done_callback(lambda _: self.room.leave())
        return result

    def flush(self, *, told: bool = True) -> None:
        """Leave all pending rows as one finished spool file, after the archive they speak of is on the disk; told or in silence."""
        with self.writing:
            taken, self.pending = self.pending, []
            recalled, self.recalled = self.recalled, []
            if not taken and not recalled:
                return
            self.archive.note(row for row in taken if not self.is_implied(row))
            self.archive.sync()
            taken = [*recalled, *taken, *self.archive.segment_rows()]
            spool.write(self.workspace.folders, taken, source_id=self.source.source_id, run_id=self.run_id)
        if told:
            progress.tell(telling.spooled(len(taken), self.tally.as_columns()))

    def renew_ledger(self) -> None:
        """Let the ledger forget what a new reading copy holds."""
        with self.writing:
            self.ledger.renew()
            self.ledger.add([*self.recalled, *self.pending])

    def is_implied(self, row: rows.Row) -> bool:
        """Whether the captures alone, read again, give this row."""
        if isinstance(row, rows.Fetched):
            return row.fetch_id not in self.corrected
        return isinstance(row, rows.Reading | rows.Segment)

    def row(self, state: str, message: str | None = None) -> rows.Run:
        """The run as the table `runs` shows it at this moment."""
        moment, is_backfill = now(), self.kind == "backfill"
        return rows.Run(
            run_id=self.run_id,
            source_id=self.source.source_id,
            kind=self.kind,
            state=state,
            started_at=self.started_at,
            noted_at=moment,
            ended_at=None if state == "running" else moment,
            flow_run_id=self.flow_run_id,
            message=message,
            first_day=self.window.first_day if is_backfill else None,
            last_day=self.window.last_day if is_backfill else None,
            **self.tally.as_columns(),
        )


def looking_back(source: SourceDefinition) -> Window:
    """The days an ingest looks at: the source's lookback up to today, in its own time zone."""
    today = datetime.now(ZoneInfo(source.timezone)).date()
    return Window(today - source.lookback, today)


def now() -> datetime:
    """This moment as the tables keep it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
