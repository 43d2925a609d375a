"""What a flow is asked for, from parameters as people give them to Prefect: checked before anything is done."""

from __future__ import annotations

from datetime import date

from flows import day_names
from flows.backfilling import Order, today
from flows.sources import SourceDefinition


class BadOrder(Exception):
    """A parameter that cannot be meant; the message names it, and what to give instead."""


def backfill(
    source: SourceDefinition,
    first_day: str,
    last_day: str | None,
    *,
    holes: bool = False,
    rewalk: bool = False,
    gone: bool = False,
    limit: int | None = None,
) -> Order:
    """The order of a backfill, up to today where no last day is given; raises BadOrder."""
    now = today(source)
    first, last = day("first_day", first_day), day("last_day", last_day, last=True) if last_day else now
    if first > now:
        raise BadOrder(f"first_day {first} is later than today, which is {now} where the outlet is.")
    if first > last:
        raise BadOrder(f"first_day {first} is later than last_day {last}.")
    if holes and gone:
        raise BadOrder("What is gone is no hole, so holes leaves it out: give gone without holes.")
    if limit is not None and limit < 1:
        raise BadOrder(f"limit {limit} is no number of pages: give 1 or more, or leave it out for all.")
    return Order(first, min(last, now), only_holes=holes, rewalk=rewalk, gone=gone, limit=limit)


def day(name: str, text: str, *, last: bool = False) -> date:
    """The day that a parameter names; raises BadOrder."""
    found = day_names.day(text, last=last)
    if found is None:
        raise BadOrder(f"{name} {text} is no day: {day_names.HOW}.")
    return found
