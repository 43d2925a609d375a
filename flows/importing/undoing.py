"""Whether a page's body is encoded as its headers say: many crawlers undo the encoding and keep the header."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.importing.records import Arrival
from warehouse.archive.containers import GZIP
from warehouse.coding import NOT_CODINGS, BadCoding, decode

_MARKUP = re.compile(r"<(?:!doctype|html|head|body|article|div|p|h1|meta)\b[^>]*>", re.IGNORECASE)


def settled(arrival: Arrival) -> Arrival | str:
    """The arrival with the encoding that its body really has, or why the body cannot be read."""
    names = {name.strip().lower() for name in (arrival.content_encoding or "").split(",")} - NOT_CODINGS
    if not names and arrival.wire.startswith(GZIP):  # of the transfer, or of a header that was lost
        arrival = replace(arrival, content_encoding="gzip")
    elif not names:
        return arrival if arrival.content_encoding is None else replace(arrival, content_encoding=None)
    try:
        body = decode(arrival.wire, arrival.content_encoding)
    except BadCoding as error:
        if looks_plain(arrival.wire):
            return replace(arrival, content_encoding=None)
        return "cut short" if error.reason == "cut_short" else f"a body that cannot be decoded ({error.reason})"
    return replace(arrival, body=body)


def looks_plain(body: bytes) -> bool:
    """Whether bytes are markup or text rather than something compressed."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return True
    odd = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return bool(start) and odd == 0


def looks_like_markup(text: str) -> bool:
    """Whether a text is HTML."""
    return _MARKUP.search(text[:4096]) is not None
