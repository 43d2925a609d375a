"""Days that a source's file says are lost for good: shown as such, with the reason, and no longer counted as holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows import source_values as values

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FORM = '{ from = 2016-05-01, to = 2016-05-03, reason = "…" } or { weekday = "Sunday", reason = "…" }'


@dataclass(frozen=True, slots=True)
class KnownHole:
    """Days, both included, of which nothing more can be had, and why; only those of a weekday (0 is Monday) where it is named."""

    first: date
    last: date
    reason: str
    weekday: int | None = None

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last and self.weekday in (None, day.weekday())


def read(value: Any) -> KnownHole:
    """One entry of [coverage] known; raises ValueError with a clause."""
    given = set(value) if isinstance(value, dict) else set()
    if "reason" not in given or not given & {"from", "weekday"} or given - {"from", "to", "weekday", "reason"}:
        raise ValueError(f"must be written {FORM}, not {value!r}")
    weekday = value.get("weekday")
    if weekday is not None and weekday not in WEEKDAYS:
        raise ValueError(f'must name a weekday such as "Sunday", not {weekday!r}')
    first = values.day(value.get("from", date.min))
    last = values.day(value.get("to", date.max if weekday else first))
    if last < first:
        raise ValueError(f"must not end ({last}) before it begins ({first})")
    return KnownHole(first, last, values.text(value["reason"]), WEEKDAYS.index(weekday) if weekday else None)


def known_hole(known: Sequence[KnownHole], day: date) -> KnownHole | None:
    """What is said of a day, if anything."""
    return next((hole for hole in known if hole.holds(day)), None)
