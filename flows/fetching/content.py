"""Whether an answer is the kind of thing that was asked for: its stated type and its first bytes."""

from __future__ import annotations

from flows.fetching.exchange import Expected, Failure
from flows.fetching.request import Answer

TEXTUAL = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom", "application/json")
UNSTATED = ("", "application/octet-stream", "binary/octet-stream", "unknown/unknown")
MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00\x18ftyp",
    b"OggS",
)
GZIP = b"\x1f\x8b"


def refusal(answer: Answer, expect: Expected) -> Failure | None:
    """Why the body is not what was expected; None where it may be."""
    body = answer.body
    if expect == "robots":
        return None
    if not body.strip():
        return Failure("empty", f"{answer.url} answered with an empty body.")
    if expect in ("feed", "sitemap") and body.startswith(GZIP):
        return None
    kind = (answer.header("content-type") or "").split(";")[0].strip().lower()
    stated = kind.startswith(TEXTUAL) or kind.endswith(("+xml", "+json")) or kind in UNSTATED
    if not stated and not (expect == "sitemap" and "gzip" in kind):
        return Failure("not_text", f"{answer.url} is {kind}, and no text.")
    if body.startswith(MAGIC):
        return Failure("not_text", f"{answer.url} is a binary file, whatever its headers say.")
    return None
