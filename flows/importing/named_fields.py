"""Rows of JSON Lines and CSV, whoever wrote them: each is a page (with html or text) or an address (without)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from flows.importing.door import Door
from flows.importing.records import Arrival, Held, Listed
from flows.importing.undoing import looks_like_markup
from flows.sources import SourceDefinition
from parsers.listing import read_date
from parsers.records import Hints
from warehouse.archive.foreign import moment

Row = Mapping[str, Any]

LONGEST_URL = 8_000


@cache
def columns() -> dict[str, list[str]]:
    """What we need → the names under which rows have it, as `plain` spells them."""
    found: dict[str, list[str]] = tomllib.loads((files("flows.importing") / "columns.toml").read_text(encoding="utf-8"))
    return {wanted: list(dict.fromkeys(map(plain, names))) for wanted, names in found.items()}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name of a column as it is compared: in small letters, without accents, its words joined by _."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\s_-]+", "_", bare.strip("\ufeff \t\r\n"))


def says_address(names: Iterable[str]) -> bool:
    """Whether the head of a table has a column of addresses."""
    return not {plain(name) for name in names}.isdisjoint(columns()["url"])


def item(row: Row, held: Held, place: int, door: Door) -> Arrival | Listed | None:
    """What a row brings, if its address is one that is wanted; what it lacks is counted."""
    row = {plain(str(name)): value for name, value in row.items() if name is not None}
    url = field(row, "url")
    if url is None or not url.lower().startswith(("http://", "https://")) or len(url) > LONGEST_URL:
        door.refuse("a row without an address")
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


def with_headline(text: str, title: str | None) -> str:
    """A text with its headline above it, as plain texts are read; one that opens the text, as in Markdown too, is not said twice."""
    if title is None:
        return text
    unmarked = text.lstrip("# \t\r\n")
    first, _, rest = unmarked.partition("\n")
    if first.strip() == title:
        return f"{title}\n\n{rest}"
    return unmarked if unmarked.startswith(title) else f"{title}\n\n{text}"


def _hints(row: Row, source: SourceDefinition, where: str, door: Door) -> tuple[Any, Hints]:
    """The day and the hints of a row, its date read as the source writes dates."""
    written = field(row, "published")
    stated = read_date(written, door.calendar(source))
    if stated.note:
        door.report.count(door.report.undated, f"{where}: {written}", "other lines")
    return stated.day, Hints(field(row, "title"), stated.text, "list" if stated.text else None)


def field(row: Row, wanted: str) -> str | None:
    """The first of the columns that may hold what is wanted and does, as text."""
    for name in columns()[wanted]:
        value: Any = row
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value.strip():
            return value.strip() if wanted != "html" else value
    return None
