"""A flow run by hand, as `python -m flows.backfill`: recorded by the server that the settings name, else by one of its own.

Prefect would start one too, but not end it where this process is killed, and not wait for it on a busy machine.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

from flows import ending
from flows.service import home
from flows.service.supervisor import STARTING, answers

ENDING = 5.0
"""Seconds that the server has to end."""

INTERRUPTED = 130


def main(flow: Callable[..., Any], names: str, arguments: list[str]) -> int:
    """Run a flow with these arguments and print what it returns; the exit code. `names` says what it takes, as SOURCE [DAY]."""
    least = sum(not name.startswith("[") for name in names.split())
    is_option = any(argument.startswith("-") for argument in arguments)
    if is_option or not least <= len(arguments) <= len(names.split()):
        return _say(f"Give it: {names}")
    try:
        with recorded():
            print(flow(*arguments))
    except NotUp as problem:
        return _say(str(problem))
    except ending.FORESEEN as problem:
        return _say(ending.sentence(problem))
    except KeyboardInterrupt:
        _say("Stopped. Everything fetched so far is kept; the same command goes on from here.")
        return INTERRUPTED
    return 0


class NotUp(Exception):
    """The server of this process alone cannot be brought up."""


@contextmanager
def recorded() -> Iterator[None]:
    """A block whose flows are recorded; raises NotUp."""
    if PREFECT_API_URL.value():
        yield
        return
    port = _free_port()
    url = f"http://{home.HOST}:{port}"
    with tempfile.TemporaryFile() as words:
        server = _started(port, words)
        try:
            _wait(server, url, words)
            with temporary_settings({PREFECT_API_URL: f"{url}/api"}):
                yield
                APILogWorker.drain_all()
                EventsWorker.drain_all()
        finally:
            _end(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((home.HOST, 0))
        return int(probe.getsockname()[1])


def _started(port: int, words: IO[bytes]) -> subprocess.Popen[bytes]:
    """A server bound to this process, with Prefect's settings as they are here, and no UI; what it says goes to `words`."""
    settings = get_current_settings().to_environment_variables(exclude_unset=True)
    own = {
        "PREFECT_SERVER_API_HOST": home.HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_UI_ENABLED": "0",
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
    }
    return subprocess.Popen(  # noqa: S603  (this interpreter and our own module)
        [sys.executable, "-P", "-m", "flows.service.server", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=words,
        env={**os.environ, **settings, **own},
        process_group=0,  # Ctrl-C ends the run, and the run its server
    )


def _wait(server: subprocess.Popen[bytes], url: str, words: IO[bytes]) -> None:
    """Until the server answers; raises NotUp where it ends before, or takes too long."""
    until = time.monotonic() + STARTING
    while not answers(url):
        if server.poll() is not None or time.monotonic() > until:
            how = "ended" if server.poll() is not None else f"did not answer within {STARTING:g} s"
            raise NotUp(
                f"The Prefect server that was to record this run {how}, and nothing was fetched. {_last(words)}A run needs none: "
                "wireroom ingest, backfill and reparse record nothing in Prefect, or at the server that PREFECT_API_URL names."
            )
        time.sleep(0.2)


def _last(words: IO[bytes]) -> str:
    """What the server has said about an error, last of all, as a sentence."""
    words.seek(0)
    lines = [line.strip() for line in words.read().decode("utf-8", "replace").splitlines()]
    said = next((line for line in reversed(lines) if "Error" in line), "")
    return f"It said: {said[:300].rstrip('.')}. " if said else ""


def _end(server: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is None:
            os.killpg(server.pid, number)
            try:
                server.wait(ENDING)
            except subprocess.TimeoutExpired:
                continue


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
