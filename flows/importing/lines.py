"""JSON Lines (or one JSON document) and CSV: files of rows, read one row at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import msgspec

from flows.held import Held
from flows.importing.door import Door
from flows.importing.records import Arrival, Listed, Spot
from flows.importing.rows import item
from flows.lists import documents, tables
from flows.lists.decoding import BROKEN, UTF_8, as_utf8, text_of
from warehouse.archive.foreign import LARGEST

Told = Callable[[int], None]

_NO_JSON = (msgspec.DecodeError, RecursionError)


def from_json(held: Held, door: Door, told: Told) -> Iterator[Arrival | Listed]:
    """The pages and addresses of a file with a JSON object a line, or of a single JSON document; damaged lines are noted."""
    for line, value in _values(held, door, told):
        for place, row in enumerate(documents.rows(value), line):
            if isinstance(row, dict):
                found = item(row, held, place, door)
                if found is not None:
                    yield found
            else:
                door.refuse("a JSON value that is no object")


def from_csv(held: Held, door: Door, told: Told) -> Iterator[Arrival | Listed]:
    """The addresses (or pages) of a CSV file, or of a plain list of addresses."""
    csv.field_size_limit(LARGEST)
    with as_utf8(held, door.report.note) as file:
        layout, rows = tables.rows(_texts(file, held, door, told))
        if layout is None:
            door.report.problem(f"{held.name} {tables.NO_ADDRESSES}")
        elif layout.remark:
            door.report.note(f"{held.name} {layout.remark}.")
        place = 0
        try:
            for place, row in rows:
                found = item(row, held, place, door)
                if found is not None:
                    yield found
        except csv.Error as error:
            door.report.damage(Spot(held.name, place, f"After line {place:,} the file is no CSV ({error})."))


def _values(held: Held, door: Door, told: Told) -> Iterator[tuple[int, Any]]:
    """The values of a file with their lines; damaged ones are noted."""
    with as_utf8(held, door.report.note) as file:
        for number, line in _lines(file, held, door, told):
            if not line.strip():
                continue
            try:
                yield number, _value(line, held, door)
            except _NO_JSON as error:
                if number == 1 and _begins_document(line):
                    yield from _document(held, door)
                    return
                door.report.damage(Spot(held.name, number, f"Line {number:,} is no JSON ({error}), and was left out."))


def _value(line: bytes, held: Held, door: Door) -> Any:
    """The value of a line; raises one of _NO_JSON where it is none."""
    try:
        return msgspec.json.decode(line)
    except UnicodeDecodeError:
        return msgspec.json.decode(_said(line, held, door))


def _begins_document(line: bytes) -> bool:
    """Whether a line that is no JSON opens something that goes on in the next."""
    opening = line.strip()
    return opening.startswith((b"{", b"[")) and not opening.endswith((b"}", b"]"))


def _document(held: Held, door: Door) -> Iterator[tuple[int, Any]]:
    """The value of a file that is one JSON document over many lines; a problem is noted where it cannot be read."""
    way_out = "Written as JSON Lines, an object a line, it can be read as far as it goes (jq -c '.[]')."
    try:
        with as_utf8(held) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            door.report.problem(f"{held.name} is one JSON document of more than 64 MB. {way_out}")
            return
        whole = _value(content.removeprefix(UTF_8), held, door)
    except (*_NO_JSON, *BROKEN) as error:
        door.report.problem(f"{held.name} is a JSON document that is cut or broken ({error}). {way_out}")
    else:
        yield 1, whole


def _lines(file: BinaryIO, held: Held, door: Door, told: Told) -> Iterator[tuple[int, bytes]]:
    """The lines, numbered from 1; too long ones and a broken end are noted."""
    number = place = 0
    try:
        while line := file.readline(LARGEST):
            number += 1
            place += len(line)
            told(min(place, held.size))
            if len(line) >= LARGEST and not line.endswith(b"\n"):
                _pass_over(file)
                door.report.damage(Spot(held.name, number, f"Line {number:,} has more than 64 MB, and was left out."))
            else:
                yield number, line.removeprefix(UTF_8)
    except BROKEN as error:
        door.report.damage(
            Spot(held.name, place, f"The compressed file is damaged or cut after line {number:,} ({error}).")
        )


def _texts(file: BinaryIO, held: Held, door: Door, told: Told) -> Iterator[str]:
    for _, line in _lines(file, held, door, told):
        yield _said(line, held, door)


def _said(line: bytes, held: Held, door: Door) -> str:
    """The text of a line; one that is no UTF-8 is spoken of once a file."""
    text, is_windows = text_of(line)
    if is_windows:
        door.report.note(
            f"{held.name} is no UTF-8: its letters were read as Windows-1252. Where titles look wrong, save it as UTF-8."
        )
    return text


def _pass_over(file: BinaryIO) -> None:
    while (line := file.readline(LARGEST)) and not line.endswith(b"\n"):
        continue
