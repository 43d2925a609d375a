"""The raw archive: what outlets sent, appended page by page to one open segment a source, and read back.

A capture is written with one system call and survives `kill -9`; `sync` makes it survive a loss of power. A run cuts
the broken tail that an earlier one left, goes on in its segment, and seals it when it is full: a source has one file a
gigabyte, however often it is read.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from warehouse import rows
from warehouse.archive import batch_notes, segments, warc
from warehouse.archive.captures import Capture, Location, payload_hash
from warehouse.archive.extents import NotKept
from warehouse.archive.open_segment import OpenSegment
from warehouse.archive.reading import captures, history, read, tail, taken
from warehouse.archive.warc_reading import Damaged, Noted
from warehouse.due import Known
from warehouse.folders import Folders
from warehouse.locks import Held

__all__ = [
    "Appender",
    "Capture",
    "Damaged",
    "Location",
    "NotKept",
    "captures",
    "history",
    "payload_hash",
    "read",
    "tail",
    "taken",
]

FULL = 1_000_000_000
"""Bytes after which a segment is sealed."""

AT_ONCE = 200
"""Captures of a tail that are looked up together."""


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Appender:
    """The one writer of a source's archive, to be entered; raises Held where another one is at it.

    Methods may be called from several threads.
    """

    def __init__(
        self,
        folders: Folders,
        source_id: str,
        run_id: str,
        *,
        full: int = FULL,
        hands_over: bool = True,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._folders = folders
        self._source_id = source_id
        self._run_id = run_id
        self._full = full
        self._hands_over = hands_over  # whether a good end means that all there is was spooled
        self._clock = clock
        self._writing = threading.RLock()
        self._held = ExitStack()
        self._segment: OpenSegment | None = None
        self._sealed: list[segments.State] = []  # whose rows are not yet handed over
        self._reported: list[segments.State] = []  # whose rows are

    def __enter__(self) -> Self:
        folder = self._folders.archive / self._source_id
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        with ExitStack() as held:
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Held(f"Another run appends to the archive of {self._source_id}.") from None
            self._take_up()
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._held:
            if kind is None:
                self._end_well()
            if self._segment is not None:
                self._segment.close()
                self._segment = None

    def append(self, capture: Capture, copied: bytes | None = None) -> Location:
        """Write a capture and say where it lies; OSError (a full disk) leaves the segment as it was.

        `copied` is the gzip member of somebody else's WARC file that answers: it goes in byte for byte.
        """
        with self._writing:
            return self._current().append(capture, copied)

    def note(self, batch: Iterable[rows.Row]) -> None:
        """Keep ledger rows that no capture implies, and with them the end of a batch."""
        lines = batch_notes.lines(batch)
        with self._writing:
            segment = self._current()
            segment.write(warc.notes(segment.state.segment_id, self._clock(), lines))

    def blank(self, fetched: rows.Fetched) -> None:
        """Leave nothing of a capture that was appended in this run: it is of an article that was withdrawn."""
        assert fetched.record_offset is not None
        assert fetched.record_length is not None
        with self._writing:
            if self._segment is not None and self._segment.state.segment_id == fetched.segment_id:
                self._segment.blank(fetched.record_offset, fetched.record_length, self._clock())

    def blank_answers(self, locations: Iterable[Location]) -> None:
        """Leave of these captures of this run only what is known of them, and not what was sent."""
        with self._writing:
            for location in locations:
                if self._segment is not None and self._segment.state.segment_id == location.segment_id:
                    self._segment.blank_answer(location.offset, self._clock())

    def sync(self) -> None:
        """Make everything appended so far survive a loss of power."""
        with self._writing:
            if self._segment is not None:
                self._segment.sync()

    def segment_rows(self) -> list[rows.Segment]:
        """Rows for the segments that have changed since this was last asked."""
        with self._writing:
            moment = self._clock()
            changed = [state.row(state.size, moment) for state in self._sealed]
            self._reported += self._sealed
            self._sealed = []
            row = self._segment.row(moment) if self._segment else None
            return [*changed, row] if row else changed

    def unspooled(self, unmentioned: Callable[[Iterable[str]], set[str]]) -> Iterator[tuple[Capture, Location]]:
        """The captures of the tail that nothing mentions: `unmentioned` gives back some of the fetch ids it is given."""
        waiting: list[tuple[Capture, Location]] = []
        for found in tail(self._folders, self._source_id):
            if isinstance(found, Noted):
                continue
            waiting.append(found)
            if len(waiting) >= AT_ONCE:
                yield from _chosen(waiting, unmentioned)
                waiting = []
        yield from _chosen(waiting, unmentioned)

    def noted(self) -> Iterator[rows.Row]:
        """The ledger rows of the tail; a run may have died before it spooled them, and twice is as good as once."""
        for found in tail(self._folders, self._source_id):
            if isinstance(found, Noted):
                yield from batch_notes.rows_of(found.lines)

    def stored(self, known: Known) -> Capture | None:
        """The capture that a known address was read from, or None where it is not in the archive any more."""
        if known.segment_id is None or known.record_offset is None:
            return None
        file = segments.file(self._folders, self._source_id, known.segment_id)
        try:
            capture = read(self._folders, file, known.record_offset) if file else None
        except NotKept:
            return None
        return capture

    def _take_up(self) -> None:
        """Go on in the open segment, its tail cut; segments that were sealed and not reported wait for that."""
        found = segments.states(self._folders, self._source_id)
        self._sealed = [state for state in found if state.digest]
        unsealed = [state for state in found if not state.digest]
        for state in unsealed[:-1]:
            self._retire(state)
        if unsealed:
            self._segment = OpenSegment.resumed(self._folders, unsealed[-1])
            if self._segment is None:
                self._retire(unsealed[-1])

    def _retire(self, state: segments.State) -> None:
        segments.seal(self._folders, state)
        self._sealed.append(state)

    def _current(self) -> OpenSegment:
        """The segment to append to: a new one where there is none, or where it is full."""
        segment = self._segment
        if segment and segment.size >= self._full:
            self._segment = None
            self._sealed.append(segment.seal())
        if self._segment is None:
            self._segment = OpenSegment.begun(self._folders, self._source_id, self._clock())
        return self._segment

    def hand_over(self) -> None:
        """Note that all there is was spooled, so that a later run need not read it again; only while nothing is under way."""
        with self._writing:
            self._end_well()

    def _end_well(self) -> None:
        if not self._hands_over:
            return
        if self._segment is not None:
            self._segment.check()
        for state in self._reported:
            segments.forget(self._folders, state)
        self._reported = []


def _chosen(
    waiting: list[tuple[Capture, Location]], unmentioned: Callable[[Iterable[str]], set[str]]
) -> Iterator[tuple[Capture, Location]]:
    wanted = unmentioned([capture.fetch_id for capture, _ in waiting]) if waiting else set()
    return (found for found in waiting if found[0].fetch_id in wanted)
