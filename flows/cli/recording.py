"""What all verbs that run for long have in common: how they are ended, and whether Prefect keeps a record of them."""

from __future__ import annotations

import os
import signal
from typing import NoReturn

from flows.cli.app import err
from flows.workspace import Workspace

SETTINGS = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")


def end_like_ctrl_c() -> None:
    """From now on let SIGTERM and a terminal that hangs up end this process as Ctrl-C does: what is fetched is kept."""
    signal.signal(signal.SIGTERM, _stop)
    terminals = [number for number in (1, 2) if os.isatty(number)]  # once it has hung up nobody can tell

    def hang_up(signum: int, frame: object) -> NoReturn:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a shell sends it after the kernel has
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in terminals:
            os.dup2(nowhere, number)  # else whatever is said on the way out is an error
        _stop(signum, frame)

    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has set it
        signal.signal(signal.SIGHUP, hang_up)


def is_recorded(workspace: Workspace) -> bool:
    """Whether the environment or `.env` names a Prefect API; if so this process is told of it, else the user."""
    if workspace.setting("PREFECT_API_URL") is None:
        said = "This run is not recorded in Prefect (PREFECT_API_URL is not set)."
        err.print(said, style="dim", highlight=False, soft_wrap=True)
        return False
    for setting in SETTINGS:
        value = workspace.setting(setting)
        if value:
            os.environ.setdefault(setting, value)
    return True


def _stop(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
