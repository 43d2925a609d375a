"""The sidecar's file: opening it for one writer or any number of readers, and what it says of itself.

Write-ahead logging lets readers go on while it is fed. What is in it is never more than a reading copy held: it may
lag, never lead. Deleting it loses nothing.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path

from warehouse import reading_copy
from warehouse.errors import WarehouseError
from warehouse.folders import Folders
from warehouse.search import wording

PATIENCE_SECONDS = 10.0
CACHE_KIB = 32_768
MAPPED_BYTES = 4 << 30


class NoIndex(WarehouseError):
    """There is no search index, or one that cannot be read."""


def reader(folders: Folders) -> sqlite3.Connection:
    """A connection that can only read; raises NoIndex."""
    if not folders.search.exists():
        raise NoIndex(f"There is no {folders.search} yet. Make it with: wireroom search --rebuild")
    try:
        con = sqlite3.connect(
            f"{folders.search.resolve().as_uri()}?{_mode(folders)}", uri=True, timeout=PATIENCE_SECONDS
        )
        con.executescript(
            f"PRAGMA cache_size = -{CACHE_KIB}; PRAGMA mmap_size = {MAPPED_BYTES}; PRAGMA query_only = ON;"
        )
        con.execute("SELECT value FROM state WHERE name = 'edition'").fetchall()
    except sqlite3.Error as error:
        raise NoIndex(
            f"{folders.search} cannot be read ({error}). Make it anew with: wireroom search --rebuild"
        ) from None
    return con


def _mode(folders: Folders) -> str:
    """How a reader opens it: where the folder cannot be written SQLite can make no log, and none is needed."""
    log = folders.search.with_name(folders.search.name + "-wal")
    writable = os.access(folders.search.parent, os.W_OK)
    return "mode=ro" if writable or (log.exists() and log.stat().st_size) else "immutable=1"


def writer(folders: Folders) -> sqlite3.Connection:
    """A connection that writes, to an index of this wording; only who holds the lock may call it. Raises NoIndex."""
    if not folders.search.exists():
        sweep(folders)  # a log without its file belongs to nothing
    try:
        con = sqlite3.connect(folders.search, timeout=PATIENCE_SECONDS, isolation_level=None)
        con.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA cache_size = -{CACHE_KIB};"
        )
        fresh = not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchall()
        if not fresh and state(con).get("wording") == edition():
            return con
    except sqlite3.Error as error:
        raise NoIndex(
            f"{folders.search} cannot be written ({error}). Make it anew with: wireroom search --rebuild"
        ) from None
    if fresh:
        with closing(con):
            con.executescript(f"BEGIN; {_schema()} INSERT INTO state VALUES ('wording', '{edition()}'); COMMIT;")
    else:
        con.close()
        sweep(folders)  # worded by another edition: its rows cannot even be taken out
    return writer(folders)


def sweep(folders: Folders) -> None:
    """Remove the index; only who holds the lock may call it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        folders.search.with_name(folders.search.name + ending).unlink(missing_ok=True)


def state(con: sqlite3.Connection) -> dict[str, str]:
    """What the index says of itself: wording, edition, load_id, digest, articles."""
    return dict(con.execute("SELECT name, value FROM state").fetchall())


def note(con: sqlite3.Connection, **values: str) -> None:
    """Write down what the index says of itself."""
    con.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", list(values.items()))


def linked_edition(folders: Folders) -> str:
    """The mark of the edition that a reader of the warehouse opens now."""
    return mark(reading_copy.readable(folders)[0])


def mark(path: Path) -> str:
    """What tells an edition from every other, also after a backup was restored."""
    about = path.stat()
    return f"{path.name} {about.st_size} {about.st_mtime_ns}"


@cache
def edition() -> str:
    """A hash of the schema and of all that decides the words in it."""
    from warehouse.search import copies

    sketching = Path(copies.__file__).read_bytes()
    return hashlib.sha256(_schema().encode() + sketching + wording.edition().encode()).hexdigest()


def _schema() -> str:
    return (files("warehouse") / "sql" / "search" / "schema.sql").read_text(encoding="utf-8")
