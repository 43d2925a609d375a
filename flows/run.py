"""One pass over one source: what it holds from its first step to its last, and what it leaves in the spool."""

from __future__ import annotations

import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import parsers
from flows import exchanges, expectations, logins, logs, progress, telling, verdict
from flows.discovery import Window
from flows.discovery.older import Older
from flows.discovery.polling import Polling
from flows.fetching import Exchange, Fetcher, Pace
from flows.loading import load
from flows.pool import ParsePool
from flows.room import Room
from flows.sources import SourceDefinition
from flows.tally import Tally
from flows.teasers import Teasers
from flows.wayback import places
from flows.workspace import Workspace
from parsers import urls
from parsers.records import Article, Rejected
from warehouse import rows, spool, withdrawal
from warehouse.archive import Appender, keeping
from warehouse.archive.captures import Capture, Location
from warehouse.errors import WarehouseError
from warehouse.ledger import Ledger
from warehouse.locks import hold

BRINGS_MUCH = ("backfill", "import")
"""Kinds of runs that leave the search index to the first search, since it takes a tenth of the time that reading pages takes."""

UNREAD = 200
"""Pages that may wait to be read: to fetch more of them ahead would only fill the memory."""


class Run:
    """What a run holds. Made by `opened`; the steps that use it are the functions of pipeline.py."""

    def __init__(self, workspace: Workspace, source: SourceDefinition, kind: str, flow_run_id: str | None) -> None:
        self.workspace = workspace
        self.source = source
        self.kind = kind
        self.flow_run_id = flow_run_id
        self.run_id = str(uuid.uuid4())
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
        capture = exchanges.capture(
            exchange,
            source_id=self.source.source_id,
            url_key=urls.key(exchange.requested_url),
            role="robots",
            run_id=self.run_id,
            profile=self.source.profile,
        )
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
        moment = now()
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
            **self.tally.as_columns(),
        )


@contextmanager
def opened(
    workspace: Workspace,
    source: SourceDefinition,
    kind: str,
    *,
    window: Window | None = None,
    flow_run_id: str | None = None,
    wait: bool = False,
    online: bool = True,
    polling: Polling = "usual",
    command: str | None = None,
) -> Iterator[Run]:
    """A run that holds its source's lock; at the end its rows are spooled and the loader is tried.

    One that is not `online` has no fetcher, and can ask nobody for anything. Raises warehouse.locks.Held at once where
    another run holds the source, unless `wait`.
    """
    run = Run(workspace, source, kind, flow_run_id)
    run.window = window or run.window
    run.online = online
    run.polling, run.command = polling, command
    with logs.kept(workspace), progress.about(source.source_id, run.run_id), _held(run, wait):
        yield run


@contextmanager
def _held(run: Run, wait: bool) -> Iterator[None]:
    """Hold the source's lock and what the run needs; note its beginning and its end, and load."""
    workspace, source, kind, folders = run.workspace, run.source, run.kind, run.workspace.folders
    who = f"{kind} of {source.source_id} in process {os.getpid()}, since {run.started_at:%Y-%m-%d %H:%M} UTC"
    who += f": {run.command}" if run.command else ""
    is_long, ended_well = kind == "backfill", False
    try:
        withdrawal.finish(folders, source.source_id, wait=wait)  # one that was killed on its way
        with ExitStack() as stack:
            stack.enter_context(hold(folders.source_lock(source.source_id), who, wait=wait))
            stack.push(_keeping(run))
            run.pool = stack.enter_context(ParsePool())
            run.archive = stack.enter_context(Appender(folders, source.source_id, run.run_id))
            run.ledger = stack.enter_context(Ledger(folders, source.source_id))
            if source.formerly:
                run.former = stack.enter_context(Ledger(folders, source.formerly))
            if run.ledger.withdrawn():
                raise WarehouseError(
                    f"The source {source.source_id} was withdrawn: nothing is fetched from it any more."
                )
            if run.online:
                run.fetcher = stack.enter_context(_fetcher(run))
            run.note(_source_row(source), expectations.row(source, now()), run.row("running", run.command))
            progress.tell(telling.begun(kind, source.source_id, run.window))
            stack.enter_context(_ending(run))
            stack.enter_context(run.held)
            yield
        withdrawal.finish(folders, source.source_id, wait=True)  # pages of this run that were withdrawn before
        ended_well = True
    finally:
        # A backfill says in the end what is missing: of what another loader has taken and not shown yet, nothing would be known.
        load(
            workspace,
            publish_now=is_long,
            feeds_search=kind not in BRINGS_MUCH,
            wait=is_long and ended_well,
            apart=is_long,
        )


@contextmanager
def _ending(run: Run) -> Iterator[None]:
    """Note how the run ended, whatever ended it, and spool what is pending."""
    state, message = "failed", None
    try:
        yield
        verdict.warn(run)
        state, message = verdict.of(run)
    except BaseException as error:
        # Ctrl-C, SIGTERM, or Prefect's cancel, which is no KeyboardInterrupt; while DuckDB is at work it comes in DuckDB's words
        if isinstance(error, Exception) and str(error) != "Query interrupted":
            message = f"{type(error).__name__}: {error}"
        else:
            state, message = "cancelled", f"It was stopped; {run.command or 'the same command'} goes on."
        raise
    finally:
        run.note(run.row(state, message))
        run.flush()
        columns = run.tally.as_columns()
        progress.tell(telling.ended(run.kind, run.source.source_id, state, message, columns))


def _keeping(run: Run) -> Callable[[type[BaseException] | None, BaseException | None, TracebackType | None], None]:
    """What a run that ended well does last of all: drop the raw pages that its source need not keep."""

    def keep(kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        freed = keeping.keep(run.workspace.folders, run.source.source_id, run.source.keep, now())
        if freed:
            progress.tell(progress.Event("note", f"{freed / 1e6:,.1f} MB of raw pages went, as [keep] wants it."))

    return keep


def _fetcher(run: Run) -> Fetcher:
    pace = Pace(run.workspace.folders, run.source.delay, places.floors(run.source))
    return Fetcher(
        run.workspace.user_agent,
        pace=pace,
        allow=run.source.allow,
        robots_basis=run.source.robots_basis,
        rights_basis=run.source.rights_basis,
        credentials=run.credentials,
        on_robots=run.keep_robots,
        stopping=run.stopping,
        rouses=run.polling == "now",
    )


def looking_back(source: SourceDefinition) -> Window:
    """The days an ingest looks at: the source's lookback up to today, in its own time zone."""
    today = datetime.now(ZoneInfo(source.timezone)).date()
    return Window(today - source.lookback, today)


def _source_row(source: SourceDefinition) -> rows.Source:
    return rows.Source(
        source_id=source.source_id,
        name=source.name,
        home=source.home,
        language=source.language,
        timezone=source.timezone,
        info_source=source.profile.info_source,
        definition_hash=source.definition_hash,
        noted_at=now(),
    )


def now() -> datetime:
    """This moment as the tables keep it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
