"""Verbs that fetch: ingest."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import asdict
from typing import Annotated, NoReturn

import typer

from flows.cli.app import Exit, Problem, app, err, here, out
from flows.cli.display import watched
from flows.source_files import source_named
from flows.workspace import Workspace

INGEST_EXAMPLES = """

[bold]Examples[/]

  wireroom ingest eir              one pass: what is new, and what is due to be looked at again

  wireroom ingest --all --json     every source in turn, one JSON object a line

[bold]Exit codes[/]  0 done · 1 a problem it names · 3 another run holds the source · 4 a listing could not be read
"""


@app.command(epilog=INGEST_EXAMPLES)
def ingest(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources to read.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Read every source of the workspace.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON, one line a source.")] = False,
) -> None:
    """Read sources once: discover, fetch politely, parse, load."""
    workspace = here()
    chosen = names or sorted(path.stem for path in workspace.sources.glob("*.toml") if everything)
    if not chosen:
        raise Problem("Name a source to read, or all of them with --all. wireroom sources lists them.")
    signal.signal(signal.SIGTERM, _stop)
    incomplete = False
    for name in chosen:
        incomplete |= _one(workspace, name, wait, as_json)
    if incomplete:
        raise typer.Exit(Exit.INCOMPLETE)


def _stop(signum: int, frame: object) -> NoReturn:
    """End as Ctrl-C does: what is fetched is kept."""
    raise KeyboardInterrupt


def _one(workspace: Workspace, name: str, wait: bool, as_json: bool) -> bool:
    """Read one source, say what was done, and return whether a part of it failed."""
    started = time.monotonic()
    source = source_named(workspace, name)
    with watched(source.name, err, quiet=as_json):
        counts = (
            _recorded(workspace, name, wait) if _prefect_is_configured(workspace) else _plain(workspace, name, wait)
        )
    if as_json:
        print(json.dumps({"source": name, **counts}))
    else:
        out.print(summary(name, counts, time.monotonic() - started), highlight=False, soft_wrap=True)
    return counts["listings_failed"] > 0


def _prefect_is_configured(workspace: Workspace) -> bool:
    return workspace.setting("PREFECT_API_URL") is not None


def _plain(workspace: Workspace, name: str, wait: bool) -> dict[str, int]:
    """The pass without Prefect, which would cost some ten seconds to start."""
    from flows import pipeline

    err.print("This run is not recorded in Prefect (PREFECT_API_URL is not set).", style="dim", highlight=False)
    return asdict(pipeline.ingest(workspace, source_named(workspace, name), wait=wait))


def _recorded(workspace: Workspace, name: str, wait: bool) -> dict[str, int]:
    """The pass as a flow run at the Prefect API that the environment or `.env` names."""
    for setting in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING"):
        value = workspace.setting(setting)
        if value:
            os.environ.setdefault(setting, value)
    from flows.ingest import ingest as flow

    return flow(name, str(workspace.root), wait)


def summary(name: str, counts: dict[str, int], seconds: float) -> str:
    """One line that says what a pass did."""
    parts = [
        f"{counts['requests']} requests",
        f"{counts['articles']} articles read",
        f"{counts['unchanged']} unchanged",
    ]
    parts += [f"{counts[key]} {word}" for key, word in _TROUBLES.items() if counts[key]]
    return f"[bold]{name}[/]: {', '.join(parts)} in {seconds:.1f} s"


_TROUBLES = {
    "rejected": "no article",
    "failed": "failed",
    "deferred": "put off",
    "listings_failed": "listings that could not be read",
}
