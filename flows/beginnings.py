"""Where an archive seems to begin: days before it of which every listing says that there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from flows.plural import counted
from flows.sources import FinderSpec, SourceDefinition

if TYPE_CHECKING:
    from warehouse.coverage import Day, Hole

LEAST = 28
"""Days without anything, from which on an archive may begin after them; fewer are a gap of one that begins before."""

ABSENT = ("status_404", "status_410", "soft_404", "redirected", "other_page")
"""Reasons of a listing that the outlet has not."""

LISTS_ALL = ("sitemap", "index", "list")
"""Finders that were asked for all that they list, so that a day nobody has looked at is one that they do not name."""

CAPTURES = frozenset({"wayback", "warc"})
"""Finders of what others have caught, where an outlet's own listings are gone."""


def seen(source: SourceDefinition, days: Sequence[Day], unread: Sequence[Hole]) -> date | None:
    """The day on which the archive seems to begin, some of these days before it holes; None where anything says otherwise.

    `unread` are the listings that were not read whole and name no day.
    """
    before = list(takewhile(lambda one: not one.found, days))
    missing = [one for one in before if one.is_hole]
    if unread or len(missing) < LEAST or len(before) == len(days):
        return None
    is_nothing = all(_is_nothing(source, one) for one in missing)
    return missing[-1].day + timedelta(days=1) if is_nothing else None


def advice(source: SourceDefinition, first: date, begin: date) -> str:
    """What to write where the archive begins on that day, as a sentence."""
    finders = [spec for spec in source.finders if _reaches(spec, begin - timedelta(days=1))]
    where = " and ".join(f"{spec.kind} {spec.url or ''}".strip() for spec in finders)
    return (
        f"Of {counted((begin - first).days, 'day')} before {begin} there is nothing. If the archive begins then, write "
        f"from = {begin} under [[find]] of {where} in {source.path.name}: those days are no holes then."
    )


def _is_nothing(source: SourceDefinition, one: Day) -> bool:
    """Whether all that was asked for a day says that there is nothing of it."""
    finders = [spec for spec in source.finders if _reaches(spec, one.day)]
    kinds = [spec.kind for spec in finders]
    # Of two templates a day tells why one of them could not be read; of an archive of captures, only that it was asked.
    if not kinds or kinds.count("template") > 1 or not CAPTURES.intersection(kinds) <= set(one.finders):
        return False
    if one.state == "unreachable":
        return any(f"({code})" in (one.reason or "") for code in ABSENT)
    if one.state == "never_tried":
        return all(spec.kind in LISTS_ALL and not spec.is_one_page for spec in finders)
    return one.state == "unlisted"


def _reaches(spec: FinderSpec, day: date) -> bool:
    """Whether a finder may list a day; a feed shows the latest entries only, and does not count."""
    return spec.kind != "feed" and (spec.first_day or day) <= day <= (spec.last_day or day)
