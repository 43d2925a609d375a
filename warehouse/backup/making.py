"""Making a backup, and bringing one up to date.

A folder rather than one file, because the archive is large and its sealed files never change: the second backup copies
what is new, and any tool can carry or check the rest.

Runs may go on meanwhile. What is copied first is what later parts can only add to: the state of the open segments, then
the spool, then the reading copy (which contains what has left the spool), then the archive. So whatever a run does in
between, each page that was fetched is in the tables, in the spool, or in a tail that the next run takes up.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec

from warehouse import reading_copy
from warehouse.archive import links, segments
from warehouse.backup.manifest import (
    FORMAT,
    MANIFEST,
    NEXT,
    BadBackup,
    Entry,
    Manifest,
    Tell,
    announce,
    copied,
    read,
    settle,
    temporary,
)
from warehouse.folders import Folders
from warehouse.locks import hold

STATE = ".open.json"


@dataclass(slots=True)
class Report:
    """What a backup did."""

    copied: int = 0
    copied_bytes: int = 0
    files: int = 0
    size: int = 0
    lost: list[str] = field(default_factory=list)  # archive files that the workspace lost and the backup still has

    @property
    def unchanged(self) -> int:
        """Files that an earlier backup had copied."""
        return self.files - self.copied


def back_up(
    root: Path, target: Path, *, secrets: bool = False, check_all: bool = False, tell: Tell = lambda *_: None
) -> Report:
    """Copy the workspace at `root` into the folder `target` and read it back; raises BadBackup, Held or OSError.

    `secrets` takes .env along; `check_all` also reads again what an earlier backup had copied.
    """
    _refuse_foreign(root, target)
    target.mkdir(parents=True, exist_ok=True)
    with hold(target / ".lock", f"backup in process {os.getpid()}"):
        known = (target / MANIFEST).exists() or (target / NEXT).exists()
        writing = _Writing(target, read(target).files if known else {}, tell)
        _collect(root, writing, secrets)
        load_id, named = _ledger(writing.place("warehouse.duckdb"))
        writing.keep_lost(named)
        now = datetime.now(UTC).replace(tzinfo=None)
        manifest = Manifest(FORMAT, now, load_id, dict(sorted(writing.files.items())))
        for name, entry in manifest.files.items():
            if check_all or name in writing.fresh:
                _check(writing.place(name), entry)
        announce(target, manifest)
        settle(target, manifest)
        writing.drop_surplus()
    return writing.report


def _collect(root: Path, writing: _Writing, secrets: bool) -> None:
    """Copy everything in the order that makes runs harmless."""
    folders = Folders(root / "data")
    writing.take_all(folders.withdrawals.glob("*.json"), folders.withdrawals, "withdrawals")
    states = {path: path.read_bytes() for path in _states(folders)}
    writing.take_all(folders.spool.rglob("*.jsonl*"), folders.spool, "spool")
    edition = reading_copy.readable(folders)[0]
    writing.take(edition, "warehouse.duckdb", origin=edition.name)
    for path in segments.files(folders):
        writing.take(path, f"archive/{path.relative_to(folders.archive)}")
    writing.take_all(folders.archive.glob(f"*/*{links.SUFFIX}"), folders.archive, "archive")
    for name, content in _handed_over(folders, states, writing.files):
        writing.put(name, content)
    writing.take_all((root / "sources").rglob("*"), root / "sources", "sources")
    if secrets and (root / ".env").exists():
        writing.take(root / ".env", ".env")
        writing.place(".env").chmod(0o600)


class _Writing:
    """The files of one backup: copied beside the old ones, and given their names when all are there."""

    def __init__(self, target: Path, old: dict[str, Entry], tell: Tell) -> None:
        self.target, self.old, self.tell = target, old, tell
        self.files: dict[str, Entry] = {}
        self.fresh: set[str] = set()
        self.report = Report()

    def place(self, name: str) -> Path:
        """Where a file of this backup lies now."""
        return temporary(self.target, name) if name in self.fresh else self.target / name

    def take_all(self, paths: Iterable[Path], base: Path, under: str) -> None:
        for path in sorted(paths):
            if path.is_file() and not path.name.startswith("."):
                self.take(path, f"{under}/{path.relative_to(base)}")

    def take(self, path: Path, name: str, origin: str | None = None) -> None:
        """Copy a file unless the backup has it as it is; one that goes meanwhile was loaded, or packed into another."""
        try:
            found = path.stat()
            old = self.old.get(name)
            same = old and (old.size, old.modified_ns, old.origin) == (found.st_size, found.st_mtime_ns, origin)
            if old and same and (self.target / name).is_file():
                self._add(name, old)
                return
            digest = copied(path, temporary(self.target, name))
        except FileNotFoundError:
            return
        size = temporary(self.target, name).stat().st_size
        self._add_fresh(name, Entry(size, found.st_mtime_ns, digest, origin))

    def put(self, name: str, content: bytes) -> None:
        """Write a small file of our own."""
        entry = Entry(len(content), 0, hashlib.sha256(content).hexdigest())
        if self.old.get(name) == entry and (self.target / name).is_file():
            self._add(name, entry)
            return
        temporary(self.target, name).write_bytes(content)
        self._add_fresh(name, entry)

    def keep_lost(self, named: set[str]) -> None:
        """Keep archive files that the ledger names and the workspace has lost: the backup alone has them."""
        for name, entry in self.old.items():
            if name in named and name not in self.files and (self.target / name).is_file():
                self._add(name, entry)
                self.report.lost.append(name)

    def drop_surplus(self) -> None:
        """Remove what is no part of the backup any more."""
        for name in self.old.keys() - self.files.keys():
            (self.target / name).unlink(missing_ok=True)
        for path in self.target.rglob(".*.new"):
            path.unlink(missing_ok=True)

    def _add_fresh(self, name: str, entry: Entry) -> None:
        self.fresh.add(name)
        self.report.copied += 1
        self.report.copied_bytes += entry.size
        self._add(name, entry)
        self.tell(name, entry.size)

    def _add(self, name: str, entry: Entry) -> None:
        self.files[name] = entry
        self.report.files += 1
        self.report.size += entry.size


def _states(folders: Folders) -> list[Path]:
    return sorted(folders.archive.glob(f"*/*{STATE}"))


def _handed_over(folders: Folders, states: dict[Path, bytes], files: dict[str, Entry]) -> Iterator[tuple[str, bytes]]:
    """The states as they were before anything else was copied; a segment begun since then is read again from its head."""
    for path in _states(folders):
        if path not in states:
            state = msgspec.json.decode(path.read_bytes(), type=segments.State)
            state.checked, state.digest = 0, None
            state.originals.clear()
            states[path] = msgspec.json.encode(state)
    for path, content in states.items():
        name = f"archive/{path.relative_to(folders.archive)}"
        if name.removesuffix(STATE) + segments.SUFFIX in files:
            yield name, content


def _ledger(edition: Path) -> tuple[int, set[str]]:
    """The newest load of a reading copy, and the archive files that it names."""
    with closing(duckdb.connect(str(edition), read_only=True)) as con:
        ((load_id,),) = con.execute("SELECT coalesce(max(load_id), 0) FROM loads").fetchall()
        named = {f"archive/{file}" for (file,) in con.execute("SELECT file FROM segments").fetchall()}
    return load_id, named


def _refuse_foreign(root: Path, target: Path) -> None:
    """BadBackup where the target is part of the workspace, or holds anything but a backup."""
    if target.resolve().is_relative_to(root.resolve()) or root.resolve().is_relative_to(target.resolve()):
        raise BadBackup(
            f"{target} and the workspace lie inside one another. Name a folder elsewhere, best on another disk."
        )
    if target.exists() and not target.is_dir():
        raise BadBackup(f"{target} is a file, and a backup is a folder: name another place.")
    others = [path.name for path in target.iterdir() if not path.name.startswith(".")] if target.is_dir() else []
    begun = (target / ".lock").exists() or (target / MANIFEST).exists()
    if others and not begun:
        raise BadBackup(
            f"{target} is not empty and no backup. Name a new folder, or an earlier backup to bring up to date."
        )


def _check(path: Path, entry: Entry) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != entry.sha256:
        raise BadBackup(f"{path} does not read back as it was written. Is the disk sound? Make the backup elsewhere.")
