"""Verbs that let it run by itself: up, down."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from flows.cli.app import Exit, Problem, app, err, here, out
from flows.sources import load_each
from flows.workspace import Workspace
from warehouse.locks import Held

UP_EXAMPLES = """

[bold]Examples[/]

  wireroom up                  in this terminal, until Ctrl-C

  wireroom up --detach         in the background; wireroom down ends it

  wireroom up --at-once 8      eight outlets at the same time, at most

[bold]Exit codes[/]  0 ended as it was told · 1 a problem it names · 3 one runs already
"""

AT_ONCE = 4
"""Flow runs at the same time: most of them wait for an outlet's turn, and each takes some 150 MB."""

STARTING = 330.0
"""Seconds that `--detach` waits until all is up."""

NO_ROOM = 1_000_000
"""Bytes of a disk below which nothing can be begun on it."""


@app.command(epilog=UP_EXAMPLES)
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it in the background and return.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Runs at the same time, at most.")] = AT_ONCE,
) -> None:
    """Run everything by itself: Prefect server, schedules of every source, loading; ends with Ctrl-C."""
    from flows.service import home
    from flows.service.supervisor import ServerFailed, Supervisor

    workspace = here()
    _refuse_beside_another_prefect(workspace)
    _refuse_second(workspace)
    home.password(workspace)  # one that cannot be used is said here, and not in a log
    _say_what_is_scheduled(workspace)
    if detach:
        _detached(workspace, at_once)
        return
    supervisor = Supervisor(workspace, at_once, say=lambda sentence: err.print(Text(sentence, "dim"), soft_wrap=True))

    def ready() -> None:
        _say_addresses(workspace, supervisor.url, "Ctrl-C ends it.")

    try:
        supervisor.run(ready)
    except ServerFailed as problem:
        raise Problem(str(problem)) from None
    except Held as held:
        _refuse_second(workspace)
        said = f"It is being started or ended just now ({held}). See how it stands with: wireroom status"
        err.print(said, highlight=False, soft_wrap=True)
        raise typer.Exit(Exit.BUSY) from None
    out.print("Ended. Everything fetched is kept; wireroom up goes on from here.", highlight=False, soft_wrap=True)


@app.command(epilog="\n[bold]Example[/]\n\n  wireroom down\n")
def down() -> None:
    """End what `wireroom up` started, wherever it runs; what is under way is kept and goes on the next time."""
    from flows.service import noted

    workspace = here()
    was_killed = noted.was_killed(workspace)
    if noted.stop(workspace):
        said = "Ended. Everything fetched is kept; wireroom up goes on from here."
    elif was_killed:
        said = (
            "Nothing runs here any more: wireroom up was killed, and the note it left has been cleared away. "
            "Everything fetched is kept. Start it again with: wireroom up"
        )
    else:
        said = "Nothing runs here. Start it with: wireroom up"
    out.print(said, highlight=False, soft_wrap=True)


def _refuse_beside_another_prefect(workspace: Workspace) -> None:
    """A user who has a Prefect wants the schedules there."""
    url = workspace.setting("PREFECT_API_URL")
    if url:
        raise Problem(
            f"PREFECT_API_URL is set ({url}): you have a Prefect already. wireroom deploy registers the schedules there; "
            "to run one in this workspace instead, say wireroom up without that setting."
        )


def _refuse_second(workspace: Workspace) -> None:
    from flows.service import noted

    service = noted.running(workspace)
    if service:
        err.print(
            f"It runs already: process {service.pid}, since {service.since:%Y-%m-%d %H:%M} UTC. UI: {service.url} · "
            "end it with: wireroom down",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(Exit.BUSY)


def _say_what_is_scheduled(workspace: Workspace) -> None:
    """Name what will not run, before it is missed."""
    sources, broken = load_each(workspace.sources)
    for problem in broken.values():
        err.print(f"{problem}\nIt runs as soon as that is mended.", markup=False, highlight=False, soft_wrap=True)
    if not sources and not broken:
        said = "No source yet: add one at any time with wireroom sources add eir, and it is read from then on."
        err.print(said, highlight=False, soft_wrap=True)
    paused = [source.source_id for source in sources if source.paused]
    if paused:
        err.print(f"Paused, and left out: {', '.join(paused)}.", style="dim", highlight=False, soft_wrap=True)


def _say_addresses(workspace: Workspace, url: str, ending: str) -> None:
    """The two addresses that matter, and how to get in."""
    out.print(
        Text.assemble(
            ("✓ ", "green"),
            "Runs: every source by its schedule.\n",
            "  Prefect    ",
            (url, "bold"),
            "  log in with the value of PREFECT_SERVER_API_AUTH_STRING\n",
            "             in ",
            str(workspace.root / ".env"),
            "\n",
            "  Warehouse  ",
            (str(workspace.folders.warehouse), "bold"),
            "\n",
            f"  {ending} wireroom status says how it stands.",
        ),
        soft_wrap=True,
    )


def _detached(workspace: Workspace, at_once: int) -> None:
    """Start a supervisor that outlives this terminal, and wait until it is up."""
    from flows.service import home, noted

    command = [sys.executable, "-P", "-m", "flows.service.supervisor", str(workspace.root), str(at_once)]
    folder = home.logs(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (this interpreter and our own module)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=workspace.root,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
    until = time.monotonic() + STARTING
    with err.status("Starting (Prefect takes some seconds) …"):
        while process.poll() is None and time.monotonic() < until:
            service = noted.running(workspace)
            if service and service.pid == process.pid and service.state == "running":
                _say_addresses(workspace, service.url, "wireroom down ends it.")
                return
            time.sleep(0.2)
    raise Problem(f"It did not come up. {_why(folder / 'start.log')} More is in {folder}.")


def _why(log: Path) -> str:
    """The last line of a log; of one that is empty whether the disk is full, which leaves no room for a line."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    is_full = shutil.disk_usage(log).free < NO_ROOM
    return lines[-1] if lines else "There is no room on the disk." if is_full else "It said nothing."
