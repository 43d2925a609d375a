"""What listings are noted as: a unit with the days that it covers, addresses at their first sight, and sights of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from flows.discovery import Candidate, Unit
from flows.discovery.records import ONE_PAGE
from flows.discovery.sitemap import month_of
from flows.run import Run, now
from parsers import urls
from warehouse import rows
from warehouse.due import Known

SPANNING = frozenset({"sitemap", "index"})
"""Finders whose listings name no period, and cover the days of what they list."""


def row(run: Run, unit: Unit, new: int, known: Mapping[str, Known]) -> rows.Listed:
    """The unit as the table `units` keeps it."""
    first_day, last_day = _span(run, unit, known)
    return rows.Listed(
        source_id=run.source.source_id,
        finder=unit.finder,
        unit=unit.unit,
        url=unit.url,
        first_day=first_day,
        last_day=last_day,
        listed_at=now(),
        whole=unit.whole,
        outcome=unit.outcome,
        reason=unit.reason,
        digest=unit.digest,
        links=unit.links,
        new_links=new,
        undated=unit.undated,
        run_id=run.run_id,
    )


def _span(run: Run, unit: Unit, known: Mapping[str, Known]) -> tuple[date | None, date | None]:
    """The days a unit covers: as it says; of a whole sitemap that dates every article, those that it lists; of a whole page
    of an index also those that are known of what it lists.
    """
    days = sorted(filter(None, (_day(candidate, known, unit) for candidate in unit.candidates)))
    is_dated = not unit.undated or unit.finder == "index"
    if unit.first_day or unit.finder not in SPANNING or not unit.whole or not is_dated or not days:
        return unit.first_day, unit.last_day
    first, begin = days[0], run.window.first_day
    if unit.finder == "index" and first >= begin and (unit.reason == ONE_PAGE or not run.window.whole):
        first += timedelta(days=1)  # a pass stops where everything is known: the page after may have more of that day
    elif first < begin and (unit.outside or unit.finder == "index"):
        first = begin  # what is older was left out, or is on pages that were not asked for
    last = days[-1]
    month = month_of(unit.url, alone=True) if unit.finder == "sitemap" else None
    if month and month[0] <= days[0] and last <= month[1]:  # it says all of its month, also of days without an article
        first, last = (max(month[0], begin) if unit.outside else month[0]), month[1]
    last = min(last, run.window.today or run.window.last_day)
    return (first, last) if first <= last else (None, None)


def _day(candidate: Candidate, known: Mapping[str, Known], unit: Unit) -> date | None:
    """The day of a candidate, as listed or, on a page of an index, as an earlier run has read it."""
    before = known.get(candidate.url_key) if candidate.day is None and unit.finder == "index" else None
    return date.fromisoformat(before.day) if before and before.day else candidate.day


def found(run: Run, candidate: Candidate) -> rows.Found:
    """A candidate at its first sight."""
    return rows.Found(
        source_id=run.source.source_id,
        url_key=candidate.url_key,
        url_rule=urls.RULE,
        url=candidate.url,
        finder=candidate.finder,
        unit=candidate.unit,
        day=candidate.day,
        day_basis=candidate.day_basis,
        title=candidate.hints.title,
        published=candidate.hints.published,
        published_basis=candidate.hints.published_basis,
        modified=candidate.hints.modified,
        found_at=now(),
        run_id=run.run_id,
    )


def sighted(run: Run, unit: Unit, known: Mapping[str, Known]) -> Iterator[rows.Sighted]:
    """The candidates of a unit that another finder has found before, and this one never: where both reach, they may differ."""
    others = {
        candidate.url_key: before
        for candidate in unit.candidates
        if (before := known.get(candidate.url_key)) and before.finder not in (None, unit.finder)
    }
    seen = run.ledger.sighted(list(others), unit.finder) if others else set()
    for key, before in others.items():
        if key not in seen and not before.withdrawn:
            yield rows.Sighted(
                source_id=run.source.source_id,
                url_key=key,
                finder=unit.finder,
                unit=unit.unit,
                seen_at=now(),
                run_id=run.run_id,
            )
