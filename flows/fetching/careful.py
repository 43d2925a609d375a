"""How an answer is read from the socket: what http.client waves through and no well-meaning server sends ends it here."""

from __future__ import annotations

import http.client
import re

INTERIM = 8
"""Answers of the kind "wait for it" (1xx) that are passed over before the one that counts."""

LINE = 1 << 16
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*")


class CarefulResponse(http.client.HTTPResponse):
    """An answer whose length is stated in one way only: conflicting, negative and misspelt lengths are errors.

    http.client takes a chunk of size -1 for "read all there is", and passes over 100 alone of the interim answers.
    """

    chunked: bool
    length: int | None

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"more than {INTERIM} interim answers")

    def begin(self) -> None:
        """Read status line and headers; raises http.client.HTTPException where they contradict one another."""
        super().begin()
        coding = ", ".join(self.headers.get_all("transfer-encoding", [])).strip().lower()
        if coding and coding != "chunked":
            raise http.client.HTTPException(f"Transfer-Encoding is {coding[:40]!r}")
        lengths = {
            part.strip() for line in self.headers.get_all("content-length", []) for part in line.split(",") if line
        }
        if not lengths or self.chunked:
            return
        stated = lengths.pop()
        if lengths or not (stated.isascii() and stated.isdigit()) or len(stated) > 18:
            raise http.client.HTTPException("Content-Length is no number, or several")
        if self.length is None:  # the same number twice
            self.length = int(stated)

    def _read_next_chunk_size(self) -> int:
        line = self.fp.readline(LINE + 1)
        if len(line) > LINE:
            raise http.client.LineTooLong("chunk size")
        if not line:
            raise http.client.IncompleteRead(b"")
        found = _CHUNK_SIZE.fullmatch(line.split(b";")[0].rstrip(b"\r\n"))
        if found is None:
            raise http.client.HTTPException(f"a chunk has the size {line[:20]!r}")
        return int(found[1], 16)
