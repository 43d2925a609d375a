"""JSON values that hold rows: one itself, or an answer of an interface in which they lie under some name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.lists.named_fields import columns, field, plain, says_address

DEEPEST = 4
"""Levels that are looked into for rows."""


def rows(value: Any, level: int = 0) -> Iterator[Any]:
    """The rows that a value holds, a bare address as one too; the value itself where it holds none."""
    if isinstance(value, str) and level:
        yield {"url": value}
    elif isinstance(value, list) and level < DEEPEST:
        for each in _as_table(value) or value:
            yield from rows(each, level + 1)
    elif (held := _held(value)) is not None and level < DEEPEST:
        yield from rows(held, level + 1)
    else:
        yield value


def _as_table(value: list[Any]) -> list[dict[str, Any]]:
    """The rows of a list of lists whose first one names the columns; none where it is another list."""
    if len(value) < 2 or not all(isinstance(row, list) for row in value):
        return []
    head, *rest = value
    if not all(isinstance(name, str) for name in head) or not says_address(head):
        return []
    return [dict(zip(head, row, strict=False)) for row in rest]


def _held(value: Any) -> Any:
    """What an object without an address holds under one of the names for rows; None where there is no such name."""
    if not isinstance(value, dict):
        return None
    named = {plain(name): inner for name, inner in value.items() if isinstance(inner, list | dict)}
    if field(value, "url") is not None:
        return None
    return next((named[name] for name in columns()["rows"] if named.get(name)), None)
