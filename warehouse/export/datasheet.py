"""The datasheet of a package: what it holds, how it came about, what is missing, with counts from the package itself.

Its questions follow "Datasheets for Datasets" (Gebru et al., 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.staging import sql


@dataclass(frozen=True, slots=True)
class About:
    """What a package is: its name, when it was made (UTC), what was chosen, with texts or without, rows by table."""

    name: str
    moment: datetime
    choice: str
    text: bool
    rows: dict[str, int]


_COUNTED = (
    ("Articles by outlet", "outlets"),
    ("Articles by agency", "agencies"),
    ("Articles by year of publication", "years"),
    ("What the date of publication rests on", "dates"),
    ("Languages", "languages"),
)
_HOLES = (
    ("Days by state", "days"),
    ("Units of the archives (days, issues, indexes) by state", "units"),
    ("Addresses that gave no article", "rejects"),
    ("Fields that are empty", "empty"),
)


def write(con: duckdb.DuckDBPyConnection, about: About) -> str:
    """The datasheet as Markdown; the connection has the tables `chosen` and `chosen_sources`."""
    return "\n".join(
        [*_opening(about), *_tables(con, about), *_counted(con, _COUNTED), *_story(about), *_missing(con), *_use(about)]
    )


def _opening(about: About) -> Iterator[str]:
    yield f"# {about.name}\n"
    yield (
        f"{about.rows['articles']:,} news articles in {about.rows['article_versions']:,} versions, "
        f"made by Wireroom on {about.moment:%Y-%m-%d at %H:%M} UTC. Chosen: {about.choice}.\n"
    )
    if not about.text:
        yield "**Without the outlets' texts**: bodies, abstracts, credits and quoted evidence are left out.\n"
    yield "## Motivation\n"
    yield (
        "To count, compare and cite what outlets published, with every date's precision and evidence, every version "
        "and every known hole. Who made this package, and for which question, is for its maker to add here.\n"
    )


def _tables(con: duckdb.DuckDBPyConnection, about: About) -> Iterator[str]:
    yield "## Composition\n"
    comments = dict(con.execute(sql("package/comments")).fetchall())
    rows = [(f"{name}.parquet", f"{count:,}", comments.get(name)) for name, count in about.rows.items()]
    yield _table(("file", "rows", "what it holds"), rows)
    yield "Every column is explained in datapackage.json. Times are UTC; days are days where the outlet is.\n"


def _counted(con: duckdb.DuckDBPyConnection, questions: Sequence[tuple[str, str]]) -> Iterator[str]:
    for title, name in questions:
        found = con.execute(sql(f"package/{name}"))
        columns = [str(column[0]).replace("_", " ") for column in found.description or []]
        rows = found.fetchall()
        yield f"### {title}\n"
        yield _table(columns, rows) if rows else "None.\n"


def _story(about: About) -> Iterator[str]:
    yield "## Collection and processing\n"
    yield (
        "Pages were found by the finders that `sources/*.toml` name, fetched under each host's robots rules and pace, "
        "archived as WARC, and read by a parser that is a pure function of page and source. `runs.parquet` has every "
        "pass. A version is what the outlet showed between two changes of its text; what only a better reader changed "
        "is none. No date is made up: `date_published` is empty where year or day is not known, and "
        "`date_published_precision` and `_basis` say how far and why it is known."
        + (" `field_evidence.parquet` has what else it could have been.\n" if about.text else "\n")
    )


def _missing(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Known holes\n"
    yield (
        "A day is `complete` or `confirmed_empty` only where a listing that speaks for it was fetched whole; `unlisted` "
        "means that nothing says what should be there. These tables are of the outlets in this package.\n"
    )
    yield from _counted(con, _HOLES)


def _use(about: About) -> Iterator[str]:
    yield "## Uses, rights and care\n"
    yield (
        "Texts belong to those who wrote or printed them"
        + (": share this package only as the law or they allow, else make one with `--no-text`." if about.text else ".")
        + " Reservations of rights that outlets state are recorded with every request, and what was withdrawn is in "
        "`withdrawals.parquet`: whoever holds an older copy should take it out there, too.\n"
    )
    yield (
        "An outlet's absence, a hole or a wall is no absence of news: read counts beside `coverage.parquet`. Cite a "
        "version by article_id and valid_from, for its number may shift when an older capture is found.\n"
    )
    yield "Check that all is as it was made: `sha256sum --check SHA256SUMS`.\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else " ".join(str(value).split()).replace("|", "\\|")
