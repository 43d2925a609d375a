"""Asking with patience: a backfill waits for a host that rests, where a scheduled pass leaves it to the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.fetching import Exchange
from flows.progress import Event, tell
from flows.run import Run, now

SHORT = timedelta(seconds=30)
"""A rest that is not worth a word."""

A_LITTLE = 0.5
"""Seconds after the end of a rest until the next request."""


def get(run: Run, url: str, **conditions: Any) -> Exchange:
    """What came of a request; where its host rests no longer than the run's patience, of one after the rest."""
    exchange: Exchange = run.fetcher.get(url, **conditions)
    until = now() + run.patience
    while exchange.was_put_off and exchange.next_attempt_at and exchange.next_attempt_at <= until:
        left = exchange.next_attempt_at - now()
        if left > SHORT and exchange.message not in run.waits:
            run.waits.add(exchange.message or "")
            tell(
                Event(
                    "note", f"{exchange.message} This run waits for it; Ctrl-C ends it, and the same command goes on."
                )
            )
        if run.stopping.wait(max(left.total_seconds(), 0.0) + A_LITTLE):
            return exchange
        exchange = run.fetcher.get(url, **conditions)
    return exchange
