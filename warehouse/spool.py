"""Finished batches that wait to be loaded: one file each, written whole or not at all.

The first line names schema version, source, run and counts by kind; each further line is `{kind: {...}}`; the last
line carries a digest of all before it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from warehouse import rows
from warehouse.errors import BadSpoolFile
from warehouse.files import sync_folder, write_whole
from warehouse.folders import Folders

SCHEMA = 1
KINDS: dict[type, str] = {
    rows.Found: "found",
    rows.Sighted: "sighted",
    rows.Listed: "listed",
    rows.Fetched: "fetched",
    rows.Reading: "reading",
    rows.Segment: "segment",
    rows.Run: "run",
    rows.Source: "source",
    rows.Agency: "agency",
    rows.Expectation: "expectation",
    rows.Withdrawal: "withdrawal",
}


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a spool file."""

    schema: int
    source_id: str
    run_id: str
    counts: dict[str, int]


class _First(msgspec.Struct):
    spool: Header


class _Last(msgspec.Struct):
    digest: str


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line between the first and the last: exactly one kind is set."""

    found: rows.Found | None = None
    sighted: rows.Sighted | None = None
    listed: rows.Listed | None = None
    fetched: rows.Fetched | None = None
    reading: rows.Reading | None = None
    segment: rows.Segment | None = None
    run: rows.Run | None = None
    source: rows.Source | None = None
    agency: rows.Agency | None = None
    expectation: rows.Expectation | None = None
    withdrawal: rows.Withdrawal | None = None

    @property
    def row(self) -> rows.Row:
        """The one row of the line; ValueError when there is none or more than one."""
        (row,) = [row for kind in KINDS.values() if (row := getattr(self, kind)) is not None]
        return row  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be loaded, and why."""

    number: int  # from 1, the header being line 1
    line: bytes
    message: str


class Numbered(NamedTuple):
    """A row as it stands in a file: the number of its line, and the row alone as JSON."""

    number: int
    row: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A spool file whose counts and digest are right."""

    path: Path
    header: Header
    digest: str
    rows: Mapping[str, Sequence[Numbered]]  # by kind, those that are well formed
    bad: Sequence[BadLine]


_encoder = msgspec.json.Encoder()
_line = msgspec.json.Decoder(Line)
_first = msgspec.json.Decoder(_First)
_last = msgspec.json.Decoder(_Last)


def _light(of: Any) -> Any:
    """A type with msgspec's own structs in the place of dataclasses: as strict, and quicker to decode."""
    if is_dataclass(of):
        hints = get_type_hints(of)
        return msgspec.defstruct(
            of.__name__,  # type: ignore[union-attr]
            [(field.name, _light(hints[field.name]), *_missing(field)) for field in fields(of)],
            gc=False,
        )
    parts = tuple(map(_light, get_args(of)))
    if get_origin(of) is UnionType:
        return reduce(or_, parts)
    return list[parts[0]] if get_origin(of) is list else of  # type: ignore[valid-type]


def _missing(field: Field[Any]) -> tuple[Any, ...]:
    """What a field is where a line does not name it: nothing for those that must be there, the default of newer ones."""
    return () if field.default is MISSING else (field.default,)


_rows: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(_light(record)) for record, kind in KINDS.items()
}


def write(folders: Folders, batch: Iterable[rows.Row], *, source_id: str, run_id: str) -> Path | None:
    """Write one spool file and return its path, or None where there are no rows; OSError (disk full) leaves nothing behind."""
    path = folders.spool / name_for(source_id)
    return path if write_as(path, batch, source_id=source_id, run_id=run_id) else None


def name_for(source_id: str) -> str:
    """A new name for a spool file of a source: later ones sort behind it."""
    return f"{time.time_ns():020d}.{secrets.token_hex(4)}.{source_id}.jsonl"


def write_as(path: Path, batch: Iterable[rows.Row], *, source_id: str, run_id: str) -> bool:
    """Write rows as the spool file `path`, wherever that lies; False, and nothing written, where there are no rows."""
    lines, counts = [], Counter[str]()
    for row in batch:
        counts[KINDS[type(row)]] += 1
        lines.append(encode(row))
    if lines:
        _write_framed(path, Header(SCHEMA, source_id, run_id, dict(counts)), lines)
    return bool(lines)


def is_whole(path: Path) -> bool:
    """Whether a file is a spool file whose counts and digest are right."""
    try:
        _frame(path, path.read_bytes().splitlines(keepends=True))
    except BadSpoolFile:
        return False
    return True


def rewrite(path: Path, keep: Callable[[bytes], bool]) -> None:
    """Leave of a spool file the lines that `keep` wants, or remove it where it wants none; raises BadSpoolFile."""
    lines = path.read_bytes().splitlines(keepends=True)
    header, _ = _frame(path, lines)
    kept = [line for line in lines[1:-1] if keep(line)]
    if not kept:
        path.unlink()
    elif len(kept) < len(lines) - 2:
        counts = Counter(_opened(line)[0] for line in kept)
        _write_framed(path, Header(SCHEMA, header.source_id, header.run_id, dict(counts)), kept)


def _write_framed(path: Path, header: Header, lines: list[bytes]) -> None:
    """Write lines between their header and their digest."""
    framed = [_encoder.encode(_First(header)) + b"\n", *lines]
    write_whole(path, [*framed, _encoder.encode(_Last(_digest(framed))) + b"\n"])


def encode(row: rows.Row) -> bytes:
    """A row as a line of a spool file."""
    return _encoder.encode({KINDS[type(row)]: row}) + b"\n"


def files(folders: Folders, source_id: str | None = None) -> list[Path]:
    """The spool files that lie there, oldest first; of one source where it is named."""
    found = (path for path in folders.spool.glob("[0-9]*.jsonl") if source_id in (None, source_of(path)))
    return sorted(found, key=lambda path: path.name)


def source_of(path: Path) -> str:
    """The source a spool file belongs to, from its name."""
    return path.name.removesuffix(".jsonl").split(".", 2)[2]


def read(path: Path) -> Batch:
    """The rows of a spool file, bad ones apart; BadSpoolFile where the file itself cannot be trusted, OSError where it is gone."""
    lines = path.read_bytes().splitlines(keepends=True)
    header, digest = _frame(path, lines)
    good, bad = defaultdict[str, list[Numbered]](list), []
    for number, line in enumerate(lines[1:-1], start=2):
        try:
            kind, row = _opened(line)
            _check_owner(_rows[kind].decode(row), header)
        except (ValueError, msgspec.MsgspecError) as error:
            bad.append(BadLine(number, line, f"{path.name}, line {number}: {_complaint(line, error)}"))
        else:
            good[kind].append(Numbered(number, row))
    return Batch(path, header, digest, good, bad)


def set_aside(folders: Folders, path: Path, message: str) -> None:
    """Move a whole file out of the way, with a message beside it."""
    write_whole(folders.aside / f"{path.name}.txt", [message.encode() + b"\n"])
    path.replace(folders.aside / path.name)
    sync_folder(folders.aside)


def set_rows_aside(folders: Folders, batch: Batch, bad: Sequence[BadLine]) -> None:
    """Keep the bad rows of a file that is otherwise loaded, with a message for each."""
    write_whole(folders.aside / f"{batch.path.name}.rows", [line.line for line in bad])
    write_whole(folders.aside / f"{batch.path.name}.rows.txt", [line.message.encode() + b"\n" for line in bad])


def _frame(path: Path, lines: list[bytes]) -> tuple[Header, str]:
    """The header and the digest; BadSpoolFile where they are missing or wrong."""
    try:
        header = _first.decode(lines[0]).spool if lines else None
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadSpoolFile(f"{path.name}, line 1: not a header ({error})") from None
    if header is None:
        raise BadSpoolFile(f"{path.name}: the file is empty")
    if header.schema != SCHEMA:
        raise BadSpoolFile(f"{path.name}, line 1: schema {header.schema}, but this version of wireroom reads {SCHEMA}")
    expected = sum(header.counts.values()) + 2
    try:
        digest = _last.decode(lines[-1]).digest
    except (ValueError, msgspec.MsgspecError):
        raise BadSpoolFile(f"{path.name}: cut short in line {len(lines)} of {expected}") from None
    if len(lines) != expected:
        raise BadSpoolFile(f"{path.name}: {len(lines)} lines where its header announces {expected}")
    if digest != _digest(lines[:-1]):
        raise BadSpoolFile(f"{path.name}, line {len(lines)}: the digest does not fit, so the file was altered")
    return header, digest


def _opened(line: bytes) -> tuple[str, bytes]:
    """The kind of a line and its row as JSON; ValueError or MsgspecError where it is no line of a spool file."""
    end = line.find(b'":{', 2)
    kind = line[2:end].decode("ascii", "replace")
    if kind in _rows and line.startswith(b'{"') and line.endswith(b"}}\n"):
        return kind, line[end + 2 : -2]
    row = _line.decode(line).row  # written by another hand, with other blanks
    return KINDS[type(row)], _encoder.encode(row)


def _check_owner(row: Any, header: Header) -> None:
    """ValueError where a row belongs to another source than its file: a batch is of one source."""
    owner = getattr(row, "source_id", header.source_id)
    if owner != header.source_id:
        raise ValueError(f"belongs to source {owner}, but the file to {header.source_id} - at `$.source_id`")


def _complaint(line: bytes, error: Exception) -> str:
    """What is wrong with a line, the field named from the line's beginning."""
    try:
        _line.decode(line).row  # noqa: B018  (asked for its exception)
    except (ValueError, msgspec.MsgspecError) as whole:
        return "no row or more than one" if "values to unpack" in str(whole) else str(whole)
    return str(error)


def _digest(lines: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for line in lines:
        digest.update(line)
    return digest.hexdigest()
