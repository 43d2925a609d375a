"""The files that are named, and those in named folders, each once; those that cannot be read are named together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.held import Held, file_at, tidy
from flows.importing.door import Door
from flows.importing.kinds import KINDS, Kind, false_name, kind_by_name, kind_of
from flows.importing.records import names
from warehouse.errors import WarehouseError

BROWSERS = frozenset({".maff", ".webarchive"})
"""Pages that only browsers can read."""


NOTES = frozenset({"hts-cache", "hts-log.txt"})
"""What HTTrack keeps for itself beside the pages: tables of all that it asked for, errors too."""

INDEXES = frozenset({".cdx", ".cdxj", ".idx"})
"""Indexes of WARC files, against which those are held; there is no page in them."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is to be imported."""

    held: Held
    kind: Kind
    inside: str  # its path within the folder that was named


@dataclass(slots=True)
class _Sorted:
    """What was found so far."""

    inputs: list[Input] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)  # named, and of no kind we know
    empty: list[Path] = field(default_factory=list)


def inputs(paths: Sequence[Path], door: Door) -> list[Input]:
    """The files of these paths in a fixed order; raises WarehouseError where a path is not there.

    A named file that is of no kind we know is a problem; one that lies in a named folder is counted.
    """
    found, met = _Sorted(), set[Path]()
    for path in paths:
        if not path.exists():
            raise WarehouseError(f"There is no {path}. Name files or folders of {KINDS}.")
        named = tidy(path)
        for file in _files(named):
            place = file.resolve()
            if place not in met:
                met.add(place)
                _sort_in(file, named, door, found)
    _say(found, door)
    if not found.inputs and all(map(Path.is_dir, paths)) and door.report.is_whole:
        door.report.note(f"Nothing in {names(list(map(tidy, paths)))} is of a kind that is read: {KINDS}.")
    return found.inputs


def _files(named: Path) -> Iterator[Path]:
    """The file that was named, or those in the folder and below it; what is hidden or a program's own notes is passed over."""
    if not named.is_dir():
        yield named
        return
    for file in sorted(named.rglob("*")):
        parts = file.relative_to(named).parts
        if file.is_file() and NOTES.isdisjoint(parts) and not any(part.startswith(".") for part in parts):
            yield file


def _sort_in(file: Path, named: Path, door: Door, found: _Sorted) -> None:
    is_in_folder = named != file
    try:
        if not file.stat().st_size and (kind_by_name(file) or not is_in_folder):
            found.empty.append(file)
        elif (kind := kind_of(file)) is not None:
            found.inputs.append(Input(file_at(file), kind, str(file.relative_to(named)) if is_in_folder else file.name))
        elif (sentence := false_name(file)) is not None:
            door.report.problem(sentence)
        elif is_in_folder or file.suffix.lower() in INDEXES:
            door.refuse(_of_another_kind(file.suffix.lower()))
        else:
            found.foreign.append(file)
    except OSError as error:
        door.report.problem(
            f"{file} cannot be read: {error.strerror or error}. Let this user read it, or leave it out."
        )


def _of_another_kind(suffix: str) -> str:
    if suffix in INDEXES:
        return f"an index of WARC files ({suffix})"
    way_out = "; open it in a browser and save it as HTML" if suffix in BROWSERS else ""
    return f"a file of another kind ({suffix or 'no suffix'}{way_out})"


def _say(found: _Sorted, door: Door) -> None:
    """Name the files of which nothing is read, those of one reason together."""
    if found.empty:
        are = (
            "is empty: nothing can be read from it" if len(found.empty) == 1 else "are empty: nothing can be read there"
        )
        door.report.problem(f"{names(found.empty)} {are}. Fetch or save again what should be there, or leave it out.")
    if found.foreign:
        door.report.problem(
            f"{names(found.foreign)} {'is' if len(found.foreign) == 1 else 'are'} none of {KINDS}. A PDF or Office file is "
            "no page that can be read; an archive of another kind is to be unpacked first; a MAFF or webarchive file can be opened in "
            "a browser and saved from there as HTML."
        )
