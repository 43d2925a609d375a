"""When a known address is to be asked again: one pure function over what is known, what is hinted, and the policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from parsers.records import Hints

LOOKED = frozenset({"fetched", "unchanged"})
LATER = frozenset({"deferred", "failed"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of one address; times are UTC, ids and keys UUID text."""

    url_key: str
    url: str
    day: str | None = None  # ISO date in the source's time zone
    hints: Hints = field(default_factory=Hints)  # as first listed
    first_found_at: datetime | None = None
    first_seen_at: datetime | None = None  # first successful look at the live address
    last_seen_at: datetime | None = None  # last successful one, 304 included
    last_asked_at: datetime | None = None  # last request of any outcome
    looks: int = 0  # successful looks after the first
    outcome: str | None = None  # of the last request; None: never asked
    status: int | None = None
    attempts: int = 0  # in a row, without success
    next_attempt_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_hash: str | None = None  # of the capture below
    fetch_id: str | None = None  # the capture that the current reading was made from, else the latest with a body
    segment_id: str | None = None
    record_offset: int | None = None
    record_length: int | None = None
    reader: str | None = None  # of the current reading
    content_hash: str | None = None  # of the current reading
    rejected_reason: str | None = None  # only while no page of the address is an article
    rejected_at: datetime | None = None
    withdrawn: bool = False
    finder: str | None = None  # the first that listed it
    reason: str | None = None  # of the last request


@dataclass(frozen=True, slots=True)
class Policy:
    """What a pass asks again: the source's revisit ages after first sight, and how patient it is."""

    revisit_ages: tuple[timedelta, ...] = ()
    max_attempts: int = 5
    reject_after: timedelta = timedelta(days=1)
    revisits: bool = True  # backfill and import never revisit
    patient: bool = True  # False: what failed is tried again at once, however often it did
    gone: bool = False  # True: what was gone is asked for once more


@dataclass(frozen=True, slots=True)
class Due:
    """Whether an address is asked now, at a time to come, or never in this pass, and why."""

    when: Literal["now", "at", "never"]
    reason: str
    at: datetime | None = None


def due(known: Known | None, hints: Hints, policy: Policy, now: datetime) -> Due:
    """When to ask for an address of which `known` is known and which a listing just showed with `hints`."""
    if known is None:
        return Due("now", "unknown")
    if known.withdrawn:
        return Due("never", "withdrawn")
    if known.outcome is None:
        return Due("now", "never tried")
    if known.outcome in LATER:
        return _retry(known, policy, now)
    if known.outcome == "gone" and policy.gone:
        return Due("now", "gone before")
    if known.outcome == "refused" and known.status is not None and not policy.patient:
        return Due("now", "refused before")  # by the outlet, which may have thought better of it
    if known.outcome not in LOOKED:
        return _at(known.next_attempt_at, known.outcome, now) if known.next_attempt_at else Due("never", known.outcome)
    if not policy.revisits:
        return Due("never", "known, and this pass never revisits")
    if known.rejected_reason is not None:
        return _second_chance(known, policy, now)
    return _revisit(known, hints, policy, now)


def next_age(
    first_seen_at: datetime, last_seen_at: datetime, looks: int, ages: tuple[timedelta, ...]
) -> datetime | None:
    """When the next revisit is due: at the first age that no look has covered yet; None when all are covered.

    One look covers every age that has passed, but the first look of all covers none, so that an age of 0 means "once
    more, at the next pass".
    """
    moments = (first_seen_at + age for age in sorted(ages))
    return next((moment for moment in moments if looks == 0 or moment > last_seen_at), None)


def _retry(known: Known, policy: Policy, now: datetime) -> Due:
    if not policy.patient:
        return Due("now", f"{known.outcome} before")
    if known.attempts >= policy.max_attempts:
        return Due("never", f"{known.outcome} {'once' if known.attempts == 1 else f'{known.attempts} times'}")
    return _at(known.next_attempt_at or now, f"{known.outcome} before", now)


def _second_chance(known: Known, policy: Policy, now: datetime) -> Due:
    if known.looks > 0 or known.rejected_at is None:
        return Due("never", f"rejected twice: {known.rejected_reason}")
    return _at(known.rejected_at + policy.reject_after, f"rejected: {known.rejected_reason}", now)


def _revisit(known: Known, hints: Hints, policy: Policy, now: datetime) -> Due:
    if known.first_seen_at is None or known.last_seen_at is None:
        return Due("never", "an archived capture, which does not change")
    changed = stated_instant(hints.modified)
    if changed and known.last_seen_at < changed <= now:
        return Due("now", "a listing states a later change")
    moment = next_age(known.first_seen_at, known.last_seen_at, known.looks, policy.revisit_ages)
    return _at(moment, "revisit age", now) if moment else Due("never", "past its last revisit age")


def _at(moment: datetime, reason: str, now: datetime) -> Due:
    return Due("now", reason) if moment <= now else Due("at", reason, moment)


def stated_instant(text: str | None) -> datetime | None:
    """The moment that an ISO 8601 text names, in UTC; a day alone is its first moment, anything else None."""
    if not text or not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
