"""Pages of a period that could not be read: of which days what they list is, by what stands before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from flows.discovery.records import Unit

LEAST = 5
"""Dated articles by which the order of a listing is known."""

MOST_IN_A_ROW = 2
"""Pages that fail one after the other, after which no further one is asked for."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One page that could not be read."""

    number: int
    url: str
    unit: Unit  # with what came of it
    place: int  # how many candidates the pages before it had


def is_down(failed: Sequence[Lost]) -> bool:
    """Whether the last pages failed one after the other."""
    last = [one.number for one in failed[-MOST_IN_A_ROW:]]
    return len(last) == MOST_IN_A_ROW and last[-1] - last[0] == MOST_IN_A_ROW - 1


def told(unit: Unit, failed: Sequence[Lost]) -> Iterator[Unit]:
    """The unit of a period, not whole where pages of it failed; and each such page as a unit of the days that it may list, if they are known."""
    if not failed:
        yield unit
        return
    first = failed[0]
    yield replace(unit, whole=False, reason=f"page_{first.number}_{first.unit.reason}" if unit.whole else unit.reason)
    falls = _falls(unit)
    if not unit.whole or falls is None:
        return
    for page in failed:
        begin, end = _days(unit, page.place, falls=falls)
        name = f"{unit.unit}#page-{page.number}"
        yield Unit(unit.finder, name, page.url, page.unit.outcome, page.unit.reason, begin, end)


def _falls(unit: Unit) -> bool | None:
    """Whether a listing has the latest first; None where it is in no order of time, or that cannot be known."""
    days = [candidate.day for candidate in unit.candidates if candidate.day]
    down = sum(one > other for one, other in pairwise(days))
    up = sum(one < other for one, other in pairwise(days))
    known = len(days) == len(unit.candidates) >= LEAST and 50 * min(down, up) <= len(days)
    return down >= up if known else None


def _days(unit: Unit, place: int, *, falls: bool) -> tuple[date | None, date | None]:
    """The first and the last day of what stood between the candidates before a place and those from it on."""
    before = unit.candidates[place - 1].day if place else None
    after = unit.candidates[place].day if place < len(unit.candidates) else None
    early, late = (after, before) if falls else (before, after)
    first, last = early or unit.first_day, late or unit.last_day
    return (first, last) if not first or not last or first <= last else (last, first)
