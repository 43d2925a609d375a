"""The fetcher: redirects by hand, robots and pace for every hop, retries around the whole, one named outcome."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from flows.fetching import redirects
from flows.fetching.addresses import house, shown
from flows.fetching.asking import Asked, Asker, Order, Put, moment_of
from flows.fetching.credentials import Credentials
from flows.fetching.deadline import Budget
from flows.fetching.exchange import Exchange, Expected, Failure, Limits, Outcome, Resting
from flows.fetching.guard import GuardedSession
from flows.fetching.judging import judged, moved
from flows.fetching.manners import Manners
from flows.fetching.pace import Pace
from flows.fetching.request import Answer


class Fetcher:
    """Asks for addresses; to be entered, and usable from several threads.

        with Fetcher("Name/1.0 (+contact)", pace=Pace(folders), allow=frozenset({"127.0.0.1:8000"})) as fetcher:
            exchange = fetcher.get("http://127.0.0.1:8000/story", etag=known_etag)

    `pace` keeps the hosts' turns, robots.txt and reservations for all processes that share its folder. Only public
    addresses at the ports 80 and 443 are asked, and besides them the host:port pairs of `allow`. `robots_basis` and
    `rights_basis` say why robots.txt or a reservation of rights is not obeyed; they are recorded with every exchange.
    `credentials` go to the source's own hosts alone. `on_robots` is given every request for robots.txt or tdmrep.json.
    Once `stopping` is set, no resting archive is waited for any more: what was not asked yet is put off. One that `rouses`
    asks each host that rests once all the same; archives are left their rest. One that `reconnects` asks once more for the
    robots.txt of a host to which there was no connection.
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
        rouses: bool = False,
        reconnects: bool = False,
    ) -> None:
        headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        self._limits = limits
        self._rights_basis = rights_basis
        self._session = session = GuardedSession(frozenset(pair.lower() for pair in allow), pool_size=64)
        manners = Manners(session, headers, pace, limits, on_robots)
        stopping = stopping or threading.Event()
        bases = (robots_basis, rights_basis)
        self._asker = Asker(session, headers, pace, manners, credentials, *bases, stopping, rouses, reconnects)

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
        order = Order({k: v for k, v in conditions.items() if v}, kept, expect, stay, limits, Budget(limits.seconds))
        exchange = Exchange(str(uuid.uuid4()), url, datetime.now(UTC).replace(tzinfo=None), "failed")
        for attempt in range(1, limits.attempts + 1):
            again, wait = self._attempt(exchange, order)
            put_off = attempt > 1 and again.reason == "host_resting"  # since our own last failure, which says more
            exchange = replace(exchange, requests=again.requests) if put_off else again
            if wait is None or attempt == limits.attempts or not order.budget.left:
                break
            time.sleep(wait + limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return replace(exchange, seconds=round(time.monotonic() - started, 3))

    def _attempt(self, last: Exchange, order: Order) -> tuple[Exchange, float | None]:
        """One attempt, redirects included, and how long to wait before another one; None where that is no use."""
        exchange = last
        if last.requests:
            exchange = Exchange(last.fetch_id, last.requested_url, last.observed_at, "failed", requests=last.requests)
        try:
            while True:
                url = exchange.final_url or exchange.requested_url
                asked = self._asker.in_turn(url, {} if exchange.hops else order.conditions, order)
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

    def _judged(self, exchange: Exchange, asked: Asked, order: Order) -> tuple[Exchange, float | None]:
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
        return replace(found, next_attempt_at=moment_of(asked.rests_until)), 0.0


def _onward(answer: Answer, order: Order) -> str | None:
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


def _sent(validator: str | None) -> str | None:
    """A validator that can be sent back byte for byte; one that cannot is none."""
    if not validator or not validator.isprintable():
        return None
    try:
        validator.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return validator
