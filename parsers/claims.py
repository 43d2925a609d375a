"""Every statement about the days of an article, from markup, readers' lines, datelines, addresses and listings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from parsers import dates, urls
from parsers.metadata import DateCandidate, Metadata
from parsers.records import Dateline, Page, Profile, StatedDate
from parsers.visible_dates import VisibleDate

LAG = range(-2, 61)  # days from a dateline without year to the day it was seen (Reuters and EIR, measured)

# The order of credit. What machines are told comes first, a dateline before what merely stands near the headline.
ORDER = (
    "json-ld", "meta", "marked", "labelled", "dateline", "url", "json-ld:page", "feed", "path", "visible", "script", "weak", "index", "sitemap",
    "dateline+", "elsewhere", "month", "partial",
)  # fmt: skip
BASES = (
    "json-ld", "meta", "time", "visible", "dateline", "dateline+fetched", "url", "json-ld:page", "feed", "news-sitemap", "sitemap",
    "index", "list", "script",
)  # fmt: skip
"""Everything that a day of publication or change may rest on, as records name it."""
_HINTS = {
    "feed": "feed",
    "news-sitemap": "feed",
    "index": "index",
    "list": "index",
    "sitemap": "sitemap",
    "url": "path",
}
_WEAK_META = frozenset(
    tomllib.loads(files("parsers").joinpath("data/meta_names.toml").read_text(encoding="utf-8"))["weak"]
)
_MONTH_IN_PATH = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>0[1-9]|1[0-2])/")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a day, where it stands in the order of credit, and why it was refused, if it was."""

    stated: StatedDate
    order: str
    refused: str | None = None

    @property
    def rank(self) -> int:
        """Its place in the order of credit, 0 the first."""
        return ORDER.index(self.order)


def of_publication(
    metadata: Metadata, page: Page, profile: Profile, dateline: Dateline | None, visible: tuple[VisibleDate, ...]
) -> Iterator[Claim]:
    """Everything that speaks of the day of publication, in no order."""
    for candidate in metadata.published:
        yield from _from_markup(candidate, metadata.language, profile)
    for shown in visible:
        if shown.role != "modified":
            yield Claim(shown.moment.stated(shown.basis, profile.timezone), _order_of(shown))
    yield from _from_dateline(dateline, page)
    yield from _from_url(page, profile)
    yield from _from_hints(page, profile)


def _from_markup(candidate: DateCandidate, language: str | None, profile: Profile) -> Iterator[Claim]:
    moment = dates.read(candidate.text, language)
    if moment is None:
        return
    order = "weak" if candidate.detail in _WEAK_META else candidate.basis
    order = order if moment.day else "partial"
    yield Claim(moment.stated(candidate.basis, profile.timezone), order)


def _order_of(shown: VisibleDate) -> str:
    if shown.basis == "script":
        return "script"
    return {4: "marked", 3: "labelled", 2: "visible"}.get(shown.strength, "elsewhere")


def _from_dateline(dateline: Dateline | None, page: Page) -> Iterator[Claim]:
    if dateline is None or dateline.date is None:
        return
    if dateline.day:
        known = dateline.date_basis in (None, "explicit")
        yield Claim(_day(dateline.day, "dateline"), "dateline" if known else "dateline+")
    elif found := re.fullmatch(r"--(\d\d)-(\d\d)", dateline.date):
        day = _by_smallest_lag(int(found[1]), int(found[2]), page.observed_at)
        if day:
            yield Claim(_day(day, "dateline+fetched"), "dateline+")
        yield Claim(StatedDate(dateline.date, "day-noyear", "dateline"), "partial")


def _by_smallest_lag(month: int, day: int, observed: datetime | None) -> date | None:
    """The year that puts a day nearest to when the page was seen, within the window; None outside it."""
    days = []
    for year in (observed.year - 1, observed.year, observed.year + 1) if observed else ():
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    within = [d for d in days if observed and (observed.date() - d).days in LAG]
    return min(within, key=lambda d: abs((observed.date() - d).days), default=None) if observed else None


def _from_url(page: Page, profile: Profile) -> Iterator[Claim]:
    if not page.url:
        return
    if day := urls.dates_in(page.url, profile.url_pattern):
        yield Claim(_day(day, "url"), "url")
    elif day := urls.path_day(page.url):
        yield Claim(_day(day, "url"), "path")
    elif month := month_of(page.url):
        yield Claim(StatedDate(f"{month:%Y-%m}", "month", "url"), "month")


def month_of(url: str | None) -> date | None:
    """The first day of the month that an address names."""
    found = _MONTH_IN_PATH.search(url or "")
    return date(int(found["year"]), int(found["month"]), 1) if found else None


def _from_hints(page: Page, profile: Profile) -> Iterator[Claim]:
    moment = dates.read(page.hints.published) if page.hints.published else None
    if moment:
        basis = page.hints.published_basis or "list"
        yield Claim(moment.stated(basis, profile.timezone), _HINTS.get(basis, "index") if moment.day else "partial")


def of_change(metadata: Metadata, page: Page, profile: Profile, visible: tuple[VisibleDate, ...]) -> Iterator[Claim]:
    """Everything that speaks of the last change."""
    for candidate in metadata.modified:
        yield from _from_markup(candidate, metadata.language, profile)
    for shown in visible:
        if shown.role == "modified":
            yield Claim(shown.moment.stated(shown.basis, profile.timezone), "labelled")
    if page.hints.modified and (moment := dates.read(page.hints.modified)):
        yield Claim(moment.stated(page.hints.published_basis or "feed", profile.timezone), "index")


def _day(day: date, basis: str) -> StatedDate:
    return StatedDate(day.isoformat(), "day", basis, day)
