"""Locks that the kernel frees when their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.files import UNWRITABLE

GLANCE = 0.02
"""Seconds after which a lock is asked for once more: whoever asks `is_held` has it for some microseconds."""


class Held(Exception):
    """Somebody else holds the lock; the message says who."""


@contextmanager
def hold(path: Path, who: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file at `path`, and while it is held `who` in it; raise Held at once where another holds it and not `wait`.

    Who is killed in the block, or fails, leaves its name there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), path, wait) as descriptor:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode(), 0)
        yield
        os.ftruncate(descriptor, 0)


@contextmanager
def hold_to_look(path: Path, who: str) -> Iterator[None]:
    """As `hold` for one who only looks: where nothing can be written, the lock is held without a name in it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
    else:
        os.close(descriptor)
        with hold(path, who):
            yield
        return
    if not path.exists():
        yield  # nobody has ever held it, and nobody can make it here
        return
    with _locked(os.open(path, os.O_RDONLY | os.O_CLOEXEC), path, wait=False):
        yield


@contextmanager
def _locked(descriptor: int, path: Path, wait: bool) -> Iterator[int]:
    try:
        if wait:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        elif not any(_taken(descriptor, after) for after in (0.0, GLANCE)):
            raise Held(holder(path))
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int, after: float = 0.0) -> bool:
    """Whether the lock is ours, asked for after so many seconds."""
    time.sleep(after)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock at this moment; what one that was killed had written stays there."""
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return not _taken(descriptor)
    finally:
        os.close(descriptor)


def holder(path: Path) -> str:
    """What the last holder wrote about itself, or a phrase that says nothing is known."""
    try:
        return path.read_text(encoding="utf-8").strip() or "another process"
    except OSError:
        return "another process"
