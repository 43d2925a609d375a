"""The past of a source: every finder that reaches it is asked for the days of a window, until nothing is left to do.

The ledger says what is done. A backfill that was stopped or killed goes on where it was: periods that it has read whole are
not asked for again, addresses it has found and not fetched come first, and no page is fetched twice. One that had come to
its end walks all listings again, conditionally, so that what an archive has got since is found; known articles are not asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows import collecting, listings, pipeline, renaming, unreached
from flows.backlog import Allowance, policy
from flows.days_done import DaysDone
from flows.discovery import Window
from flows.due_addresses import Address, dead_addresses, due_of
from flows.known_holes import known_hole
from flows.loading import load
from flows.opening import opened
from flows.plural import are, counted
from flows.progress import Event, tell
from flows.run import Run, now
from flows.sources import SourceDefinition
from flows.tally import Tally
from flows.workspace import Workspace
from parsers.records import Hints
from warehouse import coverage, reading_copy
from warehouse.due import Known, Policy, due
from warehouse.ledger import Ledger

LEAST, MOST = 50, 1_000
"""Addresses a batch: a spool file costs the loader most of what it costs, however many pages are in it."""

SECONDS_A_BATCH = 300.0
"""What politeness makes of a batch, at most: rows of a slow outlet do not wait for hours to be spooled."""

PAGES_A_LOAD, SECONDS_A_LOAD = 3_000, 600.0
"""A long run loads what it has spooled after so many pages or seconds: readers see it, and the ledger's memory stays small.

The search index is left to the first search, which brings it up to date at once for all.
"""

GOES_ON = timedelta(days=30)
"""For so long a backfill that was stopped goes on; afterwards it begins anew."""

PATIENCE = timedelta(hours=1)
"""The longest rest of a host that is waited for."""

PUT_OFF = 20
"""Addresses and listings that may be put off before a run ends, since its outlet rests for longer than that."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: the days, both inclusive, in the source's time zone, and how."""

    first_day: date
    last_day: date
    only_holes: bool = False  # only days and units that are not complete; what failed is tried at once
    rewalk: bool = False  # ask for every listing, also where a stopped backfill has read it a moment ago
    gone: bool = False  # ask once more also for pages that were gone
    limit: int | None = None  # pages, at most


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a backfill did, and why it ended before its work did, where it did."""

    tally: Tally
    cut: str | None = None

    def as_counts(self) -> dict[str, Any]:
        """The same as plain values, for JSON and for Prefect."""
        return {**asdict(self.tally), "cut": self.cut}


Work = Callable[[Run, list[Address]], None]


def backfill(
    workspace: Workspace,
    source: SourceDefinition,
    order: Order,
    *,
    flow_run_id: str | None = None,
    wait: bool = False,
    do: Work = pipeline.take,
) -> Outcome:
    """Fetch what is missing of the days of an order; `do` takes a batch, and is wrapped by a flow.

    Raises warehouse.locks.Held where another run holds the source, unless `wait`.
    """
    renaming.check(workspace, source)
    collecting.recover_former(workspace, source, wait=wait)
    window = Window(order.first_day, min(order.last_day, today(source)), today(source), whole=True)
    command = f"wireroom backfill {source.source_id} --from {window.first_day} --to {window.last_day}"
    command += " --holes" if order.only_holes else " --gone" if order.gone else ""
    with opened(
        workspace, source, "backfill", window=window, flow_run_id=flow_run_id, wait=wait, command=command
    ) as run:
        run.patience = PATIENCE
        collecting.recover(run)
        run.window = _narrowed(run, order)
        loads = _Loads(run)
        for batch in _batches(run, order, loads):
            do(run, batch)
            loads.now_and_then(len(batch))
    return Outcome(run.tally, run.cut)


def _batches(run: Run, order: Order, loads: _Loads) -> Iterator[list[Address]]:
    """The batches of a backfill: all that is to be asked for, and once it is known what of that is dead, its mementos."""
    size = batch_size(run.source)
    yield from pipeline.batches(run, _limited(run, order.limit, _addresses(run, order, loads)), size)
    if run.cut is None and order.limit is None:
        yield from pipeline.batches(run, dead_addresses(run), size)


def today(source: SourceDefinition) -> date:
    """The day it is where the source is."""
    return datetime.now(ZoneInfo(source.timezone)).date()


def batch_size(source: SourceDefinition) -> int:
    """How many addresses a batch has, by the pace of the source."""
    by_pace = SECONDS_A_BATCH / max(source.delay.total_seconds(), 0.001)
    return int(min(max(by_pace, LEAST), MOST))


def holes(
    workspace: Workspace, source: SourceDefinition, first_day: date | None, last_day: date | None
) -> list[coverage.Hole]:
    """The days and units of which something is missing, as readers see them now; days that are lost for good are left out."""
    with closing(reading_copy.connect(workspace.folders)) as con:
        found = coverage.holes(con, source.source_id, first_day, last_day, unreached.begins(source))
    return [hole for hole in found if hole.day is None or known_hole(source.known_holes, hole.day) is None]


def known_days(workspace: Workspace, source: SourceDefinition) -> tuple[date, date] | None:
    """The first and the last day that anything is known of, and that are over."""
    with closing(reading_copy.connect(workspace.folders)) as con:
        return coverage.reach(con, source.source_id, unreached.begins(source))


def _narrowed(run: Run, order: Order) -> Window:
    """The window without the days and the listings that need no look."""
    if order.only_holes or order.rewalk:
        return narrowed(run.workspace, run.source, order, run.window)
    done = frozenset(run.ledger.listings.read_whole("backfill", run.started_at - GOES_ON))
    if done:
        tell(
            Event(
                "note",
                f"A backfill that was stopped goes on: {counted(len(done), 'listing')} {are(len(done))} read already.",
            )
        )
    return replace(run.window, done=done)


def narrowed(workspace: Workspace, source: SourceDefinition, order: Order, window: Window) -> Window:
    """The window without the days of which nothing is missing, where only holes are wanted."""
    if not order.only_holes:
        return window
    found = holes(workspace, source, window.first_day, window.last_day)
    units = frozenset(hole.unit for hole in found if hole.unit)
    return replace(window, days=frozenset(hole.day for hole in found if hole.day), units=units)


def _limited(run: Run, limit: int | None, addresses: Iterable[Address]) -> Iterator[Address]:
    """As many of the addresses as are wanted and the outlet allows."""
    given = set[str]()  # what was put into the batch that is being filled may come once more, as not asked for yet
    for address in addresses:
        if limit is not None and len(given) >= limit and address.mark not in given:
            run.cut = f"It was ended after {counted(limit, 'page')}, as --limit says; the same command goes on."
            return
        if _is_refused(run):
            break
        if limit is not None:
            given.add(address.mark)
        yield address
    if _is_refused(run):
        run.cut = f"The outlet is to be left alone for now: {next(iter(run.put_off + run.listings_put_off))} The same command goes on."


def _is_refused(run: Run) -> bool:
    """Whether so much was put off that it is no use to go on."""
    return run.put_off.total() + run.listings_put_off.total() >= PUT_OFF


def _addresses(run: Run, order: Order, loads: _Loads) -> Iterator[Address]:
    """What earlier runs left, what the finders list, and what has failed meanwhile and may be tried again."""
    rules = rules_of(run.source, order)
    done = DaysDone(run)
    yield from done.left(lambda: _left(run, rules))
    yield from _listed(run, rules, done)
    if not _is_refused(run):
        done.end()
        loads.before_all_is_asked()
        yield from _left(run, replace(rules, patient=True, gone=False))


def _listed(run: Run, rules: Policy, done: DaysDone) -> Iterator[Address]:
    """What the finders list, until the outlet is to be left alone."""
    for unit in listings.units(run):
        yield from done.listed(unit, list(due_of(run, unit, rules, Allowance(left=unit.undated))))
        if _is_refused(run):
            return


def _left(run: Run, rules: Policy) -> Iterator[Address]:
    """Known addresses of the window that were never asked for, or failed and are due again."""
    for known in left(run.ledger, run.window, rules):
        if known.url_key not in run.in_hand:
            yield Address(known.url_key, known.url, known.hints, None, None, known)


def left(ledger: Ledger, window: Window, rules: Policy) -> Iterator[Known]:
    """What is known, of the days of a window or of no day, and is to be asked for now."""
    for known in ledger.untried(window.first_day, window.last_day, gone=rules.gone):
        is_wanted = known.day is None or window.holds(date.fromisoformat(known.day))
        if is_wanted and due(known, Hints(), rules, now()).when == "now":
            yield known


def rules_of(source: SourceDefinition, order: Order) -> Policy:
    """What a backfill asks for: nothing again that it has, and where holes are to be filled also what failed often."""
    return replace(policy(source), revisits=False, patient=not order.only_holes, gone=order.gone)


class _Loads:
    """The loads of a long run: readers see it, and its ledger lets go of what the reading copy holds."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._pages = 0  # since the last one
        self._at = time.monotonic()
        self._is_long = False

    def now_and_then(self, pages: int) -> None:
        """Load what was spooled, where it is time."""
        self._pages += pages
        if self._pages >= PAGES_A_LOAD or time.monotonic() - self._at >= SECONDS_A_LOAD:
            self._is_long = True
            self._load()

    def before_all_is_asked(self) -> None:
        """Load for a question about all addresses: to answer it takes as much memory as the rows of a thousand pages."""
        if self._is_long:
            self._load()

    def _load(self) -> None:
        self._run.flush()
        if load(self._run.workspace, feeds_search=False, apart=True):
            self._run.renew_ledger()
        self._pages, self._at = 0, time.monotonic()
