"""The index of a web archive as plain text: columns with spaces between them (CDX), or a key, a moment and JSON (CDXJ)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any] | None
"""A row by the names of its fields; None for what is none."""

_SAME = {"url": "original", "mime": "mimetype", "status": "statuscode"}  # names of pywb's → names of Wayback's
_LETTERS = {"N": "urlkey", "b": "timestamp", "a": "original", "m": "mimetype", "s": "statuscode", "k": "digest", "r": "redirect",
            "M": "robots", "S": "length", "V": "offset", "g": "filename"}  # fmt: skip
_HEAD = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest")
_COLUMNS = {
    6: _HEAD,
    7: (*_HEAD, "length"),  # Wayback's own choice
    9: (*_HEAD, "filename", "offset", "length"),  # as we ask for them
    11: (*_HEAD, "redirect", "robots", "length", "offset", "filename"),
}
_NINE = (*_HEAD, "redirect", "offset", "filename")  # of the older files, which end with a name
_ROW = re.compile(r"\S+ \d{14} (?:\{|\S+ \S+ )")
_LEGEND = re.compile(r"CDX(?: [A-Za-z])+")


def is_text(text: str) -> bool:
    """Whether an answer begins as an index in plain text does."""
    return bool(_ROW.match(text) or _LEGEND.match(text))


def rows(text: str) -> tuple[list[Row], str | None]:
    """The rows of such an answer, and the resume key that stands alone after an empty line."""
    lines = [line.strip() for line in text.strip().splitlines()]
    resume = None
    if len(lines) >= 3 and not lines[-2] and " " not in lines[-1]:
        resume, lines = lines[-1], lines[:-2]
    legend = _LEGEND.fullmatch(lines[0])
    names = [_LETTERS.get(letter, letter) for letter in lines[0].split()[1:]] if legend else None
    return [_row(line, names) for line in lines[bool(legend) :] if line], resume


def named(row: Any) -> Row:
    """A row of JSON by Wayback's names of its fields."""
    return {_SAME.get(str(name), str(name)): value for name, value in row.items()} if isinstance(row, dict) else None


def _row(line: str, names: Sequence[str] | None) -> Row:
    key, _, rest = line.partition(" ")
    moment, _, more = rest.partition(" ")
    if more.startswith("{"):
        try:
            found = named(json.loads(more))
        except (ValueError, RecursionError):
            return None
        return {"urlkey": key, "timestamp": moment, **found} if found is not None else None
    values = line.split(" ")
    columns = names or (_COLUMNS if values[-1].isdigit() or len(values) != 9 else {9: _NINE}).get(len(values))
    return dict(zip(columns, values, strict=True)) if columns and len(columns) == len(values) else None
