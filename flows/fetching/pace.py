"""Pace: one small locked file a host, so that all processes of a workspace together ask it no faster than they may."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from urllib.parse import quote

from warehouse.folders import Folders

SLOWEST = timedelta(minutes=1)
"""The longest Crawl-delay that is kept to the letter; one that asks for more gets this."""

FAILURES = 5
"""Failures in a row after which a host is rested."""

REST = timedelta(minutes=10)


@dataclass(slots=True)
class Host:
    """What is kept of one host between requests; moments are seconds since the epoch."""

    next_allowed: float = 0.0
    rest_until: float = 0.0
    failures: int = 0
    robots: str | None = None  # the text; None: not known, or unreachable
    robots_until: float = 0.0  # when it must be asked for again
    robots_reachable: bool = True

    def failed(self) -> None:
        """Count a failure, and rest the host where there were too many in a row."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.rest(REST.total_seconds())

    def rest(self, seconds: float) -> None:
        """Ask nothing more of the host for so long."""
        self.rest_until = max(self.rest_until, time.time() + seconds)

    def answered(self) -> None:
        """Forget failures: the host is well."""
        self.failures = 0


class Pace:
    """The pace of every host that a workspace asks."""

    def __init__(self, folders: Folders, delay: timedelta = timedelta(seconds=5)) -> None:
        self._folder = folders.hosts
        self.delay = delay

    @contextmanager
    def turn(self, netloc: str) -> Iterator[Host]:
        """One host's state, locked against every other process for as long as the block runs, and then kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            self._folder / f"{quote(netloc.lower(), safe='')}.json", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            host = _read(descriptor)
            try:
                yield host
            finally:
                data = json.dumps(asdict(host)).encode()
                os.pwrite(descriptor, data, 0)
                os.ftruncate(descriptor, len(data))
        finally:
            os.close(descriptor)

    @contextmanager
    def request(self, host: Host, asked_delay: float | None = None) -> Iterator[None]:
        """Wait until the host may be asked, and note when it may be asked next; inside its turn."""
        time.sleep(max(0.0, min(host.next_allowed - time.time(), SLOWEST.total_seconds())))
        delay = max(self.delay.total_seconds(), min(asked_delay or 0.0, SLOWEST.total_seconds()))
        try:
            yield
        finally:
            host.next_allowed = time.time() + delay


def _read(descriptor: int) -> Host:
    """The state in the file; a fresh one where it is empty or was cut by a kill."""
    try:
        kept = json.loads(os.pread(descriptor, 1 << 20, 0))
        return Host(**{field.name: kept[field.name] for field in fields(Host)})
    except (ValueError, KeyError, TypeError):
        return Host()
