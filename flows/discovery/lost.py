"""Pages of a period that could not be read: of which days what they list is, by what stands before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from flows.discovery.records import Candidate, Unit
from flows.discovery.walk import READ

LEAST = 5
"""Dated articles by which the order of a listing is known."""

MOST_IN_A_ROW = 2
"""Pages that fail one after the other, after which no further one is asked for."""


REPEATED = "repeated_page"
"""The reason of a page that shows only what those before it showed, and is not the last."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One page that could not be read."""

    number: int
    url: str
    unit: Unit  # with what came of it
    place: int  # how many candidates the pages before it had


def as_failed(page: Lost) -> Lost:
    """A page that is missing, or shows nothing new, though others come after it."""
    is_missing = page.unit.outcome not in READ
    unit = page.unit if is_missing else replace(page.unit, outcome="failed", reason=REPEATED)
    return replace(page, unit=unit)


def is_down(failed: Sequence[Lost]) -> bool:
    """Whether the last pages failed one after the other."""
    last = [one.number for one in failed[-MOST_IN_A_ROW:]]
    return len(last) == MOST_IN_A_ROW and last[-1] - last[0] == MOST_IN_A_ROW - 1


def told(unit: Unit, failed: Sequence[Lost]) -> Iterator[Unit]:
    """The unit of a period, not whole where pages of it failed; and each such page as a unit of the days that it may list.

    Where nothing listed has a day, the articles will tell them: then `links` says how many candidates stood before the page.
    """
    if not failed:
        yield unit
        return
    first = min(failed, key=lambda one: one.number)
    yield replace(unit, whole=False, reason=f"page_{first.number}_{first.unit.reason}" if unit.whole else unit.reason)
    falls = _falls(unit)
    is_undated = len(unit.candidates) == unit.undated >= LEAST
    if not unit.whole or (falls is None and not is_undated):
        return
    for page in sorted(failed, key=lambda one: one.number):
        begin, end = (None, None) if falls is None else _days(unit, page.place, falls=falls)
        name, links = f"{unit.unit}#page-{page.number}", page.place if falls is None else 0
        yield Unit(unit.finder, name, page.url, page.unit.outcome, page.unit.reason, begin, end, links=links)


def _falls(unit: Unit) -> bool | None:
    """Whether a listing has the latest first; None where it is in no order of time, or that cannot be known."""
    days = _own(unit, unit.candidates)
    down = sum(one > other for one, other in pairwise(days))
    up = sum(one < other for one, other in pairwise(days))
    known = not unit.undated and len(days) >= LEAST and 50 * min(down, up) <= len(days)
    return down >= up if known else None


def _days(unit: Unit, place: int, *, falls: bool) -> tuple[date | None, date | None]:
    """The first and the last day of what stood between the candidates before a place and those from it on."""
    above, below = _own(unit, unit.candidates[:place]), _own(unit, unit.candidates[place:])
    before, after = above[-1] if above else None, below[0] if below else None
    early, late = (after, before) if falls else (before, after)
    first, last = early or unit.first_day, late or unit.last_day
    return (first, last) if not first or not last or first <= last else (last, first)


def _own(unit: Unit, candidates: Sequence[Candidate]) -> list[date]:
    """The days of candidates that are of the unit's period: others are of a side column, as the news of today are."""
    first, last = unit.first_day or date.min, unit.last_day or date.max
    return [candidate.day for candidate in candidates if candidate.day and first <= candidate.day <= last]
