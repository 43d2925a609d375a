"""Days that a source's file says are lost for good: shown as such, with the reason, and no longer counted as holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows import source_values as values


@dataclass(frozen=True, slots=True)
class KnownHole:
    """Days, both included, of which nothing more can be had, and why."""

    first: date
    last: date
    reason: str


def read(value: Any) -> KnownHole:
    """One entry of [coverage] known; raises ValueError with a clause."""
    if not isinstance(value, dict) or set(value) - {"from", "to", "reason"} or not {"from", "reason"} <= set(value):
        raise ValueError(f'must be written {{ from = 2016-05-01, to = 2016-05-03, reason = "…" }}, not {value!r}')
    first = values.day(value["from"])
    last = values.day(value.get("to", first))
    if last < first:
        raise ValueError(f"must not end ({last}) before it begins ({first})")
    return KnownHole(first, last, values.text(value["reason"]))


def known_hole(known: Sequence[KnownHole], day: date) -> KnownHole | None:
    """What is said of a day, if anything."""
    return next((hole for hole in known if hole.first <= day <= hole.last), None)
