"""One backfill in this process, and where its CPU seconds went: fetching, parsing, and all the rest.

    python -m bench.shares WORKSPACE SOURCE DAYS

Fetching is the CPU time of threads inside `Fetcher.get`. Parsing is that of the parse processes and of reading links off
listings. The rest is bookkeeping: starting up, archive, ledger, spool, log, handing pages to the processes and taking back
what came of them, and loading, which is done by a process of its own.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.archive_site import FIRST, Archive
from flows import backfilling
from flows.discovery import template
from flows.fetching import Fetcher
from flows.progress import Event, shown
from flows.sources import load
from flows.workspace import Workspace
from warehouse import draining

PAGES_A_PEAK = 200
"""Pages after which the peak of the memory is noted again."""


@dataclass
class Shares:
    """CPU seconds by kind; any thread may add to them."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    adding: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, owner: Any, name: str, kind: str, clock: Callable[[], float]) -> None:
        """From now on, count what the clock shows during each call of `owner.name`."""
        call = getattr(owner, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            began = clock()
            try:
                return call(*arguments, **named)
            finally:
                with self.adding:
                    self.seconds[kind] += clock() - began

        setattr(owner, name, counted)


def measured(place: Workspace, source: str, days: int) -> dict[str, Any]:
    """A backfill of everything: its CPU seconds by kind, and its peak memory by year."""
    shares, pages, peaks = Shares(), 0, list[tuple[int, float]]()
    shares.timed(Fetcher, "get", "fetch", time.thread_time)
    shares.timed(template, "read_page", "listings", time.thread_time)
    shares.timed(draining, "drain", "loading", children)  # no parse process ends meanwhile

    def listen(event: Event) -> None:
        nonlocal pages
        if event.kind == "page":
            pages += 1
            if pages % PAGES_A_PEAK == 0:
                peaks.append((pages, peak()))

    order = backfilling.Order(FIRST, Archive(days).all_days[-1])
    with shown(listen):
        outcome = backfilling.backfill(place, load(place.sources / f"{source}.toml"), order)
    peaks.append((pages, peak()))
    first_year = next(megabytes for number, megabytes in peaks if number >= pages * min(365 / days, 1))
    return {
        "pages": pages,
        "fetched": outcome.tally.fetched,
        **shared(shares.seconds),
        "peak_mb": round(peaks[-1][1]),
        "memory_growth": round(peaks[-1][1] / first_year, 3),
    }


def shared(seconds: defaultdict[str, float]) -> dict[str, float]:
    """All CPU seconds of this process and its children, and the shares of their kinds; `loading` is part of the bookkeeping."""
    whole = time.process_time() + children()
    parse = children() - seconds["loading"] + seconds["listings"]
    parts = {
        "fetch": seconds["fetch"],
        "parse": parse,
        "bookkeeping": whole - seconds["fetch"] - parse,
        "loading": seconds["loading"],
    }
    return {"cpu_seconds": round(whole, 1), **{name: round(part / whole, 3) for name, part in parts.items()}}


def children() -> float:
    """CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    """Megabytes that this process has ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(measured(Workspace(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]))))
