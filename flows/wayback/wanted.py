"""Which captures of an address are asked for: one pure function over the finder's rule and what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flows.wayback.places import memento, stamp_of
from warehouse.due import LATER, Known
from warehouse.ledger import Archived, Asked

CAME = frozenset({"fetched", "unchanged"})

MOST = 3
"""Captures of one address that are tried in search of an article, where the rule wants one."""


def wanted(
    rule: str, mementos: Sequence[str], known: Known | None, archived: Archived, most_attempts: int, now: datetime
) -> list[str]:
    """Of the mementos of an address (the earliest first) those to ask for.

    `missing`: the first one that was not tried, of an address without an article that the outlet itself need not, or
    cannot, be asked for · `first`: the earliest capture, also of an article that is there · `all`: every capture. None is
    asked for twice, unless the request for it failed and may work now.
    """
    if known is not None and known.withdrawn:
        return []
    left = [url for url in mementos if not _is_done(url, archived, most_attempts, now)]
    if rule == "all" or not left:
        return left
    if rule == "first":
        first = min(_stamp(url) for url in mementos)
        return left[:1] if not any(stamp <= first for stamp in _given(archived)) and _tried(archived) < MOST else []
    if known is not None and (known.reader is not None or _is_the_outlets(known, archived, most_attempts)):
        return []
    return left[:1] if _tried(archived) < MOST else []


def nearest(known: Known, replay: str) -> str:
    """The memento to ask for of an address of which no index was read: the one nearest to its day, else to its first sight."""
    moment = datetime.fromisoformat(f"{known.day}T12:00:00") if known.day else known.first_found_at
    return f"{replay}{stamp_of(moment) if moment else '1'}id_/{known.url}"


def failures_of(url: str, archived: Archived) -> int:
    """How often in a row a memento was asked for in vain."""
    stamp = _stamp(url)
    return next((asked.attempts for asked in reversed(archived.asked) if _stamp(asked.url) == stamp), 0)


def _is_the_outlets(known: Known, archived: Archived, most_attempts: int) -> bool:
    """Whether the outlet itself is still to be asked for an address: it was found there, and is not dead."""
    if known.outcome is None:
        return archived.finder != "wayback"
    was_asked = known.last_asked_at is not None
    return was_asked and known.outcome in LATER and known.attempts < most_attempts


def _is_done(url: str, archived: Archived, most_attempts: int, now: datetime) -> bool:
    """Whether a memento was given before, or was asked for and need not be asked for again now."""
    stamp = _stamp(url)
    asked = [each for each in archived.asked if _stamp(each.url) == stamp]
    if not asked:
        return stamp in _given(archived)
    return not _is_open(asked[-1], most_attempts, now)


def _is_open(asked: Asked, most_attempts: int, now: datetime) -> bool:
    if asked.outcome not in LATER or asked.attempts >= most_attempts:
        return False
    return asked.next_attempt_at is None or asked.next_attempt_at <= now


def _given(archived: Archived) -> Iterator[str]:
    """The moments of the captures that came."""
    return (stamp_of(asked.observed_at) for asked in archived.asked if asked.outcome in CAME)


def _tried(archived: Archived) -> int:
    """How many captures came to an end, whichever."""
    return len({_stamp(asked.url) for asked in archived.asked if asked.outcome not in LATER})


def _stamp(url: str) -> str:
    found = memento(url)
    return found.stamp if found else ""
