"""Captures as WARC/1.1 records and back, one gzip member a record, so that any web-archive tool reads the files.

A capture is a `metadata` record with all that only we know, followed by the `response` that it describes (`revisit`
for an identical payload or a 304). Both are written at once, the metadata first: a complete response implies it.
Each batch ends with a `metadata` record of ledger rows that no capture implies: addresses, units, the run.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

from warehouse.archive.captures import Capture

VERSION = "WARC/1.1"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
LEVEL = 6
LINES = "application/x-ndjson"
"""Content type of a record of ledger rows."""

# Never kept: what lets somebody in. Kept under another name: what no longer fits the bytes that are stored.
SECRET = frozenset(
    {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization", "authentication-info"}
)
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # of a gzip member: no name, no time, system unknown
_BLOCK = 65_535  # bytes in one stored block of a deflate stream
_WINDOW = 4096  # bytes; for less than that zlib need not set aside its whole window, which costs more than the packing
_SMALL, _LARGE = (-12, 5), (-zlib.MAX_WBITS, 8)  # bits of the window (of a stream without a frame) and level of memory
_END = b"\r\n\r\n"
_ASCII = "".join(map(chr, range(32, 127)))
_ORIGINALLY = "X-Archive-Orig-"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Original:
    """The record that carries a payload which a later one repeats; `offset` is its capture's, in the same segment."""

    offset: int
    record_id: str
    uri: str
    date: str
    digest: str


def opening(segment_id: str, file_name: str, created_at: datetime, packed: str = "") -> bytes:
    """The `warcinfo` member that heads a segment; its record id is the segment's, `packed` says what of it is kept."""
    fields = f"software: Wireroom\r\nformat: {VERSION}\r\nconformsTo: https://iipc.github.io/warc-specifications/\r\n"
    named = {"WARC-Filename": file_name, "Content-Type": "application/warc-fields"}
    return _member("warcinfo", _urn(segment_id), created_at, (fields + packed).encode(), named)


def encoded(capture: Capture, segment_id: str, original: Original | None = None, copied: bytes | None = None) -> bytes:
    """The members of one capture; with an `original` the body is not written again, a `copied` answer goes in as it is."""
    own = {"WARC-Warcinfo-ID": _urn(segment_id)}
    alone = capture.is_linked or not capture.is_answered
    record_id = _urn(capture.fetch_id if alone else str(uuid.uuid4()))
    concurrent = {} if alone else {"WARC-Concurrent-To": _answer_id(capture)}
    fields = {**own, **concurrent, "WARC-Target-URI": uri(capture), "Content-Type": "application/json"}
    metadata = _member("metadata", record_id, capture.observed_at, _metadata(capture, original), fields)
    return metadata if alone else metadata + (copied or _answer(capture, own, original))


def notes(segment_id: str, moment: datetime, lines: Sequence[bytes]) -> bytes:
    """The member that keeps ledger rows which no capture implies: one JSON object a line, as in the spool."""
    record_id = str(uuid.uuid4())
    own = {"WARC-Warcinfo-ID": _urn(segment_id), "Content-Type": LINES}
    # An address of its own, so that an index of pages has no line without one.
    own["WARC-Target-URI"] = f"urn:wireroom:batch:{record_id}"
    return _member("metadata", _urn(record_id), moment, b"".join(lines), own)


def original(capture: Capture, offset: int) -> Original:
    """What later captures with the same payload refer to."""
    return Original(
        offset=offset,
        record_id=_answer_id(capture),
        uri=uri(capture),
        date=date(capture.observed_at),
        digest=(capture.taken and capture.taken.digest) or payload_digest(capture.wire),
    )


def uri(capture: Capture) -> str:
    """The address that answered, fit for a header line."""
    return _quoted(capture.final_url or capture.requested_url)


@lru_cache(maxsize=1)  # each of a capture's records names it
def _quoted(url: str) -> str:
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def date(moment: datetime) -> str:
    """A naive UTC time as WARC writes it."""
    return moment.isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=1)  # it is asked for once for the record and once for whoever refers to that
def payload_digest(wire: bytes) -> str:
    """The digest of a body as other tools compute it: sha1 of what the wire carried, in base32."""
    return _digest(wire)


def _metadata(capture: Capture, original: Original | None) -> bytes:
    known: dict[str, Any] = msgspec.to_builtins(capture, builtin_types=(bytes,))
    del known["wire"], known["headers"], known["location"]
    kept = {name: value for name, value in known.items() if value is not None}
    if original is not None:
        kept["same_as"] = original.offset
    return msgspec.json.encode(kept)


def _answer(capture: Capture, own: dict[str, str], original: Original | None) -> bytes:
    """The response as the wire carried it, or the revisit that stands for it."""
    wire = b"" if original or capture.status == 304 else capture.wire
    headers = {**own, "WARC-Target-URI": uri(capture), "Content-Type": "application/http; msgtype=response"}
    kind = "revisit" if original or capture.status == 304 else "response"
    if capture.status is None and original is None:
        kind, headers["Content-Type"] = "resource", capture.content_type or "application/octet-stream"
    if original:
        headers |= {
            "WARC-Profile": IDENTICAL,
            "WARC-Refers-To": original.record_id,
            "WARC-Refers-To-Target-URI": original.uri,
            "WARC-Refers-To-Date": original.date,
            "WARC-Payload-Digest": original.digest,
        }
    elif capture.status == 304:
        headers |= {"WARC-Profile": NOT_MODIFIED}
    else:
        headers |= {"WARC-Payload-Digest": payload_digest(wire)}
    http = _http(capture) if capture.status is not None else b""
    is_packed = capture.content_encoding is not None
    return _member(kind, _urn(capture.fetch_id), capture.observed_at, http, headers, wire, is_packed=is_packed)


def _http(capture: Capture) -> bytes:
    """The head of the answer, as far as it is kept."""
    protocol, _, rest = capture.status_line.partition(" ")
    headers = [_kept(name, value, len(capture.wire)) for name, value in capture.headers if name.lower() not in SECRET]
    reason = quote(_printable(rest), safe=_ASCII) or str(capture.status)
    head = StatusAndHeaders(reason, headers, protocol=quote(_printable(protocol), safe=_ASCII) or "HTTP/1.1")
    return bytes(head.to_ascii_bytes())


def _kept(name: str, value: str, stored: int) -> tuple[str, str]:
    """A header as it is stored: renamed where it speaks of the transfer and not of the bytes that are kept."""
    plain = _printable(name).replace(":", "") or "X"
    lower = plain.lower()
    if lower == "transfer-encoding" or (lower == "content-length" and value.strip() != str(stored)):
        plain = _ORIGINALLY + plain
    return plain, _printable(value)


def _printable(text: str) -> str:
    return (text if text.isprintable() else _UNPRINTABLE.sub(" ", text)).strip()


def _answer_id(capture: Capture) -> str:
    """The name of the record that answers: its own where it was copied from somebody else's file."""
    taken = capture.taken
    return taken.record_id if taken and taken.kept == "copied" and taken.record_id else _urn(capture.fetch_id)


def _member(
    kind: str,
    record_id: str,
    moment: datetime,
    block: bytes,
    fields: dict[str, str],
    wire: bytes = b"",
    *,
    is_packed: bool = False,
) -> bytes:
    """A record as one gzip member with a checksum of its own; its block is `block` and then `wire`, which may be packed already."""
    named = {"WARC-Type": kind, "WARC-Record-ID": record_id, "WARC-Date": date(moment), **fields}
    named |= {"WARC-Block-Digest": _digest(block, wire), "Content-Length": str(len(block) + len(wire))}
    lines = [VERSION, *(f"{name}: {value}" for name, value in named.items()), "", ""]
    head = "\r\n".join(lines).encode() + block
    return _packed([head], [wire, _END]) if is_packed else _packed([head, wire, _END])


def _packed(pieces: Sequence[bytes], stored: Sequence[bytes] = ()) -> bytes:
    """A gzip member (RFC 1952) of these pieces, and then of others as they are: what is packed does not get any smaller."""
    plain, rest = b"".join(pieces), b"".join(stored)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, *(_SMALL if len(plain) < _WINDOW else _LARGE))
    packed = packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH if rest else zlib.Z_FINISH)
    blocks = [rest[start : start + _BLOCK] for start in range(0, len(rest), _BLOCK)]
    raw = [struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks]
    crc, size = zlib.crc32(rest, zlib.crc32(plain)), len(plain) + len(rest)
    return b"".join([_HEAD, packed, *raw, struct.pack("<II", crc, size & 0xFFFF_FFFF)])


def _digest(*pieces: bytes) -> str:
    """The digest of these pieces after one another, as other tools compute it: sha1 in base32."""
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return "sha1:" + base64.b32encode(digest.digest()).decode()


def _urn(record_id: str) -> str:
    return f"<urn:uuid:{record_id}>"
