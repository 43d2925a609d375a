"""Somebody else's WARC files that the archive refers to instead of copying them (`wireroom import --link`).

archive/<source>/<first letters of its id>.linked.json    where the file lies; to be changed where it moves

The archive keeps the metadata of each capture, with the place of its record in that file. What is missing or changed there
is not kept, and said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from warehouse.archive import answers, foreign
from warehouse.archive.captures import Capture
from warehouse.archive.extents import NotKept
from warehouse.files import write_whole
from warehouse.rows import Segment

SUFFIX = ".linked.json"


class LinkLost(NotKept):
    """A page that lies in a linked file which is not there as it was: missing, though no [keep] dropped it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A file that is linked, as it was then."""

    segment_id: str
    file: str  # absolute
    size: int
    digest: str  # sha256

    def row(self, source_id: str, moment: datetime) -> Segment:
        """The file as the table `segments` keeps it."""
        return Segment(self.segment_id, source_id, self.file, "linked", self.size, self.digest, moment)


def place(folder: Path, segment_id: str) -> Path:
    """Where the link to a file lies in a source's folder of the archive."""
    return folder / f"{segment_id[:8]}{SUFFIX}"


def save(folder: Path, link: Link) -> None:
    """Write a link down."""
    write_whole(place(folder, link.segment_id), [msgspec.json.format(msgspec.json.encode(link)) + b"\n"])


def read(path: Path) -> Link:
    """A link; raises LinkLost where it is gone or cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Link)
    except FileNotFoundError:
        raise LinkLost(f"The page lies in a file that was linked, and {path}, which says where, is gone.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise LinkLost(f"{path} cannot be read: {error}.") from None


def links(folder: Path) -> Iterator[Link]:
    """The links of a source's folder."""
    yield from map(read, paths(folder))


def paths(folder: Path) -> list[Path]:
    """Where the links of a source's folder lie."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def filled(folder: Path, capture: Capture) -> Capture:
    """A capture with headers and body out of the linked file; raises LinkLost where they are not there any more."""
    taken = capture.taken
    assert taken is not None
    link = read(place(folder, taken.segment_id or ""))
    try:
        with open(link.file, "rb") as file:
            found = foreign.at(file, taken.offset)
    except OSError as error:
        raise LinkLost(
            f"The page lies in {link.file}, which cannot be read ({error.strerror}). Where it has moved, "
            f"write the new place into {place(folder, link.segment_id)}."
        ) from None
    if found is None or found.block is None or found.head.record_id != taken.record_id:
        raise LinkLost(f"The page lay at byte {taken.offset:,} of {link.file}, which was changed since it was linked.")
    headers, wire = content(found.block)
    return replace(capture, headers=headers, wire=wire)


def content(block: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Headers and body that a foreign record's block holds, the chunks of its transfer undone; a file has no headers."""
    answer = answers.answer(block)
    return (answer.headers, answer.body) if answer else ((), block)
