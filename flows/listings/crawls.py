"""The WARC files of a news crawl, taken one after another: fetched, its pages of the source imported, noted, and removed.

What was taken whole is never fetched again. A kill costs a piece of a download, or a batch of pages.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from flows import importing
from flows.discovery import Unit
from flows.discovery.warc_index import TO_TAKE
from flows.listings import downloads
from flows.listings.downloads import Fault
from flows.plural import counted
from flows.progress import Event, tell
from flows.run import Run


def taken(run: Run, unit: Unit) -> Unit | None:
    """The unit of a file after its pages were taken, or of what hindered it; None where that was done before.

    Its file lies there until it is `settled`.
    """
    if unit.reason != TO_TAKE:
        return unit
    before = run.ledger.listings.last_look(unit.finder, unit.unit)
    if before is not None and before.whole and not (unit.pieces and _goes_on(unit, before.listed_at.date())):
        return None
    try:
        path = _fetched(run, unit)
    except Fault as fault:
        run.refusals[unit.url] = str(fault)
        return replace(unit, outcome=fault.outcome, reason=fault.reason)
    report = importing.take(run, path, origin="warc")
    tell(
        Event(
            "note", f"{unit.unit}: {counted(report.pages, 'page')} of {run.source.name}, {report.taken:,} of them new."
        )
    )
    for sentence in report.problems:
        tell(Event("warning", sentence))
    reason = None if report.is_whole else "damaged"
    return replace(unit, outcome="fetched", reason=reason, whole=report.is_whole, links=report.pages)


def settled(run: Run, unit: Unit) -> None:
    """Remove the file of a unit whose row is noted, as soon as the row is on the disk.

    A kill in between costs no second download, which is a gigabyte each; the file it leaves is `cleared` by the next run.
    """
    path = downloads.place(run, _name(unit))
    if path.exists():
        run.flush(told=False)
        downloads.remove(path)


def cleared(run: Run) -> None:
    """Remove what a run that was killed has left of files that were taken whole."""
    for path in sorted(downloads.folder(run).glob("*.warc*")):
        before = run.ledger.listings.last_look("warc", path.name)
        if before is not None and before.whole:
            downloads.remove(path)


def _name(unit: Unit) -> str:
    return f"{unit.unit}.warc.gz" if unit.pieces else unit.unit


def _fetched(run: Run, unit: Unit) -> Path:
    """The file of a unit, or the records that an index names, in one file."""
    if unit.pieces:
        return downloads.gathered(run, unit.pieces, _name(unit))
    return downloads.fetched(run, unit.url, _name(unit))


def _goes_on(unit: Unit, day: date) -> bool:
    """Whether a month of an index was not over on the day it was taken."""
    return unit.last_day is not None and day <= unit.last_day
