"""Reading segments back: complete members only, and captures with all that was known of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, BinaryIO

import msgspec
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from warehouse.captures import Capture, Location

_CHUNK = 1 << 17
_MAGIC = b"\x1f\x8b\x08"
_AFTER_RECORD = 4  # the two empty lines that end every record


class Damaged(Exception):
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


def stored(file: BinaryIO, offset: int = 0) -> Iterator[Stored]:
    """Every complete capture from `offset` on; raises Damaged at the first that is not (a cut tail included).

    Bodies that are stored once for several captures are not filled in.
    """
    waiting: Member | None = None
    segment_id = ""
    for member in members(file, offset):
        record = _record(member)
        kind = record.record_type
        if kind == WarcRecordType.warcinfo:
            continue
        segment_id = _id(record.headers.get("WARC-Warcinfo-ID") or "")
        if waiting is None and kind == WarcRecordType.metadata:
            if record.headers.get("WARC-Concurrent-To"):
                waiting = member
            elif record.headers.get("Content-Type") == "application/json":
                yield _stored(segment_id, member, None)
        elif waiting is not None and kind in (WarcRecordType.response, WarcRecordType.revisit):
            yield _stored(segment_id, waiting, member)
            waiting = None
        else:
            raise Damaged((waiting or member).offset, f"A {kind.name} record stands where none may.")
    if waiting is not None:
        raise Damaged(waiting.offset, "The metadata is there, the response that it describes is not.")


def segment_id(file: BinaryIO) -> str:
    """The id of a segment, from the `warcinfo` record at its head; raises Damaged."""
    for member in members(file):
        record = _record(member)
        if record.record_type == WarcRecordType.warcinfo:
            return _id(record.record_id or "")
        break
    raise Damaged(0, "The file has no warcinfo record at its head.")


def one(file: BinaryIO, offset: int) -> Stored:
    """The capture that begins at `offset`, its body filled in; raises Damaged."""
    found = next(stored(file, offset), None)
    if found is None or found.offset != offset:
        raise Damaged(offset, "No capture begins here.")
    if found.same_as is None:
        return found
    return replace(found, capture=filled(found.capture, one(file, found.same_as).capture))


def filled(capture: Capture, original: Capture) -> Capture:
    """A capture with the body of the one it repeats."""
    return replace(capture, wire=original.wire, content_encoding=original.content_encoding)


def members(file: BinaryIO, offset: int = 0) -> Iterator[Member]:
    """Every gzip member from `offset` on; raises Damaged where one is cut or its checksum is wrong."""
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
    file.seek(damaged + 1)
    rest = file.read()  # a tail; or, where a disk has failed, at most a segment
    at = rest.find(_MAGIC)
    while at >= 0:
        start = damaged + 1 + at
        try:
            if next(stored(file, start), None) is not None:
                return start
        except Damaged:
            pass  # three bytes that looked like a member, or a response whose metadata is lost
        at = rest.find(_MAGIC, at + 1)
    return None


def _record(member: Member) -> WarcRecord:
    """The one WARC record of a member, not yet read; its length must be what it says."""
    for record in ArchiveIterator(BytesIO(member.content), parse_http=False):
        head = member.content.find(b"\r\n\r\n") + 4
        if len(member.content) - head - _AFTER_RECORD != record.content_length:
            raise Damaged(member.offset, "A record is not as long as it says.")
        return record
    raise Damaged(member.offset, "A member holds no WARC record.")


def _stored(segment: str, metadata: Member, answer: Member | None) -> Stored:
    record = _record(metadata)
    end = (answer or metadata).end
    location = Location(segment, metadata.offset, end - metadata.offset)
    try:
        known: dict[str, Any] = msgspec.json.decode(record.reader.read())
        same_as = known.pop("same_as", None)
        capture = msgspec.convert({**known, "location": location}, Capture, strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError) as error:
        raise Damaged(metadata.offset, f"The metadata cannot be read ({error}).") from None
    if answer is not None:
        record = _record(answer)
        record.parse_http()
        headers = tuple((name, value) for name, value in record.http_headers.astuples())
        capture = replace(capture, headers=headers, wire=record.reader.read())
    return Stored(capture, metadata.offset, end - metadata.offset, same_as)


def _id(urn: str) -> str:
    return urn.strip("<>").removeprefix("urn:uuid:")
