"""Whether an answer is the kind of thing that was asked for: its stated type and its first bytes."""

from __future__ import annotations

from flows.fetching.exchange import Expected, Failure
from flows.fetching.request import GZIP, Answer

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
    b"OggS",
    b"Rar!\x1a",
    b"7z\xbc\xaf",
    b"BZh91AY",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"\x7fELF",
    b"\x00asm",
    b"wOFF",
    b"wOF2",
    b"\xd0\xcf\x11\xe0",
    b"ID3\x03",
    b"ID3\x04",
)
BLANK = b"\x00 \t\r\n\x0b\x0c\xef\xbb\xbf"
LOOKED_AT = 1024
_CONTROLS = bytes(set(range(32)) - set(b"\x00\t\n\r\x0b\x0c\x1b")) + b"\x7f"


def refusal(answer: Answer, expect: Expected) -> Failure | None:
    """Why the body is not what was expected; None where it may be."""
    body = answer.body
    if expect in ("robots", "file"):
        return None
    if not body.strip(BLANK):
        if expect == "captures":
            return None
        return Failure("empty", f"{answer.url} answered with an empty body.")
    if expect in ("feed", "sitemap") and body.startswith(GZIP):
        return None
    kind = (answer.header("content-type") or "").split(";")[0].strip().lower()
    stated = kind.startswith(TEXTUAL) or kind.endswith(("+xml", "+json")) or kind in UNSTATED
    if not stated and expect != "captures" and not (expect == "sitemap" and "gzip" in kind):
        return Failure("not_text", f"{answer.url} is {kind}, and no text.")
    if body.startswith(MAGIC) or _is_binary(body[:LOOKED_AT]):
        return Failure("not_text", f"{answer.url} is a binary file, whatever its headers say.")
    return None


def _is_binary(opening: bytes) -> bool:
    """Whether one byte in twenty is a control character that no text has; NULs are half of UTF-16."""
    controls = len(opening) - len(opening.translate(None, _CONTROLS))
    return opening[4:8] == b"ftyp" or controls * 20 > len(opening)
