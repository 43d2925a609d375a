"""Reading the archive: one capture, all of a file, what nobody has handed over yet, or everything with a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from warehouse.archive import segments
from warehouse.archive.captures import Capture, Location, Taken
from warehouse.archive.extents import NotKept
from warehouse.archive.warc_reading import Damaged, Noted, Stored, entries, one, resumption, stored, whole
from warehouse.folders import Folders

_ADVICE = "All that is wrong is told by: wireroom archive verify"


def read(folders: Folders, file: str, offset: int) -> Capture:
    """The capture at `offset` of a segment named relative to the archive folder; raises Damaged, NotKept or OSError."""
    with (folders.archive / file).open("rb") as opened:
        found = one(opened, offset)
    if found.answer is None and found.capture.is_answered and not found.capture.is_linked:
        raise NotKept(f"The page at {offset} was dropped, and only what is known of it was kept.")
    return found.capture


def taken(folders: Folders, file: str, offset: int) -> Taken | None:
    """Where the capture at `offset` was imported from; None for one that was fetched, or that is not there."""
    with (folders.archive / file).open("rb") as opened:
        try:
            found = next(stored(opened, offset), None)
        except (Damaged, NotKept):
            return None
    return found.capture.taken if found else None


def tail(folders: Folders, source_id: str) -> Iterator[tuple[Capture, Location] | Noted]:
    """The complete captures and ledger rows that no run is known to have handed over, oldest first, and where they lie."""
    for state in segments.states(folders, source_id):
        with state.path(folders).open("rb") as file, state.path(folders).open("rb") as again:
            try:
                for entry in entries(file, state.checked):
                    if isinstance(entry, Noted):
                        yield entry
                    elif (capture := _there(entry, again)) is not None:
                        yield capture, Location(state.segment_id, entry.offset, entry.length)
            except Damaged:
                continue  # an incomplete capture was never acknowledged, and the appender cuts it


def history(folders: Folders, source_id: str) -> Iterator[Stored | Noted]:
    """All that a source's archive keeps, in the order in which it was written, bodies filled in; raises Damaged.

    A tail that was cut short is passed over, as the next run cuts it.
    """
    for path in segments.files(folders, source_id):
        with path.open("rb") as file, path.open("rb") as again:
            try:
                for entry in entries(file):
                    if isinstance(entry, Noted):
                        yield entry
                    else:
                        yield replace(entry, capture=_there(entry, again) or entry.capture)
            except Damaged as damage:
                if resumption(again, damage.offset) is not None:
                    raise Damaged(
                        damage.offset, f"{path} is damaged at byte {damage.offset:,}: {damage} {_ADVICE}"
                    ) from None


def captures(path: Path, on_damage: Callable[[Damaged], None] | None = None) -> Iterator[Capture]:
    """Every capture of a segment in order, bodies filled in.

    A damaged spot raises Damaged, or is told to `on_damage` and passed over.
    """
    with path.open("rb") as file, path.open("rb") as again:
        for item in _all(file, on_damage):
            if isinstance(item, Noted):
                continue
            try:
                yield _there(item, again) or item.capture
            except Damaged as damage:
                if on_damage is None:
                    raise
                on_damage(damage)


def entries_of(path: Path, on_damage: Callable[[Damaged], None]) -> Iterator[Stored | Noted]:
    """All that a segment keeps, bodies filled in; a damaged spot is told and passed over."""
    with path.open("rb") as file, path.open("rb") as again:
        for entry in _all(file, on_damage):
            try:
                yield entry if isinstance(entry, Noted) else replace(entry, capture=whole(entry, again))
            except NotKept as lost:
                on_damage(Damaged(entry.offset, str(lost)))
                yield entry
            except Damaged as damage:
                on_damage(damage)


def _all(file: BinaryIO, on_damage: Callable[[Damaged], None] | None) -> Iterator[Stored | Noted]:
    offset: int | None = 0
    while offset is not None:
        try:
            yield from entries(file, offset)
        except Damaged as damage:
            if on_damage is None:
                raise
            on_damage(damage)
            offset = resumption(file, damage.offset)
        else:
            return


def _there(item: Stored, again: BinaryIO) -> Capture | None:
    """A capture with its body, or None where that lies in a linked file which is not there any more."""
    try:
        return whole(item, again)
    except NotKept:
        if item.capture.is_linked:
            return None
        raise
