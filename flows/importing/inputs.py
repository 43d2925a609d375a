"""The files that are named, and those in named folders: what each of them is, and its pages one after the other."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from flows.importing import lines, promises, saved
from flows.importing.door import Door
from flows.importing.records import Arrival, Held, Listed, file_at
from flows.importing.saved import Addresses
from flows.importing.wacz import BROKEN, Wacz
from flows.importing.warcs import WarcFile
from flows.progress import Event, tell
from warehouse.archive.streams import GZIP, ZSTD, Broken, opened
from warehouse.errors import WarehouseError

Kind = Literal["warc", "wacz", "json", "csv", "html", "text"]
Told = Callable[[int], None]

KINDS = "WARC, WACZ, HTML, plain text, JSON Lines and CSV"
_WARC = (b"WARC/", b"filedesc://")
_ZIP = b"PK\x03\x04"
_BY_SUFFIX: dict[str, Kind] = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".wacz": "wacz",
    **dict.fromkeys(saved.HTML, "html"),
    **dict.fromkeys(saved.TEXT, "text"),
}


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is to be imported."""

    held: Held
    kind: Kind
    inside: str  # its path within the folder that was named


def inputs(paths: Sequence[Path], door: Door) -> list[Input]:
    """The files of these paths in a fixed order; raises WarehouseError where a path is not there.

    A named file that is of no kind we know is a problem; one that lies in a named folder is counted.
    """
    found: list[Input] = []
    foreign: list[Path] = []  # named, and of no kind we know
    for path in paths:
        if not path.exists():
            raise WarehouseError(f"There is no {path}. Name files or folders of {KINDS}.")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.name.startswith("."):
                _sort_in(file, path, door, found, foreign)
    if foreign:
        _name_foreign(foreign, door)
    return found


def items(given: Input, door: Door, addresses: Addresses, told: Told) -> Iterator[Arrival | Listed]:
    """The pages and addresses of a file that are wanted; whatever is wrong with it goes to the report."""
    held = given.held
    door.report.files += 1
    tell(Event("unit", f"Reading {held.name}"))
    try:
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
    except OSError as error:
        door.report.problem(f"{held.name} cannot be read to its end: {error.strerror or error}.")


def _sort_in(file: Path, named: Path, door: Door, found: list[Input], foreign: list[Path]) -> None:
    try:
        kind = _kind(file)
        if kind is not None:
            inside = str(file.relative_to(named)) if named.is_dir() else file.name
            found.append(Input(file_at(file), kind, inside))
            return
    except OSError as error:
        door.report.problem(
            f"{file} cannot be read: {error.strerror or error}. Let this user read it, or leave it out."
        )
        return
    if named.is_dir():
        door.refuse(f"a file of another kind ({file.suffix.lower() or 'no suffix'})")
    else:
        foreign.append(file)


def _name_foreign(files: Sequence[Path], door: Door) -> None:
    """Say once which files are of no kind that is read."""
    named = ", ".join(map(str, files))
    door.report.problem(
        f"{named} {'is' if len(files) == 1 else 'are'} none of {KINDS}. A PDF or Office file is no page that can be read; "
        "an MHT or MAFF file can be opened in a browser and saved from there as HTML."
    )


def _kind(file: Path) -> Kind | None:
    """What a file is: by its first bytes where they tell, else by its name."""
    with file.open("rb") as raw:
        start = raw.read(16)
        if start.startswith(_WARC):
            return "warc"
        if start.startswith(_ZIP):
            return "wacz" if _is_wacz(file) else None
        if start.startswith((GZIP, *ZSTD)) and _begins_warc(file):
            return "warc"
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return _BY_SUFFIX.get(suffixes[-1]) if suffixes else None


def _begins_warc(file: Path) -> bool:
    """Whether what is compressed begins a WARC file; one whose first record is damaged is known by its name."""
    with file.open("rb") as raw:
        stream = opened(raw)
        with suppress(Broken):
            if stream.advance() and stream.peek(12).startswith(_WARC):
                return True
    return ".warc" in file.name.lower() or ".arc" in file.name.lower()


def _is_wacz(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as zipped:
            return any(name.startswith("archive/") for name in zipped.namelist())
    except BROKEN:
        return file.suffix.lower() == ".wacz"


def _of_warc(held: Held, promise: promises.Promised, door: Door, told: Told) -> Iterator[Arrival]:
    file = WarcFile(held, door.lets_in, door.report, told, heed=Path(held.name).name in promise)
    yield from file.arrivals()
    unkept = promises.unkept(promise, held, file.met)
    if unkept:
        door.report.problem(unkept)


def _of_wacz(held: Held, door: Door, told: Told) -> Iterator[Arrival]:
    read = 0
    try:
        with closing(held.open()) as file, zipfile.ZipFile(file) as zipped:
            wacz = Wacz(held, zipped, door)
            wacz.check()
            promise, pages = wacz.index(), wacz.pages()
            for part in wacz.warcs():
                heard = partial(_tell_part, told, read, held.size)
                yield from _titled(_of_warc(part, promise, door, heard), pages)
                read += part.size
    except BROKEN as error:
        door.report.problem(
            f"{held.name} is a damaged or encrypted zip ({error}). What could be read of it was; unpacked by another tool, "
            "its archive/*.warc.gz can be imported by themselves."
        )


def _tell_part(told: Told, before: int, size: int, place: int) -> None:
    """Tell how far a part of a packed file was read, as a place in the whole."""
    told(min(before + place, size))


def _titled(arrivals: Iterator[Arrival], pages: dict[str, str | None]) -> Iterator[Arrival]:
    """The arrivals; those that the list of pages names are taken out of it."""
    for arrival in arrivals:
        pages.pop(arrival.url, None)
        yield arrival
