"""The verb that fetches the past: backfill."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import prose, recording
from flows.cli.app import Problem, app, err, here
from flows.cli.backfill_output import days_going_on, report, summary
from flows.cli.days import day
from flows.cli.display import watched
from flows.cli.reach import show
from flows.progress import Event, shown
from flows.source_files import source_named
from flows.workspace import Workspace

if TYPE_CHECKING:
    from flows.backfilling import Order
    from flows.sources import SourceDefinition
    from warehouse.coverage import Dayless, Hole

EXAMPLES = """

[bold]Examples[/]

  wireroom backfill eir --from 2016 --to 2017-09 --dry-run     what it would ask for, and how long that takes

  wireroom backfill eir --from 2016-01-01 --to 2017-12-31      two years; the same command goes on after a stop

  wireroom backfill eir --from 2017 --limit 500                no more than 500 pages this time

  wireroom backfill eir --holes                                once more what is missing of all days that are known

[bold]Exit codes[/]  0 complete · 1 a problem it names · 3 another run holds the source · 4 something is missing yet · 130 stopped
"""


@app.command(epilog=EXAMPLES)
def backfill(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day: 2016-01-01, 2016-01 or 2016.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, it included (default: today).")
    ] = None,
    only_holes: Annotated[
        bool, typer.Option("--holes", help="Only days and listings of which something is missing; failures at once.")
    ] = False,
    rewalk: Annotated[bool, typer.Option("--rewalk", help="Ask for every listing again, also after a stop.")] = False,
    gone: Annotated[
        bool, typer.Option("--gone", help="Ask once more also for pages of these days that were gone (404).")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Fetch at most N pages.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and fetch nothing.")] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="With --dry-run: look at a few listings for an estimate.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done, or would be, as JSON.")] = False,
) -> None:
    """Fetch the past of a source, day by day, until nothing is missing; stopped or killed, the same command goes on.

    Days are those of the source's time zone. Every way to find articles that reaches the past is asked. A listing that was
    read before is asked conditionally, and no page that is known is fetched again.
    """
    workspace = here()
    source = source_named(workspace, name)
    order = _order(workspace, source, since, until, only_holes, rewalk, gone, limit)
    if order is None:
        raise typer.Exit(report(source, None, [], {}, as_json))
    if dry_run:
        _plan(workspace, source, order, sample, as_json)
        return
    if sample:
        raise Problem("--sample looks at a few listings for an estimate: give it together with --dry-run.")
    recording.end_like_ctrl_c()
    counts = _done(workspace, source, order, wait, as_json)
    holes, (lost, dayless) = _holes(workspace, source, order), _lost(workspace, source, order)
    raise typer.Exit(report(source, order, holes, counts, as_json, lost, dayless))


def _order(
    workspace: Workspace,
    source: SourceDefinition,
    since: str | None,
    until: str | None,
    only_holes: bool,
    rewalk: bool,
    gone: bool,
    limit: int | None,
) -> Order | None:
    """What the options ask for; None where holes are to be filled and there is none."""
    from flows import backfilling

    if only_holes and gone:
        raise Problem("What is gone is no hole, so --holes leaves it out: give --gone with --from and without --holes.")
    today = backfilling.today(source)
    first, last = day(since, "--from"), day(until, "--to", last=True)
    if only_holes and (first is None or last is None):
        found = backfilling.holes(workspace, source, first, last)
        known = backfilling.known_days(workspace, source)
        if not found:
            return None
        first, last = first or (known and known[0]) or today, last or (known and known[1]) or today
    if first is None:
        raise Problem(f"Say where the past begins: wireroom backfill {source.source_id} --from 2016-01-01")
    last = last or today
    if first > today:
        raise Problem(f"--from {first} is later than today, which is {today} where the outlet is.")
    if first > last:
        raise Problem(f"--from {first} is later than --to {last}.")
    return backfilling.Order(first, min(last, today), only_holes=only_holes, rewalk=rewalk, gone=gone, limit=limit)


def _plan(workspace: Workspace, source: SourceDefinition, order: Order, sample: bool, as_json: bool) -> None:
    from flows import reach

    found = reach.plan(workspace, source, order, sample=sample)
    if as_json:
        print(json.dumps(asdict(found), default=str, indent=2))
    else:
        show(source, found)


def _done(workspace: Workspace, source: SourceDefinition, order: Order, wait: bool, as_json: bool) -> dict[str, Any]:
    """Do it, shown day by day; what was done, counted."""
    began = time.monotonic()
    days, going_on = (order.last_day - order.first_day).days + 1, len(days_going_on(order))
    with _told_when_stopped(source, as_json), watched(source.name, err, quiet=as_json, days=days, going_on=going_on):
        if recording.is_recorded(workspace):
            from flows.backfill import backfill as flow

            counts: dict[str, Any] = flow(
                source.source_id,
                str(order.first_day),
                str(order.last_day),
                holes=order.only_holes,
                rewalk=order.rewalk,
                gone=order.gone,
                limit=order.limit,
                workspace=str(workspace.root),
                wait=wait,
            )
        else:
            from flows import backfilling

            counts = backfilling.backfill(workspace, source, order, wait=wait).as_counts()
    return {**counts, "seconds": round(time.monotonic() - began, 1)}


@contextmanager
def _told_when_stopped(source: SourceDefinition, as_json: bool) -> Iterator[None]:
    """Say what was done also where a signal ends the block."""
    began, ends = time.monotonic(), list[Event]()
    try:
        with shown(lambda event: ends.append(event) if event.kind == "ended" else None):
            yield
    except KeyboardInterrupt:
        if ends and not as_json:
            counts = {"listings_failed": 0, **ends[-1].more, "seconds": time.monotonic() - began}
            prose.say(err, summary(source.source_id, counts))
        raise


def _holes(workspace: Workspace, source: SourceDefinition, order: Order) -> Sequence[Hole]:
    from flows import backfilling

    return backfilling.holes(workspace, source, order.first_day, order.last_day)


def _lost(workspace: Workspace, source: SourceDefinition, order: Order) -> tuple[Counter[str], Sequence[Dayless]]:
    """How many pages of the days are gone, by why; and what is no article and has no known day, of which some may be gone too."""
    from warehouse import coverage, reading_copy

    with closing(reading_copy.connect(workspace.folders)) as con:
        final = coverage.final(con, source.source_id, order.first_day, order.last_day)
        dayless = coverage.dayless(con, source.source_id, order.first_day, order.last_day)
    return Counter({reason or "": count for outcome, reason, count in final if outcome == "gone"}), dayless
