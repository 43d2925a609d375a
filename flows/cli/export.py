"""The verb that takes articles elsewhere: export, as a file, a stream or a package."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.cli.app import Exit, Problem, app, err, here
from flows.cli.days import day
from flows.cli.stopping import stoppable

if TYPE_CHECKING:
    import duckdb

    from warehouse.export.selection import Selection


class ExportFormat(StrEnum):
    """Forms of an export; ninjs is IPTC ninjs 3.0, one news object a line."""

    parquet = "parquet"
    csv = "csv"
    jsonl = "jsonl"
    ninjs = "ninjs"


EXAMPLES = """

[bold]Examples[/]

  wireroom export -o articles.parquet

  wireroom export --agency ap --from 2026-01-01 --to 2026-06-30 -o ap.csv

  wireroom export --where "word_count > 300 and located is not null" --format ninjs > stories.jsonl

  wireroom export --outlet eir --package eir-2026 --no-text     a folder to share: tables, datasheet, checksums

[bold]Exit codes[/]  0 written · 1 a choice or a file is wrong · 130 stopped by Ctrl-C, and nothing is left
"""

Form = Annotated[
    ExportFormat | None, typer.Option("--format", help="How to write; else by the ending of --output, else jsonl.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; without it, standard output.")
]
Package = Annotated[
    Path | None, typer.Option("--package", metavar="DIR", help="A folder with all tables, a datasheet and checksums.")
]
Outlet = Annotated[list[str] | None, typer.Option("--outlet", metavar="NAME", help="Only of this outlet; repeatable.")]
Agency = Annotated[
    list[str] | None,
    typer.Option("--agency", metavar="NAME", help="Only by this agency (id, name or tag); repeatable."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Published on or after: 2026-03-01, 2026-03 or 2026.")
]
Last = Annotated[
    str | None,
    typer.Option("--to", metavar="DAY", help="Published on or before, the whole month or year included."),
]
Where = Annotated[str | None, typer.Option(metavar="SQL", help="A condition over the columns of articles.")]
NoText = Annotated[bool, typer.Option("--no-text", help="Leave out what the outlets wrote: body, abstract, evidence.")]


@app.command(epilog=EXAMPLES)
def export(
    output: Output = None,
    form: Form = None,
    package: Package = None,
    outlet: Outlet = None,
    agency: Agency = None,
    first: First = None,
    last: Last = None,
    where: Where = None,
    versions: Annotated[bool, typer.Option("--versions", help="Every version, not the current one only.")] = False,
    no_text: NoText = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file, or the package.")] = False,
) -> None:
    """Write articles to a file, to standard output, or into a package that explains itself."""
    from warehouse.export.selection import Selection

    choice = Selection(
        tuple(outlet or ()), tuple(agency or ()), day(first, "--from"), day(last, "--to", last=True), where
    )
    _check(choice, output, form, package, versions)
    try:
        if package is not None:
            _package(choice, package, no_text, force)
        else:
            _export(choice, output, _form(form, output), "article_versions" if versions else "articles", no_text, force)
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        err.print("Stopped: nothing was written that stands under its name.", highlight=False)
        raise typer.Exit(Exit.INTERRUPTED) from None


def _export(choice: Selection, output: Path | None, form: ExportFormat, table: str, no_text: bool, force: bool) -> None:
    from warehouse import queries
    from warehouse.export import rowfiles
    from warehouse.export.package import portable
    from warehouse.export.selection import question

    folders, sql = here().folders, question(table, text=not no_text)
    if output is None:
        with queries.connect(folders, frugal=True) as con, stoppable(con):
            choice.choose(con)
            _write_rows(con, sql, form, sys.stdout, None)
            sys.stdout.flush()
        return
    with (
        rowfiles.finished(output, force=force) as temporary,
        queries.connect(folders, writable=[temporary], frugal=True) as con,
        stoppable(con),
    ):
        choice.choose(con)
        total = int(con.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0])
        if form is ExportFormat.parquet:
            with _polled(con, output.name, total):
                rowfiles.write_parquet(con, portable(con, sql), temporary)
        else:
            with temporary.open("w", encoding="utf-8", newline="") as file, _bar(output.name, total) as progress:
                _write_rows(con, sql, form, file, progress)
    what = "version" if table == "article_versions" else "article"
    err.print(f"{total:,} {what}{'' if total == 1 else 's'} in {output}", markup=False, highlight=False, soft_wrap=True)
    if not total:
        err.print("Nothing matches: wireroom sources and wireroom query show what there is.", highlight=False)


def _write_rows(
    con: duckdb.DuckDBPyConnection, sql: str, form: ExportFormat, file: IO[str], progress: Progress | None
) -> None:
    """Write rows block by block, and move the bar."""
    from warehouse import queries
    from warehouse.export import ninjs, rowfiles

    answered = queries.ask(con, sql)
    rows = _counted(answered.blocks, progress)
    if form is ExportFormat.csv:
        rowfiles.write_csv(answered.columns, rows, file)
    elif form is ExportFormat.jsonl:
        rowfiles.write_lines(answered.columns, rows, file)
    else:
        for row in rows:
            file.write(rowfiles.as_json(ninjs.news_object(dict(zip(answered.columns, row, strict=True)))) + "\n")


def _package(choice: Selection, target: Path, no_text: bool, force: bool) -> None:
    from warehouse.export import package

    workspace = here()
    sources = [path for path in sorted(workspace.sources.glob("*.toml")) if _is_chosen(choice, path)]
    moment = datetime.now(UTC).replace(tzinfo=None)
    with _bar(target.name, None) as progress:

        def told(name: str, place: int, count: int) -> None:
            progress.update(
                progress.task_ids[0], total=count, completed=place - 1, description=f"{target.name}: {name}"
            )

        packed = package.write(
            workspace.folders,
            target,
            choice,
            sources,
            moment,
            text=not no_text,
            force=force,
            told=told,
            guard=stoppable,
        )
    rows = f"{packed.articles:,} article{'' if packed.articles == 1 else 's'} in {len(packed.rows)} tables"
    err.print(f"{rows}, a datasheet, sources and checksums in {target}", markup=False, highlight=False, soft_wrap=True)


def _is_chosen(choice: Selection, path: Path) -> bool:
    """Whether an outlet's file belongs to the choice: it is named by its id or by the name in it."""
    if not choice.outlets:
        return True
    import tomllib

    names = {path.stem.lower(), str(tomllib.loads(path.read_text(encoding="utf-8")).get("name", "")).lower()}
    return any(name.lower() in names for name in choice.outlets)


def _check(
    choice: Selection, output: Path | None, form: ExportFormat | None, package: Path | None, versions: bool
) -> None:
    if package is not None and (output is not None or form is not None or versions):
        raise Problem(
            "A package has a form of its own, with all versions: leave out --output, --format and --versions."
        )
    if choice.first and choice.last and choice.first > choice.last:
        raise Problem(f"--from {choice.first} is after --to {choice.last}: no day lies between them.")


def _form(form: ExportFormat | None, output: Path | None) -> ExportFormat:
    """How to write: as was asked, else as the file's name ends."""
    if form is ExportFormat.parquet and output is None:
        raise Problem("Parquet is not for the screen: name a file with -o articles.parquet.")
    if form is not None or output is None:
        return form or ExportFormat.jsonl
    ending = output.suffix[1:].lower().replace("ndjson", "jsonl")
    if ending not in {known.value for known in ExportFormat}:
        raise Problem(f"{output} does not say how to write it: end it in {', '.join(ExportFormat)}, or give --format.")
    return ExportFormat(ending)


def _counted(blocks: Iterator[list[tuple[Any, ...]]], progress: Progress | None) -> Iterator[Sequence[Any]]:
    for block in blocks:
        yield from block
        if progress is not None:
            progress.advance(progress.task_ids[0], len(block))


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Progress]:
    """A bar on standard error, where that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        progress.add_task(title, total=total)
        yield progress


@contextmanager
def _polled(con: duckdb.DuckDBPyConnection, title: str, total: int) -> Iterator[None]:
    """A bar that asks DuckDB how far it is."""
    done = threading.Event()
    with _bar(title, total) as progress:

        def poll() -> None:
            while not done.wait(0.2):
                share = max(0.0, con.query_progress()) / 100
                progress.update(progress.task_ids[0], completed=int(share * total))

        thread = threading.Thread(target=poll, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
