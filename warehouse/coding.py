"""Undoing Content-Encoding within bounds: a bomb stops at the limit, and a stream cut short is an error."""

from __future__ import annotations

import io
import zlib

import brotli  # type: ignore[import-untyped]
from fastwarc.stream_io import ZstdReader

DECODED_LIMIT = 64 * 1024 * 1024
"""Bytes a body may have when decoded, where the caller sets no limit of its own."""

MOST_CODINGS = 2
"""Codings that may be chained; servers behind a second compressing proxy use two, attackers more."""

# Said of bodies that are not encoded at all: browsers pass over them, and so do we (RFC 9110 knows identity alone).
NOT_CODINGS = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "text", "8bit", "7bit"})

_PIECE = 1 << 20
_GZIP = frozenset({"gzip", "x-gzip"})
_DEFLATE = frozenset({"deflate", "x-deflate"})


class BadCoding(Exception):
    """A body that cannot be decoded; `reason` is too_large, cut_short or bad_encoding."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def decode(wire: bytes, content_encoding: str | None, limit: int = DECODED_LIMIT) -> bytes:
    """The body without its Content-Encoding, at most two of them; raises BadCoding.

    We ask for gzip and deflate alone; brotli and zstd come with pages that others have recorded.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    codings = [name for name in names if name not in NOT_CODINGS]
    if len(codings) > MOST_CODINGS:
        raise BadCoding("bad_encoding", f"{len(codings)} chained content codings are more than anyone needs.")
    body = wire
    for name in reversed(codings):
        if not body:
            return body
        if name in _GZIP:
            body = gunzip(body, limit)
        elif name in _DEFLATE:
            body = _inflate(body, limit)
        elif name == "br":
            body = _unbrotli(body, limit)
        elif name == "zstd":
            body = _unzstd(body, limit)
        else:
            raise BadCoding("bad_encoding", f"The body has the content coding {name[:40]!r}, which was not asked for.")
    if len(body) > limit:
        raise BadCoding("too_large", f"The body is larger than {limit:,} bytes.")
    return body


def gunzip(data: bytes, limit: int = DECODED_LIMIT) -> bytes:
    """All members of a gzip stream; bytes after the last that begin no member are passed over, as browsers do."""
    pieces: list[bytes] = []
    room = limit
    while not pieces or data[:2] == b"\x1f\x8b":
        piece, data = _stream(data, zlib.MAX_WBITS + 16, room)
        pieces.append(piece)
        room -= len(piece)
    return b"".join(pieces)


def _inflate(data: bytes, limit: int) -> bytes:
    """A deflate body: with the zlib wrapper as the standard wants, or raw as some servers send it."""
    try:
        return _stream(data, zlib.MAX_WBITS, limit)[0]
    except BadCoding as error:
        if error.reason != "bad_encoding":
            raise
    return _stream(data, -zlib.MAX_WBITS, limit)[0]


def _unbrotli(data: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    try:
        while not decoder.is_finished():
            piece = decoder.process(data if not pieces else b"", output_buffer_limit=_PIECE)
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise BadCoding("too_large", f"The body is larger than {limit:,} bytes when decoded.")
            if not piece and decoder.can_accept_more_data():
                raise BadCoding("cut_short", "The compressed body ends before its end.")
    except brotli.error as error:
        raise BadCoding("bad_encoding", f"The compressed body is damaged ({error}).") from None
    return b"".join(pieces)


def _unzstd(data: bytes, limit: int) -> bytes:
    try:
        body = bytes(ZstdReader(io.BytesIO(data)).read(limit + 1))
    except (OSError, ValueError) as error:
        raise BadCoding("bad_encoding", f"The compressed body is damaged ({error}).") from None
    if len(body) > limit:
        raise BadCoding("too_large", f"The body is larger than {limit:,} bytes when decoded.")
    return body


def _stream(data: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    """One compressed stream undone, and what follows it."""
    decoder = zlib.decompressobj(wbits)
    try:
        body = decoder.decompress(data, limit + 1)
    except zlib.error as error:
        raise BadCoding("bad_encoding", f"The compressed body is damaged ({error}).") from None
    if len(body) > limit:
        raise BadCoding("too_large", f"The body is larger than {limit:,} bytes when decoded.")
    if not decoder.eof:
        raise BadCoding("cut_short", "The compressed body ends before its end.")
    return body, decoder.unused_data
