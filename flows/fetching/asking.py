"""One address asked in its host's turn, unless robots.txt, a reservation or a rest stands in the way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.fetching import rights
from flows.fetching.addresses import check, house, shown
from flows.fetching.credentials import Credentials
from flows.fetching.deadline import Budget
from flows.fetching.exchange import Expected, Failure, Limits, Outcome, Resting
from flows.fetching.floors import Floor
from flows.fetching.guard import GuardedSession
from flows.fetching.judging import LATER, TRY_LATER, retry_after
from flows.fetching.manners import Manners
from flows.fetching.pace import Host, Pace, Turn
from flows.fetching.request import Answer, ask

UNCONNECTED = frozenset({"connect", "connection"})
"""Failures by which an archive keeps out who asks too fast."""

CUT = "cut_short"
"""A body that ends too soon says something of its page: a host that is ill does not send its beginning in good order."""

DOWN = frozenset({502, 504})
"""Answers by which a gateway says that the host behind it gives none."""


@dataclass(frozen=True, slots=True)
class Put:
    """Something that stands in the way of asking at all: robots, a reservation, a resting host."""

    outcome: Outcome
    reason: str
    message: str
    again_at: datetime | None = None
    robots_rule: str | None = None
    rights: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, with what was known of its host."""

    answer: Answer
    robots_rule: str
    rules: list[rights.Rule]
    rests_until: float | None = None  # of an archive that said "later"; seconds since the epoch


@dataclass(frozen=True, slots=True)
class Order:
    """What the fetcher was told, for all of its attempts."""

    conditions: dict[str, str]  # headers of the first address alone
    kept: dict[str, str]  # headers of every hop
    expect: Expected
    stay: bool
    limits: Limits
    budget: Budget


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for one address at a time, as the fetcher that made it was told."""

    session: GuardedSession
    headers: dict[str, str]
    pace: Pace
    manners: Manners
    credentials: Credentials
    robots_basis: str | None
    rights_basis: str | None
    stopping: threading.Event
    rouses: bool = False  # ask a host that rests once all the same, but for archives
    reconnects: bool = False  # ask a host once more that took no connection when its robots.txt was asked for
    _roused: set[str] = field(default_factory=set)

    def in_turn(self, url: str, conditions: dict[str, str], order: Order) -> Asked | Put:
        """Ask one address in its host's turn: the answer, or what stands in the way; the rest of an archive is waited for."""
        check(url, self.session.allow)
        floor = self.pace.floors.of(url)
        while True:
            with self.pace.turn(house(url)) as turn:
                self._rouse(turn, floor)
                rests = turn.host.rest_until - time.time()
                if rests <= 0:
                    return self._asked(turn, url, conditions, order, floor)
                until, said = turn.host.rest_until, resting(turn.house, turn.host)
            if floor is None or rests > floor.patience or self.stopping.wait(rests):
                return Put("deferred", "host_resting", said, moment_of(until))

    def _rouse(self, turn: Turn, floor: Floor | None) -> None:
        if floor is not None or turn.house in self._roused:
            return
        self._roused.add(turn.house)
        if self.rouses:
            turn.host.roused()
        elif self.reconnects:
            turn.host.reconnected()

    def _asked(
        self, turn: Turn, url: str, conditions: dict[str, str], order: Order, floor: Floor | None
    ) -> Asked | Put:
        """Ask one address, inside its host's turn and unless the host's rules stand in the way."""
        host, budget = turn.host, order.budget
        verdict = self.manners.verdict(turn, url, budget)
        if not verdict.allowed and not self.robots_basis:
            return _barred(host, url, verdict.rule)
        rule = verdict.rule if verdict.allowed else f"{verdict.rule}, not obeyed: {self.robots_basis}"
        rules = self.manners.reservations(turn, url, budget)
        stated = rights.of_path(url, rules)
        if stated and stated.reserved and not self.rights_basis and order.expect == "page":
            said = f"The tdmrep.json of {house(url)} reserves the rights of {url} against text and data mining."
            return Put("reserved", "tdm", said, robots_rule=rule, rights=stated.stated)
        headers = {**self.headers, **conditions, **self.credentials.of(url), **order.kept}
        with self.pace.request(turn, url, verdict.delay):
            answer = self._answer(host, url, headers, order, floor)
        rests = floor is not None and host.refusals > 0
        return Asked(answer, rule, rules, host.rest_until if rests else None)

    def _answer(self, host: Host, url: str, headers: dict[str, str], order: Order, floor: Floor | None) -> Answer:
        """The answer of one address; how it went is noted for its host."""
        try:
            answer = ask(self.session, url, headers, order.limits, order.budget)
        except Failure as failure:
            if floor and failure.reason in UNCONNECTED:
                host.refused(floor, None, f"it takes no connection ({str(failure).rstrip('.')})")
                raise Resting("archive_resting", f"{house(url)} takes no connection: it is rested. {failure}") from None
            if (failure.retry and failure.reason != CUT) or failure.reason == "too_slow":
                host.failed(str(failure).rstrip("."), weight=2 if failure.reason == "too_slow" else 1)
            raise
        wait, why = retry_after(answer), _answered(answer)
        if floor and answer.header("memento-datetime"):
            host.answered()  # whatever it captured, the archive itself is well (RFC 7089)
            return answer
        if floor and answer.status in TRY_LATER:
            host.refused(floor, None if wait is None else wait.total_seconds(), why)
            return answer
        if answer.status in DOWN:
            host.failed(why)
        else:
            host.answered()
        if answer.status in TRY_LATER:
            host.rest((LATER if wait is None else wait).total_seconds(), why)
        return answer


def resting(place: str, host: Host) -> str:
    """Until when a host rests, and why, as a sentence."""
    until = moment_of(host.rest_until)
    return f"{place} rests until {clock(until)} because {host.rest_reason or 'it failed, or said so'}."


def resting_until(pace: Pace, url: str) -> str | None:
    """Until when the host of an address rests, in words; None where it does not."""
    until = pace.resting(house(url))
    return clock(moment_of(until)) if until else None


def clock(moment: datetime) -> str:
    """A moment in UTC, with its day where that is not today."""
    is_today = moment.date() == datetime.now(UTC).date()
    return f"{moment:%H:%M} UTC" if is_today else f"{moment:%Y-%m-%d %H:%M} UTC"


def _answered(answer: Answer) -> str:
    """What an address answered, and for how long it wants to be left alone, as a clause."""
    stated = (answer.header("retry-after") or "").strip()
    said = (
        f" (Retry-After: {shown(stated)[:60]})" if stated else " (no Retry-After)" if answer.status in TRY_LATER else ""
    )
    return f"{shown(answer.url)} answered {answer.status}{said}"


def _barred(host: Host, url: str, rule: str) -> Put:
    """Why robots.txt stands in the way."""
    if host.robots_reachable:
        return Put("disallowed", "robots", f"robots.txt of {house(url)} does not allow {url}.", robots_rule=rule)
    again = clock(moment_of(host.robots_until))
    sooner = ", or at once by a run that is begun by hand" if host.robots_unconnected else ""
    said = f"robots.txt of {house(url)} cannot be reached, and is asked for again from {again} on{sooner}. {host.robots_trouble or ''}".strip()
    return Put("deferred", "robots_unreachable", said, moment_of(host.robots_until), rule)


def moment_of(seconds: float) -> datetime:
    """Seconds since the epoch as a naive moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
