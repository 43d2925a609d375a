"""Blanking what a source's archive holds of certain addresses, in place: every other byte stays where it is."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from warehouse.archive import batch_notes, blanks, segments, warc
from warehouse.archive.captures import Capture
from warehouse.archive.extents import NotKept
from warehouse.archive.warc_reading import Damaged, Noted, Stored, entries, extents, one, resumption, warcinfo
from warehouse.coding import BadCoding
from warehouse.files import write_whole
from warehouse.folders import Folders

WHY = "withdrawn"
SHORTEST = 24
"""Letters a passage has at least, to be looked for in listings: shorter ones stand in many texts."""

LONGEST = 120
"""Letters of a passage that are looked for."""

AT_ONCE = 100
"""Records that are overwritten together."""

_TAG = re.compile(r"<[^>]*>")

Patch = tuple[int, bytes]
"""The offset of what is overwritten, and the bytes that take its place."""


def passages(texts: Iterable[str]) -> frozenset[str]:
    """The openings of the paragraphs of `texts`, as `mentions` looks for them."""
    paragraphs = (plain(part) for text in texts for part in text.split("\n"))
    return frozenset(part[:LONGEST] for part in paragraphs if len(part) >= SHORTEST)


def plain(text: str) -> str:
    """A text or page without tags and entities, in small letters and single blanks."""
    without = _TAG.sub(" ", html.unescape(html.unescape(text)).replace("<![CDATA[", " "))
    return " ".join(without.split()).casefold()


def erase(
    folders: Folders, source_id: str, url_keys: frozenset[str], sought: frozenset[str], moment: datetime
) -> list[segments.State]:
    """Blank every capture of these addresses, and every listing with one of the passages; the sealed segments it changed.

    Who calls it holds the source's lock. Twice does no harm.
    """
    journal = folders.withdrawals / f"{source_id}.journal"
    _again(folders, journal)
    changed = []
    for path in segments.files(folders, source_id):
        state = segments.state_of(folders, path)
        overwritten = _overwrite(folders, journal, path, _patches(path, url_keys, sought, moment))
        if not state.digest:
            _forget_originals(folders, path, state)
        elif overwritten:
            segments.reseal(folders, state)
            changed.append(state)
    journal.unlink(missing_ok=True)
    return changed


def _patches(path: Path, url_keys: frozenset[str], sought: frozenset[str], moment: datetime) -> Iterator[Patch]:
    for entry in _entries(path):
        if isinstance(entry, Noted):
            left = batch_notes.without(entry.lines, url_keys)
            if left is not None:
                yield entry.offset, _smaller_notes(path, left, entry.length, moment)
        elif entry.capture.role == "article" and not url_keys.isdisjoint(_keys(entry.capture)):
            yield entry.offset, blanks.blank(entry.there, moment, WHY)
        elif entry.capture.role != "article" and entry.answer is not None and mentions(entry.capture, sought):
            end = entry.offset + entry.length
            yield entry.answer, blanks.blank(end - entry.answer, moment, WHY)


def mentions(capture: Capture, sought: frozenset[str]) -> bool:
    """Whether a listing carries one of the passages."""
    if not capture.wire or not sought:
        return False
    try:
        body = capture.body
    except BadCoding:
        body = capture.wire
    text = plain(body.decode("utf-8", "replace"))
    return any(passage in text for passage in sought)


def _entries(path: Path) -> Iterator[Stored | Noted]:
    """All that can be read of a segment, whatever is damaged in between."""
    offset: int | None = 0
    with path.open("rb") as file:
        while offset is not None:
            try:
                yield from entries(file, offset)
            except Damaged as damage:
                offset = resumption(file, damage.offset)
            else:
                return


def _keys(capture: Capture) -> set[str | None]:
    return {capture.url_key, capture.final_key}


def _smaller_notes(path: Path, lines: list[bytes], length: int, moment: datetime) -> bytes:
    """A record of the remaining ledger rows, as long as the one with all of them."""
    with path.open("rb") as file:
        segment = warcinfo(file)
    return blanks.refilled(warc.notes(segment.segment_id, moment, lines), length, moment, WHY)


def _forget_originals(folders: Folders, path: Path, state: segments.State) -> None:
    """Let no later capture refer to one that is blank now."""
    with path.open("rb") as file:
        state.originals = {key: own for key, own in state.originals.items() if _is_there(file, own.offset)}
    segments.save(folders, state)


def _is_there(file: BinaryIO, offset: int) -> bool:
    try:
        return one(file, offset).answer is not None
    except (Damaged, NotKept):
        return False


def _overwrite(folders: Folders, journal: Path, path: Path, patches: Iterator[Patch]) -> int:
    """Write the patches where their offsets lie; how many. What a loss of power leaves half done, the journal can do again."""
    with path.open("rb") as file:
        layout = extents(file)
    count = 0
    while chunk := list(islice(patches, AT_ONCE)):
        name = str(path.relative_to(folders.archive))
        written = [(name, layout.place(offset), data) for offset, data in chunk]
        write_whole(journal, [msgspec.msgpack.encode(written)])
        _write(folders, written)
        count += len(chunk)
    return count


def _again(folders: Folders, journal: Path) -> None:
    """Do again what was being written when a withdrawal was stopped."""
    if journal.exists():
        _write(folders, msgspec.msgpack.decode(journal.read_bytes(), type=list[tuple[str, int, bytes]]))


def _write(folders: Folders, written: list[tuple[str, int, bytes]]) -> None:
    path = folders.archive / written[0][0]
    path.chmod(0o644)
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for _, place, data in written:
            os.pwrite(descriptor, data, place)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
