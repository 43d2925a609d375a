"""A source's file as a probe drafts it: what both ways of `sources add` do with one, be it of one site or of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from flows.cli.app import Problem, err, out
from flows.cli.display import watched
from flows.progress import shown
from flows.sources import SourceError, load
from flows.workspace import Workspace, add_file

if TYPE_CHECKING:
    from flows.probing import Options, Probe


@dataclass(frozen=True, slots=True)
class Draft:
    """A probed site and the file that would be written."""

    name: str
    probe: Probe
    toml: str | None  # None where there is an obstacle


@contextmanager
def looking(quiet: bool) -> Iterator[None]:
    """Show what is asked for at the moment: a status line on a terminal, a line now and then elsewhere."""
    if quiet or not err.is_terminal:
        with watched("probe", err, quiet=quiet):
            yield
        return
    with err.status("Looking …") as status, shown(lambda event: status.update(f"[dim]{escape(event.text)}[/]")):
        yield


def drafted(found: Probe, options: Options, name: str | None) -> Draft:
    """What a probe found, and the file that would be written of it."""
    from flows.probing import draft

    name = name or draft.identifier(found.home, found.name.value)
    text = None if found.obstacle else draft.toml(found, options, datetime.now(UTC).date())
    return Draft(name, found, text)


def write(workspace: Workspace, draft: Draft, *, ask: bool) -> Path:
    """Write the file after a question, and load it once, so that what was written is known to work."""
    assert draft.toml is not None
    target = free(workspace, draft.name)
    if ask and not typer.confirm(f"Write {target}?", err=True):
        raise Problem("Nothing was written.")
    path = add_file(workspace, draft.name, draft.toml)
    try:
        load(path)
    except SourceError:
        path.unlink()
        raise
    return path


def free(workspace: Workspace, name: str) -> Path:
    """The file of a new source; Problem where it is there already, or where no file may be named so."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise Problem(f"{name!r} cannot name a source: use small letters, digits, - and _ only.")
    target = workspace.sources / f"{name}.toml"
    if target.exists():
        raise Problem(f"{target} is already there: nothing was changed. Choose another name with --name.")
    return target


def say_written(draft: Draft, path: Path) -> None:
    """Say that a file is written; and where none of the tried pages was an article, that it will not do yet."""
    doubt = draft.probe.doubt
    if doubt is None:
        out.print(f"[green]✓[/] {escape(str(path))} is written.", highlight=False, soft_wrap=True)
        return
    out.print(f"[yellow]![/] {escape(str(path))} is written, and will not do yet.", highlight=False, soft_wrap=True)
    out.print(f"  {doubt}", markup=False, highlight=False, soft_wrap=True)


def print_json(draft: Draft) -> None:
    from flows.cli.verdicts import as_record

    print(json.dumps({"source": draft.name, **as_record(draft.probe, draft.toml)}, ensure_ascii=False))
