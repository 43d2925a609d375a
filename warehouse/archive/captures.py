"""What one request brought back, with all that is needed to write its ledger rows again and to parse it again."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from parsers.records import Hints
from warehouse.coding import decode


@dataclass(frozen=True, slots=True)
class Location:
    """Where a capture lies: the first byte of its records in a segment, and the bytes they take together."""

    segment_id: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Where somebody else's file has the record that a capture was imported from."""

    file: str  # its name
    offset: int
    record_id: str | None = None  # the record's own WARC-Record-ID
    kept: Literal["written", "copied", "linked"] = "written"  # anew, byte for byte, or not here but in the linked file
    segment_id: str | None = None  # of the linked file
    digest: str | None = (
        None  # of its body, as `warc.payload_digest` makes it; where the record stated one, and it was right
    )


@dataclass(frozen=True, slots=True)
class Capture:
    """One request: what was asked, what was known of it beforehand, and what the wire carried.

    Without a `status` there was no answer at all, and the archive keeps the metadata alone; an imported page without one
    came as a file, and is kept as a `resource`.
    """

    fetch_id: str
    source_id: str
    url_key: str
    role: str  # article, listing, robots
    requested_url: str
    observed_at: datetime
    outcome: str
    run_id: str
    origin: str = "live"  # live, wayback, warc, import
    final_url: str | None = None
    final_key: str | None = None
    redirects: tuple[tuple[int, str], ...] = ()  # status and address of every answer before the last one
    status: int | None = None
    status_line: str = ""  # "HTTP/1.1 200 OK"
    headers: tuple[tuple[str, str], ...] = ()  # as sent, in their order; the archive drops cookies and credentials
    wire: bytes = b""  # the body as the wire carried it, its Content-Encoding not undone
    content_encoding: str | None = None
    content_type: str | None = None
    reason: str | None = None
    message: str | None = None
    attempts: int = 1
    next_attempt_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    robots_rule: str | None = None
    rights: str | None = None
    payload_hash: str | None = None  # of the decoded body, as `payload_hash` makes it
    payload_bytes: int | None = None
    seconds: float | None = None
    unit: str | None = None
    finder: str | None = None
    hints: Hints = field(default_factory=Hints)
    taken: Taken | None = None  # of an imported page
    location: Location | None = None  # known once it was written or read back

    @property
    def is_page(self) -> bool:
        """Whether there is an article page to be parsed."""
        return self.role == "article" and self.outcome == "fetched"

    @property
    def is_answered(self) -> bool:
        """Whether there is anything but metadata: an answer, or a file's content."""
        return self.status is not None or self.payload_hash is not None

    @property
    def is_linked(self) -> bool:
        """Whether its page lies in somebody else's file, and the archive has the metadata alone."""
        return self.taken is not None and self.taken.kept == "linked"

    @property
    def body(self) -> bytes:
        """The decoded body; raises warehouse.coding.BadCoding where it cannot be decoded."""
        return decode(self.wire, self.content_encoding)


def payload_hash(body: bytes) -> str:
    """16 bytes of BLAKE2b over a decoded body, as UUID text."""
    return str(uuid.UUID(bytes=hashlib.blake2b(body, digest_size=16).digest()))
