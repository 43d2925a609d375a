"""Whether the archive is what it was: every record whole, every digest right, every row of `fetches` where it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
from fastwarc.warc import ArchiveIterator

from warehouse import reading_copy
from warehouse.archive import answers, digests, links, segments
from warehouse.archive.captures import Capture, payload_hash
from warehouse.archive.extents import Extents, NotKept
from warehouse.archive.reading import entries_of
from warehouse.archive.warc_reading import Damaged, Member, Noted, Stored, extents, members, warcinfo
from warehouse.coding import BadCoding
from warehouse.folders import Folders

Told = Callable[[int], None]
"""Is told how many bytes more were read."""

MOST = 100
"""Problems of one file that are named; there may be more."""

_ROWS = """
SELECT fetch_id, record_offset, record_length FROM fetches WHERE segment_id = $1 ORDER BY record_offset
"""


@dataclass(slots=True)
class Verdict:
    """What reading one segment from end to end has shown; it is sound where there are no `problems`."""

    file: str  # relative to the archive folder
    size: int = 0
    captures: int = 0
    not_kept: int = 0  # captures of which [keep] dropped the body, or which were blanked
    rows: int = 0  # of `fetches`, that point into it
    problems: list[str] = field(default_factory=list)

    def add(self, problem: str) -> None:
        """Note a problem, unless there are enough of them."""
        if len(self.problems) < MOST:
            self.problems.append(problem)


def verify(folders: Folders, source_id: str = "*", told: Told = lambda read: None) -> Iterator[Verdict]:
    """A verdict on each segment of a source (of all by default), and one on each that has a row and no file."""
    with closing(reading_copy.connect(folders)) as con:
        known = {
            file: (segment_id, state, digest, size)
            for file, segment_id, state, digest, size in con.execute(
                "SELECT file, segment_id, state, digest, size FROM segments WHERE $1 IN ('*', source_id)", [source_id]
            ).fetchall()
        }
        for path in segments.files(folders, source_id):
            yield _verdict(con, folders, path, known.pop(str(path.relative_to(folders.archive)), None), told)
        for file, (segment_id, state, *_) in sorted(known.items()):
            if state == "linked":
                yield from _linked(folders, segment_id)
            else:
                yield Verdict(file, problems=["The file is missing."])


def _verdict(
    con: duckdb.DuckDBPyConnection, folders: Folders, path: Path, row: tuple[Any, ...] | None, told: Told
) -> Verdict:
    verdict = Verdict(str(path.relative_to(folders.archive)), path.stat().st_size)
    for problem in _broken(path, told):
        verdict.add(problem)
    if row is not None and row[1] == "sealed" and not _unreported(folders, path) and segments.sha256(path) != row[2]:
        verdict.add("The file is not the one that was sealed: its digest differs.")
    _compare(con, path, verdict)
    return verdict


def _linked(folders: Folders, segment_id: UUID) -> Iterator[Verdict]:
    """A verdict on a file of somebody else's that the archive refers to: it must be the one that was linked."""
    for path in folders.archive.glob(f"*/{links.place(Path(), str(segment_id))}"):
        try:
            link = links.read(path)
            size = Path(link.file).stat().st_size
            same = size == link.size and segments.sha256(Path(link.file)) == link.digest
        except (NotKept, OSError) as error:
            yield Verdict(str(path.relative_to(folders.archive)), problems=[f"The linked file cannot be read: {error}"])
            continue
        yield Verdict(link.file, size, problems=[] if same else ["The linked file is not the one that was imported."])


def _unreported(folders: Folders, path: Path) -> bool:
    """Whether the file was sealed or changed on purpose since its row was made; its digest then lies beside it."""
    state = segments.beside(path)
    return state.exists() and segments.state_of(folders, path).digest == segments.sha256(path)


def _broken(path: Path, told: Told) -> Iterator[str]:
    """What is wrong with the records themselves: checksums, lengths, digests."""
    with path.open("rb") as file:
        try:
            for member in members(file):
                told(member.length)
                yield from _wrong_digests(member)
        except Damaged as damage:
            yield f"At place {damage.offset:,}: {damage}"


def _wrong_digests(member: Member) -> Iterator[str]:
    for record in ArchiveIterator(BytesIO(member.content), parse_http=False):
        fields = {name.lower(): value for name, value in record.headers.items()}
        block = record.reader.read()
        if digests.wrong(fields.get("warc-block-digest"), block):
            yield f"At place {member.offset:,}: the block's digest is wrong."
        answer = answers.answer(block) if record.headers.get("WARC-Type") == "response" else None
        if answer is not None and digests.wrong_payload(fields, block, answer.body):
            yield f"At place {member.offset:,}: the payload's digest is wrong."


def _compare(con: duckdb.DuckDBPyConnection, path: Path, verdict: Verdict) -> None:
    """Walk captures and rows side by side, both in the order of their offsets."""
    try:
        with path.open("rb") as file:
            segment, layout = warcinfo(file).segment_id, extents(file)
    except Damaged as damage:
        verdict.add(str(damage))
        return
    pointing = con.cursor().execute(_ROWS, [segment])
    row = pointing.fetchone()
    for capture, entry in _captures(path, verdict):
        while row is not None and row[1] < entry.offset:
            _lost(row, layout, verdict)
            row = pointing.fetchone()
        if row is not None and row[1] == entry.offset:
            _agree(row, capture, entry, verdict)
            row = pointing.fetchone()
    while row is not None:
        _lost(row, layout, verdict)
        row = pointing.fetchone()


def _captures(path: Path, verdict: Verdict) -> Iterator[tuple[Capture, Stored]]:
    damaged: list[Damaged] = []
    for entry in entries_of(path, damaged.append):
        if isinstance(entry, Noted):
            continue
        verdict.captures += 1
        kept = entry.answer is not None or bool(entry.capture.wire) or not entry.capture.is_answered
        verdict.not_kept += not kept
        problem = _payload(entry.capture) if kept else None
        if problem:
            verdict.add(f"At byte {entry.offset:,}, {entry.capture.requested_url}: {problem}")
        yield entry.capture, entry
    for damage in damaged:
        verdict.add(f"At byte {damage.offset:,}: {damage}")


def _payload(capture: Capture) -> str | None:
    """What is wrong with a body, or None."""
    if not capture.payload_hash or capture.status == 304:
        return None
    try:
        same = payload_hash(capture.body) == capture.payload_hash
    except BadCoding as error:
        return str(error)
    return None if same else "The body is not the one that was fetched: its hash differs."


def _agree(row: tuple[Any, ...], capture: Capture, entry: Stored, verdict: Verdict) -> None:
    verdict.rows += 1
    fetch_id, offset, length = row
    if UUID(capture.fetch_id) != fetch_id:
        verdict.add(f"At byte {offset:,} the table `fetches` expects the request {fetch_id}, and there is another.")
    elif length != entry.length:
        verdict.add(f"At byte {offset:,} the table `fetches` expects {length:,} bytes, and there are {entry.length:,}.")


def _lost(row: tuple[Any, ...], layout: Extents, verdict: Verdict) -> None:
    """A row that points where no capture begins."""
    verdict.rows += 1
    if layout.holds(row[1]):
        verdict.add(
            f"At byte {row[1]:,} the table `fetches` expects the request {row[0]}, and no capture begins there."
        )
