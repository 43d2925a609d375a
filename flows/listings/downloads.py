"""Large files, fetched piece by piece so that a kill costs one piece: in a folder of the source's own, removed once they are taken."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from flows import waiting
from flows.discovery import Piece
from flows.fetching import Exchange, Limits
from flows.run import Run
from warehouse.files import write_whole

PIECE = 32 << 20
"""Bytes of one request."""

LIMITS = Limits(seconds=900.0, wire_bytes=PIECE, decoded_bytes=PIECE, attempts=5, backoff=2.0)

SPARE = 2 << 30
"""Bytes that stay free on the disk: rows, records and reading copies need room meanwhile."""

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Fault(Exception):
    """A file that could not be fetched now; `reason` is a code for the ledger, the message a sentence."""

    def __init__(self, reason: str, message: str, outcome: str = "failed") -> None:
        super().__init__(message)
        self.reason, self.outcome = reason, outcome


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of a file of which some pieces are there."""

    url: str
    size: int
    etag: str | None


def folder(run: Run) -> Path:
    """Where a source's downloads lie."""
    return run.workspace.folders.downloads / run.source.source_id


def place(run: Run, name: str) -> Path:
    """Where the file of that name lies once it is whole."""
    return folder(run) / re.sub(r"[^\w.-]", "_", name)


def fetched(run: Run, url: str, name: str) -> Path:
    """The file at an address, whole; goes on with the pieces that are there. Raises Fault, or OSError for the disk."""
    target = place(run, name)
    part, note = target.with_name(target.name + ".part"), target.with_name(target.name + ".json")
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = _begun(note, part, url)
    while begun is None or _size(part) < begun.size:
        begun = _piece(run, url, part, note, begun)
    part.replace(target)
    return target


def gathered(run: Run, pieces: Sequence[Piece], name: str) -> Path:
    """Records out of crawl files, one after another in one file; those that are there already are not fetched again."""
    target = place(run, name)
    if target.exists():
        return target
    parts = target.with_name(target.name + ".parts")
    parts.mkdir(parents=True, exist_ok=True)
    for piece in pieces:
        part = parts / f"{sha256(f'{piece.url} {piece.offset}'.encode()).hexdigest()[:32]}.gz"
        if not part.exists():
            write_whole(part, [_record(run, piece)])
    write_whole(target, (path.read_bytes() for path in sorted(parts.iterdir())))
    shutil.rmtree(parts)
    return target


def _record(run: Run, piece: Piece) -> bytes:
    """The bytes of one record; raises Fault."""
    ends = (piece.offset, piece.offset + piece.length - 1)
    exchange = waiting.get(run, piece.url, expect="file", piece=ends, limits=LIMITS)
    run.tally.requests += exchange.requests
    if exchange.outcome != "fetched":
        raise Fault(exchange.reason or exchange.outcome, exchange.message or "", exchange.outcome)
    if exchange.status != 206 or len(exchange.body) != piece.length:
        raise Fault("wrong_piece", f"{piece.url} did not give the {piece.length} bytes at {piece.offset}.")
    return exchange.body


def remove(path: Path) -> None:
    """Remove a file that was taken, and what was noted of it."""
    path.with_name(path.name + ".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _piece(run: Run, url: str, part: Path, note: Path, begun: Begun | None) -> Begun:
    """Fetch the next piece; what is known of the file then."""
    start = _size(part) if begun else 0
    exchange = waiting.get(run, url, expect="file", piece=(start, start + PIECE - 1), limits=LIMITS)
    run.tally.requests += exchange.requests
    if exchange.outcome != "fetched":
        raise Fault(exchange.reason or exchange.outcome, exchange.message or "", exchange.outcome)
    found = _described(exchange, url, start)
    if begun is None:
        _make_room(part, found.size)
        write_whole(note, [msgspec.json.encode(found)])
        part.unlink(missing_ok=True)
    elif found != begun:
        note.unlink(missing_ok=True)
        raise Fault(
            "changed", f"{url} is another file than it was when its first pieces were fetched: it is begun anew."
        )
    with part.open("ab") as file:
        file.write(exchange.body)
        file.flush()
        os.fsync(file.fileno())
    return found


def _described(exchange: Exchange, url: str, start: int) -> Begun:
    """What an answer says of the whole file; raises Fault where it is not the piece that was asked for."""
    if exchange.status == 200 and start == 0:
        return Begun(url, len(exchange.body), exchange.etag)
    header = next((value for name, value in exchange.headers if name.lower() == "content-range"), "")
    stated = _RANGE.fullmatch(header.strip())
    if exchange.status != 206 or stated is None:
        raise Fault("no_ranges", f"{url} cannot be asked for a piece of it ({exchange.status_line}).")
    first, last, size = (int(number) for number in stated.groups())
    if first != start or last - first + 1 != len(exchange.body) or size <= last:
        raise Fault("wrong_piece", f"{url} answered with another piece ({header}) than it was asked for.")
    return Begun(url, size, exchange.etag)


def _make_room(part: Path, size: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < size + SPARE:
        raise Fault(
            "no_room",
            f"The disk of {part.parent} has {free / 1e9:,.1f} GB free, and this file needs {(size + SPARE) / 1e9:,.1f} GB "
            "for a while: make room, then say the same again.",
        )


def _begun(note: Path, part: Path, url: str) -> Begun | None:
    """What was noted of the pieces that are there; None where there are none, or of another address."""
    try:
        begun = msgspec.json.decode(note.read_bytes(), type=Begun)
    except (OSError, msgspec.DecodeError):
        return None
    return begun if begun.url == url and _size(part) <= begun.size else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
