"""Leaving pages in the files they came in: the archive then keeps what is known of them, and where they lie."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from pathlib import Path

from flows.run import Run, now
from warehouse.archive import links, segments
from warehouse.archive.captures import Capture
from warehouse.archive.links import Link


class Linking:
    """The files that one run refers to."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._links: dict[str, Link] = {}

    def linked(self, capture: Capture) -> Capture:
        """The capture as one that lies in the file it was taken from, which is noted as a segment at first sight."""
        taken = capture.taken
        assert taken is not None
        link = self._links.get(taken.file) or self._noted(taken.file)
        return replace(capture, taken=replace(taken, kept="linked", segment_id=link.segment_id))

    def _noted(self, file: str) -> Link:
        digest = segments.sha256(Path(file))
        source_id = self._run.source.source_id
        name = hashlib.blake2b(f"{source_id}\n{digest}".encode(), digest_size=16).digest()
        link = Link(str(uuid.UUID(bytes=name)), file, Path(file).stat().st_size, digest)
        links.save(self._run.workspace.folders.archive / source_id, link)
        self._run.note(link.row(source_id, now()))
        self._links = {**self._links, file: link}
        return link
