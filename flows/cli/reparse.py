"""The verb that reads the archive anew: reparse."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows.cli.app import Exit, Problem, app, err, here, out
from flows.cli.days import day
from flows.cli.display import watched
from flows.cli.tables import as_table
from flows.source_files import names as source_names
from flows.source_files import source_named
from flows.sources import SourceError
from flows.unclaimed import NAME as UNCLAIMED

if TYPE_CHECKING:
    from flows.sources import SourceDefinition
    from flows.workspace import Workspace
    from warehouse.proposals import Proposal

EXAMPLES = """

[bold]Examples[/]

  wireroom reparse eir                          read eir's archive with today's parsers, and show what differs

  wireroom reparse eir --article 3f2a           one article in full

  wireroom reparse eir --accept                 let it correct the warehouse

  wireroom reparse eir --fields dateline        show, and with --accept take, only what differs there

  wireroom reparse --list                       what waits

No outlet is asked for anything. Until --accept nothing in the warehouse changes; then it corrects, and makes no version.

[bold]Exit codes[/]  0 done · 1 a problem it names · 3 another run is at it · 4 some pages could not be read
"""

AND_FIELDS = (
    "Only what differs in these fields, as headline,body; also rejected and accepted. A record is always taken whole."
)


@app.command(epilog=EXAMPLES)
def reparse(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources, or ids of what waits (default: all).")
    ] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="The same as the argument.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this day or later.")] = None,
    fields: Annotated[list[str] | None, typer.Option(metavar="FIELD,…", help=AND_FIELDS)] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Read at most so many pages now.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Read also what today's reader has read already.")] = False,
    sample: Annotated[int, typer.Option(min=0, metavar="N", help="Differences shown of each field.")] = 3,
    article: Annotated[
        str | None, typer.Option(metavar="ARTICLE", help="Show all that waits of this article (address or id).")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Let what waits correct the warehouse.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Drop what waits.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what waits.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
) -> None:
    """Read archived pages with today's parsers, show what differs, and take it over when you say so."""
    if accept + discard + listed + (article is not None) > 1:
        raise Problem("Give one of --accept, --discard, --list and --article.")
    if accept or discard or listed or article is not None:
        _refuse(
            {"--since": since, "--limit": limit, "--again": again},
            "Accepted, dropped and listed is all that waits; --fields limits what is accepted.",
        )
    if discard or listed or article is not None:
        _refuse({"--fields": fields}, "What waits is listed, shown and dropped whole.")
    workspace = here()
    wanted = _Wanted(_fields(fields or []), day(since, "--since"), limit, again, sample, wait, as_json)
    named = _sources(workspace, [*(names or ()), *(source or ())])
    signal.signal(signal.SIGTERM, _stop)
    if listed:
        _list(workspace, named, as_json)
    elif article is not None:
        _show_article(workspace, article, as_json)
    elif accept or discard:
        do = _accept if accept else _discard
        for proposal in _waiting(workspace, named):
            do(workspace, proposal, wanted)
    else:
        _read_all(workspace, named, wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options say."""

    fields: list[str]
    since: date | None
    limit: int | None
    again: bool
    sample: int
    wait: bool
    as_json: bool


def _read_all(workspace: Workspace, named: list[str], wanted: _Wanted) -> None:
    """Read sources in turn; one whose file is broken is left out where all are read."""
    incomplete = broken = False
    for name in named or _archived(workspace):
        try:
            source = source_named(workspace, name)
        except SourceError as problem:
            if named:
                raise
            broken = True
            err.print(f"{problem}\n{name} was left out.", markup=False, highlight=False, soft_wrap=True)
            continue
        incomplete |= _read(workspace, source, wanted)
    if broken or incomplete:
        raise typer.Exit(Exit.PROBLEM if broken else Exit.INCOMPLETE)


def _read(workspace: Workspace, source: SourceDefinition, wanted: _Wanted) -> bool:
    """Read one source's archive, show what waits of it, and return whether some of its pages could not be read."""
    from flows.cli import reparse_output
    from flows.rereading import reparsing
    from flows.rereading.proposed import shown
    from warehouse import proposals

    with watched(source.name, err, quiet=wanted.as_json):
        report = reparsing.read(
            workspace, source, since=wanted.since, most=wanted.limit, everything=wanted.again, wait=wanted.wait
        )
    proposal = proposals.of_source(workspace.folders, source.source_id)
    found = shown(workspace, proposal, wanted.fields, wanted.sample) if proposal else None
    if wanted.as_json:
        print(reparse_output.as_json(report, found))
    else:
        reparse_output.print_report(report, found)
    return bool(report.unreadable)


def _accept(workspace: Workspace, proposal: Proposal, wanted: _Wanted) -> None:
    from flows.cli.reparse_output import print_accepted
    from flows.rereading import accepting
    from flows.run import now

    source, begun_at = source_named(workspace, proposal.source_id), now()
    with watched(source.name, err, quiet=wanted.as_json):
        done = accepting.accept(workspace, source, fields=wanted.fields, wait=wanted.wait)
    if wanted.as_json:
        print(json.dumps(asdict(done)))
    else:
        print_accepted(done, begun_at)


def _discard(workspace: Workspace, proposal: Proposal, wanted: _Wanted) -> None:
    from flows.rereading.accepting import discard

    discard(workspace.folders, proposal, wait=wanted.wait)
    if wanted.as_json:
        print(json.dumps({"source_id": proposal.source_id, "id": proposal.id, "discarded": True}))
    else:
        out.print(f"[green]✓[/] {proposal.id} was dropped; nothing in the warehouse has changed.", highlight=False)


def _list(workspace: Workspace, named: list[str], as_json: bool) -> None:
    """Print a row for each proposal that waits."""
    from flows.rereading.proposed import overview

    rows = overview(workspace, named)
    if as_json:
        for row in rows:
            print(json.dumps(row, default=str))
    elif rows:
        as_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        out.print("Nothing waits to be accepted.", highlight=False)


def _show_article(workspace: Workspace, name: str, as_json: bool) -> None:
    """Print all that waits of an article."""
    from flows.cli.reparse_output import article_as_json, print_article
    from flows.rereading.proposed import of_article

    found = of_article(workspace, name)
    if not found:
        raise Problem(f"Nothing waits of {name!r}. What waits is listed by: wireroom reparse --list")
    if as_json:
        for difference in found:
            print(article_as_json(difference))
    else:
        print_article(found)


def _refuse(given: Mapping[str, object], why: str) -> None:
    """Raise Problem where one of these options is given, which would be passed over."""
    named = [name for name, value in given.items() if value]
    if named:
        raise Problem(f"{' and '.join(named)} say{'s' * (len(named) == 1)} what is read or shown. {why}")


def _waiting(workspace: Workspace, named: list[str]) -> list[Proposal]:
    """What waits, of these sources or of all; raises Problem where nothing does."""
    from warehouse import proposals

    found = [
        proposal
        for proposal in proposals.waiting(workspace.folders)
        if proposal.source_id in (named or _readable(workspace))
    ]
    missing = set(named) - {proposal.source_id for proposal in found}
    if missing or not found:
        whose = f" of {', '.join(sorted(missing))}" if missing else ""
        raise Problem(f"Nothing{whose} waits to be accepted. Read the archive anew with: wireroom reparse")
    return found


def _sources(workspace: Workspace, named: list[str]) -> list[str]:
    """The sources that are named, by themselves or by what waits of them."""
    from warehouse import proposals

    by_id = {proposal.id: proposal.source_id for proposal in proposals.waiting(workspace.folders)}
    return list(dict.fromkeys(by_id.get(name, name) for name in named))


def _readable(workspace: Workspace) -> list[str]:
    """The sources whose pages can be read: those of the workspace, and that of pages which none of them claims."""
    return sorted({*source_names(workspace), UNCLAIMED})


def _archived(workspace: Workspace) -> list[str]:
    """The sources of the workspace that have an archive."""
    found = [name for name in _readable(workspace) if (workspace.folders.archive / name).is_dir()]
    if not found:
        raise Problem("Nothing is archived yet, so there is nothing to read anew. Read an outlet with: wireroom ingest")
    return found


def _fields(given: list[str]) -> list[str]:
    """The fields of --fields, however they are divided."""
    from flows.rereading.differing import chosen

    names = [name.strip() for part in given for name in part.split(",") if name.strip()]
    if given and not names:  # an empty variable of a script must not mean all of them
        raise Problem("--fields names no field. Write some, as --fields headline,body, or leave it out for all.")
    try:
        return chosen(names)
    except ValueError as problem:
        raise Problem(str(problem)) from None


def _stop(signum: int, frame: object) -> NoReturn:
    """End as Ctrl-C does: what was read is kept."""
    raise KeyboardInterrupt
