"""Verbs that ask the warehouse: query, show, status."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from flows.cli.app import Problem, app, here, out

if TYPE_CHECKING:
    import duckdb


NARROWEST = 10
"""Columns are not squeezed below this width while others have room."""


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


QUERY_EXAMPLES = """

[bold]Examples[/]

  wireroom query "select source_tag, count(*) from articles group by all order by 2 desc"

  wireroom query "from datelines select day, places, source_tags limit 5" --json

  wireroom query "from articles" --format csv > articles.csv
"""

SHOW_EXAMPLES = """

[bold]Examples[/]

  wireroom show https://example.org/pr/2026/260105_harbour.html

  wireroom show 3f2a           an article by the beginning of its id

  wireroom show 3f2a --json
"""


@app.command(epilog=QUERY_EXAMPLES)
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One statement; - reads it from standard input.")],
    form: Annotated[Format, typer.Option("--format", "-f", help="How to print the rows.")] = Format.table,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Query the warehouse with SQL; read-only, and never in the way of a run."""
    with connected() as connection:
        columns, rows = answer(connection, sys.stdin.read() if sql == "-" else sql)
    printers = {Format.table: as_table, Format.csv: as_csv, Format.json: as_lines}
    printers[Format.json if as_json else form](columns, rows)


@app.command(epilog=SHOW_EXAMPLES)
def show(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="Its address, or its id or the beginning of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print every column as JSON.")] = False,
) -> None:
    """Show one article as it stands."""
    with connected() as connection:
        columns, rows = answer(connection, _FIND, [article, article, f"{article.lower()}%"])
    if not rows:
        raise Problem(
            f'No article has the address or id {article!r}. wireroom query "select url from articles" lists them.'
        )
    if len(rows) > 1:
        ids = ", ".join(str(row[0])[:13] for row in rows[:5])
        raise Problem(f"{len(rows)} articles match {article!r}: {ids} … Give more of the id.")
    record = dict(zip(columns, rows[0], strict=True))
    if as_json:
        print(json.dumps(record, default=plain, ensure_ascii=False, indent=2))
    else:
        print_article(record)


_FIND = """
SELECT a.* FROM articles AS a
WHERE a.url = ? OR a.canonical_url = ? OR a.article_id::VARCHAR LIKE ?
ORDER BY a.date_published DESC NULLS LAST
LIMIT 20
"""


def print_article(record: dict[str, Any]) -> None:
    """Print an article for reading: headline, the line of facts, then dateline and body."""
    facts = [
        record.get("outlet"),
        record.get("byline"),
        _with_basis(record, "date_published_text", "date_published_basis"),
        f"tag {record['source_tag']}" if record.get("source_tag") else None,
        f"from {record['info_source']}" if record.get("info_source") else None,
        None if record.get("body_extent") == "full" else record.get("body_extent"),
    ]
    out.print(f"[bold]{escape(record['headline'])}[/]", highlight=False)
    out.print("[dim]" + escape(" · ".join(str(fact) for fact in facts if fact)) + "[/]", highlight=False)
    out.print(f"[dim]{escape(record['url'] or '')}[/]\n", highlight=False, soft_wrap=True)
    opening = f"[reverse]{escape(record['dateline'])}[/] " if record.get("dateline") else ""
    out.print(opening + escape(record["body"]), highlight=False)
    if record.get("credit_text"):
        out.print(f"\n[dim]{escape(record['credit_text'])}[/]", highlight=False)


def _with_basis(record: dict[str, Any], field: str, basis: str) -> str | None:
    return f"{record[field]} (by {record[basis]})" if record.get(field) else None


def connected() -> duckdb.DuckDBPyConnection:
    """The reading copy of this workspace, opened so that nothing can be written or read beside it."""
    from warehouse import reading_copy

    return reading_copy.connect(here().folders)


def answer(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a statement; raises Problem with DuckDB's own words where it is refused."""
    import duckdb

    try:
        found = connection.execute(sql, list(values))
        return [column[0] for column in found.description or []], found.fetchall()
    except duckdb.Error as error:
        raise Problem(f"DuckDB cannot run this: {error}") from None


def as_table(columns: list[str], rows: list[tuple[Any, ...]], title: str | None = None) -> None:
    """Print rows as a table as wide as the terminal; long text is cut with an ellipsis."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for place, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[place], int | float | None) for row in rows)
        longest = max((len(cell(row[place])) for row in rows), default=0)
        table.add_column(
            column,
            justify="right" if numbers else "left",
            overflow="ellipsis",
            no_wrap=len(rows) > 1,
            min_width=min(max(longest, len(column)), NARROWEST),
        )
    for row in rows:
        table.add_row(*(escape(cell(value)) for value in row))
    out.print(table)
    if title is None:
        out.print(f"[dim]{len(rows)} row{'' if len(rows) == 1 else 's'}[/]", highlight=False)


def as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as CSV with a header line."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)


def as_lines(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print one JSON object a row."""
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), default=plain, ensure_ascii=False))


def cell(value: Any) -> str:
    """A value as a person wants to see it in a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, list):
        return ", ".join(cell(item) for item in value)
    return str(value)


def plain(value: Any) -> Any:
    """A value that JSON has no word for, as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | bytes):
        return str(value)
    return str(value)
