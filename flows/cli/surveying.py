"""What is known of a source over a range of days, as the verb `coverage` shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows import beginnings, unreached
from flows.cli import dayless
from flows.cli.app import Problem
from flows.known_holes import KnownHole, known_hole
from flows.sources import SourceDefinition

if TYPE_CHECKING:
    import duckdb

    from warehouse.coverage import Day, Dayless, Hole


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a source from one day to another."""

    source: SourceDefinition
    first: date
    last: date
    days: Sequence[Day]
    units: Sequence[Hole]  # holes of which no day is known
    final: Sequence[tuple[str, str | None, int]]  # outcome, reason, addresses: final without being an article
    known: dict[date, KnownHole]
    dayless: Sequence[Dayless] = ()  # in no day's count

    @property
    def holes(self) -> list[Hole]:
        """What is missing and not known to stay so."""
        from warehouse.coverage import of_days

        return [hole for hole in of_days(self.days) if hole.day not in self.known] + list(self.units)

    @property
    def told(self) -> list[Day]:
        """The days, those that are known to stay holes with the reason that the source's file gives."""
        return [
            replace(one, reason="; ".join(filter(None, (known.reason, one.reason)))) if known else one
            for one, known in ((one, self.known.get(one.day)) for one in self.days)
        ]

    def state(self, one: Day) -> str:
        """The state of a day as it is shown."""
        return "known" if one.day in self.known else "open" if one.is_open else one.state

    def states(self) -> Counter[str]:
        """How many days are in each state."""
        return Counter(map(self.state, self.days))


def surveyed(
    con: duckdb.DuckDBPyConnection, source: SourceDefinition, first: date | None, last: date | None
) -> Survey | None:
    """What is known of a source, from its first day to its last unless the days are given; None where no day is known.

    What is to begin on a day, and where no end is given, ends today: with days that are not over yet.
    """
    from warehouse import coverage

    reach = coverage.reach(con, source.source_id, unreached.begins(source))
    begins = [spec.first_day for spec in source.finders if spec.first_day] + ([reach[0]] if reach else [])
    begin = first or min(begins, default=None)
    end = min(filter(None, (last or (None if first else reach and reach[1]), _today(source))))
    if begin is None or (reach is None and first is None and last is None):
        return None
    if begin > end:
        raise Problem(f"There is no day from {begin} to {end}: --from must lie before --to and before tomorrow.")
    days = [_told(source, one) for one in coverage.days(con, source.source_id, begin, end)]
    holes = coverage.units(con, source.source_id, first, last)
    final = coverage.final(con, source.source_id, begin, end)
    known = {one.day: known for one in days if one.is_hole and (known := known_hole(source.known_holes, one.day))}
    return Survey(source, begin, end, days, holes, final, known, coverage.dayless(con, source.source_id, first, last))


def beginning(survey: Survey) -> date | None:
    """The day on which the archive seems to begin, where days before it are holes."""
    days = [one for one in survey.days if one.day not in survey.known]
    return beginnings.seen(survey.source, days, survey.units)


BARREN = 10
"""Pages of days that are complete, of which none was an article, from which on the finders are doubted."""


def doubt(survey: Survey) -> str | None:
    """A sentence where nearly all pages of the days that are complete were read and none is an article; else None."""
    whole = [one for one in survey.days if one.state == "complete"]
    found, rejected = sum(one.found for one in whole), sum(one.rejected for one in whole)
    if found < BARREN or rejected < 0.9 * found or any(one.articles for one in whole):
        return None
    name = survey.source.source_id
    return (
        f"Of {found:,} addresses of the days that are complete none is an article, and {rejected:,} were read and are none: "
        f"its finders may take listings for articles, or [article] may leave articles out. See with: wireroom sources check {name}"
    )


def _told(source: SourceDefinition, one: Day) -> Day:
    """The day, its reason another where nobody could have looked at it."""
    is_beyond = one.state == "never_tried" and not one.found and not unreached.is_reached(source, one.day)
    return replace(one, reason=unreached.REASON) if is_beyond else one


def _today(source: SourceDefinition) -> date:
    return datetime.now(ZoneInfo(source.timezone)).date()


def as_record(survey: Survey, *, days: bool) -> dict[str, Any]:
    """The survey as a program wants it."""
    record: dict[str, Any] = {
        "source": survey.source.source_id,
        "first_day": survey.first,
        "last_day": survey.last,
        "days_by_state": dict(survey.states()),
        **totals(survey),
        "final": [
            {"outcome": outcome, "reason": reason, "addresses": count} for outcome, reason, count in survey.final
        ],
        "dayless": dayless.as_records(survey.dayless),
        "doubt": doubt(survey),
        "begins": beginning(survey),
        "known": [{"day": one, "reason": known.reason} for one, known in survey.known.items()],
        "holes": [asdict(hole) for hole in survey.holes],
    }
    return record | ({"days": [asdict(one) for one in survey.days]} if days else {})


def totals(survey: Survey) -> dict[str, int]:
    return {
        name: sum(getattr(one, name) for one in survey.days)
        for name in ("found", "articles", "rejected", "gone", "missing")
    }
