"""Adding every site of a list: each is probed, said in one line, and written where it can be read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from flows.cli.app import Exit, Problem, err, out
from flows.cli.drafts import Draft, drafted, looking, print_json, say_written, write
from flows.sources import SourceError
from flows.workspace import Workspace, WorkspaceError

if TYPE_CHECKING:
    from flows.probing import Options, Probe
    from flows.probing.outlines import Site

SITES_AT_ONCE = 8


def add_many(workspace: Workspace, path: Path, options: Options, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Probe every site of a list, say one line about each, and write those that can be read."""
    from flows.probing.outlines import OutlineError, sites

    try:
        listed = sites(path)
    except OutlineError as problem:
        raise Problem(str(problem)) from None
    drafts = _all_probed(workspace, listed, options, as_json)
    ready = [draft for draft in drafts if draft.toml is not None]
    if not dry_run and ready and not as_json and not yes:
        yes = typer.confirm(f"Write {len(ready)} source files?", err=True)
        if not yes:
            raise Problem("Nothing was written.")
    refused = len(drafts) - len(ready)
    if not dry_run and yes:
        refused += sum(not _written(workspace, draft, as_json) for draft in ready)
    if refused == len(drafts):
        raise typer.Exit(Exit.PROBLEM)
    if refused or any(draft.probe.doubt for draft in ready):
        raise typer.Exit(Exit.INCOMPLETE)


def _all_probed(workspace: Workspace, listed: list[Site], options: Options, as_json: bool) -> list[Draft]:
    """Every site's draft, in the list's order; several hosts at once, each of them at its own pace."""
    taken: set[str] = set()
    drafts = []
    with looking(as_json), ThreadPoolExecutor(SITES_AT_ONCE) as pool:
        works = [pool.submit(copy_context().run, _probe_of(workspace, site, options)) for site in listed]
        for site, work in zip(listed, works, strict=True):
            draft = _named_apart(drafted(work.result(), replace(options, feed=site.feed, name=site.name), None), taken)
            drafts.append(draft)
            if as_json:
                print_json(draft)
            else:
                _say_line(draft, site)
    return drafts


def _probe_of(workspace: Workspace, site: Site, options: Options) -> Callable[[], Probe]:
    from flows.probing import probe

    return lambda: probe(workspace, site.url, replace(options, feed=site.feed, name=site.name))


def _named_apart(draft: Draft, taken: set[str]) -> Draft:
    """The draft under a name that no earlier one of the list has."""
    name, number = draft.name, 2
    while name in taken:
        name, number = f"{draft.name}-{number}", number + 1
    taken.add(name)
    return replace(draft, name=name)


def _say_line(draft: Draft, site: Site) -> None:
    from flows.cli.verdicts import line

    mark = "[red]✗[/]" if not draft.toml else "[green]✓[/]" if draft.probe.count("article") else "[yellow]![/]"
    label = draft.name if draft.toml else site.name or site.url
    out.print(f"{mark} {escape(label)}: {escape(line(draft.probe))}", highlight=False, soft_wrap=not out.is_terminal)


def _written(workspace: Workspace, draft: Draft, as_json: bool) -> bool:
    try:
        path = write(workspace, draft, ask=False)
    except (Problem, SourceError, WorkspaceError) as problem:
        err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        return False
    if not as_json:
        say_written(draft, path)
    return True
