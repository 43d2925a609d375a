"""A web without a network: pages by address, and a log of what a finder asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flows.discovery import Listing, ListingKind, Unit, Window, find
from flows.sources import SourceDefinition, load

HOME = "https://post.example.org"
TODAY = date(2026, 11, 24)
WEEK = Window(date(2026, 11, 17), TODAY, TODAY)


@dataclass
class Web:
    """What lies at which address; `unchanged` addresses answer with a 304."""

    pages: dict[str, bytes | int]
    unchanged: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)  # where an address leads

    def get(self, url: str, kind: ListingKind) -> Listing:
        path = url.removeprefix(HOME)
        self.asked.append(path)
        final = HOME + self.moved.get(path, path)
        page = self.pages.get(final.removeprefix(HOME), 404)
        if path in self.unchanged:
            return Listing(url, url, "unchanged", status=304)
        if isinstance(page, int):
            return Listing(url, url, "gone" if page in (404, 410) else "failed", f"http_{page}", page)
        return Listing(url, final, "fetched", None, 200, page, "text/html")


def source(folder: Path, find_table: str, rest: str = "") -> SourceDefinition:
    """A source with one finder."""
    path = folder / "post.toml"
    path.write_text(f'name = "Post"\nhome = "{HOME}/"\n[[find]]\n{find_table}\n{rest}', encoding="utf-8")
    return load(path)


def walk(definition: SourceDefinition, web: Web, window: Window = WEEK, known: set[str] | None = None) -> list[Unit]:
    """The units of the source's only finder."""
    keys = known or set()
    return list(find(definition.finders[0], definition, window, web.get, keys.__contains__))


def paths(units: list[Unit]) -> list[str]:
    """The candidates of some units, as paths."""
    return [candidate.url.removeprefix(HOME) for unit in units for candidate in unit.candidates]


def links(*hrefs: str, more: str = "") -> bytes:
    """An index page with these links."""
    return ("<html><body>" + "".join(f'<p><a href="{href}">{href}</a></p>' for href in hrefs) + more).encode()
