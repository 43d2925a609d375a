"""The command line's frame: global options, exit codes, and how errors are said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from flows.sources import SourceError
from flows.workspace import VARIABLE, Workspace, WorkspaceError, find
from warehouse.errors import WarehouseError
from warehouse.files import FULL
from warehouse.locks import Held


class Exit(IntEnum):
    """What the exit code of a command means."""

    OK = 0
    PROBLEM = 1  # something the message names
    USAGE = 2
    BUSY = 3  # another run holds the source
    INCOMPLETE = 4  # the run went through, and part of it failed
    INTERRUPTED = 130


class Problem(Exception):
    """A foreseeable problem; the message is whole sentences and says the way out."""


out = Console()
err = Console(stderr=True)

app = typer.Typer(
    name="wireroom",
    help="Scheduled news ingestion: article pages in; datelines, source tags, honest dates and SQL out.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="Workspace folder (default: the nearest one at or above this folder)."),
    ] = None,
) -> None:
    """Take the options that hold for every verb."""
    if workspace is not None:
        os.environ[VARIABLE] = str(workspace)


def here() -> Workspace:
    """The workspace of this call."""
    return find()


def guarded(call: Callable[[], object]) -> int:
    """The exit code of a call, with foreseeable exceptions said on standard error."""
    try:
        call()
    except Held as problem:
        return _say(f"Another run is at it: {problem}. Add --wait to queue behind it.", Exit.BUSY)
    except (Problem, SourceError, WarehouseError, WorkspaceError) as problem:
        return _say(str(problem), Exit.PROBLEM)
    except KeyboardInterrupt:
        return _say("Stopped. Everything fetched so far is kept; the same command goes on from here.", Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: not our failure, and nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except OSError as problem:
        if problem.errno not in FULL:
            raise
        return _say(
            f"There is no room on the disk ({problem}). Everything that was fetched is kept: make room, then say the same again.",
            Exit.PROBLEM,
        )
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.OK
    return Exit.OK


def _say(message: str, code: Exit) -> int:
    err.print(Text.assemble(("✗ ", "bold red") if err.is_terminal else "", message), soft_wrap=not err.is_terminal)
    return int(code)
