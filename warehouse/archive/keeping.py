"""`[keep] raw`: dropping raw pages that a source need not keep, so that its archive does not grow without bound.

Only what was sent goes; what is known of each request stays, so the ledger can still be made anew. A file is written
again without the pages it may lose once they are more than a quarter of it. Offsets stay as they are (extents.py).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from warehouse import reading_copy, rows, spool
from warehouse.archive import segments, warc
from warehouse.archive.extents import joined, written
from warehouse.archive.warc_reading import Damaged, Stored, entries, extents
from warehouse.errors import WarehouseError
from warehouse.files import write_whole
from warehouse.folders import Folders
from warehouse.staging import sql

EVERY = timedelta(days=1)
"""How often a source's archive is looked at."""

GRACE = timedelta(days=7)
"""How long every page is kept under "versions": a mistake of a parser is mended while its pages are there."""

SHARE = 0.25
"""The part of a file that is worth writing it again."""

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Rule:
    """What of the raw pages is kept."""

    before: datetime  # pages got earlier may go
    but_versions: bool  # … unless a version rests on them


def rule(raw: str, moment: datetime) -> Rule | None:
    """The rule that the source's file states as "all", "versions" or "90d"; None where everything is kept."""
    if raw == "all":
        return None
    if raw == "versions":
        return Rule(moment - GRACE, but_versions=True)
    return Rule(moment - timedelta(days=int(raw.removesuffix("d"))), but_versions=False)


def keep(folders: Folders, source_id: str, raw: str, moment: datetime, *, share: float = SHARE) -> int:
    """Drop what the source need not keep, at most once a day; bytes that were freed. The caller holds the source's lock.

    The changed files' rows are spooled. Only captures that the reading copy knows are dropped.
    """
    wanted, stamp = rule(raw, moment), folders.source_lock(source_id).with_suffix(".kept")
    if wanted is None or (stamp.exists() and moment - datetime.fromisoformat(stamp.read_text()) < EVERY):
        return 0
    changed: list[rows.Row] = []
    freed = 0
    for path in list(segments.files(folders, source_id)):
        before = path.stat().st_size
        state = segments.state_of(folders, path)
        if _packed(folders, state, wanted, share):
            freed += before - path.stat().st_size
            if state.digest:
                segments.reseal(folders, state)
            changed.append(state.row(path.stat().st_size, moment))
    spool.write(folders, changed, source_id=source_id, run_id=_NO_RUN)
    write_whole(stamp, [moment.isoformat().encode()])
    return freed


def _packed(folders: Folders, state: segments.State, wanted: Rule, share: float) -> bool:
    try:
        return pack(folders, state, _droppable(folders, state, wanted), share)
    except Damaged as damage:
        raise WarehouseError(
            f"{state.name} is damaged at byte {damage.offset:,} ({damage}), so nothing of it was dropped. "
            f"More is told by: wireroom archive verify {state.source_id}"
        ) from None


_NO_RUN = "00000000-0000-0000-0000-000000000000"


def _droppable(folders: Folders, state: segments.State, wanted: Rule) -> array[int]:
    """Offsets of the captures that may lose their pages, ascending: eight bytes each."""
    with closing(reading_copy.connect(folders)) as con:
        found = con.execute(
            sql("keep/droppable"), [state.source_id, state.segment_id, wanted.before, wanted.but_versions]
        )
        offsets = array("Q")
        while batch := found.fetchmany(10_000):
            offsets.extend(offset for offset, _ in batch)
    return offsets


def pack(folders: Folders, state: segments.State, droppable: array[int], share: float = SHARE) -> bool:
    """Write a segment again without the answers of these captures, where that frees `share` of it; whether it did."""
    path = state.path(folders)
    originals = _originals(path, droppable)
    kept = list(joined(_stretches(path, droppable, originals)))
    with path.open("rb") as file:
        layout = extents(file)
    size = path.stat().st_size
    if size - sum(end - begin for begin, end in kept) < share * size:
        return False
    head = warc.opening(state.segment_id, state.name, state.created_at, written(kept, layout.offset(size)))
    write_whole(path, _pieces(path, head, kept))
    return True


def _originals(path: Path, droppable: array[int]) -> set[int]:
    """Captures whose bodies others repeat that are kept."""
    with path.open("rb") as file:
        return {
            entry.same_as
            for entry in entries(file)
            if isinstance(entry, Stored) and entry.same_as is not None and not _among(droppable, entry.offset)
        }


def _stretches(path: Path, droppable: array[int], originals: set[int]) -> Iterator[tuple[int, int]]:
    """What stays: ledger rows, what is known of every capture, and the answers that may not go."""
    until: int | None = None
    with path.open("rb") as file:
        end = extents(file).offset(path.stat().st_size)
        for entry in entries(file):
            if until is not None and entry.offset > until:
                yield until, until  # a blank is left out, and what is before it ends here
            goes = isinstance(entry, Stored) and entry.offset not in originals and _among(droppable, entry.offset)
            until = entry.offset + entry.length
            if isinstance(entry, Stored) and entry.answer is not None and goes:
                yield entry.offset, entry.answer
            else:
                yield entry.offset, entry.offset + (entry.there if isinstance(entry, Stored) else entry.length)
    if until is not None and until < end:
        yield until, until


def _pieces(path: Path, head: bytes, kept: list[tuple[int, int]]) -> Iterator[bytes]:
    yield head
    with path.open("rb") as file:
        layout = extents(file)
        for begin, end in kept:
            left = end - begin
            file.seek(layout.place(begin) if left else 0)
            while left:
                piece = file.read(min(left, _PIECE))
                left -= len(piece)
                yield piece


def _among(offsets: array[int], offset: int) -> bool:
    place = bisect_left(offsets, offset)
    return place < len(offsets) and offsets[place] == offset
