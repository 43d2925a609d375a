"""Records of somebody else's WARC and ARC files: read one after the other in bounded memory, damaged spots passed over.

A file is plain, or one gzip member or zstd frame a record, or one long stream; the offsets of a long stream count its
inflated bytes. What a record says of itself is believed only as far as its bytes agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from warehouse.archive.containers import Broken
from warehouse.archive.streams import Stream, opened

LARGEST = 64 * 1024 * 1024
"""Bytes of a record that are taken into memory; larger ones are passed over."""

LONGEST_HEAD = 64 * 1024
"""Bytes that the named fields of a record may take."""

LONGEST_LINE = 8 * 1024
"""Bytes of the line that heads a record of an ARC file."""

MOST_PASSED_OVER = 4 * 1024**3
"""Inflated bytes of one record that are read past before it counts as endless."""

_VERSION = re.compile(rb"WARC/\d\.\d+$")
_VERSIONS = frozenset({b"WARC/0.17", b"WARC/0.18", b"WARC/1.0", b"WARC/1.1"})
_ARC = re.compile(rb"(\S+) (\S+) (\d{8,14}) (\S+) (?:.* )?(\d+)$")
_CLOSING = b"\r\n\r\n"
_CLOSINGS = (_CLOSING, b"\n\n")  # after these a record was as long as it says, whatever follows
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_MOMENT = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class Head:
    """The named fields of a record, by their names in small letters, and where it begins."""

    offset: int
    fields: dict[str, str]
    length: int  # of its block
    is_arc: bool = False

    @property
    def kind(self) -> str:
        """response, resource, revisit, request, metadata, warcinfo, conversion, …"""
        return self.fields.get("warc-type", "").lower()

    @property
    def url(self) -> str | None:
        """The address that the record is about."""
        return self.fields.get("warc-target-uri", "").strip("<> ") or None

    @property
    def record_id(self) -> str | None:
        """Its own name."""
        return self.fields.get("warc-record-id") or None

    @property
    def moment(self) -> datetime | None:
        """When it was captured, naive UTC; None where that cannot be read."""
        return moment(self.fields.get("warc-date", ""))


@dataclass(frozen=True, slots=True)
class Foreign:
    """A record that was read; `block` is None where nobody wanted it or it is too large, as `head.length` then says."""

    head: Head
    block: bytes | None = None
    member: bytes | None = None  # the gzip member verbatim, where it holds this record alone and is well formed
    is_in_place: bool = False  # whether `at` finds it again


@dataclass(frozen=True, slots=True)
class Damage:
    """A spot that cannot be read: nothing from `offset` on, until the next record that begins after it."""

    offset: int
    message: str
    is_tail: bool = False  # nothing that can be read follows


def walk(
    file: BinaryIO,
    wanted: Callable[[Head], bool] = lambda head: True,
    told: Callable[[int], None] = lambda place: None,
    begin: int = 0,
) -> Iterator[Foreign | Damage]:
    """Every record from a place on, with its block where it is `wanted`; `told` hears the place in the file."""
    stream = opened(file, begin)
    while True:
        try:
            if not stream.advance():
                return
            yield from _records(stream, wanted, told)
        except Broken as broken:
            place = stream.resume()
            yield Damage(stream.began, str(broken), is_tail=place is None)
            if place is None:
                return


def at(file: BinaryIO, offset: int) -> Foreign | None:
    """The record that begins at `offset` of a plain file, or of one with a member a record; None where none does."""
    found = next(walk(file, begin=offset), None)
    return found if isinstance(found, Foreign) and found.head.offset == offset else None


def moment(text: str) -> datetime | None:
    """A WARC or ARC date as naive UTC; None where it is none."""
    text = text.strip()
    try:
        if text.isdigit():
            return datetime.strptime(text[:14].ljust(14, "0"), _MOMENT).replace(tzinfo=UTC).replace(tzinfo=None)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):  # the latter of a zone that leads out of the calendar
        return None


def _records(stream: Stream, wanted: Callable[[Head], bool], told: Callable[[int], None]) -> Iterator[Foreign]:
    """The records of one member: usually one, all of them where the whole file is one stream."""
    while (plain := _plain_head(stream)) is not None:
        began, lines, size = plain
        head = _head(began, lines)
        block = None
        if head.length <= LARGEST and wanted(head):
            block = stream.take(head.length)
            if len(block) < head.length:
                raise Broken("The record is shorter than it says.")
        else:
            _pass_over(stream, head)
        closing = stream.breaks()
        is_last = stream.ended()
        if not is_last and closing not in _CLOSINGS and not _opens(stream):
            raise Broken("The record is not as long as it says.")
        alone = is_last and stream.heads_member
        told(stream.place)
        sound = alone and closing == _CLOSING and _is_plain(lines) and not head.is_arc and size == _written(lines)
        yield Foreign(head, block, stream.raw() if sound and block is not None else None, stream.is_in_place)


def _plain_head(stream: Stream) -> tuple[int, list[bytes], int] | None:
    """Where the next head begins, its lines, and its bytes; None at the end of the member."""
    stream.breaks()
    if stream.ended():
        return None
    began = stream.began = stream.offset
    if not stream.peek(5).startswith(b"WARC/"):
        line = stream.line(LONGEST_LINE)
        if line is None or not _ARC.match(line.strip()):
            raise Broken("No record begins here.")
        return began, [line.strip()], len(line)
    head = stream.head(LONGEST_HEAD)
    if head is None:
        raise Broken("The head of the record does not end.")
    # A line that begins with a blank goes on with the one before it.
    return began, _FOLDED.sub(b" ", head).splitlines()[:-1], len(head)


def _is_plain(lines: list[bytes]) -> bool:
    """Whether the fields are named as all readers know them: the standard lets their letters be small or capital."""
    names = [line.partition(b":")[0] for line in lines[1:]]
    return lines[0].strip() in _VERSIONS and names.count(b"WARC-Type") == names.count(b"Content-Length") == 1


def _written(lines: list[bytes]) -> int:
    """Bytes of a head whose lines all end with CR and LF, as the standard wants it."""
    return sum(len(line) + 2 for line in lines) + 2


def _head(began: int, lines: list[bytes]) -> Head:
    version = lines[0].strip()
    arc = _ARC.match(version)
    if arc and not version.startswith(b"WARC/"):
        url, _, date, content_type, length = (part.decode("utf-8", "replace") for part in arc.groups())
        kind = "warcinfo" if url.startswith("filedesc:") else "response"
        fields = {"warc-type": kind, "warc-target-uri": url, "warc-date": date, "content-type": content_type}
        return Head(began, fields, _size(length), is_arc=True)
    if not _VERSION.match(version):
        raise Broken("The record names no version of WARC.")
    fields = {}
    for line in lines[1:]:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return Head(began, fields, _size(fields.get("content-length", "")))


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Broken("The record does not say how long it is.")
    return int(text)


def _pass_over(stream: Stream, head: Head) -> None:
    if head.length > MOST_PASSED_OVER:
        raise Broken(f"The record says that it has {head.length:,} bytes, more than one may have.")
    if stream.skip(head.length) < head.length:
        raise Broken("The record is shorter than it says.")


def _opens(stream: Stream) -> bool:
    """Whether a record begins here."""
    start = stream.peek(LONGEST_LINE)
    return start.startswith(b"WARC/") or _ARC.match(start.partition(b"\n")[0].strip()) is not None
