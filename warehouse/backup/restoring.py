"""A workspace made from a backup: all of it or nothing, and checked on the way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from warehouse.archive import segments
from warehouse.backup.manifest import BadBackup, Manifest, Tell, copied, read
from warehouse.files import sync_folder
from warehouse.folders import Folders


def restore(source: Path, root: Path, *, tell: Tell = lambda *_: None) -> Manifest:
    """Make the workspace `root`, which must be new or empty; whatever is killed, there is all of it or none.

    Raises BadBackup where a file is missing or not what was backed up.
    """
    manifest = read(source)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise BadBackup(f"{root} is not empty. Name a new or empty folder, so that nothing is overwritten.")
    root.parent.mkdir(parents=True, exist_ok=True)
    making = root.with_name(f".{root.name}.restoring")
    shutil.rmtree(making, ignore_errors=True)
    try:
        _fill(source, making, manifest, tell)
        _finish(Folders(making / "data"))
        making.replace(root)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    sync_folder(root.parent)
    return manifest


def _fill(source: Path, root: Path, manifest: Manifest, tell: Tell) -> None:
    """Copy every file of the backup to its place."""
    for name, entry in manifest.files.items():
        place = _place(root, name)
        if copied(_inside(source, name), place) != entry.sha256:
            raise BadBackup(f"{source / name} is not what was backed up: its checksum differs. Nothing was restored.")
        place.chmod(0o600 if name == ".env" else 0o644)
        if entry.modified_ns:  # so that the next backup into the same folder finds its files unchanged
            os.utime(place, ns=(entry.modified_ns, entry.modified_ns))
        tell(name, entry.size)
    (root / "sources").mkdir(exist_ok=True)


def _finish(folders: Folders) -> None:
    """Make the live database and the reading copy of the one edition, and close the segments that nobody goes on in."""
    for folder in (folders.spool, folders.archive):
        folder.mkdir(exist_ok=True)
    edition = _edition(folders)
    copied(edition, folders.live)
    edition.chmod(0o444)
    folders.warehouse.symlink_to(edition.relative_to(folders.data))
    for path in segments.files(folders):
        if not path.with_name(path.name.removesuffix(segments.SUFFIX) + ".open.json").exists():
            path.chmod(0o444)


def _inside(source: Path, name: str) -> Path:
    """A file of the backup; BadBackup where it is missing or its name leads out of the folder."""
    found = source / name
    if not found.resolve().is_relative_to(source.resolve()) or ".." in Path(name).parts:
        raise BadBackup(f"{name} in the manifest leads out of {source}. Nothing was restored.")
    if not found.is_file():
        raise BadBackup(f"{found} is missing. The backup is incomplete, and nothing was restored.")
    return found


def _place(root: Path, name: str) -> Path:
    """Where a file of the backup goes in the workspace."""
    if name == "warehouse.duckdb":
        return _edition(Folders(root / "data"))
    if name.startswith("withdrawals/"):
        return Folders(root / "data").withdrawals / Path(name).name
    return root / name if name.startswith(("sources/", ".env")) else root / "data" / name


def _edition(folders: Folders) -> Path:
    return folders.editions / "00000001.duckdb"
