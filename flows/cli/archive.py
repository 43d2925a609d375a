"""Verbs about the raw archive and what follows from it: archive verify, rebuild, withdraw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.display import watched
from flows.plural import are

if TYPE_CHECKING:
    from flows.withdraw import Reach
    from warehouse.archive.verifying import Verdict

archive = typer.Typer(help="The raw pages: what outlets sent, as WARC files.", no_args_is_help=True)
app.add_typer(archive, name="archive")

VERIFY_EXAMPLES = """

[bold]Examples[/]

  wireroom archive verify                 every file of every source

  wireroom archive verify eir --json      one source; one JSON object a file

[bold]Exit codes[/]  0 sound · 1 something is damaged or missing: it says what, and how to mend it
"""

REBUILD_EXAMPLES = """

[bold]Examples[/]

  wireroom rebuild            read every page of the archive again, and swap the new warehouse in

  wireroom rebuild --wait     queue behind runs that are at it

It asks no outlet for anything. Readers go on with the old warehouse until the new one is in place.
"""

WITHDRAW_EXAMPLES = """

[bold]Examples[/]

  wireroom withdraw https://example.org/pr/2026/260105_harbour.html --reason "asked by the outlet"

  wireroom withdraw 3f2a91c0 --reason "court order" --yes

  wireroom withdraw --source gazette --reason "licence ended"

The text goes from every file of this workspace, and is never fetched again. Backups and exports are yours to clear.
"""

Wait = Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds the source.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@archive.command(epilog=VERIFY_EXAMPLES)
def verify(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Only this source.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the archive from end to end: every record, checksum and digest, and every row that points into it."""
    from warehouse.archive import segments, verifying

    folders = here().folders
    if source is not None and not (folders.archive / source).is_dir():
        raise Problem(f"The archive has no source {source!r}. It has: {', '.join(_sources()) or 'none yet'}.")
    size = sum(path.stat().st_size for path in segments.files(folders, source or "*"))
    verdicts = []
    with _bytes("Verifying", size, quiet=as_json) as told:
        for verdict in verifying.verify(folders, source or "*", told):
            verdicts.append(verdict)
            if as_json:
                print(json.dumps(asdict(verdict)))
    if not as_json:
        _print_verdicts(verdicts)
    if any(verdict.problems for verdict in verdicts):
        raise typer.Exit(Exit.PROBLEM)


def _print_verdicts(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        for problem in verdict.problems:
            out.print(f"[bold red]✗[/] {escape(verdict.file)}: {escape(problem)}", highlight=False, soft_wrap=True)
    captures, rows = sum(verdict.captures for verdict in verdicts), sum(verdict.rows for verdict in verdicts)
    size = sum(verdict.size for verdict in verdicts)
    found = (
        f"{counted(len(verdicts), 'file')}, {size / 1e6:,.1f} MB, {captures:,} captures; {rows:,} rows point to them"
    )
    if any(verdict.problems for verdict in verdicts):
        out.print(f"[bold]The archive is damaged[/] ({found}).", highlight=False, soft_wrap=True)
        out.print(
            "Take the named files from a backup: wireroom restore BACKUP DIR puts one beside. A page that is lost there too "
            "is fetched again when its source is backfilled; its text stays in the warehouse.",
            highlight=False,
            soft_wrap=True,
        )
    else:
        out.print(f"[green]✓[/] The archive is sound: {found}.", highlight=False, soft_wrap=True)


@app.command(epilog=REBUILD_EXAMPLES)
def rebuild(wait: Wait = False, as_json: AsJson = False) -> None:
    """Make the whole warehouse anew from the archive alone."""
    from flows.rereading.rebuild import rebuild as run

    with watched("Rebuilding", err, quiet=as_json):
        report = run(here(), wait=wait)
    if as_json:
        print(json.dumps(asdict(report), default=str))
        return
    for problem in report.problems:
        err.print(f"[yellow]![/] {escape(problem)}", highlight=False, soft_wrap=True)
    of = counted(report.sources, "source")
    said = f"{counted(report.captures, 'capture')} of {of}, {counted(report.pages, 'page')} read again"
    dropped = f" ({report.not_kept:,} {are(report.not_kept)} no longer kept)" if report.not_kept else ""
    out.print(f"[green]✓[/] The warehouse is made anew: {said}{dropped}.", highlight=False, soft_wrap=True)


@app.command(epilog=WITHDRAW_EXAMPLES)
def withdraw(
    article: Annotated[
        str | None, typer.Argument(metavar="ARTICLE|URL", help="Its address, or its id or the beginning of it.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Everything of this source instead.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it stays in the table `withdrawals`.", show_default=False)] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Remove an article, or a whole source, for good: from archive, tables, search and files. It cannot be undone."""
    from flows import withdraw as withdrawing

    if (article is None) == (source is None):
        raise Problem("Name what is to be withdrawn: an article, an address, or a whole source with --source.")
    if not reason.strip():
        raise Problem('Say why with --reason "…": it is all that will be left.')
    workspace = here()
    reached = (
        [withdrawing.reach_of_source(workspace, source)] if source else withdrawing.reach_of(workspace, article or "")
    )
    if not as_json:
        _print_reach(reached)
    if not yes and not typer.confirm("Remove all of this for good?", err=True):
        raise typer.Exit(Exit.PROBLEM)
    with nullcontext() if as_json else err.status("Removing it from archive, tables and files …"):
        withdrawing.withdraw(workspace, reached, reason.strip(), wait=wait)
    if as_json:
        print(json.dumps([asdict(item) for item in reached]))
    else:
        said = (
            "Withdrawn. No file under data/ holds it any more, and no run will fetch it. "
            "Exports and backups made before still do."
        )
        out.print(f"[green]✓[/] {said}", soft_wrap=True)


def _print_reach(reached: list[Reach]) -> None:
    for item in reached:
        what = counted(item.articles, "article") if item.url_keys else "everything"
        addresses = counted(len(item.url_keys), "address", "addresses") if item.url_keys else "all addresses"
        found = f"{counted(item.versions, 'version')}, {counted(item.captures, 'archived page')}, {addresses}"
        out.print(f"From [bold]{escape(item.source_id)}[/]: {what} ({found})", highlight=False, soft_wrap=True)
        for text in (*item.headlines, *item.addresses):
            out.print(f"  {escape(text)}", highlight=False, soft_wrap=True)
        if item.withdrawn_already:
            out.print("  [dim]It was withdrawn before; what has come back since goes as well.[/]", highlight=False)
        for file in item.linked:
            said = f"Its pages also lie in {file}, which was imported with --link: that file is yours to clear."
            out.print(f"[yellow]![/] {escape(said)}", highlight=False, soft_wrap=True)
        if item.twins:
            twins = ", ".join(twin[:13] for twin in item.twins)
            out.print(f"[yellow]![/] Other articles have the same text and stay: {twins}", highlight=False)


def _sources() -> list[str]:
    return sorted(path.name for path in here().folders.archive.glob("*") if path.is_dir())


@contextmanager
def _bytes(title: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar of bytes on a terminal; a function that moves it on."""
    if quiet or not err.is_terminal:
        yield lambda read: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task(title, total=total)
        yield lambda read: progress.advance(task, read)
