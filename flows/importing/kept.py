"""Pages that the archive has by now, so that a record of a later import can say: as before (revisit)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from flows.importing.capturing import known_key, names
from flows.importing.records import Arrival
from warehouse import archive
from warehouse.archive import segments
from warehouse.archive.captures import Capture
from warehouse.archive.foreign import Head
from warehouse.archive.warc import payload_digest
from warehouse.coding import BadCoding
from warehouse.folders import Folders
from warehouse.ledger import Ledger

MOST = 50
"""Captures of an address, the latest first, among which the one that is repeated is looked for."""

_LOST = (archive.NotKept, archive.Damaged, OSError, BadCoding)


def repeated(folders: Folders, ledger: Ledger, source_id: str, head: Head) -> Arrival | None:
    """The page that a record repeats, as the archive of its source has it; None where that has none."""
    for url in dict.fromkeys((head.fields.get("warc-refers-to-target-uri", "").strip("<> "), head.url)):
        for capture in _captures(folders, ledger, source_id, url) if url else ():
            if _is_meant(capture, head):
                with suppress(*_LOST):
                    return _arrival(capture, capture.body)
    return None


def _captures(folders: Folders, ledger: Ledger, source_id: str, url: str) -> Iterator[Capture]:
    """The latest pages of an address that can be read, the newest first."""
    try:
        names(url)
    except ValueError:
        return
    for segment_id, offset in ledger.pages(known_key(ledger, url), MOST):
        file = segments.file(folders, source_id, segment_id)
        with suppress(*_LOST):
            if file is not None:
                yield archive.read(folders, file, offset)


def _is_meant(capture: Capture, head: Head) -> bool:
    """Whether a capture is what a record refers to: by its name, or by what it holds, whether or not it is of an import."""
    taken, digest = capture.taken, head.fields.get("warc-payload-digest")
    if taken and taken.record_id and taken.record_id == head.fields.get("warc-refers-to"):
        return True
    return bool(digest) and digest in (taken and taken.digest, payload_digest(capture.wire))


def _arrival(capture: Capture, body: bytes) -> Arrival:
    """A page of the archive as one that comes anew."""
    return Arrival(
        url=capture.requested_url,
        file="",
        offset=0,
        wire=capture.wire,
        body=body,
        origin="warc",
        status=capture.status,
        status_line=capture.status_line,
        headers=capture.headers,
        content_encoding=capture.content_encoding,
        content_type=capture.content_type,
        reason=capture.reason,
    )
