"""How a run begins and ends: under its source's lock, with what it needs, noted in the ledger, and loaded at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

from flows import expectations, progress, telling, verdict
from flows.discovery import Window
from flows.discovery.polling import Polling
from flows.fetching import Fetcher, Pace
from flows.journal import logs
from flows.loading import load
from flows.pool import ParsePool
from flows.run import Run, now
from flows.sources import SourceDefinition
from flows.wayback import places
from flows.workspace import Workspace
from warehouse import rows, withdrawal
from warehouse.archive import Appender, keeping
from warehouse.errors import WarehouseError
from warehouse.ledger import Ledger
from warehouse.locks import hold

BRINGS_MUCH = ("backfill", "import")
"""Kinds of runs that leave the search index to the first search, since it takes a tenth of the time that reading pages takes."""


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
        reconnects=run.polling != "due",  # by hand, and not by a schedule that comes again
    )


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
