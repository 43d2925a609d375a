"""The pages and addresses of the files that are named, one file after the other, whatever each of them is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from flows.held import Held
from flows.importing import lines, promises, saved
from flows.importing.door import Door
from flows.importing.gathering import Input
from flows.importing.records import Arrival, Listed
from flows.importing.saved import Addresses
from flows.importing.wacz import BROKEN, Wacz
from flows.importing.warcs import KINDS, WarcFile
from flows.progress import Event, tell
from warehouse.archive.foreign import Head

Told = Callable[[int], None]


def items(given: Input, door: Door, addresses: Addresses, told: Told) -> Iterator[Arrival | Listed]:
    """The pages and addresses of a file that are wanted; whatever is wrong with it goes to the report."""
    held, report, has_brought = given.held, door.report, False
    records, faults = report.records, report.faults
    tell(Event("unit", f"Reading {held.name}"))
    try:
        for item in _items(given, door, addresses, told):
            has_brought = True
            yield item
    except OSError as error:
        report.problem(f"{held.name} cannot be read to its end: {error.strerror or error}.")
    if has_brought or report.records > records or report.faults == faults:
        report.files += 1
    else:
        report.unread += 1


def _items(given: Input, door: Door, addresses: Addresses, told: Told) -> Iterator[Arrival | Listed]:
    held = given.held
    if given.kind == "warc":
        yield from _of_warc(held, promises.beside(Path(held.name)), door, told)
    elif given.kind == "wacz":
        yield from _of_wacz(held, door, told)
    elif given.kind == "json":
        yield from lines.from_json(held, door, told)
    elif given.kind == "csv":
        yield from lines.from_csv(held, door, told)
    else:
        yield from saved.arrival(held, given.inside, given.kind, door, addresses)
        told(held.size)


def _of_warc(
    held: Held, promise: promises.Promised, door: Door, told: Told, pages: promises.Pages | None = None
) -> Iterator[Arrival]:
    offsets: set[int] = set()
    is_promised = Path(held.name).name in promise

    def met(head: Head) -> None:
        if is_promised:
            offsets.add(head.offset)
        if pages is not None and head.url and head.kind in KINDS:
            pages.meet(head.url)

    yield from WarcFile(held, door.lets_in, door.report, told, met, door.originals, door.kept).arrivals()
    _complain(promises.unkept(promise, held, offsets), door)


def _of_wacz(held: Held, door: Door, told: Told, *, is_outer: bool = True) -> Iterator[Arrival]:
    read = 0
    try:
        with closing(held.open()) as file, zipfile.ZipFile(file) as zipped:
            wacz = Wacz(held, zipped, door)
            wacz.check()
            promise, pages = wacz.index(), promises.Pages(wacz.pages())
            names = []
            for part in wacz.warcs():
                names.append(part.name)
                yield from _of_warc(part, promise, door, partial(_tell_part, told, read, held.size), pages)
                read += part.size
            _complain(promises.absent(promise, held, names), door)
            _complain(pages.unkept(held), door)
            for part in wacz.packed() if is_outer else ():
                yield from _of_wacz(part, door, partial(_tell_part, told, read, held.size), is_outer=False)
                read += part.size
    except BROKEN as error:
        door.report.problem(
            f"{held.name} is a damaged or encrypted zip ({error}). What could be read of it was; unpacked by another tool, "
            "its archive/*.warc.gz can be imported by themselves."
        )


def _complain(sentence: str | None, door: Door) -> None:
    if sentence:
        door.report.problem(sentence)


def _tell_part(told: Told, before: int, size: int, place: int) -> None:
    """Tell how far a part of a packed file was read, as a place in the whole."""
    told(min(before + place, size))
