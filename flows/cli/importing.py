"""The verb that brings in what others have recorded: import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from flows.cli import prose
from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.days import day
from flows.cli.recording import end_like_ctrl_c
from flows.cli.tables import harmless
from flows.progress import Event, shown
from flows.reasons import in_words

if TYPE_CHECKING:
    from flows.importing import Options, Report

MOST_SHOWN = 10
"""Hosts, reasons or spots that are printed one a line; --json has them all."""

EXAMPLES = """

[bold]Examples[/]

  wireroom import crawl.warc.gz                     pages go to the sources whose addresses they have

  wireroom import CC-NEWS-*.warc.gz --source eir    one outlet out of the world's news

  wireroom import saved/ --base https://example.org  a folder that mirrors a site

  wireroom import dump.jsonl --as gazette           one page a line, all of them for one source

  wireroom import archive.wacz --dry-run            what is in it, by source and host; nothing is written

The same command goes on where it was stopped; what was imported is never imported twice.

[bold]Exit codes[/]  0 done · 1 a problem it names · 3 another run holds a source · 4 a file is damaged or incomplete,
a page or a row is without an address or has a date that cannot be, or nothing of them could be taken
"""


Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", readable=False, help="Files, or folders of them.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only pages of this source; may be repeated.")]
Forced = Annotated[str | None, typer.Option("--as", help="Give every page to this source, whatever its rules.")]
Matches = Annotated[
    list[str] | None,
    typer.Option("--match", help="Only pages of this host, or whose address fits this pattern with *."),
]
First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day of articles, by their own date.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day of articles, by their own date.")]
KeepUnclaimed = Annotated[
    bool, typer.Option("--keep-unclaimed", help="Keep pages that no source claims, as source `unclaimed`.")
]
Linked = Annotated[bool, typer.Option("--link", help="Leave the pages in their WARC files instead of copying them.")]
Base = Annotated[
    str | None, typer.Option("--base", metavar="URL", help="Address that a folder of saved pages mirrors.")
]
Addresses = Annotated[
    Path | None,
    typer.Option("--addresses", metavar="CSV", help="Table with the columns file and url, and perhaps title and date."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count by source and host; write nothing.")]
Wait = Annotated[bool, typer.Option("--wait", help="Queue behind a run that holds a source.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what was found and done as JSON.")]


@app.command("import", epilog=EXAMPLES)
def import_(
    paths: Paths,
    source: Sources = None,
    forced: Forced = None,
    match: Matches = None,
    first: First = None,
    last: Last = None,
    keep_unclaimed: KeepUnclaimed = False,
    link: Linked = False,
    base: Base = None,
    addresses: Addresses = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Bring in recorded pages: WARC, WACZ, saved pages (HTML, MHTML), text, JSON Lines, and lists of addresses as CSV."""
    from flows.importing import Options

    if source and forced:
        raise Problem("--source filters by the sources' own rules, and --as sets them aside: give one of them.")
    options = Options(
        sources=tuple(source or ()),
        forced=forced,
        match=tuple(match or ()),
        first_day=day(first, "--from"),
        last_day=day(last, "--to", last=True),
        keep_unclaimed=keep_unclaimed,
        link=link,
        dry_run=dry_run,
        base=_address(base),
        addresses=addresses,
        wait=wait,
    )
    _import(paths, options, as_json=as_json)


def _import(paths: list[Path], options: Options, *, as_json: bool) -> None:
    """Import, print what came of it, and end with the exit code for that."""
    from flows.importing import bring

    end_like_ctrl_c()
    with _bar(quiet=as_json) as told:
        report = bring(here(), paths, options, told)
    if as_json:
        print(json.dumps(_plain(report)))
    else:
        _print(report, options)
    if not report.is_whole or report.is_lacking or report.is_barren:
        raise typer.Exit(Exit.INCOMPLETE)


def _address(text: str | None) -> str | None:
    if text and not text.lower().startswith(("http://", "https://")):
        raise Problem(f"--base must be an address that begins with http:// or https://, not {text!r}.")
    return text


def _plain(report: Report) -> dict[str, Any]:
    """The report as JSON takes it, the largest counts first."""
    known = {item.name: getattr(report, item.name) for item in fields(report)}
    counts = {name: dict(value.most_common()) for name, value in known.items() if isinstance(value, Counter)}
    return {**known, **counts, "damaged": [asdict(spot) for spot in report.damaged]}


def _print(report: Report, options: Options) -> None:
    for spot in report.damaged[:MOST_SHOWN]:
        _warn(f"{spot.file}, at {spot.offset:,}: {spot.message}")
    if report.damaged_count > MOST_SHOWN:
        _warn(f"… and {report.damaged_count - MOST_SHOWN:,} more damaged spots (--json names them).")
    for problem in report.problems[:MOST_SHOWN]:
        _warn(problem)
    for note in report.notes:
        prose.say(out, harmless(note), style="dim")
    _print_counts("Unclaimed, and left out", report.unclaimed)
    _print_counts("Passed over", report.passed_over)
    _print_counts("Dates that cannot be read, whose rows came without one", report.undated)
    _print_counts("Not of the days that were asked for", report.outside)
    _print_counts("No article", _in_words(report.rejected))
    if options.dry_run:
        _print_counts("Pages by host", report.hosts)
    _print_counts("Pages by source", report.sources)
    prose.say(out, _sentence(report, options.dry_run))
    if report.unclaimed and not report.is_claimed:
        said = "No source claims any of it. Add the outlet (wireroom sources add URL), or name one with --as."
        prose.say(out, said, style="dim")


def _in_words(reasons: Mapping[str, int]) -> Mapping[str, int]:
    """Counts by what the codes mean."""
    counts = Counter[str]()
    for code, count in reasons.items():
        counts[in_words(code)] += count
    return counts


def _sentence(report: Report, dry_run: bool) -> str:
    """The line that says it all."""
    if not report.files and not report.is_whole:
        return "No file could be read: see above."
    if report.is_barren:
        return f"{counted(report.files, 'file')} read, and nothing of {'it' if report.files == 1 else 'them'} could be taken: see above what is lacking."
    parts = []
    new = counted(report.taken, "new page")
    if report.taken and dry_run:
        parts.append(f"{new} would be imported")
    elif report.taken:
        parts.append(f"{new} imported, {counted(report.articles, 'article')} read")
    if report.listed:
        would = " would be" if dry_run else ""
        parts.append(
            f"{counted(report.listed, 'new address', 'new addresses')}{would} listed for ingest and backfill to fetch"
        )
    already = report.known + report.listed_known
    if already:
        parts.append(f"{already:,} known already")
    if report.withdrawn:
        parts.append(f"{report.withdrawn:,} withdrawn, which stay away")
    if not (report.taken or report.listed):
        parts.insert(0, "nothing new")
    said = ", ".join(parts)
    end = ". Not all of it could be read: see above." if not report.is_whole else "."
    if report.is_whole and report.is_lacking:
        end = ". Not all of it has the address or the date that it should: see above."
    unread = f", {report.unread:,} not" if report.unread else ""
    return f"{counted(report.files, 'file')} read{unread}: {said}{end}"


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    out.print(Text(f"{title}: {sum(counts.values()):,}", style="bold"), soft_wrap=True)
    for name, count in ordered[:MOST_SHOWN]:
        out.print(Text(f"  {count:>9,}  {harmless(name)}"), soft_wrap=True)
    if len(ordered) > MOST_SHOWN:
        rest = sum(count for _, count in ordered[MOST_SHOWN:])
        out.print(Text(f"  {rest:>9,}  in {len(ordered) - MOST_SHOWN:,} more", style="dim"), soft_wrap=True)


def _warn(sentence: str) -> None:
    prose.say(err, f"! {harmless(sentence)}", style="yellow")


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar of bytes on a terminal, and whatever the runs have to say; a function that moves it."""
    if quiet:
        yield lambda read, total: None
        return
    if not err.is_terminal:
        with shown(_say):
            yield lambda read, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress, shown(_say):
        task = progress.add_task("Importing", total=None)
        yield lambda read, total: progress.update(task, completed=read, total=total)


def _say(event: Event) -> None:
    """Notes and warnings of the runs, above the bar."""
    if event.kind in ("note", "warning"):
        prose.say(err, harmless(event.text))
