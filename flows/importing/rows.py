"""Rows of JSON Lines and CSV at the door: each is a page (with html or text) or an address (without)."""

from __future__ import annotations

from datetime import date

from flows.held import Held
from flows.importing.door import Door
from flows.importing.fronts import with_headline
from flows.importing.records import ROW_WITHOUT_ADDRESS, Arrival, Listed
from flows.importing.undoing import looks_like_markup
from flows.lists.named_fields import Row, field, plain
from flows.sources import SourceDefinition
from parsers.listing import read_date
from parsers.records import Hints
from warehouse.archive.foreign import moment

LONGEST_URL = 8_000


def item(row: Row, held: Held, place: int, door: Door) -> Arrival | Listed | None:
    """What a row brings, if its address is one that is wanted; what it lacks is counted."""
    row = {plain(str(name)): value for name, value in row.items() if name is not None}
    url = field(row, "url")
    if url is None or not url.lower().startswith(("http://", "https://")) or len(url) > LONGEST_URL:
        door.refuse(ROW_WITHOUT_ADDRESS)
        return None
    source = door.claim(url)
    if source is None:
        return None
    html, text = field(row, "html"), field(row, "text")
    if html is None and text is not None and looks_like_markup(text):
        html = text
    day, hints = _hints(row, source, f"{held.name}, line {place:,}", door)
    if html is None and text is None:
        return Listed(url, held.name, place, day, hints)
    content, content_type = (
        (html, "text/html") if html is not None else (with_headline(text or "", hints.title), "text/plain")
    )
    body = content.encode("utf-8", "replace")
    return Arrival(
        url=url,
        file=held.name,
        offset=place,
        wire=body,
        body=body,
        origin="import",
        observed_at=moment(field(row, "fetched") or ""),
        changed_at=held.changed_at,
        content_type=f"{content_type}; charset=utf-8",
        hints=hints,
    )


def _hints(row: Row, source: SourceDefinition, where: str, door: Door) -> tuple[date | None, Hints]:
    """The day and the hints of a row, its date read as the source writes dates."""
    written = field(row, "published")
    stated = read_date(written, door.calendar(source))
    if stated.note:
        door.report.count(door.report.undated, f"{where}: {written}", "other lines")
    return stated.day, Hints(field(row, "title"), stated.text, "list" if stated.text else None)
