"""The file that users open: a read-only copy of the live database, never half of one.

`data/warehouse.duckdb` is a symlink to a numbered edition. Each edition is a file of its own and is never written
again, so a reader that keeps one open, or opens it with write access, disturbs nobody.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError
from warehouse.files import sync_folder
from warehouse.folders import Folders
from warehouse.schema import opened, views_digest

LEAST_SECONDS = 1.0
"""A copy is made at most this often."""

SHARE = 20
"""… and copying takes no more than one part in so many of the time."""

PATIENCE_SECONDS = 3.0
"""How long a drain waits until the next copy is allowed, rather than leaving it to the next drain."""

KEPT = 2
"""Editions kept: the one the link names, and the one before for whoever is just opening it."""

_HELD = (
    "{} cannot be opened. Is another program holding it open for writing? The next load makes a new copy: wireroom load"
)

_FICLONE = 0x40049409  # linux/fs.h; file systems that cannot share blocks answer with an error


def ensure(folders: Folders) -> None:
    """Make an empty reading copy where there is none, so that a query always answers."""
    if folders.warehouse.exists():
        return
    folders.editions.mkdir(parents=True, exist_ok=True)
    empty = folders.editions / f".{os.getpid()}.empty.tmp"
    opened(empty).close()
    _put_in_place(folders, empty)


def publish(folders: Folders, *, now: bool = False) -> Path | None:
    """Copy the closed live database to a new edition and link it; None where it is too early for another copy.

    Only the loader calls this, holding its lock. OSError (disk full) leaves the old edition in place.
    """
    folders.editions.mkdir(parents=True, exist_ok=True)
    if not now and not _wait(folders):
        return None
    started = time.monotonic()
    temporary = folders.editions / f".{os.getpid()}.copy.tmp"
    try:
        _copy(folders.live, temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    edition = _put_in_place(folders, temporary)
    _pause_file(folders).write_text(f"{(time.monotonic() - started) * SHARE:.3f}", encoding="ascii")
    return edition


def is_behind(folders: Folders) -> bool:
    """Whether the reading copy was made by another version, whose views are not ours; False where it cannot be opened."""
    try:
        with closing(duckdb.connect(str(folders.warehouse.resolve(strict=True)), read_only=True)) as con:
            return con.execute("SELECT sha256 FROM schema_views").fetchall() != [(views_digest(),)]
    except (OSError, duckdb.Error):
        return False


def return_to_live(folders: Folders) -> None:
    """Make the live database of the newest edition where it is missing: loading into an empty one would publish that.

    Only the loader calls this, holding its lock.
    """
    if folders.live.exists() or not folders.warehouse.exists():
        return
    temporary = folders.live.with_name(f".{folders.live.name}.{os.getpid()}.tmp")
    _copy(folders.warehouse, temporary)
    _sync(temporary)
    folders.live.with_name(folders.live.name + ".wal").unlink(missing_ok=True)
    temporary.replace(folders.live)
    sync_folder(folders.live.parent)


def connect(
    folders: Folders, prepare: Callable[[duckdb.DuckDBPyConnection], None] | None = None, **config: str | bool | int
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the newest edition that can touch no other file; safe for SQL from a user.

    `prepare` may bring in files before the door is shut.
    """
    for _ in range(3):
        for edition in readable(folders):
            try:
                con = duckdb.connect(str(edition), read_only=True, config={**config})
            except duckdb.IOException:
                continue  # held by a client that opened it for writing, or replaced this moment: another edition will do
            _shut(con, prepare)
            return con
    raise WarehouseError(_HELD.format(folders.warehouse))


_SHUT_ALREADY = ("has been locked", "has been disabled by configuration")
"""What DuckDB says once another connection has locked the settings, and between that one's closing the files and locking them."""


def _shut(con: duckdb.DuckDBPyConnection, prepare: Callable[[duckdb.DuckDBPyConnection], None] | None) -> None:
    """Let `prepare` have its way, then close the files, the network and the settings to everyone."""
    try:
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET python_enable_replacements = false")
        # Two readers of one file would write over each other's overflow: it lies beside the file by default.
        con.execute("SET temp_directory = $1", [str(Path(tempfile.gettempdir()) / f"wireroom-{uuid.uuid4().hex}")])
        if prepare is not None:
            prepare(con)
        con.execute("SET enable_external_access = false; SET lock_configuration = true")
    except BaseException as error:
        # Connections of one process to one file share their settings: another one has shut the door for this one too.
        if prepare is None and isinstance(error, duckdb.Error) and any(said in str(error) for said in _SHUT_ALREADY):
            return
        con.close()
        raise


def attach(con: duckdb.DuckDBPyConnection, folders: Folders, name: str) -> None:
    """Attach the newest edition that can be opened to a connection of our own, read-only, under `name`."""
    for _ in range(3):
        for edition in readable(folders):
            path = str(edition).replace("'", "''")
            try:
                con.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            except duckdb.IOException:
                continue
            return
    raise WarehouseError(_HELD.format(folders.warehouse))


def readable(folders: Folders) -> list[Path]:
    """The editions that may be opened, the one that is linked first."""
    try:
        linked = folders.warehouse.resolve(strict=True)
    except FileNotFoundError:
        raise WarehouseError(f"There is no {folders.warehouse} yet. Make one with: wireroom init") from None
    return [linked, *(path for path in reversed(_editions(folders)) if path != linked)]


def _put_in_place(folders: Folders, temporary: Path) -> Path:
    """Turn a finished temporary file into the newest edition and link it; whatever is killed, the link names a whole file."""
    temporary.chmod(0o444)
    _sync(temporary)
    newest = max((_number(path) for path in _editions(folders)), default=0)
    edition = folders.editions / f"{newest + 1:08}.duckdb"
    temporary.replace(edition)
    sync_folder(folders.editions)
    # A killed read-write session leaves a log beside the link, and the next copy would be opened with it; one that is
    # alive may begin a log up to the moment when the link changes.
    log = folders.warehouse.with_name(folders.warehouse.name + ".wal")
    log.unlink(missing_ok=True)
    link = folders.warehouse.with_name(f".{folders.warehouse.name}.{os.getpid()}.tmp")
    link.unlink(missing_ok=True)
    link.symlink_to(edition.relative_to(folders.data))
    link.replace(folders.warehouse)
    log.unlink(missing_ok=True)
    sync_folder(folders.data)
    _sweep(folders)
    return edition


def _sweep(folders: Folders) -> None:
    """Remove all but the newest editions, with the logs that killed clients left, and what killed loaders left."""
    for path in _editions(folders)[:-KEPT]:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
    for path in [*folders.editions.glob(".*.tmp*"), *folders.data.glob(f".{folders.warehouse.name}.*.tmp")]:
        path.unlink(missing_ok=True)


def _editions(folders: Folders) -> list[Path]:
    """The editions that lie there, oldest first."""
    return sorted(folders.editions.glob("*.duckdb"), key=_number)


def _number(path: Path) -> int:
    return int(path.stem)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can."""
    with source.open("rb") as read, target.open("wb") as write:
        try:
            fcntl.ioctl(write.fileno(), _FICLONE, read.fileno())
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            shutil.copyfileobj(read, write, 1 << 20)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _wait(folders: Folders) -> bool:
    """Wait a little if need be, and say whether another copy may now be made."""
    pause = _pause_file(folders)
    if not pause.exists():
        return True
    last = pause.stat().st_mtime
    seconds = last + max(LEAST_SECONDS, float(pause.read_text(encoding="ascii") or 0)) - time.time()
    if seconds > PATIENCE_SECONDS:
        return False
    time.sleep(max(0.0, seconds))
    return True


def _pause_file(folders: Folders) -> Path:
    """Its text is how many seconds must pass after its own time before the next copy."""
    return folders.live.with_name("last_copy")
