"""JSON Lines (or one JSON document) and CSV: files of rows, read one row at a time."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO

import msgspec

from flows.importing.door import Door
from flows.importing.named_fields import Row, item, says_address
from flows.importing.records import Arrival, Held, Listed, Spot
from warehouse.archive.containers import GZIP
from warehouse.archive.foreign import LARGEST

Told = Callable[[int], None]

_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)


def from_json(held: Held, door: Door, told: Told) -> Iterator[Arrival | Listed]:
    """The pages and addresses of a file with a JSON object a line, or of a single JSON document; damaged lines are noted."""
    for place, row in _objects(held, door, told):
        if isinstance(row, dict):
            found = item(row, held, place, door)
            if found is not None:
                yield found
        else:
            door.refuse("a line that is no JSON object")


def from_csv(held: Held, door: Door, told: Told) -> Iterator[Arrival | Listed]:
    """The addresses (or pages) of a CSV file whose head names them, or of a plain list of addresses."""
    csv.field_size_limit(LARGEST)
    for place, row in _rows(held, door, told):
        found = item(row, held, place, door)
        if found is not None:
            yield found


@contextmanager
def opened(held: Held) -> Iterator[BinaryIO]:
    """The file, inflated where it is compressed."""
    with held.open() as file:
        is_packed = file.read(3) == GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as inflated:
            yield inflated  # type: ignore[misc]


def _objects(held: Held, door: Door, told: Told) -> Iterator[tuple[int, Any]]:
    with opened(held) as file:
        place = 0
        for number, line in _lines(file, held, door, told):
            try:
                yield number, msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                if place == 0 and number == 1 and (whole := _document(held)) is not None:
                    yield from whole
                    return
                door.report.damage(Spot(held.name, number, f"Line {number:,} is no JSON ({error}), and was left out."))
            place += len(line)


def _document(held: Held) -> list[tuple[int, Any]] | None:
    """The objects of a file that is one JSON document over many lines; None where it is none."""
    with opened(held) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        return None
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None
    return list(enumerate(found if isinstance(found, list) else [found], start=1))


def _lines(file: BinaryIO, held: Held, door: Door, told: Told) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, numbered from 1; too long ones and a broken end are noted."""
    number = place = 0
    try:
        while line := file.readline(LARGEST):
            number += 1
            place += len(line)
            told(min(place, held.size))
            if len(line) >= LARGEST and not line.endswith(b"\n"):
                _pass_over(file)
                door.report.damage(Spot(held.name, number, f"Line {number:,} has more than 64 MB, and was left out."))
            elif line.strip():
                yield number, line.removeprefix(b"\xef\xbb\xbf")
    except _BROKEN as error:
        door.report.damage(
            Spot(held.name, place, f"The compressed file is damaged or cut after line {number:,} ({error}).")
        )


def _pass_over(file: BinaryIO) -> None:
    while (line := file.readline(LARGEST)) and not line.endswith(b"\n"):
        continue


def _rows(held: Held, door: Door, told: Told) -> Iterator[tuple[int, Row]]:
    with opened(held) as file:
        lines = (line.decode("utf-8", "replace") for _, line in _lines(file, held, door, told))
        head = next((line for line in lines if not line.startswith("#")), "")
        delimiter = max(",;\t", key=head.count)
        names = next(csv.reader([head], delimiter=delimiter), [])
        if not says_address(names):
            yield from enumerate(
                ({"url": line.strip()} for line in chain([head], lines) if not line.startswith("#")), start=1
            )
            return
        reader = csv.DictReader(lines, fieldnames=names, delimiter=delimiter)
        try:
            yield from enumerate(reader, start=2)
        except csv.Error as error:
            door.report.damage(
                Spot(held.name, reader.line_num, f"After row {reader.line_num:,} the file is no CSV ({error}).")
            )
