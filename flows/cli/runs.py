"""Verbs that fetch: ingest."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import recording
from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.display import warned, watched
from flows.source_files import source_named
from flows.sources import SourceError, load_each
from flows.workspace import Workspace

if TYPE_CHECKING:
    from flows.discovery.polling import Polling

INGEST_EXAMPLES = """

[bold]Examples[/]

  wireroom ingest eir              one pass: what is new, and what is due to be looked at again

  wireroom ingest --all --json     every source in turn, one JSON object a line

  wireroom ingest --all --due      for a schedule that comes every 15 minutes: quiet feeds are asked less often

[bold]Exit codes[/]  0 done · 1 a problem it names · 3 another run holds the source · 4 a listing could not be read, or a
check of health fails (wireroom health says which); everything that came is loaded all the same
"""


@app.command(epilog=INGEST_EXAMPLES)
def ingest(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources to read.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Read every source of the workspace.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")] = False,
    only_due: Annotated[
        bool, typer.Option("--due", help="Skip feeds and listings that are not due yet, as a schedule should.")
    ] = False,
    at_once: Annotated[
        bool,
        typer.Option(
            "--now", help="Ask every feed and listing, also one that is gone for good, and an outlet that rests."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON, one line a source.")] = False,
) -> None:
    """Read sources once: discover, fetch politely, parse, load."""
    workspace = here()
    if only_due and at_once:
        raise Problem("--due skips what is not due yet, and --now asks it all the same: give one of them.")
    polling: Polling = "due" if only_due else "now" if at_once else "usual"
    chosen = names or (_not_paused(workspace) if everything else [])
    if not chosen:
        raise Problem("Name a source to read, or all of them with --all. wireroom sources lists them.")
    recording.end_like_ctrl_c()
    incomplete = broken = False
    for name in chosen:
        try:
            incomplete |= _one(workspace, name, wait, as_json, polling)
        except SourceError as problem:
            if not everything:
                raise
            broken = True
            err.print(f"{problem}\n{name} was left out.", markup=False, highlight=False, soft_wrap=True)
    if broken:
        raise typer.Exit(Exit.PROBLEM)
    if incomplete:
        raise typer.Exit(Exit.INCOMPLETE)


def _not_paused(workspace: Workspace) -> list[str]:
    """The names of the sources that are read in turn; the paused ones are said to be left out."""
    sources, broken = load_each(workspace.sources)
    paused = [source.source_id for source in sources if source.paused]
    if paused:
        err.print(f"Paused, and left out: {', '.join(paused)}.", style="dim", highlight=False, soft_wrap=True)
    reading = [source.source_id for source in sources if not source.paused] + [path.stem for path in broken]
    if sources and not reading:
        err.print("Every source is paused. Read one again with: wireroom sources resume NAME", highlight=False)
        raise typer.Exit(Exit.OK)
    return reading


def _one(workspace: Workspace, name: str, wait: bool, as_json: bool, polling: Polling) -> bool:
    """Read one source, say what was done, and return whether a part of it failed."""
    started = time.monotonic()
    source = source_named(workspace, name)
    with watched(source.name, err, quiet=as_json):
        read = _recorded if recording.is_recorded(workspace) else _plain
        counts = read(workspace, name, wait, polling)
    if as_json:
        print(json.dumps({"source": name, **counts}))
    else:
        out.print(summary(name, counts, time.monotonic() - started), highlight=False, soft_wrap=True)
    unwell = _unwell(workspace, name)
    return counts["listings_failed"] > 0 or unwell


def _unwell(workspace: Workspace, name: str) -> bool:
    """Judge a source after its run, and say what is wrong with it."""
    from flows import health

    with warned(err):
        said = health.failing(workspace, name)
    if said is not None:
        err.print(said, style="red", markup=False, highlight=False, soft_wrap=True)
    return said is not None


def _plain(workspace: Workspace, name: str, wait: bool, polling: Polling) -> dict[str, int]:
    """The pass without Prefect, which would cost some ten seconds to start."""
    from flows import pipeline

    return asdict(pipeline.ingest(workspace, source_named(workspace, name), wait=wait, polling=polling))


def _recorded(workspace: Workspace, name: str, wait: bool, polling: Polling) -> dict[str, int]:
    """The pass as a flow run at the Prefect API that the environment or `.env` names."""
    from flows.health import Unhealthy
    from flows.ingest import ingest as flow

    try:
        return flow(name, str(workspace.root), wait, polling)
    except Unhealthy as said:
        return dict(said.counts)  # what is wrong is said by `_unwell`, as without Prefect


def summary(name: str, counts: dict[str, int], seconds: float) -> str:
    """One line that says what a pass did."""
    parts = [
        counted(counts["requests"], "request"),
        counted(counts["articles"], "article read", "articles read"),
        f"{counts['unchanged']} unchanged",
    ]
    parts += [counted(counts[key], *words) for key, words in _TROUBLES.items() if counts[key]]
    return f"[bold]{name}[/]: {', '.join(parts)} in {seconds:.1f} s"


_TROUBLES = {
    "rejected": ("no article", "no article"),
    "failed": ("failed", "failed"),
    "deferred": ("put off", "put off"),
    "listings_failed": ("listing that could not be read", "listings that could not be read"),
}
