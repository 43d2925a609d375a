"""Which days of a backfill are done with: told day by day, as the last address of each is passed on to be asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta

import duckdb

from flows.discovery import Unit, Window
from flows.due_addresses import Address
from flows.periods import periods
from flows.progress import Event, tell
from flows.run import Run
from flows.sources import SourceDefinition
from flows.workspace import Workspace
from warehouse import coverage, reading_copy
from warehouse.keys import Keys


class DaysDone:
    """The days that were told of, and how many addresses were passed on; a `days` event names the page that it waits for."""

    def __init__(self, run: Run) -> None:
        self.run, self.window = run, run.window
        self.passed_on = 0
        self._given = Keys()
        self.seen: set[date] = set()
        self.begins = set(_begun(run))  # days that no listing needs to be asked for
        # As readers see it, who do not know yet what a run that was killed has found.
        self.idle = _idle(run, self.begins)
        self._tell("done before", [], outcome="before", listings=_planned(run))

    def left(self, stream: Callable[[], Iterable[Address]]) -> Iterator[Address]:
        """Addresses that earlier runs left; the days of which nothing else is wanted are done with the last of theirs."""
        waiting: Counter[date | None] = Counter(map(_known_day, stream()))
        self._tell("done before", [day for day in self.idle if not waiting[day]], outcome="before")
        has_periods = _has_periods(self.run)
        days = self.begins if has_periods else {day for day in waiting if day}
        self._tell("read before", [day for day in days if not waiting[day]], outcome="before")
        for address in stream():
            yield from self._on(address)
            day = _known_day(address)
            waiting[day] -= 1
            if day in days and not waiting[day]:
                self._tell("left before", [day])
        self._tell("left before", [])  # from here on it is listings that bring pages

    def listed(self, unit: Unit, addresses: Sequence[Address]) -> Iterator[Address]:
        """Addresses that a unit lists; its days are done with the last of theirs, and of those that may be of any."""
        day_of = {candidate.url_key: candidate.day for candidate in unit.candidates}
        waiting = Counter(day_of.get(address.url_key) for address in addresses)
        days, name = set(days_of(unit, self.window)), f"{unit.finder} {unit.unit}"
        self._tell(name, [day for day in days if not waiting[day] and not waiting[None]])
        for address in addresses:
            yield from self._on(address)
            day = day_of.get(address.url_key)
            waiting[day] -= 1
            if not waiting[day] and not waiting[None]:
                self._tell(name, [one for one in ([day] if day else days) if not waiting[one]])

    def end(self) -> None:
        """No listing is left: whatever day none of them names is done with, too."""
        self._tell("no listing left", every_day(self.window))

    def _on(self, address: Address) -> Iterator[Address]:
        """The address, unless it was passed on before: what was left is listed again."""
        if address.memento or address.url_key not in self._given:
            self._given.add(address.url_key)
            self.passed_on += 1
            yield address

    def _tell(self, text: str, days: Iterable[date], outcome: str | None = None, **more: int | None) -> None:
        new = set(days) - self.seen
        self.seen |= new
        tell(Event("days", text, len(new), outcome=outcome, more={"after": self.passed_on, **more}))


def days_of(unit: Unit, window: Window) -> Iterable[date]:
    """The wanted days that a unit lists."""
    if unit.first_day is not None and unit.last_day is not None:
        return window.days_of(unit.first_day, unit.last_day)
    return (candidate.day for candidate in unit.candidates if candidate.day and window.holds(candidate.day))


def every_day(window: Window) -> Iterator[date]:
    """Each day from the first to the last."""
    return (window.first_day + timedelta(number) for number in range((window.last_day - window.first_day).days + 1))


def _known_day(address: Address) -> date | None:
    day = address.known.day if address.known else None
    return date.fromisoformat(day) if day else None


def _has_periods(run: Run) -> bool:
    return any(spec.kind == "template" for spec in run.source.finders)


def _planned(run: Run) -> int | None:
    """How many listings will be asked for; None where a finder shows that only once it is read."""
    window, count = run.window, 0
    for spec in run.source.finders:
        begin, end = max(window.first_day, spec.first_day or date.min), min(window.last_day, spec.last_day or date.max)
        if spec.kind == "template" and spec.url:
            count += sum(map(window.asks_for, periods(spec.url, begin, end)))
        elif spec.kind != "feed":
            return None
        else:
            count += begin <= end
    return count


def _begun(run: Run) -> Iterator[date]:
    """The days of the listings that an earlier run has read, and that need no look."""
    window = run.window
    templates = [spec.url for spec in run.source.finders if spec.kind == "template" and spec.url] if window.done else []
    for period in (period for url in templates for period in periods(url, window.first_day, window.last_day)):
        if period.url in window.done:
            yield from window.days_of(period.first_day, period.last_day)


def _idle(run: Run, begun: Collection[date]) -> set[date]:
    """The days that a run need not come to: not wanted, or complete and of no period whose listing is asked for."""
    every = set(every_day(run.window))
    if run.window.days is not None:
        return every - run.window.days
    days = as_read(run.workspace, run.source, run.window.first_day, run.window.last_day)
    complete = {one.day for one in days if not one.is_hole and not one.is_open}
    return complete & (set(begun) if _has_periods(run) else every)


def as_read(
    workspace: Workspace, source: SourceDefinition, first_day: date | None, last_day: date | None
) -> list[coverage.Day]:
    """The days as readers see them, from the first to the last that are known unless they are given.

    None where another version made what they read.
    """
    with closing(reading_copy.connect(workspace.folders)) as con:
        try:
            known = coverage.reach(con, source.source_id)
            first, last = first_day or (known and known[0]), last_day or (known and known[1])
            return coverage.days(con, source.source_id, first, last) if first and last else []
        except (duckdb.CatalogException, duckdb.BinderException):
            return []
