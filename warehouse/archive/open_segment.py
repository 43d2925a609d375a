"""The one segment that is being appended to: cut, written and synced through a single descriptor."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from typing import Literal, Self

from warehouse import rows
from warehouse.archive import blanks, segments, warc
from warehouse.archive.captures import Capture, Location
from warehouse.archive.extents import Extents
from warehouse.archive.warc_reading import Damaged, Stored, entries, extents, one, resumption
from warehouse.files import sync_folder
from warehouse.folders import Folders

REMEMBERED = 500
"""Bodies that later captures may refer to rather than carry: the latest ones, so that the state stays small."""


class OpenSegment:
    """A descriptor, the size that is good, and the state beside the file.

    An offset is a place in the file until something before it is dropped; from then on it stays, and the place changes.
    """

    def __init__(
        self, folders: Folders, state: segments.State, descriptor: int, size: int, layout: Extents | None = None
    ) -> None:
        self.state = state
        self.size = size
        self._layout = layout or Extents()
        self._folders = folders
        self._descriptor = descriptor
        self._told: int | None = None  # the size that the last row named

    @classmethod
    def begun(cls, folders: Folders, source_id: str, moment: datetime) -> Self:
        """A new segment with its head; its name survives a loss of power."""
        state = segments.fresh(source_id, moment)
        segments.save(folders, state)
        path = state.path(folders)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        segment = cls(folders, state, descriptor, 0)
        segment.write(warc.opening(state.segment_id, state.name, state.created_at))
        segment.sync()
        sync_folder(path.parent)
        return segment

    @classmethod
    def resumed(cls, folders: Folders, state: segments.State) -> Self | None:
        """The segment with its broken tail cut; None where whole captures follow a damaged one: that is no tail."""
        end = state.checked
        path = state.path(folders)
        with path.open("rb") as file:
            layout = extents(file)
            try:
                for entry in entries(file, state.checked):
                    if isinstance(entry, Stored) and entry.same_as is None:
                        _remember(state, entry.capture, entry.offset)
                    end = entry.offset + entry.length
            except Damaged as damage:
                if resumption(file, damage.offset) is not None:
                    return None
        segment = cls(folders, state, os.open(path, os.O_RDWR | os.O_CLOEXEC), layout.place(end), layout)
        segment._cut()
        segment._told = segment.size
        return segment

    @property
    def end(self) -> int:
        """The offset at which the next record begins."""
        return self._layout.offset(self.size)

    def append(self, capture: Capture, copied: bytes | None = None) -> Location:
        """Write a capture, its body only if no earlier one carries the same; OSError leaves the segment as it was.

        `copied` is the member of somebody else's file that answers, which goes in as it is.
        """
        is_whole = capture.status != 304 and not capture.is_linked
        original = self.state.originals.get(capture.payload_hash or "") if is_whole else None
        if capture.taken is not None and not capture.is_linked:
            kept: Literal["copied", "written"] = "copied" if copied and not original else "written"
            capture = replace(capture, taken=replace(capture.taken, kept=kept))
        data = warc.encoded(capture, self.state.segment_id, original, None if original else copied)
        location = Location(self.state.segment_id, self.end, len(data))
        self.write(data)
        _remember(self.state, capture, location.offset)
        return location

    def write(self, data: bytes) -> None:
        """Append all of `data` or nothing."""
        written = 0
        try:
            while written < len(data):
                written += os.pwrite(self._descriptor, data[written:], self.size + written)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def blank(self, offset: int, length: int, moment: datetime) -> None:
        """Overwrite what lies there; no later capture refers to it."""
        os.pwrite(self._descriptor, blanks.blank(length, moment, "withdrawn"), self._layout.place(offset))
        self.state.originals = {key: own for key, own in self.state.originals.items() if own.offset != offset}

    def blank_answer(self, offset: int, moment: datetime) -> None:
        """Overwrite what was answered in the capture at `offset`; the same answer still need not be stored a second time."""
        with self.state.path(self._folders).open("rb") as file:
            found = one(file, offset)
        if found.answer is not None and found.same_as is None and found.capture.wire:
            length = found.offset + found.length - found.answer
            os.pwrite(self._descriptor, blanks.blank(length, moment, "withdrawn"), self._layout.place(found.answer))

    def sync(self) -> None:
        """Make everything written so far survive a loss of power."""
        os.fsync(self._descriptor)

    def row(self, moment: datetime) -> rows.Segment | None:
        """The segment's row, or None where the last one still holds."""
        if self._told == self.size:
            return None
        self._told = self.size
        return self.state.row(self.size, moment)

    def check(self) -> None:
        """Note that everything so far was handed over, so that the next run need not read it again."""
        if self.state.checked != self.end:
            self.sync()
            self.state.checked = self.end
            segments.save(self._folders, self.state)

    def seal(self) -> segments.State:
        """Close the segment for good and give its state with digest and size."""
        self.sync()
        self.close()
        segments.seal(self._folders, self.state)
        return self.state

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _cut(self) -> None:
        """Cut what follows the last complete capture; where not even the head is whole, write it anew."""
        if os.fstat(self._descriptor).st_size != self.size:
            os.ftruncate(self._descriptor, self.size)
            self.sync()
        if self.size == 0:
            self.write(warc.opening(self.state.segment_id, self.state.name, self.state.created_at))


def _remember(state: segments.State, capture: Capture, offset: int) -> None:
    """Keep in mind that the body of a capture lies there, or that it was asked for again; forget the oldest."""
    key = capture.payload_hash
    if not key or not capture.wire or capture.is_linked:
        return
    known = state.originals.pop(key) if key in state.originals else warc.original(capture, offset)
    state.originals[key] = known  # the last of all, so that it is forgotten last
    while len(state.originals) > REMEMBERED:
        del state.originals[next(iter(state.originals))]
