"""What a file promises of its records: an index beside it or in it, whose entries must be there."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from flows.importing.records import Held

MOST = 2_000_000
"""Entries that are compared; an index of more says nothing here."""

_SUFFIXES = (".cdxj", ".cdx")

Promised = dict[str, set[int]]
"""Name of a WARC file (without its folders) → the offsets at which an index says that records begin."""


def beside(path: Path) -> Promised:
    """What an index beside a WARC file says of it: name.cdxj, name.cdx, with or without .warc.gz."""
    stem = path.name.removesuffix(".gz").removesuffix(".warc")
    for name in (*(f"{path.name}{suffix}" for suffix in _SUFFIXES), *(f"{stem}{suffix}" for suffix in _SUFFIXES)):
        index = path.with_name(name)
        if index.is_file():
            with index.open("rb") as file:
                return promised(file)
    return {}


def promised(lines: Iterable[bytes]) -> Promised:
    """What the lines of a CDXJ or CDX index promise."""
    found: Promised = defaultdict(set)
    for number, (name, offset) in enumerate(_entries(lines)):
        if number >= MOST:
            return {}
        found[Path(unquote(name)).name].add(offset)
    return dict(found)


def unkept(promise: Promised, held: Held, met: set[int]) -> str | None:
    """A sentence where an index names records of a file that were not met in it."""
    wanted = promise.get(Path(held.name).name, set())
    missing = sorted(wanted - met)
    if not missing:
        return None
    return (
        f"{held.name}: its index names {len(wanted):,} records, and {len(missing):,} of them are not there, "
        f"the first at byte {missing[0]:,}."
    )


def _entries(lines: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    columns: list[str] = []
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("CDX "):
            columns = text.split()[1:]
        elif (at := text.find("{")) >= 0 and text.endswith("}"):
            yield from _of_json(text[at:])
        elif columns:
            yield from _of_columns(dict(zip(columns, text.split(), strict=False)))


def _of_json(text: str) -> Iterator[tuple[str, int]]:
    try:
        entry = json.loads(text)
        yield str(entry["filename"]), int(entry["offset"])
    except (ValueError, KeyError, TypeError):
        return


def _of_columns(entry: dict[str, str]) -> Iterator[tuple[str, int]]:
    if "g" in entry and entry.get("V", "").isdigit():
        yield entry["g"], int(entry["V"])
