"""Verbs that prepare and look after a workspace: init, sources, status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from flows.cli.app import Exit, Problem, app, err, here, out
from flows.cli.questions import answer, connected
from flows.cli.reading import plain
from flows.cli.tables import as_table
from flows.source_files import source_named
from flows.sources import SourceError, load
from flows.workspace import add_from_catalogue, catalogue, create

sources_app = typer.Typer(help="List, add and check the outlets of this workspace.", no_args_is_help=False)
app.add_typer(sources_app, name="sources")


@app.command(epilog="\n[bold]Example[/]\n\n  wireroom init news --contact desk@example.org\n")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make, or to complete.")],
    contact: Annotated[str, typer.Option(help="Address or page by which an outlet can reach you.")] = "",
) -> None:
    """Make a workspace: sources/, data/ and .env."""
    workspace = create(folder, contact)
    out.print(f"[green]✓[/] {escape(str(workspace.root))} is a Wireroom workspace.", highlight=False, soft_wrap=True)
    if not workspace.setting("WIREROOM_CONTACT"):
        out.print(
            "Tell outlets who is asking: put an address or a page behind WIREROOM_CONTACT in .env.", highlight=False
        )
    out.print(
        f"Next: cd {escape(str(folder))}; wireroom sources add eir; wireroom ingest eir",
        highlight=False,
        soft_wrap=True,
    )


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context) -> None:
    """List the outlets of this workspace (the same as `sources list`)."""
    if context.invoked_subcommand is None:
        list_sources(as_json=False)


@sources_app.command("list")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a source.")] = False,
) -> None:
    """List the outlets of this workspace, and the ready-made ones that can be added."""
    workspace = here()
    with connected() as connection:
        _, counts = answer(connection, "SELECT source_id, count(*) FROM articles GROUP BY 1")
    articles = dict(counts)
    rows: list[tuple[Any, ...]] = []
    for path in sorted(workspace.sources.glob("*.toml")):
        source = load(path)
        kinds = ", ".join(finder.kind for finder in source.finders)
        rows.append((source.source_id, source.name, kinds, source.schedule, articles.get(source.source_id, 0)))
    columns = ["source", "name", "finders", "schedule", "articles"]
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(columns, row, strict=True)), default=plain, ensure_ascii=False))
        return
    as_table(
        columns,
        [tuple("–" if value is None else value for value in row) for row in rows],
        title=f"Sources of {workspace.root}",
    )
    ready = sorted({path.stem for path in catalogue().glob("*.toml")} - {row[0] for row in rows})
    if ready:
        out.print(f"Ready-made, added with wireroom sources add NAME: {', '.join(ready)}", highlight=False)


@sources_app.command("add", epilog="\n[bold]Example[/]\n\n  wireroom sources add eir\n")
def add(name: Annotated[str, typer.Argument(help="A ready-made outlet of the catalogue.")]) -> None:
    """Add a ready-made outlet to this workspace."""
    path = add_from_catalogue(here(), name)
    source = load(path)
    out.print(f"[green]✓[/] {escape(source.name)} is in {escape(str(path))}.", highlight=False, soft_wrap=True)
    out.print(f"Next: wireroom ingest {name}", highlight=False)


@sources_app.command("check")
def check(names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...")] = None) -> None:
    """Check source files; every mistake is named with its file, line and key."""
    workspace = here()
    failed = 0
    for name in names or sorted(path.stem for path in workspace.sources.glob("*.toml")):
        try:
            source = source_named(workspace, name)
            out.print(f"[green]✓[/] {name}: {escape(source.name)}, {len(source.finders)} finders", highlight=False)
        except SourceError as problem:
            failed += 1
            err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(Exit.PROBLEM)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="Only this source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a source.")] = False,
) -> None:
    """Say what is there, what ran last, and what is due."""
    from flows.standing import standing

    workspace = here()
    chosen = (
        [source_named(workspace, name)] if name else [load(path) for path in sorted(workspace.sources.glob("*.toml"))]
    )
    if not chosen:
        raise Problem("No source yet. Add one with: wireroom sources add eir")
    found = [standing(workspace, source) for source in chosen]
    if as_json:
        for item in found:
            print(json.dumps(item, default=plain, ensure_ascii=False))
        return
    columns = ["source", "articles", "last run (UTC)", "state", "due", "waiting", "rejected", "spool"]
    shown = [
        {**item, "last_run": f"{item['last_run']:%Y-%m-%d %H:%M}" if item["last_run"] else "never"} for item in found
    ]
    as_table(columns, [tuple(item.values()) for item in shown], title=str(workspace.root))
