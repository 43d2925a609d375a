"""What a pass asks for beside what is listed: addresses left untried or to be tried again, and articles to be seen again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from flows.sources import SourceDefinition
from parsers.records import Hints
from warehouse.due import Due, Known, Policy, due
from warehouse.ledger import Ledger

UNDATED = 500
"""Addresses without a date, which may be of any year, that one pass asks for; the others are left to the next."""


@dataclass(slots=True)
class Allowance:
    """How many addresses without a date a pass may still ask for, and how many it had to leave."""

    left: int = UNDATED
    postponed: int = 0
    granted: set[str] = field(default_factory=set)  # keys: what waits in a batch is met again in the backlog

    def grants(self, url_key: str, *, counted: bool = True) -> bool:
        """Whether one may be asked for; one that may not is met again in the backlog, which counts it."""
        if url_key not in self.granted:
            if self.left == 0:
                self.postponed += counted
                return False
            self.left -= 1
            self.granted.add(url_key)
        return True


def policy(source: SourceDefinition) -> Policy:
    """What an ingest of a source asks again."""
    return Policy(revisit_ages=source.revisit_ages, max_attempts=source.max_attempts)


def backlog(
    ledger: Ledger, source: SourceDefinition, first_day: date, now: datetime, allowance: Allowance
) -> Iterator[tuple[Known, Due]]:
    """Every known address that is not done with, and when it is due; older ones than `first_day` are a backfill's."""
    rules = policy(source)
    for known in chain(ledger.untried(since=first_day), ledger.revisitable(now, source.revisit_ages)):
        verdict = due(known, Hints(), rules, now)
        if (
            verdict.when == "now"
            and known.outcome is None
            and known.day is None
            and not allowance.grants(known.url_key)
        ):
            verdict = Due("at", "without a date, at a later pass")
        yield known, verdict
