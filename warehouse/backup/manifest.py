"""What a backup consists of: MANIFEST.json lists every file with size, time and SHA-256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from warehouse.errors import WarehouseError
from warehouse.files import write_whole

MANIFEST = "MANIFEST.json"
NEXT = "MANIFEST.next.json"
FORMAT = 1

Tell = Callable[[str, int], None]
"""Told of each file that is copied or checked, and its bytes."""


class BadBackup(WarehouseError):
    """A backup that is incomplete or altered, or a place where none can be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup."""

    size: int
    modified_ns: int  # of the file it was copied from
    sha256: str
    origin: str | None = None  # where the file has another name in the workspace: the edition


@dataclass(slots=True)
class Manifest:
    """The files of a backup, by path below its folder, and the newest load among them."""

    format: int
    made_at: datetime
    load_id: int
    files: dict[str, Entry] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.files.values())


def read(folder: Path) -> Manifest:
    """The manifest of a backup, an interrupted last step of its making done first; raises BadBackup."""
    if (folder / NEXT).exists():
        settle(folder, _manifest(folder, NEXT))
    return _manifest(folder, MANIFEST)


def announce(folder: Path, manifest: Manifest) -> None:
    """Write down what the backup is about to be: from here on it is finished, whatever is killed."""
    write_whole(folder / NEXT, [msgspec.json.format(msgspec.json.encode(manifest), indent=1), b"\n"])


def settle(folder: Path, manifest: Manifest) -> None:
    """Give every new file its name, then the manifest its own; safe to repeat."""
    for name in manifest.files:
        new = temporary(folder, name)
        if new.exists():
            new.replace(folder / name)
    (folder / NEXT).replace(folder / MANIFEST)


def temporary(folder: Path, name: str) -> Path:
    """Where a new file waits until the whole backup is there."""
    path = folder / name
    return path.with_name(f".{path.name}.new")


def copied(source: Path, target: Path) -> str:
    """The SHA-256 of a file that was copied and synced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as read_from, target.open("wb") as write_to:
        while piece := read_from.read(1 << 20):
            digest.update(piece)
            write_to.write(piece)
        write_to.flush()
        os.fsync(write_to.fileno())
    return digest.hexdigest()


def _manifest(folder: Path, name: str) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / name).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BadBackup(
            f"{folder} is no backup: it has no {MANIFEST}. Make one with: wireroom backup {folder}"
        ) from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadBackup(f"{folder / name} cannot be read ({error}). Make the backup anew in an empty folder.") from None
    if manifest.format != FORMAT:
        raise BadBackup(f"{folder} has format {manifest.format}, and this version of wireroom reads {FORMAT}.")
    return manifest
