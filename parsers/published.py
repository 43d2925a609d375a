"""Which date to believe: every claim about the day of publication in one order of credit, the losers kept as evidence.

A claim is refused when it cannot be (a year out of range, a day in the future), when it was probably made from a bare
year (a first of January without a time, unless it is printed by the headline and the only day told), or when it
contradicts the month in the page's own address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from parsers import claims
from parsers.claims import ORDER, Claim, month_of
from parsers.metadata import Metadata
from parsers.records import Dateline, Evidence, Page, Profile, StatedDate
from parsers.visible_dates import VisibleDate

EARLIEST_YEAR = 1600
AHEAD = timedelta(days=2)  # time zones, and texts dated on the eve
# The web is younger; an unlabelled older date beside a headline is somebody's birthday.
EARLIEST_UNLABELLED = date(1993, 1, 1)
_SHOWN = frozenset({"marked", "labelled", "visible", "path"})  # what a reader sees
MANY = {"visible": 2, "elsewhere": 1, "script": 1}
"""How many unlabelled days may be left for one of them to be believed."""


def decide(
    metadata: Metadata,
    *,
    page: Page,
    profile: Profile,
    dateline: Dateline | None = None,
    visible: Iterable[VisibleDate] = (),
) -> tuple[StatedDate | None, StatedDate | None, tuple[Evidence, ...]]:
    """The day of publication, the day of the last change, and all claims as evidence; None where nothing is known."""
    seen = tuple(visible)
    made = [_checked(claim, page) for claim in claims.of_publication(metadata, page, profile, dateline, seen)]
    stated = list(_told_apart(list(_doubted(made, page))))
    best = _first_filed(_best(stated), stated)
    published = _shown_day(_most_precise(best, stated), stated, profile)
    changes = [_checked(claim, page) for claim in claims.of_change(metadata, page, profile, seen)]
    modified = _best(changes)
    evidence = (*_evidence("date_published", stated, published), *_evidence("date_modified", changes, modified))
    return published.stated if published else None, modified.stated if modified else None, evidence


def warnings(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """One sentence for each conflict over the day of publication that `decide` has noted."""
    conflicts = (e for e in evidence if e.field == "date_published" and e.note and e.note.startswith("conflict"))
    return tuple(dict.fromkeys(f"date_published: {e.basis} says {e.value} ({e.note})" for e in conflicts))


# ------------------------------------------------------------------ what is refused


def _checked(claim: Claim, page: Page) -> Claim:
    """The claim, refused where its year or day cannot be."""
    year = re.match(r"\d{4}", claim.stated.text)
    observed = page.observed_at
    if year and (int(year[0]) < EARLIEST_YEAR or (observed and int(year[0]) > observed.year + 1)):
        return replace(claim, refused="a year out of range")
    if observed and claim.stated.day and claim.stated.day > observed.date() + AHEAD:
        return replace(claim, refused="later than the page was seen")
    return claim


def _doubted(given: list[Claim], page: Page) -> Iterator[Claim]:
    month = month_of(page.url)
    for claim in given:
        day = claim.stated.day
        if claim.refused or day is None:
            yield claim
        elif _made_of_a_year(claim) and not any(_confirms(other, day) or _is_the_only(other, given) for other in given):
            yield replace(claim, refused="a first of January without a time, as made from a bare year")
        elif claim.order in ("visible", "elsewhere") and day < EARLIEST_UNLABELLED:
            yield replace(claim, refused="older than the web and not said to be the day of publication")
        elif month and claim.stated.basis in ("time", "visible") and not _in_month(day, month):
            yield replace(claim, refused="not in the month that the address names")
        else:
            yield claim


def _told_apart(given: list[Claim]) -> Iterator[Claim]:
    """The given claims, unlabelled ones refused where too many different days are left to tell which is the page's own."""
    for claim in given:
        many = MANY.get(claim.order)
        days = {other.stated.day for other in given if other.order == claim.order and not other.refused}
        crowd = many is not None and len(days) > many and not claim.refused
        yield replace(claim, refused="one of several days shown, none of them labelled") if crowd else claim


def _made_of_a_year(claim: Claim) -> bool:
    day, text = claim.stated.day, claim.stated.text
    bare = len(text) <= 10 or re.search(r"T00:00(?::00)?(?!:?[1-9])", text) is not None
    return (
        bare
        and day is not None
        and (day.month, day.day) == (1, 1)
        and claim.order not in ("url", "path", "dateline", "dateline+", "feed")
    )


def _confirms(other: Claim, day: date) -> bool:
    """Whether a claim of another kind than markup says the same day, or a machine knows its time."""
    return other.stated.day == day and (not _made_of_a_year(other) or other.order in ("labelled", "dateline"))


def _is_the_only(claim: Claim, given: list[Claim]) -> bool:
    """Whether a claim is a date printed in full by the headline, and nothing on the page or about it tells another day."""
    days = {other.stated.day for other in given if other.stated.day and not other.refused}
    return claim.order == "visible" and days == {claim.stated.day}


def _in_month(day: date, month: date) -> bool:
    """Whether a day lies in a month, time zones allowed for."""
    following = (month + timedelta(days=32)).replace(day=1)
    return month - AHEAD <= day < following + AHEAD


# ------------------------------------------------------------------ the choice


def _best(given: list[Claim]) -> Claim | None:
    return min((claim for claim in given if not claim.refused), key=lambda claim: claim.rank, default=None)


def _first_filed(best: Claim | None, given: list[Claim]) -> Claim | None:
    """The day that the address spells, where what machines are told is later: they are told of a republication."""
    if best is None or best.stated.day is None or best.order not in ("json-ld", "meta", "marked"):
        return best
    latest = best.stated.day - AHEAD
    filed = (
        c for c in given if c.order in ("url", "path") and not c.refused and c.stated.day and c.stated.day < latest
    )
    return next(filed, best)


def _most_precise(best: Claim | None, given: list[Claim]) -> Claim | None:
    """A claim for the same day that also knows the instant, where the best one knows the day only."""
    if best is None or best.stated.instant or best.stated.day is None:
        return best
    same = (c for c in given if not c.refused and c.stated.day == best.stated.day and c.stated.instant)
    return min(same, key=lambda claim: claim.rank, default=best)


def _shown_day(best: Claim | None, given: list[Claim], profile: Profile) -> Claim | None:
    """The best claim; told in UTC with the outlet's zone unknown, its day is the neighbouring one that readers are shown."""
    if best is None or best.stated.instant is None or not best.stated.text.endswith("Z") or profile.timezone != "UTC":
        return best
    shown = [c.stated.day for c in given if c.order in _SHOWN and c.stated.day and not c.stated.text.endswith("Z")]
    if not shown or best.stated.day in shown or not _is_a_local_day(shown[0], best.stated.instant):
        return best
    return replace(best, stated=replace(best.stated, day=shown[0]))


def _is_a_local_day(day: date, instant: datetime) -> bool:
    """Whether an instant falls on a day somewhere between UTC-11 and UTC+13."""
    zones = ("Etc/GMT+11", "UTC", "Etc/GMT-13")
    return day in {instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() for zone in zones}


def _evidence(field: str, given: list[Claim], chosen: Claim | None) -> Iterator[Evidence]:
    """Every claim once, in the order of credit, with what speaks against it."""
    told = False
    for claim in {(c.stated.text, c.stated.basis, c.order): c for c in sorted(given, key=lambda c: -c.rank)}.values():
        is_chosen = bool(
            chosen and not told and (claim.stated.text, claim.stated.basis) == (chosen.stated.text, chosen.stated.basis)
        )
        told = told or is_chosen
        yield Evidence(
            field, claim.stated.text, claim.stated.basis, is_chosen, None if is_chosen else _note(claim, chosen)
        )


def _note(claim: Claim, chosen: Claim | None) -> str | None:
    if claim.refused:
        return claim.refused
    first, second = claim.stated.day, chosen.stated.day if chosen else None
    if first is None or second is None or abs((first - second).days) <= 1:
        return None
    days = (first - second).days
    weight = "conflict" if claim.rank <= ORDER.index("path") else "differs"
    return f"{weight}: {abs(days)} days {'later' if days > 0 else 'earlier'} than the date chosen"
