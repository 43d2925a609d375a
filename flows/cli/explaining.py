"""How a page was read, for people and programs: the lead with its dateline marked, and every field's candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flows.cli.app import out
from parsers.records import Article, Dateline, Evidence, Rejected

LEAD = 280
"""Characters of the body that are shown behind the dateline."""
COLUMN = 88
"""Running text is set no wider than this."""
_ORDER = ("headline", "authors", "date_published", "date_modified", "dateline_date", "info_source")
_ALSO = (
    "byline",
    "source_tag",
    "credit_text",
    "language",
    "article_section",
    "keywords",
    "publisher",
    "image_url",
    "canonical_url",
    "is_wire_copy",
    "is_accessible_for_free",
    "body_extent",
)


def show_article(article: Article) -> None:
    """Print how one article was read."""
    _say(Text(article.headline, style="bold"))
    _lead(article)
    for dateline in article.datelines:
        _dateline(dateline)
    _candidates(article.evidence)
    _also(article)
    for warning in article.warnings:
        _say(Text.assemble(("! ", "yellow"), warning))


def show_rejected(rejected: Rejected) -> None:
    """Print why a page is no article, what to do, and what was found on it all the same."""
    _say(Text.assemble(("Not an article", "bold"), f" ({rejected.reason})"))
    _say(Text(rejected.message))
    _candidates(rejected.evidence)


def as_record(result: Article | Rejected) -> dict[str, Any]:
    """The same for programs: candidates by field, datelines, and the reason where it is no article."""
    fields = {
        name: [{key: value for key, value in asdict(one).items() if key != "field"} for one in group]
        for name, group in _by_field(result.evidence)
    }
    if isinstance(result, Rejected):
        return {"reject_reason": result.reason, "message": result.message, "fields": fields}
    return {
        "headline": result.headline,
        "lead": result.body[:LEAD],
        "datelines": [asdict(dateline) for dateline in result.datelines],
        "fields": fields,
        "also": {name: getattr(result, name) for name in _ALSO},
        "warnings": list(result.warnings),
    }


# ------------------------------------------------------------------ the lead and its datelines


def _lead(article: Article) -> None:
    """The beginning of the text with the first dateline where it stands, marked by colour or, without one, by brackets."""
    body = article.body.replace("\n\n", " ¶ ")
    text = Text(body[:LEAD] + (" …" if len(body) > LEAD else ""))
    if article.datelines:
        raw = article.datelines[0].raw.strip()
        coloured = out.is_terminal and not out.no_color
        mark = Text(raw, style="reverse") if coloured else Text(f"⟦{raw}⟧")
        text = Text.assemble(mark, " ", text)
    out.print()
    _say(text, indent=2)


def _dateline(dateline: Dateline) -> None:
    """What was read in one dateline, a line a part."""
    agencies = ", ".join(dateline.info_sources)
    tags = ", ".join(dateline.source_tags)
    parts = (
        ("dateline", dateline.raw.strip()),
        ("places", "; ".join(dateline.places)),
        ("date", " · ".join(filter(None, (dateline.date, dateline.precision, _year(dateline))))),
        ("tags", f"{tags} → {agencies}" if agencies else tags),
        ("byline", dateline.byline or ""),
        ("rule", f"{dateline.rule} · confidence {dateline.confidence:.2f}"),
        ("warnings", "; ".join(dateline.warnings)),
    )
    out.print()
    labelled([(name, value) for name, value in parts if value])


def _year(dateline: Dateline) -> str | None:
    basis = dateline.date_basis
    return None if basis is None else "year as printed" if basis == "explicit" else f"year from {basis}"


# ------------------------------------------------------------------ the fields


def _candidates(evidence: Iterable[Evidence]) -> None:
    """Each field with all its candidates, the chosen one first."""
    for name, group in _by_field(evidence):
        found = sorted(group, key=lambda one: not one.chosen)
        out.print()
        _say(Text(name, style="bold"))
        basis = max(cell_len(one.basis) for one in found)
        for one in found:
            _candidate(one, basis)


def _candidate(one: Evidence, basis: int) -> None:
    """One candidate: mark, basis and value, and below it what speaks against it; long values are cut on a terminal."""
    value = one.value
    room = out.width - basis - 8
    if out.is_terminal and cell_len(value) > room:
        value = set_cell_size(value, room - 1) + "…"
    style = "" if one.chosen else "dim"
    mark = ("✓ ", "green") if one.chosen else "  "
    out.print(Text.assemble("  ", mark, (f"{one.basis:<{basis}}  {value}", style)), highlight=False, soft_wrap=True)
    if one.note:
        _say(Text(one.note, style="dim italic"), indent=basis + 6)


def _by_field(evidence: Iterable[Evidence]) -> Iterator[tuple[str, list[Evidence]]]:
    """The candidates of each field, fields in the order in which people ask for them."""

    def place(one: Evidence) -> tuple[int, str]:
        return (_ORDER.index(one.field) if one.field in _ORDER else len(_ORDER), one.field)

    for name, group in groupby(sorted(evidence, key=place), key=lambda one: one.field):
        yield name, list(group)


def _also(article: Article) -> None:
    """What was read without a choice to make."""
    found = [(name, getattr(article, name)) for name in _ALSO]
    shown = [(name, value) for name, value in found if value not in (None, (), "")]
    out.print()
    _say(Text("also read", style="bold"))
    labelled([(name, ", ".join(value) if isinstance(value, tuple) else str(value)) for name, value in shown])


def labelled(pairs: list[tuple[str, str]], indent: int = 2) -> None:
    """Print names and values side by side, long values folded within their column on a terminal."""
    width = max(len(name) for name, _ in pairs) + 2
    if not out.is_terminal:
        for name, value in pairs:
            _say(Text(f"{name:<{width}}{value}"), indent)
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold", max_width=COLUMN)
    for name, value in pairs:
        grid.add_row(name, Text(value))
    out.print(Padding(grid, (0, 0, 0, indent), expand=False), highlight=False)


def _say(text: Text, indent: int = 0) -> None:
    """Print running text within the column on a terminal; elsewhere as one line."""
    if not out.is_terminal:
        out.print(Text(" " * indent + text.plain), soft_wrap=True, highlight=False)
        return
    for line in text.wrap(out, max(min(out.width, COLUMN) - indent, 20)):
        out.print(Padding(line, (0, 0, 0, indent), expand=False), highlight=False)
