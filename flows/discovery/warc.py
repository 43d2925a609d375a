"""The finder for crawls of news that lie in WARC files: which files there are for the days of a window.

A file's name says when its pages were captured, which is no article's date. Nothing is downloaded here: each file is one unit
that is still to be taken (flows/listings/crawls.py).
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

from flows.discovery import warc_index
from flows.discovery.records import Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import READ, Walk
from flows.discovery.warc_index import TO_TAKE
from flows.periods import Period, periods
from flows.plural import are, counted
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback.places import CRAWLS

LATE = timedelta(days=14)
"""How long after its day an article may be in a file: news crawls follow feeds, and take what is new."""

COST = "Each of them is about 1 GB to fetch and to hold, one after another; it is removed once its pages were taken."

LARGEST = 20_000_000
"""Bytes of a list of files."""

_NAME = re.compile(r"(?<!\d)(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<rest>\d{6})(?!\d)")


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each list of files that could not be read whole, and one for each file of the window, the earliest first."""
    walk = Walk(spec, source, window, get, known)
    last = min(walk.last_day + min(LATE, date.max - walk.last_day), walk.today)
    template = spec.url or CRAWLS
    if spec.index:
        yield from warc_index.find(walk, spec.index, template, target_of(source), last)
        return
    for period in reversed(tuple(periods(template, walk.first_day, last))):
        if walk.spent:
            yield Unit(spec.kind, period.unit, period.url, "deferred", "max_pages")
            return
        yield from _files(walk, period, last)


def target_of(source: SourceDefinition) -> tuple[str, str]:
    """What an index is asked for: the whole domain of the outlet."""
    return urlsplit(source.home).netloc.lower().removeprefix("www."), "domain"


def _files(walk: Walk, period: Period, last: date) -> Iterator[Unit]:
    """The files that one list names."""
    walk.pages += 1
    listing = walk.get(period.url, "sitemap")  # a text, gzipped or not
    missing = listing.status in (403, 404) and period.last_day >= walk.today - timedelta(days=31)
    unit = Unit(walk.spec.kind, period.unit, period.url, listing.outcome, listing.reason)
    if missing:
        yield replace(unit, outcome="not_yet")
        return
    names = _names(listing) if listing.outcome in READ else None
    if names is None:
        yield unit if listing.outcome not in READ else replace(unit, outcome="failed", reason="not_a_list")
        return
    found = [_file(walk, period, name) for name in names]
    files = [file for file in found if file is not None]
    wanted = [
        file
        for file in files
        if file.first_day is not None and walk.first_day <= file.first_day <= last and _is_asked(walk, file)
    ]
    said = (
        f"{len(wanted):,} of {counted(len(files), 'file')} of {period.unit} {are(len(wanted))} of these days. {COST}"
        if wanted
        else ""
    )
    yield replace(
        unit,
        whole=len(files) == len(found) and bool(found),
        links=len(files),
        reason=None,
        notes=(said,) if said else (),
    )
    yield from wanted


def _is_asked(walk: Walk, file: Unit) -> bool:
    day = file.first_day or walk.first_day
    return walk.window.asks_for(Period(file.unit, file.url, max(date.min + LATE, day) - LATE, day))


def _names(listing: Listing) -> list[str] | None:
    """The lines of a list; None for anything that is no list of WARC files."""
    content = listing.content
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(content, LARGEST)
        except (zlib.error, gzip.BadGzipFile):
            return None
    names = content.decode("utf-8", "replace").split()
    return names if all(".warc" in name for name in names) else None


def _file(walk: Walk, period: Period, name: str) -> Unit | None:
    """The unit of one file, with the day its name says; None where it is on another host or says no day."""
    parts = urlsplit(period.url)
    url = urljoin(f"{parts.scheme}://{parts.netloc}/", name)
    named = _NAME.search(name.rsplit("/", 1)[-1])
    if named is None or urlsplit(url).netloc != parts.netloc:
        return None
    try:
        day = date(int(named["year"]), int(named["month"]), int(named["day"]))
    except ValueError:
        return None
    return Unit(walk.spec.kind, name.rsplit("/", 1)[-1], url, "deferred", TO_TAKE, day, day)
