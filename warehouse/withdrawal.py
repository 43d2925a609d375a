"""What was withdrawn is gone and stays gone: from the archive, the tables, the reading copy, the search and the spool.

    order written down → rows in archive and spool → records blanked → loaded and removed → files made anew → order done

An order that was begun is carried out to its end, by the same command or by the next run, whatever was killed. What
stays is a row in `withdrawals` with the key of the address, which is a hash: loading, runs, imports and rebuilds obey it.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from warehouse import blotting, compaction, loader, proposals, reading_copy, rows, schema, spool
from warehouse.archive import Appender, erasing, segments
from warehouse.files import sync_folder, write_whole
from warehouse.folders import Folders
from warehouse.locks import hold
from warehouse.search import index as search_index
from warehouse.staging import sql


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be withdrawn from one source; without addresses all of it."""

    order_id: str
    source_id: str
    url_keys: tuple[str, ...]
    reason: str
    withdrawn_at: datetime

    @property
    def whole_source(self) -> bool:
        """Whether nothing of the source may stay."""
        return not self.url_keys

    def path(self, folders: Folders) -> Path:
        """Where the order lies until it is carried out."""
        return folders.withdrawals / f"{self.order_id}.json"


def reach(con: duckdb.DuckDBPyConnection, source_id: str, url_keys: Sequence[str]) -> tuple[str, ...]:
    """These addresses, and all others under which a source showed the same articles or the very same pages."""
    found = con.execute(sql("withdrawal/reach"), [source_id, as_json(url_keys)]).fetchall()
    return tuple(sorted(key for (key,) in found))


def order(source_id: str, url_keys: Sequence[str], reason: str, moment: datetime) -> Order:
    """A new order; without addresses it is for the whole source."""
    return Order(str(uuid.uuid4()), source_id, tuple(url_keys), reason, moment)


def withdraw(folders: Folders, orders: Sequence[Order], *, wait: bool = False) -> None:
    """Carry out orders from end to end; raises Held where a run holds one of the sources, unless `wait`."""
    for new in orders:
        place(folders, new)
    finish(folders, wait=wait)


def place(folders: Folders, new: Order) -> None:
    """Write an order down, to be carried out by `finish`."""
    write_whole(new.path(folders), [msgspec.json.encode(new)])


def pending(folders: Folders) -> list[Order]:
    """The orders that were begun and are not carried out yet."""
    paths = sorted(folders.withdrawals.glob("*.json"))
    return [msgspec.json.decode(path.read_bytes(), type=Order) for path in paths]


def finish(folders: Folders, source_id: str | None = None, *, wait: bool = False) -> None:
    """Carry out every order that lies there (of one source, where it is named); raises Held where a run holds one, unless `wait`."""
    for waiting in pending(folders):
        if source_id not in (None, waiting.source_id):
            continue
        who = f"withdrawal from {waiting.source_id} in process {os.getpid()}"
        with hold(folders.source_lock(waiting.source_id), who, wait=wait):
            _carry_out(folders, waiting, who)
        waiting.path(folders).unlink()
        sync_folder(folders.withdrawals)


def _carry_out(folders: Folders, wanted: Order, who: str) -> None:
    """Every step can be done twice, so that one that was killed is simply begun again."""
    with hold(folders.loader_lock, who, wait=True):
        loader.load_spool(folders, loader.Report())  # what was fetched just now must be found as well
        sought = _sought(folders, wanted)
        _blot(folders, wanted)
        new = list(_rows(wanted))
        grown = _note(folders, wanted, new)
        changed = _blank(folders, wanted, sought)
        moment = wanted.withdrawn_at
        new_rows: list[rows.Row] = [*new, *grown, *(state.row(state.size, moment) for state in changed)]
        spool.write(folders, new_rows, source_id=wanted.source_id, run_id=wanted.order_id)
        contained = loader.load_spool(folders, loader.Report())
        _remove(folders, wanted)
        compaction.compact(folders.live)
        edition = reading_copy.publish(folders, now=True)
        for path in contained:
            path.unlink(missing_ok=True)
        _sweep(folders, wanted, edition, sought)


def _sought(folders: Folders, wanted: Order) -> frozenset[str]:
    """The passages by which listings are known that carry the text, or what they call it."""
    if wanted.whole_source:
        return frozenset()
    with closing(schema.open_live(folders)) as con:
        found = con.execute(sql("withdrawal/texts"), [wanted.source_id, as_json(wanted.url_keys)])
        return erasing.passages(text for (text,) in iter(found.fetchone, None))


def _blot(folders: Folders, wanted: Order) -> None:
    """Take the addresses out of the log, while the tables still know them."""
    if wanted.whole_source:
        blotting.blot_source(folders.logs, wanted.source_id)
        return
    with closing(schema.open_live(folders)) as con:
        found = con.execute(sql("withdrawal/addresses"), [wanted.source_id, as_json(wanted.url_keys)]).fetchall()
    blotting.blot(folders.logs, [address for (address,) in found if address])


def _rows(wanted: Order) -> Iterator[rows.Withdrawal]:
    for key in wanted.url_keys or (None,):
        yield rows.Withdrawal(wanted.source_id, key, wanted.reason, wanted.withdrawn_at)


def _note(folders: Folders, wanted: Order, new: Sequence[rows.Withdrawal]) -> list[rows.Segment]:
    """Leave the rule in the archive, so that a rebuild obeys it; rows for the segments that grew."""
    if wanted.whole_source:
        shutil.rmtree(folders.archive / wanted.source_id, ignore_errors=True)
    with Appender(folders, wanted.source_id, wanted.order_id, hands_over=False) as archive:
        archive.note(new)
        archive.sync()
        return archive.segment_rows()


def _blank(folders: Folders, wanted: Order, sought: frozenset[str]) -> list[segments.State]:
    keys = frozenset(wanted.url_keys)
    return erasing.erase(folders, wanted.source_id, keys, sought, wanted.withdrawn_at) if keys else []


def _remove(folders: Folders, wanted: Order) -> None:
    with closing(schema.open_live(folders)) as con:
        con.execute("SET VARIABLE source_id = $1", [wanted.source_id])
        con.begin()
        con.execute(sql("withdrawal/remove"))
        con.commit()


def _sweep(folders: Folders, wanted: Order, edition: Path | None, sought: frozenset[str]) -> None:
    """Remove older editions, words of the search index, feeds, and lines that were set aside or wait to be accepted."""
    for path in folders.editions.glob("*.duckdb*"):
        if path != edition:
            path.unlink(missing_ok=True)
    search_index.cleanse(folders)
    for path in folders.feeds.glob("*"):  # made anew after the next load, and by the verb that withdraws
        path.unlink(missing_ok=True)
    names = [key.encode() for key in wanted.url_keys] or [f'"{wanted.source_id}"'.encode()]
    for path in _files_in(folders.aside):
        _without_lines(path, names, sought)
    with hold(folders.reparse_gate, f"withdrawal from {wanted.source_id}", wait=True):
        for proposal in proposals.waiting(folders):
            if proposal.source_id == wanted.source_id and wanted.whole_source:
                proposals.discard(folders, proposal)
        for path in _files_in(folders.reparse):
            _without_lines(path, names, sought)


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != proposals.ABOUT]


def _without_lines(path: Path, names: Sequence[bytes], sought: frozenset[str]) -> None:
    """Rewrite a file of rows without the lines of these addresses, and without those that carry a passage."""

    def may_stay(line: bytes) -> bool:
        return not any(name in line for name in names) and not _carries(line, sought)

    with path.open("rb") as file:
        if all(map(may_stay, file)):
            return
    if spool.is_whole(path):
        spool.rewrite(path, may_stay)
        return
    with path.open("rb") as file:
        kept = list(filter(may_stay, file))
    write_whole(path, kept)


def _carries(line: bytes, sought: frozenset[str]) -> bool:
    text = erasing.plain(line.decode("utf-8", "replace").replace("\\n", " "))
    return any(passage in text for passage in sought)


def as_json(keys: Sequence[str]) -> str:
    """Keys as the statements take them."""
    return msgspec.json.encode(list(keys)).decode()
