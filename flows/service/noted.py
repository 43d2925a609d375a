"""What `up` notes about itself, so that `down`, `status` and a second `up` find it."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from flows.workspace import Workspace
from warehouse.files import write_whole
from warehouse.locks import is_held

PATIENCE = 20.0
"""Seconds that `down` waits for an orderly end; `up` itself needs 15 at most."""


@dataclass(frozen=True, slots=True)
class Service:
    """An `up` that runs, or that was killed before it could take its note away."""

    pid: int
    started_at: str  # UTC
    url: str  # of the UI; the API is below it, at /api
    state: str  # starting, running, stopping
    processes: dict[str, int]  # server and worker, by name
    restarts: dict[str, int]  # how often each was started again

    @property
    def since(self) -> datetime:
        """When it was started, UTC without a zone."""
        return datetime.fromisoformat(self.started_at)


def lock(workspace: Workspace) -> Path:
    """Held by the one `up` of a workspace."""
    return workspace.folders.data / ".live" / "up.lock"


def _file(workspace: Workspace) -> Path:
    return workspace.folders.data / ".live" / "up.json"


def write(workspace: Workspace, service: Service) -> None:
    """Note how the service stands."""
    write_whole(_file(workspace), [json.dumps(asdict(service)).encode()])


def clear(workspace: Workspace) -> None:
    """Take the note away."""
    _file(workspace).unlink(missing_ok=True)


def running(workspace: Workspace) -> Service | None:
    """The `up` of the workspace, None where none runs; the lock says it, so that a stale note deceives nobody."""
    if not is_held(lock(workspace)):
        return None
    try:
        return Service(**json.loads(_file(workspace).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None  # it is just beginning, or just ending


def was_killed(workspace: Workspace) -> bool:
    """Whether the last `up` could not take its note away, and none runs now."""
    return _file(workspace).exists() and not is_held(lock(workspace))


def stop(workspace: Workspace) -> bool:
    """End the `up` of the workspace and wait for it; whether one ran. One that does not end in time is killed."""
    service = running(workspace)
    if service is None:
        if was_killed(workspace):
            clear(workspace)  # who ends what runs knows that it runs no more
        return False
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 5.0)):
        try:
            os.kill(service.pid, number)
        except ProcessLookupError:
            break
        until = time.monotonic() + patience
        while is_held(lock(workspace)):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        else:
            break
    clear(workspace)
    return True
