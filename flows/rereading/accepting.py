"""What waits after the archive was read anew, accepted: a run like any other, which asks nobody for anything.

    data/reparse/<id>/ → spool → load → what counts

A kill in the middle costs nothing: what was spooled is left out of what waits only afterwards, and known the next time.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import parsers
from flows import collecting
from flows.loading import load
from flows.opening import opened
from flows.progress import Event, tell
from flows.rereading.reparsing import keys, who
from flows.run import Run
from flows.sources import SourceDefinition
from flows.workspace import Workspace
from warehouse import proposals, rows
from warehouse.errors import WarehouseError
from warehouse.folders import Folders
from warehouse.locks import hold
from warehouse.proposals import Proposal

TOGETHER = 10
"""Files of a proposal that go into the spool as one."""


class NothingWaits(WarehouseError):
    """Nothing of a source waits to be accepted, or nothing that today's reader has read."""


@dataclass(slots=True)
class Accepted:
    """What came of accepting a proposal."""

    source_id: str
    id: str
    pages: int = 0
    left_out: int = 0  # of which a reading by the same reader, or a later one, counts already
    withdrawn: int = 0
    waiting: int = 0  # that differ in other fields than those named


def accept(
    workspace: Workspace,
    source: SourceDefinition,
    *,
    fields: Collection[str] = (),
    flow_run_id: str | None = None,
    wait: bool = False,
) -> Accepted:
    """Let what waits of a source correct what counts; a kill in the middle costs nothing, the same call finishes.

    With `fields`, only articles that differ in one of them. Raises NothingWaits, and Held where a run holds the source.
    """
    folders = workspace.folders
    proposal = acceptable(folders, source)
    done = Accepted(source.source_id, proposal.id)
    with hold(folders.reparse_lock(source.source_id), who("reparse", source), wait=wait):
        with opened(workspace, source, "reparse", flow_run_id=flow_run_id, wait=wait, online=False) as run:
            collecting.recover(run)
            files = proposal.files(folders)
            tell(Event("planned", source.source_id, sum(len(_pages(path)) for path in files)))
            for paths in _together(files):
                _accept(run, paths, fields, done)
        load(workspace, publish_now=True, wait=True)  # who accepts wants to see it at once
        # Last of all: where this is killed before, the same call finds it, and loads.
        if not proposal.files(folders):
            proposals.discard(folders, proposal)
    return done


def discard(folders: Folders, proposal: Proposal, *, wait: bool = False) -> None:
    """Drop what waits; raises Held while it is being made or accepted, unless `wait`."""
    who = f"discarding {proposal.id} in process {os.getpid()}"
    with hold(folders.reparse_lock(proposal.source_id), who, wait=wait):
        proposals.discard(folders, proposal)


def acceptable(folders: Folders, source: SourceDefinition) -> Proposal:
    """What waits of a source and was read by today's reader; raises NothingWaits."""
    proposal = proposals.of_source(folders, source.source_id)
    if proposal is None:
        raise NothingWaits(
            f"Nothing of {source.source_id} waits to be accepted. "
            f"Read its archive anew with: wireroom reparse {source.source_id}"
        )
    if proposal.reader != parsers.reader(source.profile):
        raise NothingWaits(
            f"What waits as {proposal.id} was read by parsers, or with a source file, that are no longer today's. "
            f"Read the archive anew with: wireroom reparse {source.source_id}"
        )
    return proposal


def _together(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Files of a proposal, as many together as make one spool file."""
    group: list[Path] = []
    for path in paths:
        group.append(path)
        if len(group) >= TOGETHER:
            yield group
            group = []
    if group:
        yield group


def _accept(run: Run, paths: Sequence[Path], fields: Collection[str], done: Accepted) -> None:
    """Spool what of these files is wanted and would count, and then leave only the rest of them."""
    left = {path: _unwanted(path, fields) for path in paths}
    for path in paths:
        found = list(proposals.rows_of(path))
        read = [row for row in found if isinstance(row, rows.Reading) and row.fetch_id not in left[path]]
        withdrawn = _withdrawn(run, read)
        dropped = run.ledger.outdone(read) | withdrawn
        taken = [row for row in read if row.fetch_id not in dropped]
        run.note(*taken, *(row for row in found if isinstance(row, rows.Agency)) if taken else ())
        run.tally.articles += sum(row.record_hash is not None for row in taken)
        run.tally.rejected += sum(row.record_hash is None for row in taken)
        done.pages += len({row.fetch_id for row in taken})
        done.left_out += len(dropped - withdrawn)
        done.withdrawn += len(withdrawn)
        done.waiting += len(left[path])
        for fetch_id, url in _pages(path).items():
            outcome = "waiting" if fetch_id in left[path] else "left out" if fetch_id in dropped else "accepted"
            tell(Event("page", url, outcome=outcome))
    run.flush()
    for path in paths:
        proposals.leave(path, left[path])


def _pages(path: Path) -> dict[str, str]:
    """The pages of a file, by their fetches, with their addresses."""
    return {look.fetch_id: look.url for look in proposals.looks(path)}


def _unwanted(path: Path, fields: Collection[str]) -> frozenset[str]:
    """The pages of a file that differ, and in none of these fields."""
    looks = proposals.looks(path)  # also where all is wanted: damage is met before anything is spooled
    if not fields:
        return frozenset()
    return frozenset(look.fetch_id for look in looks) - {look.fetch_id for look in looks if look.touches(fields)}


def _withdrawn(run: Run, read: Sequence[rows.Reading]) -> set[str]:
    return {row.fetch_id for row in read if run.ledger.withdrawn(keys([row]))}
