"""What waits to be accepted, shown: articles as they count now beside what today's parsers make of the same page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import parsers
from flows.rereading import differing
from flows.source_files import source_named
from flows.sources import SourceError
from flows.workspace import Workspace
from parsers import urls
from warehouse import proposals
from warehouse.proposals import Look, Proposal
from warehouse.reparsing import Comparison, Summary
from warehouse.rows import Reading

Place = tuple[str, str, int]
"""Where an article waits: the file of looks, the page and the item."""

FILES_OPEN = 8
"""Files of a proposal whose rows are kept while a sample is gathered."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One article of one page, as it counts and as it was read anew; None where it is no article."""

    look: Look
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None

    @property
    def headline(self) -> str:
        """Of the article, as it counts if it does."""
        record = self.old or self.new or {}
        return str(record.get("headline") or self.look.url)

    def values(self, field: str) -> dict[str, tuple[Any, Any]]:
        """The columns of a field that differ, as they count and as they were read anew."""
        old, new = self.old or {}, self.new or {}
        columns = differing.FAMILIES.get(field, (field,))
        return {name: (old.get(name), new.get(name)) for name in columns if old.get(name) != new.get(name)}


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as it is told: counted, with a sample of what differs by field."""

    proposal: Proposal
    summary: Summary
    sample: dict[str, list[Difference]]
    fields: tuple[str, ...]  # to which it is restricted; none: to none


def shown(workspace: Workspace, proposal: Proposal, fields: Sequence[str] = (), most: int = 3) -> Shown:
    """What waits, and of each field (or of those named) as many differences as `most`: always the same ones."""
    with Comparison(workspace.folders, proposal.source_id) as comparison:
        summary = comparison.summary(proposal)
        names = [*summary.fields, *(name for name in ("rejected", "accepted") if summary.outcomes.get(name))]
        wanted = [name for name in names if not fields or name in fields]
        found = {name: comparison.sample(name, most) for name in wanted}
        differences = _differences(workspace, proposal, comparison, [place for of in found.values() for place in of])
    sample = {name: [differences[place] for place in of if place in differences] for name, of in found.items()}
    return Shown(proposal, summary, {name: of for name, of in sample.items() if of}, tuple(fields))


def of_article(workspace: Workspace, name: str) -> list[Difference]:
    """All that waits of an article, named by its address or the beginning of its id; the page shown first comes first."""
    found: list[Difference] = []
    for proposal in proposals.waiting(workspace.folders):
        with Comparison(workspace.folders, proposal.source_id) as comparison:
            comparison.summary(proposal)
            places = comparison.of_article(name.lower().replace("-", ""), _key(name))
            found += _differences(workspace, proposal, comparison, places).values()
    return found


def _key(name: str) -> str | None:
    """The key of an address, or None where the name is none."""
    try:
        return urls.key(name if "://" in name else f"https://{name}")
    except ValueError:
        return None


def overview(workspace: Workspace, sources: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A row for each proposal that waits (of these sources): counts, and whether today's reader has made it."""
    rows = []
    for proposal in proposals.waiting(workspace.folders):
        if sources and proposal.source_id not in sources:
            continue
        with Comparison(workspace.folders, proposal.source_id) as comparison:
            summary = comparison.summary(proposal)
        counts = {name: summary.outcomes.get(name, 0) for name in ("unchanged", "changed", "rejected", "accepted")}
        known = {"id": proposal.id, "source": proposal.source_id, "begun_at": proposal.begun_at, "pages": summary.pages}
        rows.append({**known, **counts, "by": _by(workspace, proposal)})
    return rows


def _by(workspace: Workspace, proposal: Proposal) -> str:
    """Whether it can still be accepted."""
    try:
        source = source_named(workspace, proposal.source_id)
    except SourceError:
        return "a source without file"
    return "today's reader" if parsers.reader(source.profile) == proposal.reader else "another reader: reparse again"


def _differences(
    workspace: Workspace, proposal: Proposal, comparison: Comparison, places: Iterable[Place]
) -> dict[Place, Difference]:
    """Both sides of what waits at these places; what was withdrawn meanwhile is left out."""
    read = lru_cache(FILES_OPEN)(_read)
    folder = proposal.folder(workspace.folders)
    new = {place: read(folder / place[0]).get(place[1:]) for place in sorted(set(places))}
    had = [place for place, found in new.items() if found and found[0].outcome in ("changed", "unchanged", "rejected")]
    counting = comparison.counting(place[1:] for place in had)
    texts = comparison.texts(list(counting.values()))
    old = {place: texts.get(counting[place[1:]]) for place in had if place[1:] in counting}
    return {
        place: Difference(found[0], old.get(place), found[1])
        for place in places
        if (found := new[place]) and (old.get(place) or found[1])
    }


def _read(path: Path) -> dict[tuple[str, int], tuple[Look, Mapping[str, Any] | None]]:
    """The looks of a file, each with the record that was read anew, where it is one."""
    spooled = path.with_suffix(".jsonl")
    rows = (row for row in proposals.rows_of(spooled) if isinstance(row, Reading) and row.text)
    records = {(row.fetch_id, row.item): differing.as_record(row.text) for row in rows if row.text}
    return {
        (look.fetch_id, look.item): (look, records.get((look.fetch_id, look.item))) for look in proposals.looks(spooled)
    }
