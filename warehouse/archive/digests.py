"""Digests that records of WARC files state of their blocks and payloads, held against the bytes by the customs of their writers."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping


def wrong_payload(fields: Mapping[str, str], block: bytes, body: bytes) -> bool:
    """Whether the payload of a record is not what it says, whichever of three customs its writer followed.

    `fields` has names in small letters; `body` is the answer's without the chunks of its transfer.
    """
    stated = fields.get("warc-payload-digest")
    if not stated or fields.get("warc-truncated"):
        return False
    start = block.find(b"\r\n\r\n")
    return wrong(stated, body, block[start + 4 :] if start >= 0 else block, block)


def wrong(stated: str | None, *contents: bytes) -> bool:
    """Whether none of the contents has the digest that is stated (algorithm:base32, hex or base64); unknown ones pass."""
    algorithm, _, value = (stated or "").strip().partition(":")
    name = algorithm.lower().replace("-", "")
    if not value or name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        return False
    wanted = _digests(value, hashlib.new(name, usedforsecurity=False).digest_size)
    found = (hashlib.new(name, content, usedforsecurity=False).digest() for content in contents)
    return bool(wanted) and not any(digest in wanted for digest in found)


def _digests(value: str, length: int) -> set[bytes]:
    """What a written digest may mean."""
    meant = set()
    for decode in (_base32, bytes.fromhex, _base64):
        try:
            digest = decode(value)
        except (ValueError, binascii.Error):
            continue
        if len(digest) == length:
            meant.add(digest)
    return meant


def _base32(value: str) -> bytes:
    return base64.b32decode(value.upper() + "=" * (-len(value) % 8))


def _base64(value: str) -> bytes:
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_" if {"-", "_"} & set(value) else None)
