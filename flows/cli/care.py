"""Verbs that look after a workspace: doctor, backup, restore, load."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn
from rich.text import Text

from flows.cli.app import Exit, Problem, app, counted, err, here, out

if TYPE_CHECKING:
    from warehouse.backup.manifest import Tell
    from warehouse.doctor import Result

DOCTOR_EXAMPLES = """

[bold]Examples[/]

  wireroom doctor                 every check; of the archive a sample of pages

  wireroom doctor --full          read back the page of every version, however many they are

  wireroom doctor --json | jq 'select(.findings != [])'

[bold]Exit codes[/]  0 sound (advice may remain) · 1 a fault, named with the command that mends it
"""

BACKUP_EXAMPLES = """

[bold]Examples[/]

  wireroom backup /mnt/disk/news        the first time everything, then what is new

  wireroom backup /mnt/disk/news --with-secrets --check-all

[bold]What is in it[/]  archive, reading copy, spool and sources; .env only with --with-secrets. Runs may go on meanwhile.
"""

RESTORE_EXAMPLES = """

[bold]Example[/]

  wireroom restore /mnt/disk/news news-again
"""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@app.command(epilog=DOCTOR_EXAMPLES)
def doctor(
    full: Annotated[bool, typer.Option("--full", help="Read back the page of every version, not a sample.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a check.")] = False,
) -> None:
    """Examine the workspace: prove that nothing is lost, doubled or damaged, or name the fault and what mends it."""
    from warehouse.doctor import checks, examine

    faults = advice = 0
    with _spinning("Examining", quiet=as_json) as say:
        names = iter([check.proves for check in checks()])
        say(next(names))
        for result in examine(here().folders, full=full):
            faults += result.count if result.level == "fault" else 0
            advice += result.count if result.level == "advice" else 0
            if as_json:
                print(json.dumps({"ok": not result.count, **asdict(result)}, ensure_ascii=False))
            else:
                _print_result(result)
            say(next(names, ""))
    if not as_json:
        _print_verdict(faults, advice)
    if faults:
        raise typer.Exit(Exit.PROBLEM)


def _print_result(result: Result) -> None:
    mark = ("–", "dim") if result.skipped else ("✓", "green") if not result.count else ("✗", "bold red")
    if result.count and result.level == "advice":
        mark = ("!", "yellow")
    out.print(Text.assemble(mark, " ", (result.proves, "" if not result.skipped else "dim")), soft_wrap=True)
    if result.skipped:
        out.print(Text(f"    Not looked at: {result.skipped}", style="dim"), soft_wrap=True)
    for finding in result.findings:
        out.print(Text.assemble("    ", (finding.subject, "bold"), f" {finding.what}."), soft_wrap=True)
    if result.count > len(result.findings):
        out.print(Text(f"    … and {result.count - len(result.findings):,} more"))
    for means in dict.fromkeys(finding.means for finding in result.findings if finding.means):
        out.print(Text(f"    {means}", style="dim"), soft_wrap=True)
    for mend in dict.fromkeys(finding.mend for finding in result.findings):
        out.print(Text.assemble("    → ", (mend, "cyan")), soft_wrap=True)


def _print_verdict(faults: int, advice: int) -> None:
    if faults:
        text = Text(f"{faults:,} fault{'' if faults == 1 else 's'}. The arrows say what mends them.", style="bold red")
    else:
        text = Text("The workspace is sound.", style="bold green")
    if advice:
        text.append(f" {advice:,} thing{'' if advice == 1 else 's'} to know of.", style="yellow")
    out.print(text)


@app.command(epilog=BACKUP_EXAMPLES)
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup: new, or an earlier one.")],
    secrets: Annotated[bool, typer.Option("--with-secrets", help="Take .env along.")] = False,
    check_all: Annotated[bool, typer.Option("--check-all", help="Read again also what was copied earlier.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy what cannot be made again into a folder, and read it back; a second time only what is new."""
    from warehouse.backup import back_up

    with _copying("Backing up", quiet=as_json) as tell, _said_plainly(folder):
        report = back_up(here().root, folder, secrets=secrets, check_all=check_all, tell=tell)
    if as_json:
        print(json.dumps({**asdict(report), "unchanged": report.unchanged}))
        return
    for name in report.lost:
        err.print(
            Text(f"{name} is missing in the workspace, and the backup still has it.", style="yellow"), soft_wrap=True
        )
    out.print(
        Text.assemble(
            ("✓ ", "green"),
            f"{folder}: {counted(report.files, 'file')}, {_bytes(report.size)}; copied and read back {report.copied:,} "
            f"({_bytes(report.copied_bytes)}), unchanged {report.unchanged:,}.",
        ),
        soft_wrap=True,
    )
    if not secrets:
        out.print(Text(".env was not taken along (--with-secrets takes it).", style="dim"), soft_wrap=True)


@app.command(epilog=RESTORE_EXAMPLES)
def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="Folder that wireroom backup has made.")],
    into: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace to make: a new or empty folder.")],
    as_json: AsJson = False,
) -> None:
    """Make a workspace from a backup, checking every file; nothing that is there is overwritten."""
    from flows.workspace import create
    from warehouse.backup import restore as restored

    with _copying("Restoring", quiet=as_json) as tell, _said_plainly(into):
        manifest = restored(folder, into.absolute(), tell=tell)
    create(into)
    if as_json:
        print(json.dumps({"files": len(manifest.files), "size": manifest.size, "load_id": manifest.load_id}))
        return
    made = f"{into} is the workspace as it was on {manifest.made_at:%Y-%m-%d %H:%M} UTC: {counted(len(manifest.files), 'file')}, {_bytes(manifest.size)}."
    out.print(Text.assemble(("✓ ", "green"), made), soft_wrap=True)
    out.print(Text(f"Next: wireroom --workspace {into} doctor"), soft_wrap=True)


@app.command(epilog="\n[bold]Example[/]\n\n  wireroom load\n")
def load(as_json: AsJson = False) -> None:
    """Load what waits in the spool and make a new reading copy; every run does it at its end."""
    from warehouse import loader

    folders = here().folders
    report = loader.drain(folders, wait=True, publish_now=True)
    assert report is not None  # we waited
    if as_json:
        print(json.dumps({"files": report.files, "rows": report.rows, "problems": report.problems}))
    else:
        for sentence in report.problems:
            err.print(Text(sentence, style="yellow"), soft_wrap=True)
        out.print(
            Text.assemble(("✓ ", "green"), f"{counted(report.files, 'file')} loaded, {counted(report.rows, 'row')}."),
            soft_wrap=True,
        )
    if report.problems:
        raise typer.Exit(Exit.PROBLEM)


@contextmanager
def _said_plainly(place: Path) -> Iterator[None]:
    """Turn a full or unwritable disk into a sentence."""
    try:
        yield
    except OSError as error:
        raise Problem(
            f"{error.filename or place} cannot be written or read: {error.strerror}. Nothing half is left: try again once that is mended."
        ) from None


@contextmanager
def _spinning(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being looked at."""
    if quiet or not out.is_terminal:
        yield lambda text: None
        return
    # On the console that prints the results, so that each of them takes the spinner's place.
    with Progress(SpinnerColumn(), TextColumn("[dim]{task.description}[/]"), console=out, transient=True) as progress:
        task = progress.add_task(title)
        yield lambda text: progress.update(task, description=text)


@contextmanager
def _copying(title: str, *, quiet: bool) -> Iterator[Tell]:
    """Show on a terminal how much was copied, and what."""
    if quiet or not err.is_terminal:
        yield lambda name, size: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TransferSpeedColumn(),
        TextColumn("[dim]{task.fields[name]}[/]"),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(title, total=None, name="")
        yield lambda name, size: progress.update(task, advance=size, name=name[-60:])


def _bytes(size: float) -> str:
    """A size as people say it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
