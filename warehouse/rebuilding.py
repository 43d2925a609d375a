"""A warehouse made beside the one in use, and put in its place when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse import loader, reading_copy, spool
from warehouse.files import sync_folder
from warehouse.folders import Folders
from warehouse.locks import hold
from warehouse.schema import open_live
from warehouse.search import index as search_index


@contextmanager
def beside(folders: Folders) -> Iterator[Folders]:
    """The folders of a warehouse that nobody reads yet; whatever ends the block, they are gone after it."""
    new = Folders(folders.data / ".live" / "rebuild")
    shutil.rmtree(new.data, ignore_errors=True)  # what a killed rebuild left
    new.spool.mkdir(parents=True)
    try:
        yield new
    finally:
        shutil.rmtree(new.data, ignore_errors=True)


def count_on(folders: Folders, new: Folders) -> None:
    """Let the new warehouse's load numbers begin behind those of the old one.

    Who keeps the last number that they saw and asks `changes_since` for more is then told too much, and never too little.
    """
    if not folders.warehouse.exists():
        return
    with reading_copy.connect(folders) as old:
        (last,) = old.execute("SELECT max(load_id) FROM loads").fetchall()[0]
    if last is not None:
        with closing(open_live(new)) as con:
            con.execute(
                "INSERT INTO loads BY NAME SELECT $1 AS load_id, 'rebuild' AS file, 0 AS rows, 0 AS set_aside, $2 AS recorded_at",
                [last, datetime.now(UTC).replace(tzinfo=None)],
            )


def load(new: Folders) -> list[str]:
    """Load what lies in the new warehouse's spool; a sentence for each file or row that could not be loaded."""
    report = loader.Report()
    for path in loader.load_spool(new, report):
        path.unlink()
    return [*report.problems, *(f"{path.name} could not be loaded." for path in spool.files(new))]


def put_in_place(folders: Folders, new: Folders, who: str) -> Path:
    """Make the new warehouse the one in use, and publish a reading copy of it; the path of that edition.

    Readers keep what they have open. A kill leaves the old warehouse or the new one, each of them whole: what the old
    one's log holds was loaded from spool files that still lie there.
    """
    with hold(folders.loader_lock, who, wait=True):
        _without_log(folders.live)
        new.live.replace(folders.live)
        sync_folder(folders.live.parent)
        search_index.remove(folders)  # it was fed by load number, and every load is a new one
        edition = reading_copy.publish(folders, now=True)
    assert edition is not None
    return edition


def _without_log(database: Path) -> None:
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
