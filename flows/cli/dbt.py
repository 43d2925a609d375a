"""The verb `dbt`: the warehouse as sources of a dbt project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.app import Exit, Problem, app, err, here
from flows.sources import load_each

EXAMPLES = """

[bold]Examples[/]

  wireroom dbt                              print sources.yml

  wireroom dbt --write ~/newsroom/models    write it into a dbt project, or write it anew

  wireroom dbt --write models/news.yml      under another name

  wireroom dbt --check ~/newsroom/models    is the one that lies there what would be written now?

[bold]Exit codes[/]  0 written, or as it should be · 1 it is old or missing, or the file is somebody else's
"""

FILE = "sources.yml"
Write = Annotated[
    Path | None,
    typer.Option(
        "--write", metavar="FOLDER|FILE", help=f"Write {FILE} into this folder of a dbt project, or this file."
    ),
]
Check = Annotated[
    Path | None,
    typer.Option("--check", metavar="FOLDER|FILE", help=f"Compare the {FILE} in this folder, or this file."),
]
Database = Annotated[
    str, typer.Option("--database", metavar="ALIAS", help="The alias under which profiles.yml attaches the warehouse.")
]


@app.command(epilog=EXAMPLES)
def dbt(write: Write = None, check: Check = None, database: Database = "news") -> None:
    """Describe the warehouse to dbt: every table and column, tests, and freshness from each outlet's \\[expect] silence."""
    text = content(database)
    if check is not None:
        _compare(_file(check), text)
    elif write is not None:
        _write(_file(write), text, database)
    else:
        print(text, end="")


def _file(named: Path) -> Path:
    """The file that a folder or a file stands for."""
    path = named if named.suffix in (".yml", ".yaml") else named / FILE
    if not path.parent.is_dir():
        raise Problem(f"{path.parent} is no folder. Name the models folder of your dbt project.")
    return path


def _write(path: Path, text: str, database: str) -> None:
    from warehouse.export.dbt import HEAD
    from warehouse.files import write_whole

    if path.exists() and not path.read_text(encoding="utf-8").startswith(HEAD[:40]):
        raise Problem(
            f"{path} was not written by Wireroom. Name another file: --write {path.with_name('wireroom.yml')}"
        )
    write_whole(path, [text.encode()])
    said = f"{path} is written. In profiles.yml: {_attached(database)}"
    err.print(said, highlight=False, markup=False, soft_wrap=True)


def content(database: str) -> str:
    """The text of the file."""
    import yaml

    from warehouse import reading_copy
    from warehouse.export import dbt as described

    workspace = here()
    found, _ = load_each(workspace.sources)
    silences = {source.source_id: source.expect.silence for source in found if not source.paused}
    with reading_copy.connect(workspace.folders) as con:
        made = described.sources(con, silences, database)
    body: str = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
    return described.HEAD.format(database=database) + body


def _attached(database: str) -> str:
    return f"attach: [{{path: {here().folders.warehouse}, alias: {database}, read_only: true}}]"


def _compare(path: Path, text: str) -> None:
    is_there = path.exists()
    if is_there and path.read_text(encoding="utf-8") == text:
        err.print(f"{path} is what would be written now.", highlight=False, soft_wrap=True)
        return
    said = "is not what would be written now" if is_there else "is not there"
    err.print(f"{path} {said}: wireroom dbt --write {path}", highlight=False, soft_wrap=True)
    raise typer.Exit(Exit.PROBLEM)
