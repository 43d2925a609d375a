"""Verbs about the outlets of a workspace: list, pause, resume, remove. `add` and `check` have files of their own."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.reading import plain
from flows.cli.tables import as_table
from flows.source_files import file_of, names, pause, resume
from flows.workspace import Workspace, catalogue

if TYPE_CHECKING:
    from flows.source_states import SourceState

sources_app = typer.Typer(help="List, add, check, pause and remove the outlets of this workspace.")
app.add_typer(sources_app, name="sources")

Name = Annotated[str, typer.Argument(metavar="SOURCE", help="A source of this workspace.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

LIST_EXAMPLES = """

[bold]Examples[/]

  wireroom sources list

  wireroom sources list --catalogue     what comes ready-made

[bold]States[/]  ok · never run · paused · silent (longer without an article than \\[expect] silence) · failing: a finder
could not be read · failed, cancelled, unfinished: the last run · no article · broken file
"""
REMOVE_EXAMPLES = """

[bold]Example[/]

  wireroom sources remove meridian

[bold]Exit codes[/]  0 removed · 1 not removed
"""


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context) -> None:
    """List the outlets of this workspace (the same as `sources list`)."""
    if context.invoked_subcommand is None:
        list_sources(ready_made=False, as_json=False)


@sources_app.command("list", epilog=LIST_EXAMPLES)
def list_sources(
    ready_made: Annotated[bool, typer.Option("--catalogue", help="The ready-made outlets that can be added.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the outlets of this workspace and how they do, or the ready-made ones that can be added."""
    if ready_made:
        _list_catalogue(as_json)
        return
    from flows.run import now
    from flows.source_states import states

    workspace = here()
    found = states(workspace, now())
    if as_json:
        for item in found:
            print(json.dumps(asdict(item), default=plain, ensure_ascii=False))
    else:
        _print_states(workspace.root, found)
    if any(item.problem for item in found):
        raise typer.Exit(Exit.PROBLEM)


def _print_states(root: Path, found: list[SourceState]) -> None:
    """A row for each source, then what is wrong with the files that cannot be read."""
    columns = ["source", "state", "finders", "articles", "last run", "next due"]
    rows = [
        (item.source, item.state, item.finders, item.articles, _moment(item.last_run), _moment(item.next_due))
        for item in found
    ]
    if rows:
        as_table(columns, rows, title=f"Sources of {root} (times are UTC)")
    else:
        out.print("No source yet.", highlight=False)
    for item in found:
        if item.problem:
            err.print(item.problem, markup=False, highlight=False, soft_wrap=True)
    _say_ready({item.source for item in found})


def _list_catalogue(as_json: bool) -> None:
    """Print what the catalogue holds, and which of it is in this workspace where there is one."""
    from flows.ready_made import entries
    from flows.workspace import WorkspaceError

    try:
        added = set(names(here()))
    except WorkspaceError:
        added = set()
    found = entries()
    if as_json:
        for entry in found:
            print(json.dumps({**asdict(entry), "added": entry.source in added}, ensure_ascii=False))
        return
    rows = [
        (entry.source + (" ✓" if entry.source in added else ""), entry.language, entry.finders, entry.what)
        for entry in found
    ]
    columns = ["source", "lang", "finders", "what it is"]
    if out.is_terminal:
        _folded(columns, rows)
    else:
        as_table(columns, rows, title="Ready-made outlets")
    out.print("Add one with: wireroom sources add NAME (✓ is in this workspace)", highlight=False)


def _folded(columns: list[str], rows: list[tuple[str, str, str, str]]) -> None:
    """Print rows whose last column is a sentence, which is folded and never cut."""
    table = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    for name in columns[:-1]:
        table.add_column(name, no_wrap=True)
    table.add_column(columns[-1], overflow="fold", max_width=70)
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def _say_ready(added: set[str]) -> None:
    ready = sorted({path.stem for path in catalogue().glob("*.toml")} - added)
    if ready:
        said = f"Ready-made, added with wireroom sources add NAME: {', '.join(ready)}"
        out.print(said, highlight=False, soft_wrap=not out.is_terminal)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


# ------------------------------------------------------------------ pause, resume, remove


@sources_app.command("pause", epilog="\n[bold]Example[/]\n\n  wireroom sources pause eir\n")
def pause_source(name: Name) -> None:
    """Leave a source out of `ingest --all` and of schedules until it is resumed; what it has stays."""
    path = file_of(here(), name)
    said = f"{name} is paused: `paused = true` stands in {path}." if pause(path) else f"{name} was paused already."
    _done(f"{said} Go on with: wireroom sources resume {name}")


@sources_app.command("resume", epilog="\n[bold]Example[/]\n\n  wireroom sources resume eir\n")
def resume_source(name: Name) -> None:
    """Read a paused source again."""
    _done(f"{name} is read again." if resume(file_of(here(), name)) else f"{name} was not paused: nothing was changed.")


@sources_app.command("remove", epilog=REMOVE_EXAMPLES)
def remove(name: Name, yes: Yes = False) -> None:
    """Take a source's file out of the workspace; its articles and its archive stay."""
    workspace = here()
    path = file_of(workspace, name)
    stays = f"{counted(_articles(workspace, name), 'article')} and the archived pages stay and can be queried."
    out.print(f"{escape(name)}: {escape(str(path))} is deleted. {stays}", highlight=False, soft_wrap=True)
    if not yes and not typer.confirm("Remove the source?", err=True):
        raise Problem("Nothing was removed.")
    path.unlink()
    _done(f"{name} is removed, and no longer read.")
    said = f'To remove what it brought as well, for good: wireroom withdraw --source {name} --reason "…"'
    out.print(said, markup=False, highlight=False, soft_wrap=True)


def _articles(workspace: Workspace, name: str) -> int:
    from warehouse import reading_copy

    with reading_copy.connect(workspace.folders) as connection:
        answer = connection.execute("SELECT count(*) FROM articles WHERE source_id = $1", [name]).fetchall()
    return int(answer[0][0])


def _done(text: str) -> None:
    out.print(f"[green]✓[/] {escape(text)}", highlight=False, soft_wrap=True)


def _refused(text: str) -> typer.Exit:
    err.print(text, markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(Exit.PROBLEM)
