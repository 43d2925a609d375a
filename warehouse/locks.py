"""Locks that the kernel frees when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.files import UNWRITABLE


class Held(Exception):
    """Somebody else holds the lock; the message says who."""


@contextmanager
def hold(path: Path, who: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file at `path` and write `who` into it; raise Held at once where another holds it and not `wait`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), path, wait) as descriptor:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode(), 0)
        yield


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
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Held(holder(path)) from None
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock at this moment; what the last holder wrote stays there."""
    if not path.exists():
        return False
    try:
        with _locked(os.open(path, os.O_RDONLY | os.O_CLOEXEC), path, wait=False):
            return False
    except Held:
        return True


def holder(path: Path) -> str:
    """What the last holder wrote about itself, or a phrase that says nothing is known."""
    try:
        return path.read_text(encoding="utf-8").strip() or "another process"
    except OSError:
        return "another process"
