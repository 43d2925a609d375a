"""The command line's frame: global options, exit codes, and how errors are said."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from importlib.metadata import version
from pathlib import Path
from typing import IO, Annotated, cast

import typer
from rich.console import Console

from flows.cli import prose
from flows.cli.frame import Interrupted, Verbs
from flows.journal import logs
from flows.plural import counted as counted
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
    cls=Verbs,
    help="Scheduled news ingestion: article pages in; datelines, source tags, honest dates and SQL out.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"wireroom {version('wireroom')}")
        raise typer.Exit


@app.callback()
def options(
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="Workspace folder (default: the nearest one at or above this folder)."),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Write the log to standard error, one JSON object a line.")
    ] = False,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that hold for every verb."""
    if workspace is not None:
        os.environ[VARIABLE] = str(workspace)
    if log_json:
        os.environ[logs.VARIABLE] = "1"
    err.file = cast("IO[str]", logs.Said() if logs.is_wanted() else None)  # None: whatever sys.stderr is then


def here() -> Workspace:
    """The workspace of this call."""
    return find()


def as_typed(text: str) -> str:
    """An argument as UTF-8, which it is on a terminal even where the locale (LC_ALL=C) says ASCII."""
    return os.fsencode(text).decode("utf-8", "replace")


def guarded(call: Callable[[], object]) -> int:
    """The exit code of a call, with foreseeable exceptions said on standard error."""
    try:
        call()
    except Held as problem:
        return _say(f"Another run is at it: {problem}. Add --wait to queue behind it.", Exit.BUSY)
    except (Problem, SourceError, WarehouseError, WorkspaceError) as problem:
        return _say(str(problem), Exit.PROBLEM)
    except (KeyboardInterrupt, Interrupted):
        return _say("Stopped. Everything fetched so far is kept; the same command goes on from here.", Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: not our failure, and nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except OSError as problem:
        if problem.errno in FULL:
            said = f"There is no room on the disk ({problem}). Everything that was fetched is kept: make room, then say the same again."
        elif problem.errno in _WAYS_OUT and problem.filename is not None:
            said = refusal(problem)
        else:
            raise
        return _say(said, Exit.PROBLEM)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.OK
    return Exit.OK


_WAYS_OUT = {
    errno.EROFS: "Mount it so that it can be written, or name a place elsewhere.",
    errno.EACCES: "Let this user read and write there (ls -ld shows whose it is), or name a place elsewhere.",
    errno.EPERM: "Let this user read and write there (ls -ld shows whose it is), or name a place elsewhere.",
    errno.ENOENT: "Make the folder first, or name a place elsewhere.",
    errno.ENOTDIR: "A part of that path is a file, not a folder: name a place elsewhere.",
    errno.EISDIR: "That is a folder: name a file in it.",
}


def refusal(problem: OSError) -> str:
    """What the system would not let us open or write, why, and the way out."""
    path = os.fsdecode(problem.filename2 or problem.filename)
    if problem.errno == errno.ENOENT or path.endswith(".tmp"):
        path = os.path.dirname(os.path.abspath(path))
    return f"{path} cannot be written: {problem.strerror}. {_WAYS_OUT[problem.errno or 0]}"


def _say(message: str, code: Exit) -> int:
    if isinstance(err.file, logs.Said):
        err.file.say("failed", message)
        return int(code)
    prose.say(err, f"✗ {message}" if err.is_terminal else message, mark="bold red" if err.is_terminal else "")
    return int(code)
