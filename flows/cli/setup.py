"""Verbs that prepare and look after a workspace: init, status."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.cli.app import Exit, Problem, app, err, here, out
from flows.cli.reading import plain
from flows.cli.tables import as_table
from flows.source_files import source_named
from flows.sources import load_each
from flows.workspace import create

if TYPE_CHECKING:
    from flows.standing import FinderState


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
            "Tell outlets who is asking: put an address or a page behind WIREROOM_CONTACT in .env.",
            highlight=False,
            soft_wrap=True,
        )
    out.print(
        f"Next: cd {escape(str(folder))}; wireroom sources add eir; wireroom ingest eir",
        highlight=False,
        soft_wrap=True,
    )


STATUS_EXAMPLES = """

[bold]Examples[/]

  wireroom status              every source: what is there, what ran last, how many addresses are due

  wireroom status eir          one source, with each of its feeds and listings

  wireroom status eir --json   the same as one JSON object

[bold]Columns[/]  due: known addresses that a pass asks for now · waiting: for a later pass · spool: batches not yet loaded
"""


@app.command(epilog=STATUS_EXAMPLES)
def status(
    name: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="Only this source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a source.")] = False,
) -> None:
    """Say what is there, what ran last, and what is due."""
    from flows.standing import finder_states, standing, without_file

    workspace = here()
    chosen, broken = ([source_named(workspace, name)], {}) if name else load_each(workspace.sources)
    for problem in broken.values():
        err.print(problem, markup=False, highlight=False, soft_wrap=True)
    if broken and not chosen:
        raise typer.Exit(Exit.PROBLEM)
    if not chosen:
        raise Problem("No source yet. Add one with: wireroom sources add eir")
    found = [standing(workspace, source) for source in chosen]
    found += [] if name else without_file(workspace)
    finders = finder_states(workspace, chosen[0]) if name else []
    if as_json:
        for item in found:
            more = {"finder_states": [asdict(finder) for finder in finders]} if name else {}
            print(json.dumps({**item, **more}, default=plain, ensure_ascii=False))
    else:
        _print_standing(workspace.root, found, finders)
    if broken:
        raise typer.Exit(Exit.PROBLEM)


def _print_standing(root: Path, found: list[dict[str, Any]], finders: list[FinderState]) -> None:
    """A row for each source, and for one source its finders."""
    columns = ["source", "articles", "last run (UTC)", "state", "due", "waiting", "rejected", "spool"]
    shown = [
        {**item, "last_run": f"{item['last_run']:%Y-%m-%d %H:%M}" if item["last_run"] else "never"} for item in found
    ]
    as_table(columns, [tuple(item.values()) for item in shown], title=str(root))
    if finders:
        out.print()
        _print_finders(finders)


def _print_finders(finders: list[FinderState]) -> None:
    """A row for each finder: whether it works, when it was asked, and when a schedule asks it again."""
    rows = [
        (
            finder.kind,
            finder.address,
            finder.state + (f", {finder.failures} times" if finder.failures > 1 else ""),
            f"{finder.last_asked:%Y-%m-%d %H:%M}" if finder.last_asked else "never",
            f"{finder.next_due:%Y-%m-%d %H:%M}" if finder.next_due else "next pass",
        )
        for finder in finders
    ]
    as_table(["finder", "address", "state", "last asked (UTC)", "due for a schedule"], rows, title="Finders")
