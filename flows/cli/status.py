"""The verb `status`: the one front door. Is all well, and if not, what comes next?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from flows.cli import prose
from flows.cli.app import Exit, Problem, app, counted, here, out
from flows.cli.reading import as_made_today, plain
from flows.cli.tables import as_entries, as_table, harmless, hung, sized
from flows.reasons import in_words
from flows.source_files import source_named
from flows.sources import load_each
from flows.workspace import Workspace

if TYPE_CHECKING:
    from flows.overview import Overview, Pass
    from flows.sources import SourceDefinition
    from flows.standing import FinderState

STATUS_EXAMPLES = """

[bold]Examples[/]

  wireroom status              is all well? what runs, what is next, and every source in a line

  wireroom status eir          one source, with each of its feeds and listings

  wireroom status --json       the same for a program: one JSON object; `ok` says whether all is well

[bold]Columns[/]  due: known addresses that a pass asks for now · waiting: for a later pass · rejected: read, and no article ·
failed: could not be fetched, or was refused (403) · gone: not there any more, or not to be asked · spool: batches not yet loaded

[bold]Exit codes[/]  0 all is well · 1 something needs you, and the arrow says which command
"""

WIDE = 100
"""Cells from which on a terminal has room for the year of the last run."""

PAST = timedelta(days=60)
"""How far back a source is looked at of which nothing came."""

SHOWN = 5
"""Passes to come, or late, that are named; the others are counted."""


@app.command(epilog=STATUS_EXAMPLES)
def status(
    name: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="Only this source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether all is well, what runs, what is next and what is late."""
    workspace = here()
    with as_made_today():
        if name:
            _one(workspace, name, as_json)
        else:
            _all(workspace, as_json)


def _one(workspace: Workspace, name: str, as_json: bool) -> None:
    """One source, and each of its finders."""
    from flows.standing import finder_states, standing

    source = source_named(workspace, name)
    stands, finders = standing(workspace, source), finder_states(workspace, source)
    if as_json:
        found = {**stands, "finder_states": [asdict(finder) for finder in finders]}
        print(json.dumps(found, default=plain, ensure_ascii=False))
        return
    _print_sources(workspace.root, [stands])
    out.print()
    _print_finders(finders)
    _print_past([stands])


def _all(workspace: Workspace, as_json: bool) -> None:
    """The whole workspace; exit code 1 where something needs the user."""
    from flows.overview import Trouble, overview
    from flows.standing import standing, without_file

    sources, broken = load_each(workspace.sources)
    if not sources and not broken:
        raise Problem("No source yet. Add one with: wireroom sources add eir")
    stands = [standing(workspace, source) for source in sources]
    found = overview(workspace, sources, stands, datetime.now(UTC).replace(tzinfo=None))
    found.troubles[:0] = [Trouble(fault, f"wireroom sources check {path.stem}") for path, fault in broken.items()]
    stands += without_file(workspace, [source.source_id for source in sources])
    if as_json:
        print(json.dumps(_as_object(found, stands), default=plain, ensure_ascii=False))
    else:
        _print_verdict(found, stands, sources)
        _print_sources(workspace.root, stands)
        out.print()
        _print_overview(found)
        _print_past(stands)
    if found.troubles:
        raise typer.Exit(Exit.PROBLEM)


def _as_object(found: Overview, stands: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"ok": not found.troubles, **asdict(found), "sources": stands}


def _print_verdict(found: Overview, stands: Sequence[dict[str, Any]], sources: Sequence[SourceDefinition] = ()) -> None:
    """All is well, in a sentence; or what is not, and the command that comes next."""
    total = sum(one["articles"] for one in stands)
    what = f"{counted(len(stands), 'source')}, {counted(total, 'article')}"
    barren = next((one for one in stands if one["rejected"] and not total), None)
    if not found.troubles and barren:
        pages, name = counted(barren["rejected"], "page"), barren["source"]
        said = f"Of {pages} read of {name}, none was an article: [article] in sources/{name}.toml may take listings for articles."
        out.print(
            Text.assemble(("! ", "yellow"), ("No article has come yet", "bold"), f": {what}. {said}"), soft_wrap=True
        )
        hung("  →", f"wireroom sources check {name}")
    elif not found.troubles and not total:
        out.print(
            Text.assemble(
                ("✓ ", "green"),
                ("Nothing is wrong", "bold"),
                f", and no article has come yet: {what}.{_soonest(found)}",
            ),
            soft_wrap=True,
        )
        if not _soonest(found):
            hung("  →", _first_step(stands[0], sources))
    elif not found.troubles:
        out.print(
            Text.assemble(("✓ ", "green"), ("All is well", "bold"), f": {what}.{_soonest(found)}"), soft_wrap=True
        )
    else:
        count = len(found.troubles)
        said = f"{counted(count, 'thing')} need{'s' if count == 1 else ''} you"
        out.print(Text.assemble(("✗ ", "bold red"), (said, "bold"), f" ({what})"), soft_wrap=True)
        for trouble in found.troubles:
            hung(" ", trouble.what)
            prose.say(out, f"  → {harmless(trouble.command)}", style="cyan")
    out.print()


def _first_step(one: dict[str, Any], sources: Sequence[SourceDefinition]) -> str:
    """The command that brings the first articles of a source: of an archive that has ended, those of its last days."""
    from flows.unreached import begins, ends

    name, today = one["source"], datetime.now(UTC).date()
    source = next((source for source in sources if source.source_id == name), None)
    last = ends(source) if source else None
    if source and last and last < today:
        first = max(last - PAST, begins(source) or date.min)
        return f"wireroom backfill {name} --from {first:%Y-%m} --to {last}"
    if one["last_run"] is None:
        return f"wireroom ingest {name}"
    return f"wireroom backfill {name} --from {today - PAST:%Y-%m} (or a larger lookback in sources/{name}.toml)"


def _soonest(found: Overview) -> str:
    if found.running:
        return f" {_names(found.running)} {'is' if len(found.running) == 1 else 'are'} being read."
    if found.service and found.following:
        return f" Next is {found.following[0].source} at {found.following[0].at:%H:%M} UTC."
    return ""


COLUMNS = {
    "source": "source",
    "articles": "articles",
    "last_run": "last run (UTC)",
    "state": "state",
    "due_now": "due",
    "waiting": "waiting",
    "rejected": "rejected",
    "failed": "failed",
    "gone": "gone",
    "in_spool": "spool",
}
"""Of what is known of a source: how the table heads it."""

RARE = ("failed", "gone", "in_spool")
"""Columns that a narrow terminal has no room for where they say nothing of any source."""


def _print_sources(root: Path, found: Sequence[dict[str, Any]]) -> None:
    """A row for each source; on a terminal what its state says beyond a word stands below."""
    is_narrow = out.is_terminal and out.width < WIDE
    heads = COLUMNS | ({"last_run": "last (UTC)"} if is_narrow else {})
    names = [name for name in heads if not (is_narrow and name in RARE and not any(one[name] for one in found))]
    rows = [[_cell(name, one[name], is_narrow) for name in names] for one in found]
    as_table([heads[name] for name in names], rows, title=str(root))
    for one in found:
        if out.is_terminal and one["state"] and one["state"] != _word(one["state"]):
            hung(one["source"], one["state"])


def _cell(name: str, value: Any, is_narrow: bool) -> Any:
    if name == "last_run":
        return value.strftime("%m-%d %H:%M" if is_narrow else "%Y-%m-%d %H:%M") if value else "never"
    if name == "state" and value == "cancelled":
        return "stopped"
    if name == "state":
        return _word(value or "never ran") if out.is_terminal else value or "never ran"
    return value


def _word(state: str) -> str:
    return state.partition(":")[0]


def _print_finders(finders: Sequence[FinderState]) -> None:
    """A row for each finder: whether it works, when it was asked, and when a schedule asks it again."""
    rows = [
        (
            finder.kind,
            finder.address,
            in_words(finder.state)
            + (f", {finder.failures} times" if finder.failures > 1 and "rests" not in finder.state else ""),
            f"{finder.last_asked:%Y-%m-%d %H:%M}" if finder.last_asked else "never",
            f"{finder.next_due:%Y-%m-%d %H:%M}" if finder.next_due else "next pass",
        )
        for finder in finders
    ]
    as_entries(["finder", "address", "state", "last asked (UTC)", "due for a schedule"], rows, title="Finders")


def _print_overview(found: Overview) -> None:
    """What runs, what is next, what is late, sizes, and what an older parser has read: a line each."""
    service = found.service
    if service is None:
        hung("Service ", "nothing runs by itself here; start it with wireroom up, or from cron (docs/operations.md)")
    else:
        hung(
            "Service",
            f"{service.state} since {service.since:%Y-%m-%d %H:%M} UTC, process {service.pid}, UI {service.url}",
        )
    if found.running:
        hung("Running ", ", ".join(f"{one.source} since {one.at:%H:%M}" for one in found.running))
    if found.following:
        hung("Next    " if service else "Schedule", _timetable(found.following))
    if found.late:
        hung("Late    ", _timetable(found.late))
    for name in found.stopped:
        hung("Stopped ", _goes_on(name, found))
    hung("Sizes   ", " · ".join(f"{name} {sized(size)}" for name, size in found.sizes.items()))
    if found.older:
        names = sorted(found.older)
        many = counted(sum(found.older.values()), "page")
        hung(
            "Older   ",
            f"{many} of {', '.join(names)} read by an earlier parser or profile; wireroom reparse {names[0]}",
        )


def _goes_on(name: str, found: Overview) -> str:
    """When a pass that was stopped goes on."""
    said = f"the last pass of {name} was stopped, and nothing of it is lost;"
    coming = next((one for one in found.following if one.source == name), None)
    if found.service and coming:
        return f"{said} the next one goes on by itself at {coming.at:%H:%M} UTC, or now: wireroom ingest {name}"
    return f"{said} it goes on by itself once wireroom up runs again, or now: wireroom ingest {name}"


def _print_past(found: Sequence[dict[str, Any]]) -> None:
    """What is known and lies before the days that passes look at: a line a source, with the command that fetches it."""
    for one in found:
        if one["past"]:
            name, many = one["source"], counted(one["past"], "address", "addresses")
            are = "is" if one["past"] == 1 else "are"
            said = f"{many} of {name} {are} older than its passes look"
            hung("Past    ", f"{said}; wireroom backfill {name} --from {one['past_from']}")


def _timetable(passes: Sequence[Pass]) -> str:
    more = f" and {len(passes) - SHOWN} more" if len(passes) > SHOWN else ""
    return ", ".join(f"{one.source} {one.at:%H:%M}" for one in passes[:SHOWN]) + more + " (UTC)"


def _names(passes: Sequence[Pass]) -> str:
    return ", ".join(one.source for one in passes[:SHOWN])
