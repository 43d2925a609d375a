"""Where a key stands in a TOML file: `tomllib` gives values without places, and an error without a line is a riddle."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*(\[\[?)\s*([\w.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"']+)\s*=\s*(.*)$")
_FENCES = ('"""', "'''")

Place = tuple[str | int, ...]


def lines_of_keys(text: str) -> dict[Place, int]:
    """The line (from 1) of every table and key, by its path: ("find", 0, "links") → 12."""
    places: dict[Place, int] = {}
    table: Place = ()
    counts: dict[str, int] = {}
    fence: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = None if fence in line else fence
            continue
        if header := _TABLE.match(line):
            table = _table_path(header.group(1), header.group(2), counts)
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault((*table, *_split(key.group(1))), number)
            fence = _opened_fence(key.group(2))
    return places


def line_of(places: dict[Place, int], path: Place) -> int | None:
    """The line of a key, or of the nearest table around it; None when neither was seen."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return None


def _table_path(brackets: str, name: str, counts: dict[str, int]) -> Place:
    path = _split(name)
    if brackets == "[":
        return path
    counts[name] = counts.get(name, -1) + 1
    return (*path, counts[name])


def _split(name: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _opened_fence(value: str) -> str | None:
    return next((fence for fence in _FENCES if value.count(fence) == 1), None)
