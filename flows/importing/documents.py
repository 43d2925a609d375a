"""JSON values that hold rows: one itself, or an answer of an interface in which they lie under some name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.importing.named_fields import columns, field, plain

DEEPEST = 4
"""Levels that are looked into for rows."""


def rows(value: Any, level: int = 0) -> Iterator[Any]:
    """The rows that a value holds, a bare address as one too; the value itself where it holds none."""
    if isinstance(value, str) and level:
        yield {"url": value}
    elif isinstance(value, list) and level < DEEPEST:
        for each in value:
            yield from rows(each, level + 1)
    elif (held := _held(value)) is not None and level < DEEPEST:
        yield from rows(held, level + 1)
    else:
        yield value


def _held(value: Any) -> Any:
    """What an object without an address holds under one of the names for rows; None where there is no such name."""
    if not isinstance(value, dict):
        return None
    named = {plain(name): inner for name, inner in value.items() if isinstance(inner, list | dict)}
    if field(value, "url") is not None:
        return None
    return next((named[name] for name in columns()["rows"] if named.get(name)), None)
