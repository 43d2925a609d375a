"""Pace: one small locked file a host, so that all processes of a workspace together ask it no faster than they may."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, get_type_hints
from urllib.parse import quote

from flows.fetching.exchange import Failure
from flows.fetching.floors import Floor, Floors, known
from warehouse.folders import Folders

SLOWEST = timedelta(minutes=1)
"""The longest Crawl-delay that is kept to the letter; one that asks for more gets this."""

FAILURES = 5
"""Failures in a row after which a host is rested; one that used up its time counts twice."""

REST = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=4)
"""The first rest; it doubles as long as the first request after a rest fails too."""

MOST = 4 << 20
"""Bytes of a host file that are read: two files of rules at their longest, and something beside."""


ROUND = 128
"""A host file's length is a multiple of so many bytes, so that it seldom changes."""


@dataclass(slots=True)
class Host:
    """What is kept of one host between requests; moments are seconds since the epoch."""

    next_allowed: float = 0.0
    rest_until: float = 0.0
    rest_reason: str | None = None  # why it rests, as a clause
    failures: int = 0
    refusals: int = 0  # in a row, of an archive that has a floor
    robots: str | None = None  # the text; None: not known, or unreachable
    robots_until: float = 0.0  # when it must be asked for again
    robots_reachable: bool = True
    robots_trouble: str | None = None  # why it could not be reached the last time, as a sentence
    robots_unconnected: bool = False  # because there was no connection at all: nobody was burdened
    robots_failing_since: float = 0.0  # 0: it was reached the last time
    tdmrep: list[tuple[str, bool, str | None]] = field(default_factory=list)  # rights.Rule
    tdmrep_until: float = 0.0

    def failed(self, why: str | None = None, weight: int = 1) -> None:
        """Count a failure, and rest the host where there were too many in a row; `why` is what came of the last request."""
        self.failures += weight
        if self.failures >= FAILURES:
            doubled: timedelta = REST * 2 ** min((self.failures - FAILURES) // max(weight, 1), 10)
            self.rest(
                min(doubled, LONGEST_REST).total_seconds(), why and f"of too many failures, the last of which: {why}"
            )

    def rest(self, seconds: float, why: str | None = None) -> None:
        """Ask nothing more of the host for so long."""
        until = time.time() + seconds
        if until > self.rest_until:
            self.rest_until, self.rest_reason = until, why

    def refused(self, floor: Floor, stated: float | None, why: str | None = None) -> None:
        """Leave an archive alone that wants it so, longer each time; `stated` is its own Retry-After."""
        self.refusals += 1
        self.rest(floor.rest_after(self.refusals, stated), why)

    def roused(self) -> None:
        """Ask again at once what rests, and for its robots.txt where that could not be reached."""
        self.rest_until = 0.0
        self.robots_until = self.robots_until if self.robots_reachable else 0.0

    def reconnected(self) -> None:
        """Ask for robots.txt again at once, where the last time there was no connection to the host."""
        if not self.robots_reachable and self.robots_unconnected:
            self.robots_until = 0.0

    def answered(self) -> None:
        """Forget failures: the host is well."""
        self.failures = self.refusals = 0


@dataclass(slots=True)
class Turn:
    """A host while it is ours: nobody else asks it before the turn ends."""

    house: str
    host: Host
    descriptor: int
    length: int  # of the file

    def keep(self) -> None:
        """Write what is known into the host's file, with one call that a kill cannot cut."""
        kept = {name: getattr(self.host, name) for name in _KINDS}
        data = json.dumps(kept).encode()
        data = data.ljust(-(-len(data) // ROUND) * ROUND - 1) + b"\n"
        os.pwrite(self.descriptor, data, 0)
        if len(data) < self.length:
            os.ftruncate(self.descriptor, len(data))  # a kill before this leaves a tail that reading passes over
        self.length = len(data)


class Pace:
    """The pace of every host that a workspace asks."""

    def __init__(self, folders: Folders, delay: timedelta = timedelta(seconds=5), floors: Floors | None = None) -> None:
        self._folder = folders.hosts
        self.delay = delay
        self.floors = known() if floors is None else floors

    @contextmanager
    def turn(self, house: str, *, patience: float | None = None) -> Iterator[Turn]:
        """One host's state, locked against every other process for as long as the block runs, and then kept.

        Waits for whoever has it; raises Failure after `patience` seconds, where it is given.
        """
        descriptor = self._opened(house)
        try:
            _lock(descriptor, house, patience)
            content = os.pread(descriptor, MOST, 0)
            turn = Turn(house, self._read(content), descriptor, len(content))
            try:
                yield turn
            finally:
                turn.keep()
        finally:
            os.close(descriptor)

    @contextmanager
    def request(self, turn: Turn, url: str, asked_delay: float | None = None) -> Iterator[None]:
        """Wait until the host may be asked for `url`, and note when it may be asked next; inside its turn.

        It is noted before, too: who is killed while he asks must not be followed at once by another.
        """
        host = turn.host
        wait = min(host.next_allowed - time.time(), SLOWEST.total_seconds())
        if wait > 0:
            time.sleep(wait)
        floor = self.floors.of(url)
        # The delay of a source is its outlet's; an archive has its own.
        least = floor.delay if floor else self.delay.total_seconds()
        delay = max(least, min(asked_delay or 0.0, SLOWEST.total_seconds()))
        host.next_allowed = time.time() + delay
        if delay:
            turn.keep()
        try:
            yield
        finally:
            host.next_allowed = time.time() + delay

    def resting(self, house: str) -> float | None:
        """Until when a host rests, in seconds since the epoch; None where it does not. Nobody is kept from asking it."""
        try:
            with open(self._name(house), "rb") as file:
                until = self._read(file.read(MOST)).rest_until
        except FileNotFoundError:
            return None
        return until if until > time.time() else None

    def _name(self, house: str) -> str:
        return f"{self._folder}/{quote(house.lower(), safe='')[:200]}.json"

    def _opened(self, house: str) -> int:
        name = self._name(house)
        try:
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _read(self, content: bytes) -> Host:
        """The state in the file; where it is damaged a fresh one, which waits for a whole delay to be on the safe side."""
        if not content.strip():
            return Host()
        try:
            kept, _ = json.JSONDecoder().raw_decode(content.decode())
            known = {name: kept[name] for name, kind in _KINDS.items() if name in kept and _is(kept[name], kind)}
        except (ValueError, TypeError):
            return Host(next_allowed=time.time() + self.delay.total_seconds())
        return Host(**known)


def _lock(descriptor: int, house: str, patience: float | None) -> None:
    if patience is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Failure("too_slow", f"{house} is being asked by somebody else all the time.") from None
            time.sleep(0.05)
        else:
            return


def _is(value: Any, kind: Any) -> bool:
    """Whether a value of the file is of its field's kind; a wrong one counts as missing."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and value == value
    if kind in (int, bool):
        return type(value) is kind
    if kind == str | None:
        return value is None or isinstance(value, str)
    return isinstance(value, list) and all(isinstance(rule, list) and len(rule) == 3 for rule in value)


_KINDS: dict[str, Any] = {each.name: get_type_hints(Host)[each.name] for each in fields(Host)}
