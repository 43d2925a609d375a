"""The supervisor of `wireroom up`: brings server and worker up, keeps them up, and takes them down; knows no Prefect.

python -m flows.service.supervisor WORKSPACE AT_ONCE     what `up --detach` starts
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from flows.service import home, noted
from flows.service.child import Child, rotating
from flows.workspace import Workspace
from warehouse.locks import Held, hold

STARTING = 300.0
"""Seconds that the server may take until it answers; a second or two on a free machine, many on a busy one."""

DEAF = 180.0
"""Seconds without an answer after which a server that lives is killed, and so started again."""

WORKER_SECONDS, SERVER_SECONDS = 9.0, 3.0
"""Within which they end when asked: with what comes before and after, less than 15."""

TRIES = 4
"""How often a server that ends before it ever answered is started, before that is called a failure."""

Say = Callable[[str], None]


class ServerFailed(Exception):
    """The Prefect server cannot be brought up; the message names its log."""


class Supervisor:
    """Server and worker of one workspace, from `run` to its end."""

    def __init__(self, workspace: Workspace, at_once: int, say: Say) -> None:
        self._workspace, self._at_once = workspace, at_once
        self._stopping = threading.Event()
        self._say = say
        self._log: logging.Handler = logging.NullHandler()
        self._started = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self._noted: noted.Service | None = None
        self.url = ""

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until a signal; `ready` is called once all is up. Raises warehouse.locks.Held where another `up` runs."""
        with hold(noted.lock(self._workspace), f"wireroom up in process {os.getpid()}"):
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda *_: self._stopping.set())
            self._log = rotating(home.logs(self._workspace) / "up.log")
            noted.clear(self._workspace)  # that of one that was killed names a process that may be anybody's by now
            server, worker = self._children()
            try:
                self._bring_up(server)
                if not self._stopping.is_set():
                    self._tend(server, worker, ready)
            finally:
                self._note("stopping", server, worker)
                self._tell("Ending.")
                worker.end(WORKER_SECONDS)
                server.end(SERVER_SECONDS)
                noted.clear(self._workspace)
                self._tell("Ended.")
                self._log.close()

    def _children(self) -> tuple[Child, Child]:
        self._workspace.prefect_home.mkdir(parents=True, exist_ok=True)
        port = home.port(self._workspace)
        self.url = f"http://{home.HOST}:{port}"
        environment = home.environment(self._workspace, port)
        folder = home.logs(self._workspace)

        def child(name: str, *arguments: str) -> Child:
            command = [sys.executable, "-P", "-m", f"flows.service.{name}", str(os.getpid()), *arguments]
            return Child(name, command, environment, folder / f"{name}.log", self._workspace.prefect_home)

        return child("server"), child("worker", str(self._at_once))

    def _bring_up(self, server: Child) -> None:
        """Start the server and wait until it answers."""
        until = time.monotonic() + STARTING
        while not self._stopping.is_set():
            self._tell(server.keep_alive())
            self._note("starting", server)
            if answers(self.url):
                return
            if server.restarts >= TRIES or time.monotonic() > until:
                log = home.logs(self._workspace) / "server.log"
                said = f"Prefect's server did not come up at {self.url}. Its log says why: {log}"
                folder = self._workspace.prefect_home
                raise ServerFailed(f"{said}. Where its database is broken, remove {folder}: only its history is lost.")
            self._stopping.wait(0.3)

    def _tend(self, server: Child, worker: Child, ready: Callable[[], None]) -> None:
        """Keep both alive until told to stop."""
        heard = time.monotonic()
        looked = 0.0
        self._tell(worker.keep_alive())
        self._note("running", server, worker)
        ready()
        while not self._stopping.wait(0.5):
            for child in (server, worker):
                if said := child.keep_alive():
                    self._tell(said)
            self._note("running", server, worker)
            if time.monotonic() - looked > DEAF / 6:
                looked = time.monotonic()
                heard = looked if answers(self.url) else heard
            if time.monotonic() - heard > DEAF and server.pid:
                self._tell(f"The server has not answered for {DEAF:g} s and is killed.")
                os.killpg(server.pid, signal.SIGKILL)
                heard = time.monotonic()

    def _note(self, state: str, *children: Child) -> None:
        """Write down how things stand, where that is new; where it cannot be written now, it is tried again."""
        service = noted.Service(
            pid=os.getpid(),
            started_at=self._started.isoformat(),
            url=self.url,
            state=state,
            processes={child.name: child.pid for child in children if child.pid},
            restarts={child.name: max(child.restarts, 0) for child in children},
        )
        if service != self._noted:
            with suppress(OSError):  # a full disk ends nothing that runs
                noted.write(self._workspace, service)
                self._noted = service

    def _tell(self, sentence: str | None) -> None:
        if sentence:
            self._log.emit(logging.makeLogRecord({"msg": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {sentence}"}))
            with suppress(
                OSError
            ):  # a terminal that was closed, of which we may just have heard, hinders no orderly end
                self._say(sentence)


def answers(url: str) -> bool:
    """Whether the server says that it is well."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=10) as response:  # noqa: S310  (our own address)
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main(root: str, at_once: str) -> int:
    """Supervise without a terminal; the exit code."""
    try:
        Supervisor(Workspace(Path(root)), int(at_once), say=lambda sentence: None).run()
    except ServerFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except Held as held:
        print(f"Another is being started or ended just now ({held}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
