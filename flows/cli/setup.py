"""The verb that prepares a workspace: init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from flows.cli.app import app, out
from flows.workspace import create


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
