"""The finder for web archives: the captures of a site, month by month, out of an archive's index (CDX).

A month is one of captures, and says of an article only that it was there by then; its day is what its address says. A page
is often captured weeks after its day, so the months asked for go on beyond the window (`late`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from flows.discovery.records import Candidate, Get, Known, Unit, Window, nothing_known
from flows.discovery.walk import READ, Walk
from flows.periods import Period, periods
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback import cdx, places
from flows.wayback.cdx import Captured, Query
from parsers.listing import Link, Links, ListingError

MONTH = "https://index/{year}{month}"
"""A template that only makes months of days."""

MOST_PARTS = 2_000
"""Answers of one month; at 5,000 rows each, more than any outlet has."""

OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class _Month:
    """One month of captures to ask for."""

    unit: Unit  # named, with its days and no outcome yet
    query: Query


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each month of captures, the earliest first, and one for each part of a month that has several."""
    walk = Walk(spec, source, window, get, known)
    late = timedelta(days=spec.late.days)
    for period in months(walk, late):
        month = _month(walk, period)
        # What was captured in a month may have been published up to so long before.
        reached = Period(
            month.unit.unit, month.unit.url, max(date.min + late, period.first_day) - late, period.last_day
        )
        if not window.asks_for(reached):
            continue
        yield from _parts(walk, month)
        if walk.spent:
            return


def months(walk: Walk, late: timedelta) -> Sequence[Period]:
    """The months in which articles of the window may have been captured, the earliest first."""
    end = min(walk.last_day + min(late, date.max - walk.last_day), walk.today)
    return tuple(reversed(tuple(periods(MONTH, walk.first_day, end))))


def target(spec: FinderSpec, source: SourceDefinition) -> tuple[str, str]:
    """What is asked for, as CDX servers take it, and how it is meant: the whole site, or all below an address."""
    url = spec.url or source.home
    parts = urlsplit(url)
    whole = spec.url is None or (parts.path in ("", "/") and not parts.query)
    match = spec.match or ("domain" if whole else "prefix")
    if match in ("domain", "host"):
        return parts.netloc.lower().removeprefix("www."), match
    return url.removesuffix("*"), match


def _month(walk: Walk, period: Period) -> _Month:
    spec, window = walk.spec, walk.window
    asked, match = target(spec, walk.source)
    digits = period.unit.replace("-", "")
    collapse = "digest" if spec.captures == "all" else "urlkey"
    query = Query(places.server(spec), asked, match, digits, digits, collapse, places.is_waybacks(places.server(spec)))
    # Only for this window and this rule is a month done that was listed for them.
    url = f"{query.address}#{spec.captures}/{window.first_day}/{window.last_day}"
    name = f"{period.unit} {asked}"
    return _Month(Unit(spec.kind, name, url, "failed", None, period.first_day, period.last_day), query)


def _parts(walk: Walk, month: _Month) -> Iterator[Unit]:
    """The units of a month: its parts, and last the month itself, which is whole if they all were."""
    query, whole = month.query, True
    for number in range(1, MOST_PARTS + 1):
        if walk.spent:
            yield replace(month.unit, outcome="deferred", reason="max_pages")
            return
        unit, resume = _asked(walk, query, month.unit)
        whole &= unit.whole
        if resume is None:
            yield replace(unit, whole=whole)
            return
        yield replace(unit, unit=f"{month.unit.unit}#{number}", url=f"{query.address}#{number}")
        query = query.going_on(resume)
    yield replace(month.unit, reason="too_many_parts")


def _asked(walk: Walk, query: Query, unit: Unit) -> tuple[Unit, str | None]:
    """One answer of the index as a unit, and the key of the next; a failed one bears the address that was asked."""
    walk.pages += 1
    listing = walk.get(query.address, "captures")
    if cdx.says_none(listing.status, listing.content):
        return replace(unit, outcome="fetched", whole=True), None
    if listing.outcome not in READ or (listing.unchanged and not listing.content):
        return replace(unit, url=query.address, outcome=listing.outcome, reason=listing.reason), None
    try:
        answer = cdx.read(listing.content, query, datetime.now(UTC).replace(tzinfo=None))
    except ListingError as fault:
        return replace(unit, url=query.address, reason=fault.reason, notes=(str(fault),)), None
    return _sifted(walk, answer, unit), answer.resume


def _sifted(walk: Walk, answer: cdx.Answer, unit: Unit) -> Unit:
    """The unit with the captures that may be articles of the window, each with the mementos to ask for."""
    walk.met.clear()  # the ledger and the rule of the finder say which capture of an address is wanted
    found: dict[str, list[Captured]] = {}
    dropped = Counter(answer.dropped)
    for capture in answer.captures:
        try:
            found.setdefault(walk.key(_plain(capture.original)), []).append(capture)
        except ValueError:
            dropped["scheme"] += 1
    links = Links(tuple(Link(_plain(captures[0].original), "wayback") for captures in found.values()), dropped=dropped)
    sifted = walk.sift(links, replace(unit, outcome="fetched"))
    kept = tuple(_with(walk, candidate, found) for candidate in sifted.candidates if _is_wanted(walk, candidate, unit))
    return replace(
        sifted,
        links=len(answer.captures),
        candidates=kept,
        undated=sum(candidate.day is None for candidate in kept),
        outside=sifted.outside + len(sifted.candidates) - len(kept),
    )


def _with(walk: Walk, candidate: Candidate, found: dict[str, list[Captured]]) -> Candidate:
    captures = sorted(found[candidate.url_key], key=lambda capture: capture.stamp)
    begin = places.replay(walk.spec)
    return replace(candidate, mementos=tuple(places.address(begin, each.stamp, each.original) for each in captures))


def _is_wanted(walk: Walk, candidate: Candidate, unit: Unit) -> bool:
    """Whether an address is of the window; one without a day is, where it was captured before the window's end."""
    if candidate.day is not None:
        return walk.window.holds(candidate.day)
    return unit.first_day is not None and unit.first_day <= walk.last_day


def _plain(original: str) -> str:
    """An address as an index has it, without the usual port, which old ones name."""
    for begin, port in (("http://", ":80"), ("https://", ":443")):
        host = urlsplit(original).netloc if original.startswith(begin) else ""
        if host.endswith(port):
            return original.replace(host, host.removesuffix(port), 1)
    return original
