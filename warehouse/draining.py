"""The loader in a process of its own: what a load takes of memory for a moment does not stay with a run that lasts for days."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from warehouse import loader
from warehouse.folders import Folders
from warehouse.loader import Report

_COMMAND = "import sys; from warehouse.draining import main; main(sys.argv[1], *map(bool, map(int, sys.argv[2:])))"


def drain(folders: Folders, *, wait: bool = False, publish_now: bool = False) -> Report | None:
    """What loader.drain does, and returns or raises; Ctrl-C does not reach the process, and ends it where it ends this one."""
    done = subprocess.run(  # noqa: S603  (this interpreter, a path of ours, and numbers)
        [sys.executable, "-P", "-c", _COMMAND, str(folders.data), str(int(wait)), str(int(publish_now))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        process_group=0,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )
    if done.returncode:  # killed, perhaps for want of memory: nothing is lost by it
        return loader.drain(folders, wait=wait, publish_now=publish_now)
    answer = pickle.loads(done.stdout)  # noqa: S301  (of our own child)
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[no-any-return]


def main(data: str, wait: bool, publish_now: bool) -> None:
    """Drain, and leave the report, or what went wrong, on standard output."""
    answer: Report | Exception | None
    try:
        answer = loader.drain(Folders(Path(data)), wait=wait, publish_now=publish_now)
    except Exception as error:  # noqa: BLE001 - raised again where it was asked for
        answer = error
    with suppress(BrokenPipeError):  # who asked has died meanwhile; the load is done all the same
        sys.stdout.buffer.write(pickle.dumps(answer))
        sys.stdout.buffer.flush()
