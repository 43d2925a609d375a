"""The fetcher: redirects by hand, robots and pace for every hop, retries around the whole, one named outcome."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from flows.fetching import redirects, rights
from flows.fetching.addresses import check, house, shown
from flows.fetching.credentials import Credentials
from flows.fetching.deadline import Budget
from flows.fetching.exchange import Exchange, Expected, Failure, Limits, Outcome, Resting
from flows.fetching.floors import Floor
from flows.fetching.guard import GuardedSession
from flows.fetching.judging import LATER, TRY_LATER, judged, moved, retry_after
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
class _Order:
    """What `get` was told, for all of its attempts."""

    conditions: dict[str, str]  # headers of the first address alone
    kept: dict[str, str]  # headers of every hop
    expect: Expected
    stay: bool
    limits: Limits
    budget: Budget


class Fetcher:
    """Asks for addresses; to be entered, and usable from several threads.

        with Fetcher("Name/1.0 (+contact)", pace=Pace(folders), allow=frozenset({"127.0.0.1:8000"})) as fetcher:
            exchange = fetcher.get("http://127.0.0.1:8000/story", etag=known_etag)

    `pace` keeps the hosts' turns, robots.txt and reservations for all processes that share its folder. Only public
    addresses at the ports 80 and 443 are asked, and besides them the host:port pairs of `allow`. `robots_basis` and
    `rights_basis` say why robots.txt or a reservation of rights is not obeyed; they are recorded with every exchange.
    `credentials` go to the source's own hosts alone. `on_robots` is given every request for robots.txt or tdmrep.json.
    Once `stopping` is set, no resting archive is waited for any more: what was not asked yet is put off.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        pace: Pace,
        allow: frozenset[str] = frozenset(),
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        robots_basis: str | None = None,
        rights_basis: str | None = None,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        on_robots: Callable[[Exchange], None] = lambda exchange: None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        self._pace = pace
        self._limits = limits
        self._robots_basis, self._rights_basis = robots_basis, rights_basis
        self._credentials = credentials
        self._session = GuardedSession(frozenset(pair.lower() for pair in allow), pool_size=64)
        self._manners = Manners(self._session, self._headers, pace, limits, on_robots)
        self._stopping = stopping or threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        expect: Expected = "page",
        stay: bool = False,
        piece: tuple[int, int] | None = None,
        limits: Limits | None = None,
    ) -> Exchange:
        """What came of asking for `url`, conditionally where validators are given; never raises for what the web does.

        It ends within `limits.seconds` of work with the network, redirects, retries, robots.txt and names included;
        waiting for the host's turn and between attempts is not counted. Outcomes are `fetched`, `unchanged` (304, only
        to validators), `gone` (410), `deferred` (try again at `next_attempt_at`), `failed`, `disallowed` (robots.txt),
        `reserved` (rights) and `refused` (not to be asked, or a final 4xx); every other than the first has a `reason`,
        which is a code, and a `message`, which is a sentence. `stay` follows redirects within the host alone, and no page's
        own refresh; `piece` asks for these bytes of a file, both inclusive, and `limits` are others than the usual ones.
        """
        started = time.monotonic()
        limits = limits or self._limits
        conditions = {"If-None-Match": _sent(etag), "If-Modified-Since": _sent(last_modified)}
        kept = {"Range": f"bytes={piece[0]}-{piece[1]}", "Accept-Encoding": "identity"} if piece else {}
        order = _Order({k: v for k, v in conditions.items() if v}, kept, expect, stay, limits, Budget(limits.seconds))
        exchange = Exchange(str(uuid.uuid4()), url, datetime.now(UTC).replace(tzinfo=None), "failed")
        for attempt in range(1, limits.attempts + 1):
            again, wait = self._attempt(exchange, order)
            put_off = attempt > 1 and again.reason == "host_resting"  # since our own last failure, which says more
            exchange = replace(exchange, requests=again.requests) if put_off else again
            if wait is None or attempt == limits.attempts or not order.budget.left:
                break
            time.sleep(wait + limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return replace(exchange, seconds=round(time.monotonic() - started, 3))

    def _attempt(self, last: Exchange, order: _Order) -> tuple[Exchange, float | None]:
        """One attempt, redirects included, and how long to wait before another one; None where that is no use."""
        exchange = last
        if last.requests:
            exchange = Exchange(last.fetch_id, last.requested_url, last.observed_at, "failed", requests=last.requests)
        try:
            while True:
                url = exchange.final_url or exchange.requested_url
                asked = self._in_turn(url, {} if exchange.hops else order.conditions, order)
                if isinstance(asked, Put):
                    return _put(exchange, asked), None
                exchange = replace(exchange, robots_rule=asked.robots_rule, requests=exchange.requests + 1)
                onward = _onward(asked.answer, order)
                if onward is None:
                    break
                exchange = moved(exchange, asked.answer, onward, most=order.limits.redirects)
            return self._judged(exchange, asked, order)
        except Resting as failure:
            return _rested(replace(exchange, requests=exchange.requests + 1), failure), 0.0
        except Failure as failure:
            outcome: Outcome = "refused" if failure.refused else "failed"
            sent = not failure.refused and failure.reason not in ("dns", "bad_redirect", "too_many_redirects")
            requests = exchange.requests + sent
            failed = replace(exchange, outcome=outcome, reason=failure.reason, message=str(failure), requests=requests)
            return failed, 0.0 if failure.retry else None

    def _judged(self, exchange: Exchange, asked: Asked, order: _Order) -> tuple[Exchange, float | None]:
        """What the last answer of an attempt comes to; another attempt at a resting archive has its turn after the rest."""
        found, wait = judged(
            exchange,
            asked.answer,
            order.expect,
            order.limits,
            conditional=bool(order.conditions) and not exchange.hops,
            rules=asked.rules,
            basis=self._rights_basis,
        )
        if asked.rests_until is None or found.outcome != "deferred":
            return found, wait
        return replace(found, next_attempt_at=_moment(asked.rests_until)), 0.0

    def _in_turn(self, url: str, conditions: dict[str, str], order: _Order) -> Asked | Put:
        """Ask one address in its host's turn: the answer, or what stands in the way; the rest of an archive is waited for."""
        check(url, self._session.allow)
        floor = self._pace.floors.of(url)
        while True:
            with self._pace.turn(house(url)) as turn:
                rests = turn.host.rest_until - time.time()
                if rests <= 0:
                    return self._asked(turn, url, conditions, order, floor)
                until = turn.host.rest_until
            if floor is None or rests > floor.patience or self._stopping.wait(rests):
                said = f"{house(url)} is rested after it failed or said so."
                return Put("deferred", "host_resting", said, _moment(until))

    def _asked(
        self, turn: Turn, url: str, conditions: dict[str, str], order: _Order, floor: Floor | None
    ) -> Asked | Put:
        """Ask one address, inside its host's turn and unless the host's rules stand in the way."""
        host, budget = turn.host, order.budget
        verdict = self._manners.verdict(turn, url, budget)
        if not verdict.allowed and not self._robots_basis:
            return _barred(host, url, verdict.rule)
        rule = verdict.rule if verdict.allowed else f"{verdict.rule}, not obeyed: {self._robots_basis}"
        rules = self._manners.reservations(turn, url, budget)
        stated = rights.of_path(url, rules)
        if stated and stated.reserved and not self._rights_basis and order.expect == "page":
            said = f"The tdmrep.json of {house(url)} reserves the rights of {url} against text and data mining."
            return Put("reserved", "tdm", said, robots_rule=rule, rights=stated.stated)
        headers = {**self._headers, **conditions, **self._credentials.of(url), **order.kept}
        with self._pace.request(turn, url, verdict.delay):
            answer = self._answer(host, url, headers, order, floor)
        rests = floor is not None and host.refusals > 0
        return Asked(answer, rule, rules, host.rest_until if rests else None)

    def _answer(self, host: Host, url: str, headers: dict[str, str], order: _Order, floor: Floor | None) -> Answer:
        """The answer of one address; how it went is noted for its host."""
        try:
            answer = ask(self._session, url, headers, order.limits, order.budget)
        except Failure as failure:
            if floor and failure.reason in UNCONNECTED:
                host.refused(floor, None)
                raise Resting("archive_resting", f"{house(url)} takes no connection: it is rested. {failure}") from None
            if (failure.retry and failure.reason != CUT) or failure.reason == "too_slow":
                host.failed(weight=2 if failure.reason == "too_slow" else 1)
            raise
        wait = retry_after(answer)
        if floor and answer.header("memento-datetime"):
            host.answered()  # whatever it captured, the archive itself is well (RFC 7089)
            return answer
        if floor and answer.status in TRY_LATER:
            host.refused(floor, None if wait is None else wait.total_seconds())
            return answer
        if answer.status in DOWN:
            host.failed()
        else:
            host.answered()
        if answer.status in TRY_LATER:
            host.rest((LATER if wait is None else wait).total_seconds())
        return answer


def _onward(answer: Answer, order: _Order) -> str | None:
    """Where an answer sends us on to; Failure where that is another host, and we were to stay."""
    onward = redirects.target(answer)
    if onward is None and order.expect == "page" and not order.stay:
        return redirects.refreshed(answer)
    if onward is not None and order.stay and house(onward) != house(answer.url):
        raise Failure("left_the_archive", f"{shown(answer.url)} leads out of {house(answer.url)}, to {shown(onward)}.")
    return onward


def _rested(exchange: Exchange, failure: Failure) -> Exchange:
    """The exchange with an archive that refused the connection: nothing is known of the address."""
    return replace(exchange, outcome="deferred", reason=failure.reason, message=str(failure))


def _put(exchange: Exchange, put: Put) -> Exchange:
    return replace(
        exchange,
        outcome=put.outcome,
        reason=put.reason,
        message=put.message,
        next_attempt_at=put.again_at,
        robots_rule=put.robots_rule,
        rights=put.rights,
    )


def _barred(host: Host, url: str, rule: str) -> Put:
    """Why robots.txt stands in the way."""
    if host.robots_reachable:
        return Put("disallowed", "robots", f"robots.txt of {house(url)} does not allow {url}.", robots_rule=rule)
    said = f"robots.txt of {house(url)} cannot be reached. {host.robots_trouble or ''}".strip()
    return Put("deferred", "robots_unreachable", said, _moment(host.robots_until), rule)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _sent(validator: str | None) -> str | None:
    """A validator that can be sent back byte for byte; one that cannot is none."""
    if not validator or not validator.isprintable():
        return None
    try:
        validator.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return validator
