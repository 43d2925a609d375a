"""The catalogue of ready-made outlets, described."""

from __future__ import annotations

from dataclasses import dataclass

from flows.sources import load
from flows.workspace import catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """One outlet of the catalogue."""

    source: str
    name: str
    language: str
    timezone: str
    finders: str
    home: str
    what: str  # the first line of its file


def entries() -> list[Entry]:
    """Every outlet of the catalogue, by name."""
    found = []
    for path in sorted(catalogue().glob("*.toml")):
        source = load(path)
        found.append(
            Entry(
                source=source.source_id,
                name=source.name,
                language=source.language or "",
                timezone=source.timezone,
                finders=", ".join(dict.fromkeys(finder.kind for finder in source.finders)),
                home=source.home,
                what=path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# "),
            )
        )
    return found
