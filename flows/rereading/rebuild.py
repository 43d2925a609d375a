"""The whole warehouse made anew from the archive alone: no network, no spool, no database of before.

    archive → captures and ledger rows, a batch at a time → parse → spool → load, beside the warehouse in use → swap

Batches end where they ended when they were fetched, and sources are taken as they were loaded, so that articles get the
ids they had.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import parsers
from flows import exchanges, progress, readings
from flows.journal import logs
from flows.pool import ParsePool
from flows.progress import Event, tell
from flows.run import now
from flows.source_files import source_named
from flows.workspace import Workspace
from parsers.records import Profile
from warehouse import archive, rebuilding, rows, spool, withdrawal
from warehouse.archive import batch_notes, links, segments
from warehouse.archive.captures import Location
from warehouse.archive.warc_reading import Noted, Stored
from warehouse.folders import Folders
from warehouse.locks import hold

LARGEST = 200
"""Captures a batch has at most, where the archive says of none where it ended."""

LOADED_TOGETHER = 20
"""Batches that are loaded with one checkpoint."""


@dataclass(slots=True)
class Report:
    """What a rebuild did."""

    sources: int = 0
    captures: int = 0
    pages: int = 0  # captures that were read anew
    not_kept: int = 0  # pages whose bodies [keep] has dropped
    problems: list[str] = field(default_factory=list)
    edition: Path | None = None


def rebuild(workspace: Workspace, *, wait: bool = False) -> Report:
    """Make the warehouse anew and swap it in; raises Held where a run holds a source, Damaged where the archive is.

    Readers are never in the way, nor it in theirs. Nothing changes where it is stopped.
    """
    folders, report = workspace.folders, Report()
    names = sorted({path.parent.name for path in segments.files(folders)})
    profiles = {name: _profile(workspace, name) for name in names}
    who = f"rebuild in process {os.getpid()}, since {now():%Y-%m-%d %H:%M} UTC"
    with ExitStack() as stack:
        stack.enter_context(logs.kept(workspace))
        for name in names:
            stack.enter_context(hold(folders.source_lock(name), who, wait=wait))
        new = stack.enter_context(rebuilding.beside(folders))
        rebuilding.count_on(folders, new)
        pool = stack.enter_context(ParsePool())
        for name, profile in profiles.items():
            with progress.about(name):
                _Rebuilding(folders, new, pool, name, profile, report).run()
        report.problems += rebuilding.load(new)
        report.edition = rebuilding.put_in_place(folders, new, who)
    withdrawal.finish(folders, wait=True)  # what was killed on its way is in the archive still
    return report


def _profile(workspace: Workspace, name: str) -> Profile:
    """What parsing needs to know of a source; raises SourceError where its file is gone and there are pages to parse."""
    entries = archive.history(workspace.folders, name)
    if not (workspace.sources / f"{name}.toml").exists() and not any(map(_is_page, entries)):
        return Profile(name)  # all of it was withdrawn
    return source_named(workspace, name).profile


def _is_page(entry: Stored | Noted) -> bool:
    return isinstance(entry, Stored) and entry.capture.is_page


@dataclass(slots=True)
class _Rebuilding:
    """One source being read again."""

    folders: Folders
    new: Folders
    pool: ParsePool
    source_id: str
    profile: Profile
    report: Report
    corrected: dict[str, rows.Fetched] = field(default_factory=dict)

    def run(self) -> None:
        """Leave everything of the source in the new warehouse."""
        self.report.sources += 1
        self._survey()
        for number, batch in enumerate(self._batches(), start=1):
            spool.write(self.new, batch, source_id=self.source_id, run_id=_run_of(batch))
            if number % LOADED_TOGETHER == 0:
                self.report.problems += rebuilding.load(self.new)

    def _survey(self) -> None:
        """Count the pages, and find the requests whose row says less than their capture."""
        pages = 0
        for entry in archive.history(self.folders, self.source_id):
            if isinstance(entry, Stored):
                pages += _is_page(entry)
                continue
            for row in batch_notes.rows_of(entry.lines):
                if isinstance(row, rows.Fetched):
                    self.corrected[row.fetch_id] = row
        tell(Event("planned", self.source_id, pages))

    def _batches(self) -> Iterator[list[rows.Row]]:
        captures: list[Stored] = []
        for entry in archive.history(self.folders, self.source_id):
            if isinstance(entry, Noted):
                noted = [row for row in batch_notes.rows_of(entry.lines) if not isinstance(row, rows.Fetched)]
                yield [*noted, *self._rows(captures)]
                captures = []
            elif len(captures) == LARGEST:
                yield self._rows(captures)
                captures = [entry]
            else:
                captures.append(entry)
        yield [*self._rows(captures), *self._segments()]

    def _rows(self, captures: list[Stored]) -> list[rows.Row]:
        """The requests and readings of a batch: each page is with the parse processes while the others are."""
        made: list[rows.Row] = []
        parsing = []
        for item in captures:
            capture = item.capture
            self.report.captures += 1
            location = capture.location or Location("", item.offset, item.length)
            made.append(self.corrected.get(capture.fetch_id) or exchanges.row(capture, location))
            if capture.is_page and item.answer is None and not capture.wire:
                self.report.not_kept += 1
            elif capture.is_page:
                parsing.append((capture, self.pool.submit(exchanges.page(capture), self.profile)))
        reader, read_at = parsers.reader(self.profile), now()
        for capture, result in parsing:
            made += readings.rows(capture, result.result(), profile=self.profile, reader=reader, read_at=read_at)
            self.report.pages += 1
            tell(Event("page", capture.requested_url, outcome="read"))
        return made

    def _segments(self) -> list[rows.Row]:
        """The rows of the files as they lie there now."""
        moment: datetime = now()
        paths = segments.files(self.folders, self.source_id)
        own = [segments.state_of(self.folders, path).row(path.stat().st_size, moment) for path in paths]
        linked = links.links(self.folders.archive / self.source_id)
        return [*own, *(link.row(self.source_id, moment) for link in linked)]


def _run_of(batch: list[rows.Row]) -> str:
    """The run that a batch is of, as far as it says so."""
    found = (row.run_id for row in batch if isinstance(row, rows.Run | rows.Fetched | rows.Found | rows.Listed))
    return next(found, "00000000-0000-0000-0000-000000000000")
