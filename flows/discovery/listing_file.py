"""The finder for lists that a user brings: a file of addresses, or a CSV with url, date and title."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flows.discovery.records import Get, Known, Unit, Window, nothing_known
from flows.discovery.walk import Walk
from flows.sources import FinderSpec, SourceDefinition
from parsers.listing import Link, Links, absolute, read_date

NOTES = 20
PART = 5_000  # lines a unit, so that a list of any length needs little memory


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each 5,000 lines; the addresses may be of any site, and nothing is fetched to read them."""
    assert spec.file is not None
    walk = Walk(spec, source, window, get, known)
    try:
        with spec.file.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = _rows(file)
            first = 1
            while part := list(islice(rows, PART)):
                yield _unit(walk, spec.file, first, part)
                first += PART
    except (OSError, csv.Error) as error:
        yield Unit(spec.kind, spec.file.name, spec.file.as_uri(), "failed", "unreadable", notes=(str(error),))


def _unit(walk: Walk, file: Path, first: int, rows: list[dict[str, str]]) -> Unit:
    notes: list[str] = []
    links = [_link(row, walk, notes) for row in rows]
    fine = Links(tuple(link for link in links if link), notes=tuple(notes[:NOTES]))
    fine.dropped["scheme"] += links.count(None)
    unit = Unit(walk.spec.kind, f"{file.name}:{first}", file.as_uri(), "fetched")
    return walk.sift(fine, unit)


def _rows(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV whose head names a column `url`, or one row for each line of a plain list."""
    head = next((line for line in lines if _says_something(line)), "")
    names = [name.strip().lower() for name in next(csv.reader([head]), [])]
    if "url" in names:
        yield from csv.DictReader(lines, fieldnames=names)
        return
    yield {"url": head.strip()}
    for line in lines:
        if _says_something(line):
            yield {"url": line.strip()}


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _link(row: dict[str, str], walk: Walk, notes: list[str]) -> Link | None:
    url = absolute(row.get("url"), walk.source.home)
    if url is None:
        return None
    date = read_date(row.get("date"), walk.calendar)
    if date.note:
        notes.append(f"{url}: {date.note}")
    title = (row.get("title") or "").strip() or None
    return Link(url, "list", title=title, published=date.text, day=date.day)
