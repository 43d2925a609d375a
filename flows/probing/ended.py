"""Archives that have ended: their newest linked period is long past, and the present has no listing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from flows.discovery import Unit, Window
from flows.periods import periods

LONG = timedelta(days=60)
"""How long ago the newest linked period must have ended: a page that lists an archive may be late by a month."""

PRESENT = timedelta(days=2)
"""Days before today that are looked at with it: on some a daily paper does not come out."""

READ = frozenset({"fetched", "not_yet"})
GONE = frozenset({"status_404", "status_410"})


def last_day(template: str, newest: date, today: date) -> date | None:
    """The last day of the period that holds `newest`, where that is long past."""
    last = next(periods(template, newest, newest)).last_day
    return last if today - last > LONG else None


def present(today: date) -> Window:
    """The days that an archive which goes on has listings of."""
    return Window(today - PRESENT, today, today)


def has_nothing(units: Iterable[Unit]) -> bool:
    """Whether every listing is there without an article, or not there; one that could not be read does not say."""
    return all(not unit.candidates and (unit.outcome in READ or unit.reason in GONE) for unit in units)
