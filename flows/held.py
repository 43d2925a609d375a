"""Files that a user has, to be read: whole ones, and parts of those that are packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Held:
    """A file to be read, or a part of a packed one."""

    name: str  # a path; of a part, the path of the packed file and that within it
    open: Callable[[], BinaryIO]
    size: int
    changed_at: datetime | None = None  # naive UTC
    is_file: bool = True  # whether the name alone opens it


def tidy(path: Path) -> Path:
    """A path from the root on and without detours, its own name kept where that is a link."""
    return path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()


def file_at(path: Path) -> Held:
    """A file of the disk, by its whole path; raises OSError where it is not there.

    A name that is no UTF-8 has its odd bytes spelt out, and does not open the file.
    """
    place = tidy(path)
    found = place.stat()
    changed = datetime.fromtimestamp(found.st_mtime, UTC).replace(tzinfo=None)
    name = str(place).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Held(name, lambda: place.open("rb"), found.st_size, changed, is_file=name == str(place))
