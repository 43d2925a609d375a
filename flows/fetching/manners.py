"""What a host wants to be known before it is asked for pages: its robots.txt and its tdmrep.json, each once a day."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flows.fetching import redirects, rights, robots
from flows.fetching.addresses import house
from flows.fetching.deadline import Budget
from flows.fetching.exchange import Exchange, Failure, Limits, Resting
from flows.fetching.guard import GuardedSession
from flows.fetching.judging import judged, moved
from flows.fetching.pace import Host, Pace, Turn
from flows.fetching.request import Answer, ask

PATIENCE = 10.0
"""Seconds to wait for another host's turn, to which a robots.txt redirects; two that wait for each other must end."""


NO_HOST = frozenset({"dns", "tls"})
"""Failures that every other request to the host would meet as well."""


class Manners:
    """Asks hosts for their rules, inside their turn."""

    def __init__(
        self,
        session: GuardedSession,
        headers: dict[str, str],
        pace: Pace,
        limits: Limits,
        note: Callable[[Exchange], None],
    ) -> None:
        self._session = session
        self._headers = headers
        self._pace = pace
        self._limits = limits
        self._note = note

    def verdict(self, turn: Turn, url: str, budget: Budget) -> robots.Verdict:
        """What robots.txt says, which is asked for first where it is not known or too old."""
        if turn.host.robots_until <= time.time():
            exchange = self._file(turn, url, "/robots.txt", budget)
            self._note(exchange)
            self._heed(turn, url, exchange)
            robots.remember(turn.host, exchange)
            turn.keep()
        return robots.verdict(turn.host, url)

    def _heed(self, turn: Turn, url: str, exchange: Exchange) -> None:
        """Raise Resting where an archive keeps us out for a while: that says nothing of its robots.txt."""
        floor = self._pace.floors.of(url)
        if floor and exchange.status in (None, 429, 503) and exchange.reason not in ("bad_redirect", "too_slow"):
            turn.host.refused(floor, None, (exchange.message or "it does not answer").rstrip("."))
            raise Resting("archive_resting", f"{house(url)} does not answer: it is rested. {exchange.message or ''}")

    def reservations(self, turn: Turn, url: str, budget: Budget) -> list[rights.Rule]:
        """The rules of the host's tdmrep.json, which is asked for first where it is not known or too old."""
        if turn.host.tdmrep_until <= time.time():
            if robots.verdict(turn.host, _beside(url, rights.PATH)).allowed:
                exchange = self._file(turn, url, rights.PATH, budget)
                _remember(turn.host, exchange)
                self._note(exchange)
            else:
                turn.host.tdmrep_until = turn.host.robots_until
            turn.keep()
        return turn.host.tdmrep

    def _file(self, turn: Turn, url: str, path: str, budget: Budget) -> Exchange:
        """The answer to a request for one of the host's files, redirects followed; Failure where the host is refused."""
        exchange = Exchange(str(uuid.uuid4()), _beside(url, path), datetime.now(UTC).replace(tzinfo=None), "failed")
        try:
            while True:
                answer = self._asked(turn, exchange.final_url or exchange.requested_url, budget)
                exchange = replace(exchange, requests=exchange.requests + 1)
                onward = redirects.target(answer)
                if onward is None:
                    return judged(exchange, answer, "robots", self._limits)[0]
                exchange = moved(exchange, answer, onward, most=robots.HOPS)
        except Failure as failure:
            if not exchange.hops and (failure.refused or failure.reason in NO_HOST):
                if not failure.refused:
                    turn.host.failed(str(failure).rstrip("."))
                raise  # the host itself cannot or must not be asked, which is no news about its files
            return replace(exchange, reason=failure.reason, message=str(failure))

    def _asked(self, turn: Turn, url: str, budget: Budget) -> Answer:
        with self._in_turn(turn, url, budget) as its, self._pace.request(its, url):
            return ask(self._session, url, self._headers, self._limits, budget, enough=robots.LONGEST)

    @contextmanager
    def _in_turn(self, turn: Turn, url: str, budget: Budget) -> Iterator[Turn]:
        """The turn of the host of `url`: the one we have, or another host's as well."""
        if house(url) == turn.house:
            yield turn
        else:
            with self._pace.turn(house(url), patience=min(PATIENCE, budget.left)) as other:
                yield other


def _remember(host: Host, exchange: Exchange) -> None:
    """Keep what the answer means: rules, none, or for an hour more those that were known."""
    absent = exchange.status is not None and 400 <= exchange.status < 500 and exchange.status != 429
    if exchange.outcome == "fetched":
        host.tdmrep = rights.read(exchange.body)
    elif absent:
        host.tdmrep = []
    known = absent or exchange.outcome == "fetched"
    host.tdmrep_until = time.time() + (robots.GOOD_FOR if known else robots.AGAIN_AFTER)


def _beside(url: str, path: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}"
