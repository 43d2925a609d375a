"""The verb `sources check`: the file, and then the outlet itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from flows.cli.app import Exit, Problem, err, here, out
from flows.cli.display import watched
from flows.cli.sources import AsJson, sources_app
from flows.source_files import names, source_named
from flows.sources import SourceDefinition, SourceError

if TYPE_CHECKING:
    from flows.checking import Part

CHECK_EXAMPLES = """

[bold]Examples[/]

  wireroom sources check eir          its file, robots.txt, each finder, three articles, their fields and dates

  wireroom sources check --offline    only the files of all sources

[bold]Exit codes[/]  0 all is well, warnings included · 1 a file is wrong · 4 a part failed
"""
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


@sources_app.command("check", epilog=CHECK_EXAMPLES)
def check(
    chosen: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Check the files only, ask no outlet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check sources: every mistake in a file with its line and key, and each part of the outlet tried for real."""
    workspace = here()
    worst = Exit.OK
    listed = chosen or names(workspace)
    if not listed:
        raise Problem("No source yet. Add one with: wireroom sources add eir")
    for name in listed:
        try:
            source = source_named(workspace, name)
        except SourceError as problem:
            worst = Exit.PROBLEM
            _say_broken(name, str(problem), as_json)
            continue
        if not _sound(name, source, offline, as_json) and worst == Exit.OK:
            worst = Exit.INCOMPLETE
    if worst:
        raise typer.Exit(worst)


def _sound(name: str, source: SourceDefinition, offline: bool, as_json: bool) -> bool:
    """Say the verdict on one source; False where a part of it failed."""
    from flows import checking

    if offline:
        parts: Iterable[Part] = [checking.file_of(source)]
    else:
        with watched(name, err, quiet=as_json or not err.is_terminal):
            parts = list(checking.check(here(), source))
    if not as_json:
        out.print(Text(name + (" (paused)" if source.paused else ""), style="bold"))
    failed = False
    for part in parts:
        failed |= part.state == "failed"
        _say(name, part, as_json)
    return not failed


def _say(name: str, part: Part, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"source": name, **asdict(part)}, ensure_ascii=False))
        return
    mark, colour = _MARKS[part.state]
    head = Text.assemble("  ", (mark, colour), f" {part.part:<9} ")
    if not out.is_terminal:
        out.print(head + Text(part.said), soft_wrap=True, highlight=False)
        return
    lines = Text(part.said).wrap(out, max(out.width - len(head), 20))
    out.print(head + lines[0], highlight=False)
    for line in lines[1:]:
        out.print(Padding(line, (0, 0, 0, len(head)), expand=False), highlight=False)


def _say_broken(name: str, problem: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"source": name, "part": "file", "state": "failed", "said": problem}, ensure_ascii=False))
    else:
        err.print(f"[red]✗[/] {escape(problem)}", highlight=False, soft_wrap=True)
