"""Feeding the search sidecar from the reading copy, article by article, and taking articles out of it for good.

Each chunk is one transaction; who is killed leaves the chunks that were done, and the next goes on after them, because
an article whose record is already in the index is passed over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from warehouse import reading_copy
from warehouse.errors import WarehouseError
from warehouse.files import UNWRITABLE
from warehouse.folders import Folders
from warehouse.locks import Held, hold
from warehouse.search import file as search_file
from warehouse.search.rows import Entry, Shelf

CHUNK = 2_000
"""Articles of one transaction."""

Told = Callable[[int, int], None]
"""Called with how many articles are done, of how many."""


@dataclass(frozen=True, slots=True)
class Fed:
    """What a feeding did."""

    indexed: int
    removed: int


def feed(folders: Folders, *, wait: bool = False, told: Told | None = None) -> Fed | None:
    """Bring the index to the newest reading copy; None where another process is at it and not `wait`, or nothing can be written."""
    try:
        with hold(folders.search_lock, "feeding the search index", wait=wait):
            return _feed(folders, told)
    except Held:
        return None
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        if folders.search.exists():
            return None  # a workspace that can only be read answers from the index it has
        raise search_file.NoIndex(
            f"There is no search index yet, and none can be made: {error.filename} cannot be written ({error.strerror}). "
            "Whoever may write there makes it with: wireroom search --rebuild"
        ) from None
    except (sqlite3.Error, duckdb.Error) as error:
        raise WarehouseError(
            f"The search index could not be fed ({error}). wireroom search --rebuild makes it anew."
        ) from error


def rebuild(folders: Folders, *, told: Told | None = None) -> Fed:
    """Make the index anew from the newest reading copy, after whoever feeds it now."""
    with hold(folders.search_lock, "rebuilding the search index", wait=True):
        search_file.sweep(folders)
        return _feed(folders, told)


def forget(folders: Folders, article_ids: Iterable[str]) -> int:
    """Take articles out so that their words are in no part of the file any more; how many were there.

    Waits for whoever feeds the index; where a search holds on to its log, the index goes as a whole and is made anew later.
    """
    if not folders.search.exists():
        return 0
    wanted = [UUID(name).bytes for name in article_ids]
    with hold(folders.search_lock, "taking articles out of the search index", wait=True):
        try:
            with closing(search_file.writer(folders)) as index:
                index.execute("BEGIN IMMEDIATE")
                removed = Shelf(index).take_out(wanted)
                index.execute("COMMIT")
                scrub(index, folders)
        except (LogInUse, sqlite3.Error, search_file.NoIndex):
            search_file.sweep(folders)
            return len(wanted)
    return removed


def cleanse(folders: Folders) -> None:
    """Bring the index to the newest reading copy, and let no word of what is no longer there stay in the file.

    Where that cannot be done the index goes as a whole, and the next feeding makes it anew.
    """
    if not folders.search.exists():
        return
    with hold(folders.search_lock, "cleansing the search index", wait=True):
        try:
            _feed(folders, None)
            with closing(search_file.writer(folders)) as index:
                scrub(index, folders)
        except (LogInUse, sqlite3.Error, duckdb.Error, search_file.NoIndex):
            search_file.sweep(folders)


def remove(folders: Folders) -> None:
    """Remove the index as a whole, after whoever feeds it now."""
    with hold(folders.search_lock, "removing the search index", wait=True):
        search_file.sweep(folders)


class LogInUse(WarehouseError):
    """A reader holds on to the index's log, which so cannot be emptied."""


def scrub(index: sqlite3.Connection, folders: Folders) -> None:
    """Merge the index so that words of articles taken out leave it, and empty the log; freed pages are zeroed. Raises LogInUse."""
    index.execute("INSERT INTO words(words) VALUES ('optimize')")
    busy, _, _ = index.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LogInUse(
            f"A search is still reading {folders.search}, so that its log cannot be emptied. Say it again when that has ended."
        )


def _feed(folders: Folders, told: Told | None) -> Fed:
    with reading_copy.connect(folders) as copy, closing(search_file.writer(folders)) as index:
        edition = _edition(copy)
        if search_file.state(index).get("edition") == edition:
            return Fed(0, 0)
        shelf = Shelf(index)
        fed = _bring(copy, shelf, _touched(copy, search_file.state(index)), told)
        if _count(copy) != shelf.count():  # the record of changes does not tell all: a backup was restored, or a file
            more = _bring(copy, shelf, None, told)
            fed = Fed(fed.indexed + more.indexed, fed.removed + more.removed)
        if _withdrawn(copy, search_file.state(index)):
            scrub(index, folders)
        load_id, digest = _last_load(copy)
        index.execute("BEGIN IMMEDIATE")
        shelf.name_outlets(copy.execute("SELECT source_id, name FROM sources ORDER BY noted_at").fetchall())
        shelf.name_agencies(copy.execute("SELECT info_source, name FROM agencies ORDER BY noted_at").fetchall())
        search_file.note(index, edition=edition, load_id=str(load_id), digest=digest, articles=str(_count(copy)))
        index.execute("COMMIT")
        index.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return fed


def _edition(copy: duckdb.DuckDBPyConnection) -> str:
    """The mark of the edition that was opened, which need not be the one that is linked by now."""
    found = copy.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    return search_file.mark(Path(found[0][0]))


def _last_load(copy: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    found = copy.execute("SELECT load_id, digest FROM loads ORDER BY load_id DESC LIMIT 1").fetchall()
    return found[0] if found else (0, "")


def _count(copy: duckdb.DuckDBPyConnection) -> int:
    return int(copy.execute("SELECT count(*) FROM texts WHERE is_current").fetchall()[0][0])


def _touched(copy: duckdb.DuckDBPyConnection, state: dict[str, str]) -> list[UUID] | None:
    """The articles that changed since the index was fed; None where only a comparison of everything can say."""
    load_id = int(state.get("load_id", 0))
    known = copy.execute("SELECT digest FROM loads WHERE load_id = $1", [load_id]).fetchall()
    if known != [(state.get("digest"),)]:
        return None
    found = copy.execute("SELECT DISTINCT article_id FROM changes WHERE load_id > $1", [load_id]).fetchall()
    return [article_id for (article_id,) in found]


def _withdrawn(copy: duckdb.DuckDBPyConnection, state: dict[str, str]) -> bool:
    """Whether an article was withdrawn since the index was fed: then its words must leave the file for good."""
    ask = "SELECT 1 FROM changes WHERE load_id > $1 AND change = 'withdrawn' LIMIT 1"
    return "load_id" in state and bool(copy.execute(ask, [int(state["load_id"])]).fetchall())


_RECORDS = "SELECT article_id, record_hash FROM texts WHERE is_current"
_AMONG = " AND article_id IN (SELECT unnest($1::UUID[]))"
_TEXTS = f"SELECT {', '.join(Entry.COLUMNS)} FROM texts WHERE is_current"


def _bring(copy: duckdb.DuckDBPyConnection, shelf: Shelf, touched: Sequence[UUID] | None, told: Told | None) -> Fed:
    """Bring these articles, or all, to their current records."""
    among, values = (_AMONG, [list(touched)]) if touched is not None else ("", [])
    current = {a.bytes: r.bytes for a, r in copy.execute(_RECORDS + among, values).fetchall()}
    have = shelf.records([article.bytes for article in touched] if touched is not None else None)
    gone = [article for article in have if article not in current]
    stale = {article for article, record in current.items() if have.get(article) != record}
    for at in range(0, len(gone), CHUNK):
        shelf.index.execute("BEGIN IMMEDIATE")
        shelf.take_out(gone[at : at + CHUNK])
        shelf.index.execute("COMMIT")
    done = 0
    for entries in _chunks(copy, stale, everything=len(stale) * 2 > _count(copy)):
        shelf.index.execute("BEGIN IMMEDIATE")
        shelf.take_out([entry.article_id for entry in entries])
        shelf.put(entries)
        shelf.index.execute("COMMIT")
        done += len(entries)
        if told is not None:
            told(done, len(stale))
    return Fed(done, len(gone))


def _chunks(copy: duckdb.DuckDBPyConnection, stale: set[bytes], *, everything: bool) -> Iterator[list[Entry]]:
    """The wide rows of these articles, a chunk at a time; where they are most of the table it is read through once."""
    if everything:
        copy.execute(_TEXTS)
    elif stale:
        copy.execute(_TEXTS + _AMONG, [[UUID(bytes=article) for article in stale]])
    else:
        return
    entries: list[Entry] = []
    while rows := copy.fetchmany(CHUNK):
        entries += [Entry.of(row) for row in rows if row[0].bytes in stale]
        if len(entries) >= CHUNK:
            yield entries
            entries = []
    if entries:
        yield entries


def current_records(folders: Folders, articles: Sequence[bytes]) -> dict[bytes, bytes]:
    """The current record of these articles in the newest reading copy, those that are no more left out."""
    with reading_copy.connect(folders) as copy:
        found: list[tuple[Any, Any]] = copy.execute(
            _RECORDS + _AMONG, [[UUID(bytes=article) for article in articles]]
        ).fetchall()
    return {article.bytes: record.bytes for article, record in found}
