"""Addresses at their first sight that no listing showed: rows of lists, and pages that others have recorded."""

from __future__ import annotations

from datetime import date, datetime

from flows.run import Run
from parsers import urls
from parsers.records import Hints
from warehouse import rows
from warehouse.archive.captures import Capture


def of_page(run: Run, capture: Capture, at: datetime) -> rows.Found:
    """The first sight of the address of a page that was imported."""
    return found(run, capture.url_key, capture.requested_url, capture.origin, hints=capture.hints, at=at)


def found(
    run: Run, key: str, url: str, finder: str, *, hints: Hints, at: datetime, listed_day: date | None = None
) -> rows.Found:
    """The first sight of an address, its day as its pattern, a list or any address says it."""
    stated = urls.dates_in(url, run.source.profile.url_pattern)
    day = stated or listed_day or urls.path_day(url)
    basis = "listing" if day is not None and day == listed_day and not stated else "url"
    return rows.Found(
        source_id=run.source.source_id,
        url_key=key,
        url_rule=urls.RULE,
        url=url,
        finder=finder,
        unit=None,
        day=day,
        day_basis=basis if day else None,
        title=hints.title,
        published=hints.published,
        published_basis=hints.published_basis,
        modified=hints.modified,
        found_at=at,
        run_id=run.run_id,
    )
