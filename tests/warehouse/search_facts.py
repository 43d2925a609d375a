"""Small newsrooms to search: articles in many languages, copies of a wire story, days and places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.warehouse.facts import at, fetched, found, key, reading
from warehouse import loader, reading_copy, rows, search, spool
from warehouse.folders import Folders


def story(
    name: str, words: str | None, *, headline: str = "A headline", language: str | None = "en", day: date | None = date(2026, 3, 1),
    source: str = "paper", hours: float = 0, reader: str = "r1", read: float | None = None, **wide,
) -> list[rows.Row]:  # fmt: skip
    """What a visit to the page of an article gives."""
    row = reading(name, words, hours=hours, reader=reader, read=read, headline=headline, published=day)
    if row.text is not None:
        text = replace(row.text, language=language, **wide)
        row = replace(row, text=text, record_hash=key(f"record {text}"))
    made = [found(name, hours=0), fetched(name, hours=hours), row]
    return [replace(one, source_id=source) for one in made]


def newsroom(root: Path) -> Folders:
    """The folders of an empty workspace."""
    folders = Folders(root / "data")
    reading_copy.ensure(folders)
    return folders


def load(folders: Folders, *stories: Iterable[rows.Row], source: str = "paper", outlet: str = "The Paper") -> None:
    """Load these stories of one source and publish."""
    about = rows.Source(source, outlet, f"https://{source}.example/", "en", "UTC", None, key("definition"), at(0))
    batch = [
        about,
        rows.Agency("ap", "Associated Press", "agency", at(0)),
        *(row for rows_ in stories for row in rows_),
    ]
    spool.write(folders, batch, source_id=source, run_id=key("run"))
    report = loader.drain(folders, publish_now=True)
    assert report is not None
    assert not report.problems, report


def names(found_: search.Found) -> list[str]:
    """The last part of each hit's address."""
    return [hit.url.rsplit("/", 1)[1] for hit in found_.hits]


def marks(passage: search.Passage) -> list[str]:
    """The words that are marked."""
    return [passage.text[start:end] for start, end in passage.marks]
