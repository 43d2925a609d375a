"""Verbs that say how outlets do, and try how people are told: health, notify."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.text import Text

from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.display import warned
from flows.cli.reading import as_made_today, plain
from flows.cli.stopping import stoppable
from flows.cli.tables import as_table, harmless, hung
from flows.source_files import source_named
from flows.workspace import Workspace

if TYPE_CHECKING:
    from flows.notices import Mail, Notice, Webhook
    from warehouse.health import Verdict

EXAMPLES = """

[bold]Examples[/]

  wireroom health                 what fails, in sentences, and how many checks are well

  wireroom health eir --all       every check of one source: what was measured, what was expected

  wireroom health --json          the same for a program, one JSON object a check

  wireroom health --notify        for cron: tell by webhook and mail what has changed since it was last told

[bold]Exit codes[/]  0 nothing fails · 1 a problem it names · 4 something fails
"""


@app.command(epilog=EXAMPLES)
def health(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Show the checks that are well, too.")] = False,
    notify: Annotated[bool, typer.Option("--notify", help="Tell by webhook and mail what has changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a check.")] = False,
) -> None:
    """Say how the outlets do, judged against their limits and their own past."""
    workspace = here()
    found = _verdicts(workspace, names or [])
    if notify:
        _attend(workspace, found)
    if as_json:
        for verdict in found:
            print(json.dumps(asdict(verdict), default=plain, ensure_ascii=False))
    else:
        _print(found, every)
    if any(verdict.state == "failing" for verdict in found):
        raise typer.Exit(Exit.INCOMPLETE)


def _verdicts(workspace: Workspace, names: Sequence[str]) -> list[Verdict]:
    """The verdicts on these sources, or on all that have a file and are not paused."""
    from flows.sources import load_each
    from warehouse import reading_copy
    from warehouse.health import verdicts

    sources = [source_named(workspace, name) for name in names] or load_each(workspace.sources)[0]
    if not sources:
        raise Problem("No source yet. Add one with: wireroom sources add eir")
    wanted = {source.source_id for source in sources if names or not source.paused}
    with closing(reading_copy.connect(workspace.folders)) as con, stoppable(con), as_made_today():
        found = verdicts(con, sources[0].source_id if len(wanted) == 1 and names else None)
    return [verdict for verdict in found if verdict.source_id in wanted]


def _attend(workspace: Workspace, found: Sequence[Verdict]) -> None:
    """Tell of each source what has changed."""
    from flows.health import attend

    with warned(err):
        for name in dict.fromkeys(verdict.source_id for verdict in found):
            attend(workspace, name, [verdict for verdict in found if verdict.source_id == name])


def _print(found: Sequence[Verdict], every: bool) -> None:
    """Sentences on what fails, a line a source, and on demand a row for every check."""
    if not found:
        out.print("Nothing has been read yet. Run: wireroom ingest --all", highlight=False)
        return
    if every:
        _print_every(found)
    for name in dict.fromkeys(verdict.source_id for verdict in found):
        states = Counter(verdict.state for verdict in found if verdict.source_id == name)
        mark = "[red]✗[/]" if states["failing"] else "[green]✓[/]" if states["ok"] else "[dim]?[/]"
        said = [counted(states["failing"], "check failing", "checks failing")] if states["failing"] else []
        said += [f"{states['ok']} well"] if states["ok"] else []
        said += [f"{states['unknown']} not to be judged yet"] if states["unknown"] else []
        out.print(f"{mark} [bold]{escape(name)}[/]: {', '.join(said)}", highlight=False, soft_wrap=True)
        for verdict in found:
            if verdict.source_id == name and verdict.state == "failing":
                since = f" (since {verdict.since_at:%Y-%m-%d %H:%M} UTC)" if verdict.since_at else ""
                line = f"  {verdict.check}: {harmless(verdict.message)}{since}"
                out.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_every(found: Sequence[Verdict]) -> None:
    """A row for every check; where the terminal is too narrow for a table, what was measured and expected runs on."""
    if not out.is_terminal or out.width >= WIDE:
        rows = [(each.source_id, each.check, each.state, each.measured, each.expected) for each in found]
        as_table(["source", "check", "state", "measured", "expected"], rows, title="Health")
    else:
        out.print("Health", style="bold")
        for each in found:
            out.print(Text.assemble((f"{each.source_id} {each.check}", "bold"), f"  {each.state}"), soft_wrap=True)
            hung("   ", f"{each.measured}; expected: {each.expected}")
    out.print()


WIDE = 170
"""Cells from which on a table of checks cuts nothing."""

NOTIFY_EXAMPLES = """

[bold]Example[/]

  wireroom notify --test       send a message every way that .env names, and say what came of it

[bold]Settings in .env[/]  WIREROOM_WEBHOOK_URL, WIREROOM_WEBHOOK_SECRET · WIREROOM_SMTP_URL, WIREROOM_MAIL_TO, WIREROOM_MAIL_FROM

[bold]Exit codes[/]  0 sent · 1 not sent, or no way is set
"""


@app.command(epilog=NOTIFY_EXAMPLES)
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a message that says it is a test.")] = False,
) -> None:
    """Say which ways there are to tell people, or try them."""
    from flows import notices

    workspace = here()
    found, problems = notices.channels(workspace)
    if not found and not problems:
        raise Problem(
            "Nobody is told yet. Put WIREROOM_WEBHOOK_URL, or WIREROOM_SMTP_URL and WIREROOM_MAIL_TO, into .env "
            "(docs/health.md says how), then: wireroom notify --test"
        )
    if test:
        title = f"Wireroom can reach you. This is a test from {workspace.root.name}."
        problems += _tried(found, notices.Notice("test", title))
    else:
        for way in found:
            out.print(f"Set: {escape(way.name)}", highlight=False, soft_wrap=True)
    if problems:
        raise Problem("\n".join(problems))


def _tried(ways: Sequence[Webhook | Mail], notice: Notice) -> list[str]:
    """Say of each way through which the message went that it did; a sentence for each of the others."""
    from flows import notices

    problems = []
    for name, problem in notices.tried(ways, notice):
        if problem:
            problems.append(f"✗ Not sent by {name}: {problem}.")
        else:
            out.print(f"[green]✓[/] Sent by {escape(name)}", highlight=False, soft_wrap=True)
    return problems
