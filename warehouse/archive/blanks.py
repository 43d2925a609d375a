"""Members of an exact length, so that a record can be overwritten in place and every offset after it stays true."""

from __future__ import annotations

import struct
import uuid
import zlib
from datetime import datetime

from warehouse.archive import warc

FIELDS = "application/warc-fields"
"""Content type of a record that stands where another one was."""

_HEAD = b"\x1f\x8b\x08"
_COMMENT = 0x10  # RFC 1952, FLG.FCOMMENT
_AFTER_FLAGS = b"\x00\x00\x00\x00\x00\xff"  # no time, no extra flags, system unknown
_BLOCK = 65_535  # bytes in one stored block of a deflate stream
_LONGEST_COMMENT = 4096  # readers take their input in larger pieces than that


class TooShort(Exception):
    """There is no member of so few bytes."""


def blank(length: int, moment: datetime, why: str) -> bytes:
    """A metadata record of exactly `length` bytes that says why nothing else is there; raises TooShort."""
    head = (
        f"{warc.VERSION}\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\n"
        f"WARC-Date: {moment:%Y-%m-%dT%H:%M:%SZ}\r\nContent-Type: {FIELDS}\r\nContent-Length: "
    ).encode()
    said = f"blanked: {why}\r\n".encode()
    for comment in range(_LONGEST_COMMENT):
        plain = _record(head, said, length - comment)
        if plain is not None:
            return padded(_stored(plain), length)
    raise TooShort(f"No record fits into {length} bytes.")


def refilled(member: bytes, length: int, moment: datetime, why: str) -> bytes:
    """A member that is shorter than `length`, filled up to it: with a comment, or with a blank record after it."""
    if length - len(member) < _LONGEST_COMMENT:
        return padded(member, length)
    return member + blank(length - len(member), moment, why)


def padded(member: bytes, length: int) -> bytes:
    """A member (without optional header fields) made longer by a comment in its gzip header; raises TooShort."""
    missing = length - len(member)
    if missing < 0:
        raise TooShort(f"A member of {len(member)} bytes does not fit into {length}.")
    if missing == 0:
        return member
    return _HEAD + bytes([_COMMENT]) + member[4:10] + b" " * (missing - 1) + b"\0" + member[10:]


def _record(head: bytes, said: bytes, length: int) -> bytes | None:
    """A record whose stored member has `length` bytes, or None where none has."""
    for blocks in range(1, length // _BLOCK + 2):
        plain = length - 18 - 5 * blocks
        for digits in range(1, 11):
            size = plain - len(head) - digits - len(b"\r\n\r\n") * 2
            if len(str(size)) == digits and size >= len(said) and -(-plain // _BLOCK) == blocks:
                return head + str(size).encode() + b"\r\n\r\n" + said.ljust(size) + b"\r\n\r\n"
    return None


def _stored(plain: bytes) -> bytes:
    """A gzip member that stores its content uncompressed, so that its length can be foretold."""
    blocks = [plain[start : start + _BLOCK] for start in range(0, len(plain), _BLOCK)]
    packed = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )
    return _HEAD + b"\0" + _AFTER_FLAGS + packed + struct.pack("<II", zlib.crc32(plain), len(plain))
