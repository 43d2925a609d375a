"""Pages that are in the archive, on their way to their rows: read, then noted together with their requests.

parse processes → collect → rows for the next spool file; recover does it for what a killed run has left in the archive
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace

from flows import exchanges, readings, renaming, sights, telling
from flows.opening import opened
from flows.pool import Parsed
from flows.progress import Event, tell
from flows.run import Run, now
from flows.sources import SourceDefinition
from flows.workspace import Workspace
from warehouse import rows, withdrawal
from warehouse.archive.captures import Capture

TOGETHER = 50
"""Pages of a killed run that are parsed and spooled together; it bounds memory and the work that another kill undoes."""


@dataclass(frozen=True, slots=True)
class Parsing:
    """A capture that is in the archive and with the parse processes."""

    capture: Capture
    fetched: rows.Fetched
    result: Future[Parsed]


def recover(run: Run) -> None:
    """Parse and spool what an earlier run had archived completely and had not spooled when it died; note that it died."""
    run.recall(run.archive.noted())
    killed = run.ledger.unended(run.run_id)
    run.note(*(replace(one, state="interrupted", noted_at=now()) for one in killed))
    waiting: list[Parsing] = []
    recovered = 0
    for capture, location in run.archive.unspooled(run.ledger.unmentioned):
        recovered += 1
        fetched = exchanges.row(capture, location)
        if capture.taken and not run.ledger.knows(capture.url_key):  # of an import, which no listing showed
            run.note(sights.of_page(run, capture, now()))
        if capture.is_page:
            waiting.append(Parsing(capture, fetched, run.parse(capture)))
        else:
            # A listing's links were lost with the run: its validators must not bring a 304 the next time.
            run.correct(exchanges.without_validators(fetched))
        if len(waiting) == TOGETHER:
            collect(run, waiting)
            run.flush()  # else a run that is killed again and again would come to nothing
            waiting = []
    collect(run, waiting)
    is_fed = bool(recovered or run.recalled)
    run.flush(told=is_fed)  # at once, so that a run which is killed before it has found anything is known all the same
    if is_fed:
        run.archive.hand_over()  # nothing is under way yet: the next run need not read again what is spooled now
    if recovered:
        tell(Event("note", telling.taken_up(recovered, was_killed=bool(killed))))


def recover_former(workspace: Workspace, source: SourceDefinition, *, wait: bool = False) -> None:
    """Do the same for a run that was killed under the name that the source had before: its pages stay under that name."""
    former = renaming.unfinished(workspace, source)
    if former is not None:
        with opened(workspace, former, "reparse", wait=wait, online=False) as run:
            recover(run)


def collect(run: Run, parsings: Sequence[Parsing]) -> None:
    """Wait for the parse processes and note each page's fetch together with its readings: both or neither."""
    wait([parsing.result for parsing in parsings])  # to wake up for every page costs as much as to note it
    results: list[Parsed] = []
    for parsing in parsings:
        result = parsing.result.result()
        results.append(result)
        run.tally.parsed(result)
        tell(telling.was_read(parsing.capture, result))
        if parsing.capture.origin == "live":
            run.teasers.read(parsing.capture, result)
        read = readings.rows(parsing.capture, result, profile=run.source.profile, reader=run.reader, read_at=now())
        if run.ledger.withdrawn(key for row in read for key in (row.url_key, row.final_key, row.canonical_key)):
            _withdraw_again(run, parsing)
        else:
            run.note(parsing.fetched, *read)
        run.in_hand.discard(parsing.capture.url_key)
    run.note(*readings.named_agencies(results, now()))


def _withdraw_again(run: Run, parsing: Parsing) -> None:
    """Let go of a page that turned out to be a withdrawn article under another address; the rest goes when the run ends."""
    run.archive.blank(parsing.fetched)
    reason = "another address of what was withdrawn"
    order = withdrawal.order(run.source.source_id, [parsing.capture.url_key], reason, now())
    withdrawal.place(run.workspace.folders, order)
