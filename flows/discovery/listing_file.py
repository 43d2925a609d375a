"""The finder for lists that a user brings: a file of addresses, or a table with addresses, dates and titles, as import reads them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flows.discovery.records import Get, Known, Unit, Window, nothing_known
from flows.discovery.walk import Walk
from flows.held import file_at
from flows.lists import named_fields, tables
from flows.lists.decoding import BROKEN, as_utf8, text_of
from flows.sources import FinderSpec, SourceDefinition
from parsers.listing import Link, Links, absolute, read_date
from warehouse.archive.foreign import LARGEST

NOTES = 20
PART = 5_000  # rows a unit, so that a list of any length needs little memory


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each 5,000 rows; the addresses may be of any site, and nothing is fetched to read them."""
    assert spec.file is not None
    walk = Walk(spec, source, window, get, known)
    notes: list[str] = []  # of the file, for its first part
    try:
        rows = _rows(spec.file, notes)
        first = 1
        while part := list(islice(rows, PART)):
            yield _unit(walk, spec.file, first, part, notes)
            first += PART
            notes = []
    except (OSError, ValueError, csv.Error, *BROKEN) as error:
        yield Unit(spec.kind, spec.file.name, spec.file.as_uri(), "failed", "unreadable", notes=(str(error),))


def _unit(walk: Walk, file: Path, first: int, rows: list[dict[str, str]], notes: list[str]) -> Unit:
    links = [_link(row, walk, notes) for row in rows]
    fine = Links(tuple(link for link in links if link), notes=tuple(notes[:NOTES]))
    fine.dropped["scheme"] += links.count(None)
    unit = Unit(walk.spec.kind, f"{file.name}:{first}", file.as_uri(), "fetched")
    return walk.sift(fine, unit)


def _rows(file: Path, notes: list[str]) -> Iterator[dict[str, str]]:
    """The rows of a table or plain list under our names; what was guessed of it is noted, and ValueError says that it has no addresses."""
    csv.field_size_limit(LARGEST)
    with as_utf8(file_at(file), notes.append) as lines:
        layout, rows = tables.rows(text_of(line)[0] for line in lines)
        if layout is None:
            raise ValueError(f"{file} {tables.NO_ADDRESSES}")
        notes += [f"{file} {layout.remark}."] if layout.remark else []
        for _, row in rows:
            named = {named_fields.plain(name): value for name, value in row.items() if name}
            yield {ours: named_fields.field(named, ours) or "" for ours in ("url", "title", "published")}


def _link(row: dict[str, str], walk: Walk, notes: list[str]) -> Link | None:
    url = None if row["url"].startswith("#") else absolute(row["url"], walk.source.home)
    if url is None:
        return None
    date = read_date(row["published"], walk.calendar)
    if date.note:
        notes.append(f"{url}: {date.note}")
    return Link(url, "list", title=row["title"] or None, published=date.text, day=date.day)
