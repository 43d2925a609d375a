"""The one writer: drains the spool into the live database, then publishes a reading copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse import compaction, loading, reading_copy, spool
from warehouse.errors import BadSpoolFile, DiskFull
from warehouse.files import FULL, sweep
from warehouse.folders import Folders
from warehouse.locks import Held, hold
from warehouse.schema import open_live
from warehouse.steps import Steps

FREE_BYTES = 32_000_000
"""Free space in the live database that is not worth a compaction; more is, once it is half of the file."""


@dataclass(frozen=True, slots=True)
class News:
    """What a reading copy shows of one source that the copy before it did not."""

    source_id: str
    first_load: int
    last_load: int
    loads: int
    rows: int
    runs: list[str]  # the one that brought the last load is the last


@dataclass(slots=True)
class Report:
    """What a drain did."""

    files: int = 0  # loaded, those set aside not counted
    rows: int = 0
    problems: list[str] = field(default_factory=list)  # a sentence for each file or row that was set aside
    edition: Path | None = None  # the reading copy that was published, where one was
    news: list[News] = field(default_factory=list)  # what that copy is the first to show, a source each


def drain(folders: Folders, *, wait: bool = False, publish_now: bool = False) -> Report | None:
    """Load every spool file and publish; None where another loader is at it (it takes our files too) and not `wait`.

    A spool file is removed only once a reading copy that contains it is in place. Unless `publish_now`, a copy is made
    no oftener than reading_copy allows; files that are loaded then lie on until the next one. Raises DiskFull.
    """
    report = Report()
    seen: set[Path] = set()
    while True:
        try:
            with _room(folders), hold(folders.loader_lock, f"loader in process {os.getpid()}", wait=wait):
                seen |= _drain(folders, report, publish_now)
        except Held:
            return report if seen else None
        # Who left a file while we held the lock was told that we take it: look once more after letting go.
        if seen.issuperset(spool.files(folders)):
            return report


@contextmanager
def _room(folders: Folders) -> Iterator[None]:
    """Say in a sentence that a disk is full, whoever noticed it."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if getattr(error, "errno", None) not in FULL and not any(os.strerror(code) in str(error) for code in FULL):
            raise
        waiting = len(spool.files(folders))
        files = "1 file waits" if waiting == 1 else f"{waiting:,} files wait"
        raise DiskFull(
            f"There is no room on the disk of {folders.data} to load what was fetched. Nothing is lost: "
            f"{files} in {folders.spool}. Make room, then: wireroom load"
        ) from error


def _drain(folders: Folders, report: Report, publish_now: bool) -> set[Path]:
    """Load what lies there, publish, remove; the files that were seen to."""
    for folder in (folders.spool, folders.live.parent, *folders.archive.glob("*/")):
        sweep(folder)
    reading_copy.return_to_live(folders)
    contained = load_spool(folders, report)
    edition = None
    if contained or not folders.warehouse.exists() or reading_copy.is_behind(folders):
        edition = reading_copy.publish(folders, now=publish_now)
    if edition is not None:
        report.edition = edition
        report.news += _news(folders, contained)
        for path in contained:
            path.unlink(missing_ok=True)
    return set(contained)


_NEWS = """
SELECT source_id, min(first), max(last), sum(loads)::INTEGER, sum(rows)::BIGINT, list(run_id::VARCHAR ORDER BY last)
FROM (
    SELECT source_id, run_id, min(load_id) AS first, max(load_id) AS last, count(*) AS loads, sum(rows) AS rows
    FROM loads WHERE list_contains($1::VARCHAR[], file) GROUP BY source_id, run_id
)
GROUP BY source_id ORDER BY source_id
"""


def _news(folders: Folders, contained: list[Path]) -> list[News]:
    """What the spool files have brought that the reading copy before this one did not contain."""
    if not contained:
        return []
    with closing(reading_copy.connect(folders)) as con:
        return [News(*row) for row in con.execute(_NEWS, [[path.name for path in contained]]).fetchall()]


def load_spool(folders: Folders, report: Report) -> list[Path]:
    """Load until nothing new lies in the spool, with one checkpoint; the files that the live database now contains.

    Only who holds the loader's lock may call it.
    """
    with closing(open_live(folders)) as con:
        contained = list(_contained(con, folders, report))
        con.execute("CHECKPOINT")
        free = compaction.free_bytes(con)
    # Deleted rows leave free blocks, which are written to again, and which every copy would carry along.
    if free > max(FREE_BYTES, folders.live.stat().st_size // 2):
        compaction.compact(folders.live)
    return contained


def _contained(con: duckdb.DuckDBPyConnection, folders: Folders, report: Report) -> Iterator[Path]:
    """Load until nothing new lies in the spool; the files that the live database now contains."""
    done: set[Path] = set()
    steps = Steps(con)
    while waiting := [path for path in spool.files(folders) if path not in done]:
        for path in waiting:
            done.add(path)
            try:
                batch = spool.read(path)
            except BadSpoolFile as error:
                spool.set_aside(folders, path, str(error))
                report.problems.append(f"{error}. The file was set aside in {folders.aside}")
                continue
            if not loading.is_loaded(con, batch.digest):
                _load(con, steps, folders, batch, report)
            yield path


def _load(con: duckdb.DuckDBPyConnection, steps: Steps, folders: Folders, batch: spool.Batch, report: Report) -> None:
    loaded = loading.load(con, batch, steps)
    if loaded.bad:
        spool.set_rows_aside(folders, batch, loaded.bad)
        report.problems += [f"{line.message}. The row was set aside in {folders.aside}" for line in loaded.bad]
    report.files += 1
    report.rows += loaded.rows
