"""Reading segments back: complete members only, and captures with all that was known of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from warehouse.archive import blanks, links, warc
from warehouse.archive.captures import Capture, Location
from warehouse.archive.extents import Extents
from warehouse.archive.extents import read as read_extents
from warehouse.errors import WarehouseError

_CHUNK = 1 << 17
_MAGIC = b"\x1f\x8b\x08"
_AFTER_RECORD = 4  # the two empty lines that end every record


class Damaged(WarehouseError):
    """Bytes that are no complete capture; `offset` is where they begin."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member, whole and with a right checksum."""

    offset: int
    length: int
    content: bytes

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture as it lies in its file; `same_as` is the offset of the capture whose body it repeats."""

    capture: Capture
    offset: int
    length: int
    same_as: int | None = None
    answer: int | None = None  # offset of the member that answers; None where there was no answer or it is not kept
    there: int = 0  # bytes of `length` that are kept, from `offset` on


@dataclass(frozen=True, slots=True)
class Noted:
    """Ledger rows that no capture implies, as lines of a spool file; they end a batch."""

    lines: tuple[bytes, ...]
    offset: int
    length: int


def stored(file: BinaryIO, offset: int = 0) -> Iterator[Stored]:
    """Every complete capture from `offset` on; raises Damaged at the first that is not (a cut tail included).

    Bodies that are stored once for several captures are not filled in.
    """
    return (entry for entry in entries(file, offset) if isinstance(entry, Stored))


def entries(file: BinaryIO, offset: int = 0) -> Iterator[Stored | Noted]:
    """Captures and ledger rows in the order in which they were written; raises Damaged as `stored` does."""
    layout = extents(file)
    waiting: Member | None = None
    for member in _members_from(file, layout, offset):
        record = _record(member)
        kind, content_type = record.record_type, record.headers.get("Content-Type")
        if waiting is not None and _answers(member, record, waiting):
            yield _stored(waiting, None if content_type == blanks.FIELDS else member, member.end)
            waiting = None
            continue
        if waiting is not None:
            yield _without_answer(waiting, layout)
            waiting = None
        if kind == WarcRecordType.metadata and record.headers.get("WARC-Concurrent-To"):
            waiting = member
        elif kind == WarcRecordType.metadata and content_type == "application/json":
            yield _stored(member, None, member.end)
        elif kind == WarcRecordType.metadata and content_type == warc.LINES:
            yield Noted(tuple(record.reader.read().splitlines(keepends=True)), member.offset, member.length)
        elif kind != WarcRecordType.warcinfo and content_type != blanks.FIELDS:
            raise Damaged(member.offset, f"A record of type {record.headers.get('WARC-Type')} stands where none may.")
    if waiting is not None:
        yield _without_answer(waiting, layout)


def extents(file: BinaryIO) -> Extents:
    """What of a segment is kept, as its head says; where the head cannot be read, the segment counts as unpacked."""
    try:
        head = next(members(file), None)
        record = _record(head) if head else None
    except Damaged:
        return Extents()
    if head is None or record is None or record.record_type != WarcRecordType.warcinfo:
        return Extents()
    return read_extents(record.reader.read().decode(), head.length)


@dataclass(frozen=True, slots=True)
class Head:
    """What the `warcinfo` record of a segment says."""

    segment_id: str
    created_at: datetime


def warcinfo(file: BinaryIO) -> Head:
    """The head of a segment; raises Damaged."""
    for member in members(file):
        record = _record(member)
        if record.record_type == WarcRecordType.warcinfo:
            created_at = datetime.fromisoformat(record.headers.get("WARC-Date") or "")
            return Head(_id(record.record_id or ""), created_at.replace(tzinfo=None))
        break
    raise Damaged(0, "The file has no warcinfo record at its head.")


def one(file: BinaryIO, offset: int) -> Stored:
    """The capture that begins at `offset`, its body filled in; raises Damaged or NotKept."""
    found = next(stored(file, offset), None)
    if found is None or found.offset != offset:
        raise Damaged(offset, "No capture begins here.")
    return replace(found, capture=whole(found, file))


def whole(item: Stored, file: BinaryIO) -> Capture:
    """A capture of this segment with its body, wherever that lies; raises Damaged or NotKept."""
    if item.same_as is not None:
        return filled(item.capture, one(file, item.same_as).capture)
    return links.filled(Path(file.name).parent, item.capture) if item.capture.is_linked else item.capture


def filled(capture: Capture, original: Capture) -> Capture:
    """A capture with the body of the one it repeats."""
    return replace(capture, wire=original.wire, content_encoding=original.content_encoding)


def members(file: BinaryIO, offset: int = 0) -> Iterator[Member]:
    """Every gzip member from that place of the file on; raises Damaged where one is cut or its checksum is wrong."""
    file.seek(offset)
    rest = b""
    while True:
        decoder = zlib.decompressobj(zlib.MAX_WBITS + 16)
        pieces: list[bytes] = []
        read = 0
        while not decoder.eof:
            data = rest or file.read(_CHUNK)
            rest = b""
            if not data:
                if read:
                    raise Damaged(offset, "The file ends inside a record.")
                return
            read += len(data)
            try:
                pieces.append(decoder.decompress(data))
            except zlib.error as error:
                raise Damaged(offset, f"A record is damaged ({error}).") from None
        rest = decoder.unused_data
        length = read - len(rest)
        yield Member(offset, length, b"".join(pieces))
        offset += length


def resumption(file: BinaryIO, damaged: int) -> int | None:
    """The offset of the next whole capture after a damaged one, or None where only a cut tail follows."""
    layout = extents(file)
    for place in _magic(file, layout.place(damaged) + 1):
        offset = layout.offset(place)
        try:
            if next(entries(file, offset), None) is not None:
                return offset
        except Damaged:
            continue  # three bytes that looked like a member, or a response whose metadata is lost
    return None


def _magic(file: BinaryIO, place: int) -> Iterator[int]:
    """Places where a gzip member may begin."""
    while True:
        file.seek(place)
        piece = file.read(_CHUNK)
        if len(piece) < len(_MAGIC):
            return
        at = piece.find(_MAGIC)
        while at >= 0:
            yield place + at
            at = piece.find(_MAGIC, at + 1)
        place += len(piece) - len(_MAGIC) + 1


def _members_from(file: BinaryIO, layout: Extents, offset: int) -> Iterator[Member]:
    """The members from an offset on, each with its offset in place of its place."""
    try:
        for member in members(file, layout.place(offset)):
            yield replace(member, offset=layout.offset(member.offset))
    except Damaged as damage:
        raise Damaged(layout.offset(damage.offset), str(damage)) from None


_ANSWERS = (WarcRecordType.response, WarcRecordType.revisit, WarcRecordType.resource)


def _answers(member: Member, record: WarcRecord, waiting: Member) -> bool:
    """Whether a member is the answer that the metadata before it describes, or the blank in its place."""
    kind, content_type = record.record_type, record.headers.get("Content-Type")
    blank = kind == WarcRecordType.metadata and content_type == blanks.FIELDS
    return member.offset == waiting.end and (blank or kind in _ANSWERS)


def _without_answer(waiting: Member, layout: Extents) -> Stored:
    """The capture whose answer was dropped when its segment was packed; Damaged where it is missing for no reason."""
    if waiting.end >= layout.end or layout.holds(waiting.end):
        raise Damaged(waiting.offset, "The metadata is there, the response that it describes is not.")
    return replace(_stored(waiting, None, layout.after(waiting.end)), there=waiting.length)


def _record(member: Member) -> WarcRecord:
    """The one WARC record of a member, not yet read; its length must be what it says."""
    try:
        record = next(iter(ArchiveIterator(BytesIO(member.content), parse_http=False)), None)
    except OSError:
        record = None  # a page that was sent packed and is stored as it came is a member to whoever looks inside of it
    if record is None:
        raise Damaged(member.offset, "A member holds no WARC record.")
    head = member.content.find(b"\r\n\r\n") + 4
    if len(member.content) - head - _AFTER_RECORD != record.content_length:
        raise Damaged(member.offset, "A record is not as long as it says.")
    return record


def _stored(metadata: Member, answer: Member | None, end: int) -> Stored:
    record = _record(metadata)
    location = Location(_id(record.headers.get("WARC-Warcinfo-ID") or ""), metadata.offset, end - metadata.offset)
    try:
        known: dict[str, Any] = msgspec.json.decode(record.reader.read())
        same_as = known.pop("same_as", None)
        capture = msgspec.convert({**known, "location": location}, Capture, strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError) as error:
        raise Damaged(metadata.offset, f"The metadata cannot be read ({error}).") from None
    if answer is None:
        return Stored(capture, metadata.offset, location.length, there=location.length)
    headers, wire = _answer_of(_record(answer), capture)
    capture = replace(capture, headers=headers, wire=wire)
    return Stored(capture, metadata.offset, location.length, same_as, answer.offset, location.length)


def _answer_of(record: WarcRecord, capture: Capture) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Headers and body of the record that answers; what was copied from elsewhere may still have the transfer's chunks."""
    if capture.taken is not None and capture.taken.kept == "copied":
        return links.content(record.reader.read())
    if capture.status is None:
        return (), record.reader.read()
    record.parse_http()
    return tuple((name, value) for name, value in record.http_headers.astuples()), record.reader.read()


def _id(urn: str) -> str:
    return urn.strip("<>").removeprefix("urn:uuid:")
