"""Archived pages → better rows: read anew by today's parsers without any network, compared, and left to be accepted.

    archive → parse → compare with what counts → wait in data/reparse/<id>/ → (accepting.py)

Reading holds no source's lock, so that ingest goes on meanwhile.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import parsers
from flows import exchanges, progress, readings
from flows.journal import logs
from flows.loading import load
from flows.pool import Parsed, ParsePool
from flows.progress import Event, tell
from flows.rereading import differing
from flows.run import now
from flows.sources import SourceDefinition, load_each
from flows.unclaimed import unclaimed
from flows.workspace import Workspace
from parsers import container
from warehouse import archive, proposals, reading_copy, rows
from warehouse.archive.captures import Capture
from warehouse.coding import BadCoding
from warehouse.folders import Folders
from warehouse.locks import hold
from warehouse.proposals import Look, Proposal
from warehouse.reparsing import Archived, Comparison, Withdrawn, older_readings

BATCH = 50
"""Pages a file of a proposal; two batches are in memory at once, one being parsed while the other is compared."""


@dataclass(slots=True)
class Report:
    """What reading the archive of a source anew has done."""

    source_id: str
    proposal: Proposal
    since: date | None = None  # only articles of that day or later
    planned: int = 0  # pages that another reader had read, and that did not wait already
    read: int = 0
    not_kept: int = 0  # pages that [keep] has dropped
    unreadable: list[str] = field(default_factory=list)  # a sentence a page
    misfit: str | None = None  # what is wrong with [parse] container, as a sentence
    outdated: Proposal | None = None  # what waited by another reader, and had to go


def read(
    workspace: Workspace,
    source: SourceDefinition,
    *,
    since: date | None = None,
    most: int | None = None,
    everything: bool = False,
    wait: bool = False,
) -> Report:
    """Read the archive of a source anew, page by page, and leave the results to be accepted; it can be killed and said again.

    Pages that today's reader has read are passed over unless `everything`; `since` is a day of the articles.
    Raises Held where the source's archive is being read anew already, unless `wait`.
    """
    folders = workspace.folders
    with (
        logs.kept(workspace),
        progress.about(source.source_id),
        hold(folders.reparse_lock(source.source_id), who("reparse", source), wait=wait),
    ):
        load(workspace, publish_now=True, wait=True)  # what waits in the spool is known too
        proposal, outdated = proposals.begun(folders, source.source_id, parsers.reader(source.profile), now())
        report = Report(source.source_id, proposal, since, outdated=outdated)
        with Comparison(folders, source.source_id) as comparison, ParsePool() as pool:
            report.planned = comparison.plan(
                proposal, since=since, zone=source.timezone, everything=everything, most=most
            )
            tell(Event("planned", source.source_id, report.planned))
            _Reading(folders, source, proposal, comparison, pool, report).run()
        if not proposal.files(folders):
            proposals.discard(folders, proposal)
    return report


def older(workspace: Workspace) -> list[tuple[str, int]]:
    """Sources and how many of their archived pages count as another reader than today's has read them."""
    sources, _ = load_each(workspace.sources)
    readers = {source.source_id: parsers.reader(source.profile) for source in (unclaimed(), *sources)}
    with closing(reading_copy.connect(workspace.folders)) as con:
        return older_readings(con, readers)


def who(kind: str, source: SourceDefinition) -> str:
    """Who holds a lock, for whoever must wait."""
    return f"{kind} of {source.source_id} in process {os.getpid()}, since {now():%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class _Parsing:
    """A page that is with the parse processes."""

    page: Archived
    capture: Capture
    result: Future[Parsed]


@dataclass(slots=True)
class _Reading:
    """One source's archive being read anew."""

    folders: Folders
    source: SourceDefinition
    proposal: Proposal
    comparison: Comparison
    pool: ParsePool
    report: Report
    contained: Counter[bool | None] = field(default_factory=Counter)  # pages by whether [parse] container fitted

    def run(self) -> None:
        """Leave all that was planned in the proposal; while a batch is parsed, the one before is compared."""
        withdrawn = Withdrawn(self.folders, self.source.source_id)
        before: list[_Parsing] = []
        for batch in self.comparison.pages(BATCH):
            parsing = list(self._submitted(batch))
            self._collect(before, withdrawn)
            before = parsing
        self._collect(before, withdrawn)
        self.report.misfit = container.misfit(self.source.profile.container, self.contained)
        if self.report.misfit:
            tell(Event("warning", self.report.misfit))

    def _submitted(self, batch: Iterable[Archived]) -> Iterator[_Parsing]:
        for page in batch:
            try:
                capture = archive.read(self.folders, page.file, page.offset)
                yield _Parsing(page, capture, self.pool.submit(exchanges.page(capture), self.source.profile))
            except archive.NotKept:
                self.report.not_kept += 1
                tell(Event("page", page.url, outcome="not kept"))
            except (archive.Damaged, BadCoding, OSError) as problem:
                self.report.unreadable.append(f"{page.url}, in {page.file} at {page.offset:,}: {problem}")
                tell(Event("page", page.url, outcome="unreadable"))

    def _collect(self, parsings: Sequence[_Parsing], withdrawn: Withdrawn) -> None:
        """Wait for the parse processes and leave the batch, without what was withdrawn meanwhile."""
        results = [parsing.result.result() for parsing in parsings]
        reader, read_at, profile = self.proposal.reader, now(), self.source.profile
        read = [
            readings.rows(parsing.capture, result, profile=profile, reader=reader, read_at=read_at)
            for parsing, result in zip(parsings, results, strict=True)
        ]
        looks = self._compared([parsing.page for parsing in parsings], read)
        made: list[rows.Row] = [*readings.named_agencies(results, read_at)]
        with hold(self.folders.reparse_gate, who("reparse", self.source), wait=True):
            gone = withdrawn.keys()
            may_stay = [not gone & {None, *keys(page)} for page in read]
            for page, stays in zip(read, may_stay, strict=True):
                made += page if stays else []
            kept = [look for looks_of, stays in zip(looks, may_stay, strict=True) if stays for look in looks_of]
            if kept:
                proposals.write(self.folders, self.proposal, made, kept)
        self.report.read += len(parsings)
        self.contained.update(container.fits(result) for result in results)
        for parsing in parsings:
            tell(Event("page", parsing.page.url, outcome="read"))

    def _compared(self, pages: Sequence[Archived], read: Sequence[Sequence[rows.Reading]]) -> list[list[Look]]:
        wanted = [key for page, new in zip(pages, read, strict=True) for key in differing.keys_to_compare(page, new)]
        texts: dict[tuple[str, str], dict[str, Any]] = self.comparison.texts(wanted)
        return [differing.of_page(page, new, texts) for page, new in zip(pages, read, strict=True)]


def keys(read: Iterable[rows.Reading]) -> set[str | None]:
    """The addresses that a page's readings name."""
    return {key for row in read for key in (row.url_key, row.final_key, row.canonical_key) if key}
