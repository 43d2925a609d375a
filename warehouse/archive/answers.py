"""An HTTP answer as a record of somebody else's file keeps it: status, headers, and the body without its chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STATUS = re.compile(rb"(?:HTTP|ICY)(?:/\d(?:\.\d)?)?\s+(\d{3})\b", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,256})?\r?\n")
_LONGEST = 64 * 1024  # bytes of headers
_MOST = 200  # headers


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outlet answered."""

    status: int
    status_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes  # its Content-Encoding not undone
    is_chunked: bool = False  # whether the record still had the chunks of the transfer

    def header(self, name: str) -> str | None:
        """The first header of that name, which is given in small letters."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def answer(block: bytes) -> Answer | None:
    """The answer that a record's block holds; None where it is none."""
    start = _STATUS.match(block)
    if start is None:
        return None
    end = _END.search(block, 0, _LONGEST)
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    first, *lines = head.decode("utf-8", "replace").splitlines()
    headers = tuple(_headers(lines[:_MOST]))
    plain = unchunked(body) if _says_chunked(headers) else None
    return Answer(int(start[1]), first.strip(), headers, body if plain is None else plain, plain is not None)


def unchunked(body: bytes) -> bytes | None:
    """A body without the chunks of its transfer, as far as it goes; None where it has none: many writers undo them."""
    pieces: list[bytes] = []
    place = 0
    while (size := _SIZE.match(body, place)) is not None:
        length = int(size[1], 16)
        piece = body[size.end() : size.end() + length]
        pieces.append(piece)
        place = size.end() + length
        if length == 0 or len(piece) < length:
            return b"".join(pieces)
        if body[place : place + 2] == b"\r\n":
            place += 2
        elif body[place : place + 1] == b"\n":
            place += 1
        else:
            return None
    return b"".join(pieces) if pieces and place >= len(body) else None


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found.append((name.strip(), value.strip()))
    return found


def _says_chunked(headers: tuple[tuple[str, str], ...]) -> bool:
    return any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
