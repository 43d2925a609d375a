"""The state of a source's open segment, kept beside it: how far it is known to be good, and which bodies it has.

archive/<source>/<source>-20261124T144700123-1f2e3d4c.warc.gz    the segment: sealed unless there is also
archive/<source>/<source>-20261124T144700123-1f2e3d4c.open.json  its state, which is removed some time after sealing
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from warehouse.archive.warc import Original
from warehouse.archive.warc_reading import extents, warcinfo
from warehouse.files import write_whole
from warehouse.folders import Folders
from warehouse.rows import Segment

SUFFIX = ".warc.gz"
_STATE = ".open.json"


@dataclass(slots=True)
class State:
    """What is known of an open segment without reading it."""

    segment_id: str
    source_id: str
    created_at: datetime
    checked: int = 0  # offset; everything before it is complete and was handed over by a run that ended well
    originals: dict[str, Original] = field(default_factory=dict)  # payload hash → the capture that carries it
    digest: str | None = None  # sha256, once sealed
    size: int = 0  # once sealed

    @property
    def name(self) -> str:
        """File name of the segment."""
        moment = f"{self.created_at:%Y%m%dT%H%M%S}{self.created_at.microsecond // 1000:03}"
        return f"{self.source_id}-{moment}-{self.segment_id[:8]}{SUFFIX}"

    def path(self, folders: Folders) -> Path:
        """The segment's file."""
        return folders.archive / self.source_id / self.name

    def row(self, size: int, noted_at: datetime) -> Segment:
        """The segment as the table `segments` keeps it."""
        return Segment(
            segment_id=self.segment_id,
            source_id=self.source_id,
            file=f"{self.source_id}/{self.name}",
            state="sealed" if self.digest else "open",
            size=self.size if self.digest else size,
            digest=self.digest,
            noted_at=noted_at,
        )


def fresh(source_id: str, created_at: datetime) -> State:
    """The state of a segment that is about to be made."""
    return State(str(uuid.uuid4()), source_id, created_at)


def states(folders: Folders, source_id: str) -> list[State]:
    """The states that lie in a source's folder, the oldest segment first; one whose file is missing is passed over."""
    found = (_read(path) for path in sorted((folders.archive / source_id).glob(f"*{_STATE}")))
    return sorted(
        (state for state in found if state is not None and state.path(folders).is_file()),
        key=lambda state: state.created_at,
    )


def save(folders: Folders, state: State) -> None:
    """Write a state so that a reader sees all of it or the one before."""
    write_whole(beside(state.path(folders)), [msgspec.json.encode(state)])


def forget(folders: Folders, state: State) -> None:
    """Remove the state of a sealed segment, whose row is in the spool by now."""
    beside(state.path(folders)).unlink(missing_ok=True)


def seal(folders: Folders, state: State) -> None:
    """Close a segment for good: digest and size noted, file read-only."""
    path = state.path(folders)
    state.digest, state.size = sha256(path), path.stat().st_size
    state.originals.clear()
    path.chmod(0o444)
    save(folders, state)


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def reseal(folders: Folders, state: State) -> None:
    """Note that the content of a sealed segment was changed on purpose; its row waits for the next run."""
    state.path(folders).chmod(0o644)
    seal(folders, state)


def file(folders: Folders, source_id: str, segment_id: str) -> str | None:
    """Where a segment lies, relative to the archive folder, or None where there is no such file."""
    for path in sorted((folders.archive / source_id).glob(f"*-{segment_id[:8]}{SUFFIX}")):
        return str(path.relative_to(folders.archive))
    return None


def files(folders: Folders, source_id: str = "*") -> Iterator[Path]:
    """Every segment of a source (of all sources by default), oldest first."""
    yield from sorted(folders.archive.glob(f"{source_id}/*{SUFFIX}"))


def state_of(folders: Folders, path: Path) -> State:
    """The state of a segment, made anew from the file where it is sealed and reported; raises Damaged without a head."""
    known = _read(beside(path)) if beside(path).exists() else None
    if known is not None:
        return known
    with path.open("rb") as file:
        head = warcinfo(file)
        layout = extents(file)
    size = path.stat().st_size
    return State(
        segment_id=head.segment_id,
        source_id=path.parent.name,
        created_at=head.created_at,
        checked=layout.offset(size),
        digest=sha256(path),
        size=size,
    )


def _read(path: Path) -> State | None:
    """A state, or None where the file is not one of ours: its segment then counts as sealed."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def beside(segment: Path) -> Path:
    """Where the state of a segment lies while it is open, or until a change of it was reported."""
    return segment.with_name(segment.name.removesuffix(SUFFIX) + _STATE)
