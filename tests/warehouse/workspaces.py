"""A small workspace that is sound, for tests that spoil it: two pages, one of them shown in two versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from tests.warehouse.facts import SOURCE, at, fetched, found, key, reading
from warehouse import doctor, loader, reading_copy, rows, spool
from warehouse.archive import Appender, Capture, payload_hash
from warehouse.doctor import Result
from warehouse.folders import Folders

SHOWN = (("a", 0.0, "first words"), ("b", 0.5, "other words"), ("a", 1.0, "second words"))
LATER_PAGE = (("c", 3.0, "third words"),)


def sound(root: Path) -> Folders:
    """The folders of a workspace in which nothing is wrong."""
    folders = Folders(root / "data")
    (root / "sources").mkdir(parents=True)
    (root / "sources" / f"{SOURCE}.toml").write_text('name = "The Paper"\n', encoding="utf-8")
    (root / ".env").write_text("WIREROOM_CONTACT=desk@paper.example\n", encoding="utf-8")
    (root / ".env").chmod(0o600)
    reading_copy.ensure(folders)
    show(folders, SHOWN)
    loader.drain(folders, publish_now=True)
    return folders


def show(folders: Folders, shown: tuple[tuple[str, float, str], ...], *, spooled: bool = True) -> None:
    """Archive these pages as a run does, and leave what came of them in the spool unless the run dies before."""
    written: list[rows.Row] = [source(), run()]
    with Appender(folders, SOURCE, key("run")) as archive:
        for name, hours, words in shown:
            written += page(archive, name, hours, words)
        archive.sync()
        written += archive.segment_rows()
        if not spooled:
            raise Died
        spool.write(folders, written, source_id=SOURCE, run_id=key("run"))


class Died(Exception):
    """What ends a run that is killed between archive and spool."""


def page(archive: Appender, name: str, hours: float, words: str) -> list[rows.Row]:
    """One page in the archive, and the rows that a run makes of it."""
    body = f"<p>{words}</p>".encode()
    row = fetched(name, hours=hours, payload_hash=payload_hash(body), payload_bytes=len(body))
    capture = Capture(
        fetch_id=row.fetch_id, source_id=SOURCE, url_key=row.url_key, role="article", requested_url=row.requested_url,
        observed_at=row.observed_at, outcome="fetched", run_id=row.run_id, status=200, status_line="HTTP/1.1 200 OK",
        headers=(("Content-Type", "text/html"),), wire=body, payload_hash=row.payload_hash,
    )  # fmt: skip
    place = archive.append(capture)
    row = replace(row, segment_id=place.segment_id, record_offset=place.offset, record_length=place.length)
    return [found(name, hours=hours), row, reading(name, words, hours=hours)]


def source() -> rows.Source:
    return rows.Source(
        SOURCE, "The Paper", "https://paper.example/", "en", "Europe/Oslo", None, key("definition"), at(0)
    )


def run(state: str = "completed") -> rows.Run:
    ended = None if state == "running" else at(2)
    return rows.Run(key("run"), SOURCE, "ingest", state, at(0), at(2), ended, None, 2, 3, 3, 0, 3, 0, 0, 0, None)


Plant = Callable[[Folders], object]
"""Plants a fault in a workspace."""


def found_faults(folders: Folders, *, full: bool = False) -> dict[str, Result]:
    return {result.check: result for result in doctor.examine(folders, full=full) if result.count}


def tamper(*statements: str) -> Plant:
    """Change the live database behind the loader's back, and publish that."""

    def plant(folders: Folders) -> None:
        with duckdb.connect(str(folders.live)) as con:
            for statement in statements:
                con.execute(statement)
        reading_copy.publish(folders, now=True)

    return plant
