"""The fetcher: redirects by hand, robots and pace for every hop, retries around the whole, one named outcome."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from flows.fetching import redirects, rights
from flows.fetching.addresses import check, house
from flows.fetching.credentials import Credentials
from flows.fetching.deadline import Budget
from flows.fetching.exchange import Exchange, Expected, Failure, Limits, Outcome
from flows.fetching.guard import GuardedSession
from flows.fetching.judging import LATER, TRY_LATER, judged, moved, retry_after
from flows.fetching.manners import Manners
from flows.fetching.pace import Host, Pace
from flows.fetching.request import Answer, ask

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


class Fetcher:
    """Asks for addresses; to be entered, and usable from several threads.

        with Fetcher("Name/1.0 (+contact)", pace=Pace(folders), allow=frozenset({"127.0.0.1:8000"})) as fetcher:
            exchange = fetcher.get("http://127.0.0.1:8000/story", etag=known_etag)

    `pace` keeps the hosts' turns, robots.txt and reservations for all processes that share its folder. Only public
    addresses at the ports 80 and 443 are asked, and besides them the host:port pairs of `allow`. `robots_basis` and
    `rights_basis` say why robots.txt or a reservation of rights is not obeyed; they are recorded with every exchange.
    `credentials` go to the source's own hosts alone. `on_robots` is given every request for robots.txt or tdmrep.json.
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, expect: Expected = "page"
    ) -> Exchange:
        """What came of asking for `url`, conditionally where validators are given; never raises for what the web does.

        It ends within `limits.seconds` of work with the network, redirects, retries, robots.txt and names included;
        waiting for the host's turn and between attempts is not counted. Outcomes are `fetched`, `unchanged` (304, only
        to validators), `gone` (410), `deferred` (try again at `next_attempt_at`), `failed`, `disallowed` (robots.txt),
        `reserved` (rights) and `refused` (not to be asked, or a final 4xx); every other than the first has a `reason`,
        which is a code, and a `message`, which is a sentence.
        """
        started = time.monotonic()
        budget = Budget(self._limits.seconds)
        conditions = {"If-None-Match": _sent(etag), "If-Modified-Since": _sent(last_modified)}
        exchange = Exchange(str(uuid.uuid4()), url, datetime.now(UTC).replace(tzinfo=None), "failed")
        for attempt in range(1, self._limits.attempts + 1):
            again, wait = self._attempt(exchange, {k: v for k, v in conditions.items() if v}, expect, budget)
            put_off = attempt > 1 and again.reason == "host_resting"  # since our own last failure, which says more
            exchange = replace(exchange, requests=again.requests) if put_off else again
            if wait is None or attempt == self._limits.attempts or not budget.left:
                break
            time.sleep(wait + self._limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return replace(exchange, seconds=round(time.monotonic() - started, 3))

    def _attempt(
        self, last: Exchange, conditions: dict[str, str], expect: Expected, budget: Budget
    ) -> tuple[Exchange, float | None]:
        """One attempt, redirects included, and how long to wait before another one; None where that is no use."""
        exchange = last
        if last.requests:
            exchange = Exchange(last.fetch_id, last.requested_url, last.observed_at, "failed", requests=last.requests)
        try:
            while True:
                url = exchange.final_url or exchange.requested_url
                asked = self._in_turn(url, {} if exchange.hops else conditions, expect, budget)
                if isinstance(asked, Put):
                    return _put(exchange, asked), None
                exchange = replace(exchange, robots_rule=asked.robots_rule, requests=exchange.requests + 1)
                onward = redirects.target(asked.answer) or (
                    redirects.refreshed(asked.answer) if expect == "page" else None
                )
                if onward is None:
                    break
                exchange = moved(exchange, asked.answer, onward, most=self._limits.redirects)
            return judged(
                exchange,
                asked.answer,
                expect,
                self._limits,
                conditional=bool(conditions) and not exchange.hops,
                rules=asked.rules,
                basis=self._rights_basis,
            )
        except Failure as failure:
            outcome: Outcome = "refused" if failure.refused else "failed"
            sent = not failure.refused and failure.reason not in ("dns", "bad_redirect", "too_many_redirects")
            requests = exchange.requests + sent
            failed = replace(exchange, outcome=outcome, reason=failure.reason, message=str(failure), requests=requests)
            return failed, 0.0 if failure.retry else None

    def _in_turn(self, url: str, conditions: dict[str, str], expect: Expected, budget: Budget) -> Asked | Put:
        """Ask one address in its host's turn: the answer, or what stands in the way."""
        check(url, self._session.allow)
        with self._pace.turn(house(url)) as turn:
            host = turn.host
            if host.rest_until > time.time():
                said = f"{house(url)} is rested after it failed or said so."
                return Put("deferred", "host_resting", said, _moment(host.rest_until))
            verdict = self._manners.verdict(turn, url, budget)
            if not verdict.allowed and not self._robots_basis:
                return _barred(host, url, verdict.rule)
            rule = verdict.rule if verdict.allowed else f"{verdict.rule}, not obeyed: {self._robots_basis}"
            rules = self._manners.reservations(turn, url, budget)
            stated = rights.of_path(url, rules)
            if stated and stated.reserved and not self._rights_basis and expect == "page":
                said = f"The tdmrep.json of {house(url)} reserves the rights of {url} against text and data mining."
                return Put("reserved", "tdm", said, robots_rule=rule, rights=stated.stated)
            headers = {**self._headers, **conditions, **self._credentials.of(url)}
            with self._pace.request(turn, verdict.delay):
                answer = self._answer(host, url, headers, budget)
            return Asked(answer, rule, rules)

    def _answer(self, host: Host, url: str, headers: dict[str, str], budget: Budget) -> Answer:
        """The answer of one address; how it went is noted for its host."""
        try:
            answer = ask(self._session, url, headers, self._limits, budget)
        except Failure as failure:
            if failure.retry or failure.reason == "too_slow":
                host.failed(weight=2 if failure.reason == "too_slow" else 1)
            raise
        if answer.status in DOWN:
            host.failed()
        else:
            host.answered()
        if answer.status in TRY_LATER:
            wait = retry_after(answer)
            host.rest((LATER if wait is None else wait).total_seconds())
        return answer


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
