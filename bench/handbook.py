"""docs/warehouse.md, written from the warehouse itself: the COMMENT on everything, and worked queries with their answers.

python -m bench.handbook          write it (make docs)
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.sample.warehouse import build
from warehouse import reading_copy

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "warehouse.md"
QUERIES = Path(__file__).with_name("handbook.toml")

INTRODUCTION = """\
# The warehouse

`data/warehouse.duckdb` is an ordinary DuckDB file, read-only, made anew after each load. `wireroom query "…"` asks it; so does
anything that opens DuckDB (docs/connect.md). This page is written by `make docs` from the comments inside the file, and its
answers are those of the sample outlet, an invented paper.

Every time named `…_at`, `valid_from` and `valid_to` is UTC without a zone. A `DATE` is a calendar day where the article was
published; a day of coverage is a day in the outlet's time zone. Ids are UUIDs.

What is marked **stable** is a contract: it is kept, or changed with notice in the changelog. What is internal may change with
any release.
"""


def main() -> None:
    """Write the page."""
    FILE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of docs/warehouse.md."""
    with tempfile.TemporaryDirectory() as folder:
        folders = build(Path(folder) / "sample")
        with reading_copy.connect(folders) as con:
            parts = [INTRODUCTION, *_worked(con), *_macros(con), *_tables(con), *_internal(con)]
    return "\n".join(parts)


def _worked(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Worked queries\n"
    for query in tomllib.loads(QUERIES.read_text(encoding="utf-8"))["query"]:
        if "title" in query:
            yield f"### {query['title']}\n\n{query['text']}\n"
        yield f"```sql\n{query['sql'].strip()}\n```\n"
        found = con.execute(query["sql"])
        yield _table([column[0] for column in found.description or []], found.fetchall())


def _macros(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Macros\n"
    rows = con.execute(
        "SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal AND function_type = 'table_macro' ORDER BY 1"
    ).fetchall()
    yield _table(["macro", "what it gives"], [(f"`{name}`", _bare(comment)) for name, comment in rows])


def _tables(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Tables and views\n"
    for name, comment in _things(con, "Stable"):
        yield f"### {name}\n\n{_bare(comment)}\n"
        columns = con.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND table_name = $1 ORDER BY column_index",
            [name],
        ).fetchall()
        shown = [(f"`{column}`", _type(kind), _meaning(comment)) for column, kind, comment in columns]
        yield _table(["column", "type", "meaning"], shown)


def _internal(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Internal\n"
    yield _table(
        ["table or view", "what it holds"],
        [(f"`{name}`", _bare(comment)) for name, comment in _things(con, "Internal")],
    )


def _things(con: duckdb.DuckDBPyConnection, word: str) -> list[tuple[str, str]]:
    """Tables and views with their comments; those that begin with article first."""
    return con.execute(
        "SELECT name, comment FROM (SELECT view_name AS name, comment FROM duckdb_views() WHERE NOT internal "
        "UNION ALL SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal) "
        "WHERE starts_with(comment, $1) ORDER BY NOT starts_with(name, 'article'), name",
        [word],
    ).fetchall()


def _table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Rows as a Markdown table."""
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return str(value).replace("|", "\\|").replace("\n", "<br>")


def _bare(comment: str) -> str:
    """A comment without the word that says whether it is a contract."""
    return comment.removeprefix("Stable. ").removeprefix("Internal. ")


def _meaning(comment: str) -> str:
    return f"(internal) {_bare(comment)}" if comment.startswith("Internal.") else _bare(comment)


def _type(kind: str) -> str:
    return "list of structs" if kind.startswith("STRUCT") and kind.endswith("[]") else kind


if __name__ == "__main__":
    main()
