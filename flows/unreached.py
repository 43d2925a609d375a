"""Days that no finder of a source reaches, by their `from` and `to`: whatever is asked for, they stay never tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from flows.plural import counted
from flows.sources import FinderSpec, SourceDefinition

REASON = "no finder reaches this day"
"""Why such a day is missing."""


def begins(source: SourceDefinition) -> date | None:
    """The day before which no finder looks, by the `from` of each; None where one has none, or only feeds are read."""
    first = [spec.first_day for spec in source.finders if spec.kind != "feed"]
    return None if None in first else min(filter(None, first), default=None)


def ends(source: SourceDefinition) -> date | None:
    """The day after which no finder looks, by the `to` of each; None where one has none, or only feeds are read."""
    last = [spec.last_day for spec in source.finders if spec.kind != "feed"]
    return None if None in last else max(filter(None, last), default=None)


def is_reached(source: SourceDefinition, day: date) -> bool:
    """Whether a finder may list a day; a feed shows the latest entries only, and does not count."""
    return any(
        spec.kind != "feed" and (spec.first_day or day) <= day <= (spec.last_day or day) for spec in source.finders
    )


def sentences(source: SourceDefinition, days: Collection[date]) -> Iterator[str]:
    """How many days no finder reaches and why, and what can be done; nothing where there are none."""
    if not days:
        return
    why = " and ".join(dict.fromkeys(_why(spec, min(days), max(days)) for spec in source.finders))
    which = f"{counted(len(days), 'day')} from {min(days)} to {max(days)}" if len(days) > 1 else f"{min(days)}"
    yield f"No finder of {source.source_id} reaches {which}: {why}."
    others = [spec for spec in source.finders if spec.kind != "feed"]
    key = (
        "a later `to`"
        if others and all(spec.last_day and spec.last_day < min(days) for spec in others)
        else "an earlier `from`"
    )
    mend = (
        f"Set {key} in {source.path.name}, or add"
        if others
        else f"Add to {source.path.name} a finder of the past, such as"
    )
    yield f'{mend} a web archive (kind = "wayback", docs/wayback.md).'


def _why(spec: FinderSpec, first: date, last: date) -> str:
    """What keeps a finder from days of a range."""
    if spec.kind == "feed":
        return "its feed shows only its latest entries"
    if spec.first_day and spec.first_day > first:
        return f"its {spec.kind} begins on {spec.first_day}"
    return (
        f"its {spec.kind} ends on {spec.last_day}"
        if spec.last_day and spec.last_day < last
        else f"its {spec.kind} has other days"
    )
