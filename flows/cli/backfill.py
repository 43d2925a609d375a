"""The verb that fetches the past: backfill."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from flows.cli.app import Problem, app, err, here, out
from flows.cli.days import day
from flows.cli.display import watched
from flows.cli.runs import _stop
from flows.source_files import source_named


@app.command()
def backfill(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source.")],
    since: Annotated[str | None, typer.Option("--from", metavar="DAY")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY")] = None,
    only_holes: Annotated[bool, typer.Option("--holes")] = False,
    rewalk: Annotated[bool, typer.Option("--rewalk")] = False,
    limit: Annotated[int | None, typer.Option("--limit")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")] = False,
) -> None:
    """Fetch the past of a source, day by day, until nothing is missing."""
    from flows import backfilling

    workspace = here()
    source = source_named(workspace, name)
    first = day(since, "--from")
    last = day(until, "--to", last=True) or backfilling.today(source)
    if first is None:
        raise Problem("Say where it begins: --from 2016-01-01.")
    signal.signal(signal.SIGTERM, _stop)
    order = backfilling.Order(first, last, only_holes=only_holes, rewalk=rewalk, limit=limit)
    with watched(source.name, err):
        outcome = backfilling.backfill(workspace, source, order, wait=wait)
    out.print(str(outcome))
