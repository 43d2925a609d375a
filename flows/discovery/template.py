"""The finder for archives with a listing for every year, month or day, at an address that names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from flows.discovery import astray, lost
from flows.discovery.records import Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import Look, Walk, is_missing
from flows.periods import Period, fill, names, periods, size_of
from flows.sources import FinderSpec, SourceDefinition
from parsers import urls
from parsers.listing import Links, ListingError, Selectors, read_page


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit for each period that overlaps the window, the latest first, with all the pages it goes on for."""
    assert spec.url is not None
    walk = Walk(spec, source, window, get, known)
    label = _label(spec, source)
    for bare in periods(spec.url, walk.first_day, walk.last_day):
        period = replace(bare, unit=bare.unit + label)
        if not window.asks_for(period):
            continue
        unit = Unit(spec.kind, period.unit, period.url, "deferred", "max_pages", period.first_day, period.last_day)
        if walk.spent:
            yield unit
            return
        yield from _looked(walk, period, unit)
        walk.forget()


def _label(spec: FinderSpec, source: SourceDefinition) -> str:
    """What the units of a finder bear beside their period, where an earlier one of the source has the same periods."""
    url = spec.url or ""
    others = [each.url for each in source.finders if each.kind == "template" and each.url]
    first = next((other for other in others if size_of(other) == size_of(url)), url)  # a probe has no finders yet
    return "" if first == url else f" {url.removeprefix(source.home.rstrip('/'))}"


def _looked(walk: Walk, period: Period, unit: Unit) -> Iterator[Unit]:
    """The unit of a period: its first page, and those after it until none shows a link that is new; and pages that failed."""
    read = partial(_read, walk, period)
    look = walk.look(period.url, "page", read, unit)
    unit, seen, number, failed = _judged(look, period, walk), {urls.key(period.url)}, 1, list[lost.Lost]()
    shown = _links(look)
    held: list[lost.Lost] = []  # a page that is no end if another one comes after it
    while url := _next(walk, period, look, number, seen):
        if walk.spent:
            yield replace(unit, whole=False, reason="max_pages")
            return
        seen.add(urls.key(url))
        number += 1
        look = walk.look(url, "page", read, replace(unit, candidates=()))
        page = lost.Lost(number, url, look.unit, len(unit.candidates))
        if _is_unread(look) and not (walk.spec.pages and is_missing(look)):
            failed.append(page)
            if not walk.spec.pages or not walk.window.whole or lost.is_down(failed):
                break
        elif _is_unread(look) or _links(look) <= shown or (look.links and look.links.is_other):
            if held or not _looks_further(walk, period):
                break  # the last page is shown for every number after it, or there is none
            held.append(lost.as_failed(page))
        else:
            failed, held = [*failed, *held], []
            shown |= _links(look)
            unit = _joined(unit, look.unit)
    yield from lost.told(unit, failed)


def _is_unread(look: Look) -> bool:
    return look.links is None and look.unit.outcome != "unchanged"


def _looks_further(walk: Walk, period: Period) -> bool:
    """Whether one more page is asked for after what may be the end: in a backfill, but for the pages of a day, of which there are many."""
    return walk.window.whole and period.first_day < period.last_day


def _read(walk: Walk, period: Period, listing: Listing) -> Links:
    """The links of a page of a period; ListingError where the outlet has led elsewhere, or shows another page there."""
    assert walk.spec.url is not None
    if urls.key(listing.final_url) != urls.key(listing.url) and not names(
        listing.final_url, walk.spec.url, period.first_day
    ):
        said = f"{listing.url} leads to {listing.final_url}, which is not the listing of {period.unit}."
        raise ListingError("redirected", said)
    spec = walk.spec
    selectors = Selectors(spec.links, spec.date_selector, spec.date_format, spec.next_selector, own_pages=True)
    links = read_page(listing.content, listing.final_url, selectors, walk.calendar, listing.content_type)
    return astray.judged(walk, period, listing, links)


def _next(walk: Walk, period: Period, look: Look, number: int, seen: set[str]) -> str | None:
    """The address of the page after this one of the same period."""
    if walk.spec.pages and number > 1 and not (look.links and look.links.links):
        return _counted(walk, period, number)  # over a page that failed, or lists nothing
    if (
        not look.links
        or not look.links.links
        or look.links.is_other
        or look.unit.outcome not in ("fetched", "unchanged")
    ):
        return None
    if walk.spec.pages:
        return _counted(walk, period, number)
    following = look.links.next_url
    if not following or urls.key(following) in seen or not walk.on_site(following) or walk.is_period(following):
        return None
    return following


def _counted(walk: Walk, period: Period, number: int) -> str:
    """The address of the page after a page of a period, by its number."""
    pages = walk.spec.pages or ""
    return fill(pages, period.first_day).replace("{page}", str(walk.spec.first_page + number - 1))


def _links(look: Look) -> set[str]:
    return {link.url for link in look.links.links} if look.links else set()


def _joined(unit: Unit, page: Unit) -> Unit:
    """The unit with what a further page of it lists."""
    dropped = dict(unit.dropped)
    for reason, count in page.dropped:
        dropped[reason] = dropped.get(reason, 0) + count
    return replace(
        unit,
        whole=unit.whole and page.whole,
        reason=_reason(unit, page),
        links=unit.links + page.links,
        candidates=unit.candidates + page.candidates,
        undated=unit.undated + page.undated,
        outside=unit.outside + page.outside,
        oldest=min(filter(None, (unit.oldest, page.oldest)), default=None),
        dropped=tuple(sorted(dropped.items())),
        notes=unit.notes + page.notes,
    )


def _reason(unit: Unit, page: Unit) -> str | None:
    """Why two parts of a period are not whole together; else what both say, as that nothing is new."""
    if unit.whole and page.whole:
        return unit.reason if unit.reason == page.reason else None
    return (page if unit.whole else unit).reason


def _judged(look: Look, period: Period, walk: Walk) -> Unit:
    """The unit, where a page that is missing in a period still running is not there yet rather than gone."""
    if look.status in (404, 410) and period.last_day >= walk.today:
        return replace(look.unit, outcome="not_yet", reason=f"http_{look.status}")
    return look.unit
