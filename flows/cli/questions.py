"""Verbs that ask the warehouse with SQL: query, shell."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.app import Exit, Problem, app, as_typed, err, here
from flows.cli.stopping import stoppable
from flows.cli.tables import as_table

if TYPE_CHECKING:
    import duckdb

    from warehouse.queries import Answer


class Format(StrEnum):
    """How rows are written."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    parquet = "parquet"
    xlsx = "xlsx"


BINARY = (Format.parquet, Format.xlsx)
_FILES = tuple(form.value for form in Format if form is not Format.table)

QUERY_EXAMPLES = """

[bold]Examples[/]

  wireroom query "select source_tag, count(*) from articles group by all order by 2 desc"

  wireroom query "from datelines select dateline, located, source_tags limit 5" --json

  wireroom query "from articles" -o articles.xlsx

  wireroom query -f weekly.sql --table people=people.csv

  echo "from rejects" | wireroom query - --format csv | head

[bold]Exit codes[/]  0 answered · 1 the SQL or a file is wrong, or --timeout is over · 130 stopped by Ctrl-C
"""

Sql = Annotated[str | None, typer.Argument(metavar="SQL", help="One SELECT; - reads it from standard input.")]
File = Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="Read the SQL from a file.")]
Form = Annotated[
    Format | None, typer.Option("--format", help="How to write the rows; else by the ending of --output, else a table.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write into a file.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file, if there is one.")]
Tables = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="NAME=FILE", help="A csv, parquet or json file as a table, too; may be repeated."),
]


@app.command(epilog=QUERY_EXAMPLES)
def query(
    sql: Sql = None,
    file: File = None,
    form: Form = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Output = None,
    force: Force = False,
    table: Tables = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", min=0.001, help="Stop it after so long.")] = None,
) -> None:
    """Query the warehouse with SQL; read-only, and never in the way of a run."""
    from warehouse import queries
    from warehouse.export import rowfiles

    question = _question(sql, file)
    chosen = _form(Format.json if as_json else form, output)
    folders = here().folders
    named = dict(_table(text) for text in table or ())
    try:
        if output is None:
            with queries.connect(folders, named) as con, stoppable(con, timeout):
                _print(chosen, queries.ask(con, question))
        else:
            with (
                rowfiles.finished(output, force=force) as temporary,
                queries.connect(folders, named, [temporary]) as con,
                stoppable(con, timeout),
            ):
                count = _save(con, question, chosen, temporary)
            err.print(
                f"{count:,} row{'' if count == 1 else 's'} in {output}", markup=False, highlight=False, soft_wrap=True
            )
    except BrokenPipeError:  # typer would make a failure of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        err.print("Stopped: the query was not finished.", highlight=False)
        raise typer.Exit(Exit.INTERRUPTED) from None


@app.command(epilog="\n[bold]Example[/]\n\n  wireroom shell\n")
def shell() -> None:
    """Open an SQL shell on the reading copy, read-only: Harlequin if it is installed, else DuckDB's own."""
    warehouse = here().folders.warehouse.resolve()
    for name, options in (("harlequin", ["--read-only"]), ("duckdb", ["-readonly"])):
        found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
        if found:
            sys.stdout.flush()
            os.execv(found, [name, *options, str(warehouse)])  # noqa: S606  (no shell is wanted)
    raise Problem(
        "There is no SQL shell on this machine: install Harlequin (pipx install harlequin) or DuckDB's own (duckdb.org), "
        f"or open {warehouse} with any program that reads DuckDB."
    )


def connected() -> duckdb.DuckDBPyConnection:
    """The reading copy of this workspace, opened so that nothing can be written or read beside it."""
    from warehouse import queries

    return queries.connect(here().folders)


def answer(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and all rows of a statement of our own."""
    found = connection.execute(sql, list(values))
    return [str(column[0]) for column in found.description or []], found.fetchall()


def _question(sql: str | None, file: Path | None) -> str:
    """The SQL, from the argument, a file or standard input."""
    if (sql is None) == (file is None):
        raise Problem('Give the SQL, - or -f FILE (one of them): wireroom query "select count(*) from articles"')
    if sql is not None:
        return sys.stdin.read() if sql == "-" else as_typed(sql)
    try:
        return sys.stdin.read() if str(file) == "-" else Path(str(file)).read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Problem(f"{file} is no text in UTF-8: save it so, and try again.") from None


def _form(form: Format | None, output: Path | None) -> Format:
    """How to write: as was asked, else as the file's name ends, else a table."""
    if form is None and output is not None:
        ending = output.suffix[1:].lower().replace("ndjson", "jsonl")
        if ending not in _FILES:
            raise Problem(f"{output} does not say how to write it: end it in {', '.join(_FILES)}, or give --format.")
        return Format(ending)
    if form is Format.table and output is not None:
        raise Problem(f"A table is for the screen. Write {output} as {', '.join(_FILES)}.")
    if form in BINARY and output is None:
        raise Problem(f"{form} is not for the screen: name a file with -o rows.{form}.")
    return form or Format.table


def _table(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise Problem(f"--table {text} names no file. Write --table people=people.csv.")
    return name.strip(), Path(path).expanduser()


def _print(form: Format, answered: Answer) -> None:
    if form is Format.table and answered.columns == ["explain_key", "explain_value"]:
        print("\n".join(str(row[1]) for row in answered.rows()))
    elif form is Format.table:
        as_table(answered.columns, answered.rows())
    else:
        _writer(form)(answered.columns, answered.rows(), sys.stdout)
        sys.stdout.flush()


def _save(con: duckdb.DuckDBPyConnection, sql: str, form: Format, path: Path) -> int:
    """Write the answer into a file and return the number of rows."""
    from warehouse import queries
    from warehouse.export import rowfiles

    if form is Format.parquet:
        return rowfiles.write_parquet(con, sql, path)
    answered = queries.ask(con, sql)
    if form is Format.xlsx:
        return rowfiles.write_xlsx(answered.columns, answered.rows(), path)
    with path.open("w", encoding="utf-8", newline="") as file:
        return _writer(form)(answered.columns, answered.rows(), file)


def _writer(form: Format) -> Callable[[Sequence[str], Iterable[Sequence[Any]], IO[str]], int]:
    from warehouse.export import rowfiles

    return {Format.csv: rowfiles.write_csv, Format.json: rowfiles.write_json, Format.jsonl: rowfiles.write_lines}[form]
