"""When a finder is asked again: one pure function over its last looks, what the outlet asks for, and the clock.

The interval doubles with every look that finds nothing new, and begins anew with the first that does. Nothing is stored
for it: the looks are the rows of `units`, and what a feed asks for is in the archive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from typing import Literal

from warehouse.due import Due

Polling = Literal["due", "usual", "now"]
"""due: only finders whose time has come, as schedules ask · usual: all but those that are gone · now: all of them."""

LONGEST = timedelta(hours=24)
GONE = "status_410"
GONE_FOR = timedelta(days=30)
"""A feed that is gone for good is asked once more after so long: outlets err too."""

GAP = "gap"
READ = frozenset({"fetched", "unchanged", "not_yet"})
SLACK = 0.9
"""Of an interval: a schedule that comes every 15 minutes comes a little early now and then."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Poll:
    """One look of one run at a finder's listings; `at` is UTC."""

    at: datetime
    outcome: str  # of the first listing
    reason: str | None = None
    changed: bool = False  # something new was listed
    links: int = 0

    @property
    def is_read(self) -> bool:
        """Whether the listing said something, were it that nothing is new."""
        return self.outcome in READ


def next_poll(polls: Sequence[Poll], least: timedelta, stated: timedelta | None, now: datetime) -> Due:
    """When to ask a finder again whose looks were `polls`, the earliest first; `stated` is what the outlet asks for."""
    if not polls:
        return Due("now", "never asked")
    last = polls[-1]
    if last.outcome == "gone" and last.reason == GONE:
        return _at(last.at + GONE_FOR, "gone", now)
    if not least:
        return Due("now", "asked in every pass")
    wait, reason = interval(polls, least, stated)
    return _at(last.at + wait * SLACK, reason, now)


def interval(polls: Sequence[Poll], least: timedelta, stated: timedelta | None = None) -> tuple[timedelta, str]:
    """How long to wait after the last look, and why."""
    failures = failed_in_a_row(polls)
    if failures:
        return _doubled(least, failures - 1), f"failed {failures} times" if failures > 1 else "failed"
    quiet = sum(1 for _ in takewhile(lambda poll: not poll.changed, (poll for poll in reversed(polls) if poll.is_read)))
    wait, reason = _doubled(least, quiet), f"quiet for {quiet} looks" if quiet > 1 else "asked a moment ago"
    if stated and min(stated, LONGEST) > wait:
        wait, reason = min(stated, LONGEST), "the outlet asks for patience"
    turnover = _turnover(polls)
    if turnover and turnover / 2 < wait:
        return max(turnover / 2, least), "its entries have gone by unseen"
    return wait, reason


def failed_in_a_row(polls: Sequence[Poll]) -> int:
    """How many looks at the end came to nothing."""
    return sum(1 for _ in takewhile(lambda poll: not poll.is_read, reversed(polls)))


def max_age(headers: Sequence[tuple[str, str]]) -> timedelta | None:
    """How long an answer may be kept, by its Cache-Control; None where it does not say."""
    for name, value in headers:
        found = _MAX_AGE.search(value) if name.lower() == "cache-control" else None
        if found:
            return timedelta(seconds=int(found[1]))
    return None


def _turnover(polls: Sequence[Poll]) -> timedelta | None:
    """The shortest time in which a feed has once turned over entirely."""
    return min((later.at - sooner.at for sooner, later in pairwise(polls) if later.reason == GAP), default=None)


def _doubled(least: timedelta, times: int) -> timedelta:
    """`least`, doubled so many times, up to a day; a longer `least` stays as it is."""
    doubled: timedelta = least * 2 ** min(times, 12)
    return max(least, min(doubled, LONGEST))


def _at(moment: datetime, reason: str, now: datetime) -> Due:
    return Due("now", reason) if moment <= now else Due("at", reason, moment)
