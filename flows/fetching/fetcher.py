"""The fetcher: redirects by hand, robots and pace for every hop, retries around the whole, one named outcome."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

from flows.fetching import robots
from flows.fetching.content import refusal
from flows.fetching.exchange import Exchange, Expected, Failure, Limits, Outcome
from flows.fetching.guard import PORTS, GuardedSession, check_url
from flows.fetching.pace import Host, Pace
from flows.fetching.request import Answer, ask

RETRIED = frozenset({408, 425, 500, 502, 504})
TRY_LATER = frozenset({429, 503})
LATER = timedelta(minutes=10)
"""When an address is tried again that said "later" without saying when."""


@dataclass(frozen=True, slots=True)
class Put:
    """Something that stands in the way of asking at all: robots, a resting host."""

    outcome: Outcome
    reason: str
    message: str
    again_at: datetime | None = None


class Fetcher:
    """Asks for addresses; to be entered, and usable from several threads."""

    def __init__(
        self,
        user_agent: str,
        *,
        pace: Pace,
        allow: frozenset[str] = frozenset(),
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        robots_basis: str | None = None,
        rights_basis: str | None = None,
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
        self._on_robots = on_robots
        self._session = GuardedSession(allow, pool_size=32)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, expect: Expected = "page"
    ) -> Exchange:
        """What came of asking for `url`, conditionally where validators are given; never raises for what the web does."""
        started = time.monotonic()
        headers = dict(self._headers)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        blank = Exchange(str(uuid.uuid4()), url, datetime.now(UTC).replace(tzinfo=None), "failed")
        for attempt in range(1, self._limits.attempts + 1):
            exchange, wait = self._attempt(blank, headers, expect)
            if wait is None or attempt == self._limits.attempts:
                break
            time.sleep(wait + self._limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return replace(exchange, seconds=round(time.monotonic() - started, 3))

    def _attempt(self, blank: Exchange, headers: dict[str, str], expect: Expected) -> tuple[Exchange, float | None]:
        """One attempt, redirects included, and how long to wait before another one; None where that is no use."""
        exchange = blank
        try:
            answer = None
            while answer is None or answer.status in (301, 302, 303, 307, 308):
                if answer is not None:
                    exchange = self._redirected(exchange, answer)
                url = exchange.final_url or exchange.requested_url
                asked, put = self._in_turn(url, headers if not exchange.hops else _unconditional(headers), expect)
                if isinstance(asked, Put):
                    return self._put(exchange, asked, put), None
                answer = asked
            exchange = replace(exchange, robots_rule=put)
            return self._judged(exchange, answer, expect, moved=bool(exchange.hops))
        except Failure as failure:
            outcome: Outcome = "refused" if failure.refused else "failed"
            failed = replace(exchange, outcome=outcome, reason=failure.reason, message=str(failure))
            return failed, 0.0 if failure.retry else None

    def _in_turn(self, url: str, headers: dict[str, str], expect: Expected) -> tuple[Answer | Put, str | None]:
        """Ask one address in its host's turn; the answer or what stands in the way, and the robots rule."""
        with self._pace.turn(_netloc(url)) as host:
            if host.rest_until > time.time():
                again = datetime.fromtimestamp(host.rest_until, UTC).replace(tzinfo=None)
                return Put(
                    "deferred", "host_resting", f"{_netloc(url)} is rested after it failed or said so.", again
                ), None
            verdict = robots.Verdict(True, "not asked") if expect == "robots" else self._verdict(host, url)
            if not verdict.allowed and not self._robots_basis:
                return _barred(host, url), verdict.rule
            rule = verdict.rule if verdict.allowed else f"{verdict.rule}, not obeyed: {self._robots_basis}"
            with self._pace.request(host, verdict.delay):
                try:
                    answer = ask(self._session, url, headers, self._limits, self._limits.seconds)
                except Failure as failure:
                    if failure.retry:
                        host.failed()
                    raise
            host.answered()
            if answer.status in TRY_LATER:
                host.rest((_retry_after(answer) or LATER).total_seconds())
            return answer, rule

    def _verdict(self, host: Host, url: str) -> robots.Verdict:
        """What robots.txt says, which is asked for first where it is not known or too old."""
        if host.robots_until <= time.time():
            parts = urlsplit(url)
            exchange = self._robots(host, f"{parts.scheme}://{parts.netloc}/robots.txt")
            robots.remember(host, exchange)
            self._on_robots(exchange)
        return robots.verdict(host, url)

    def _robots(self, host: Host, url: str) -> Exchange:
        """The answer to a request for robots.txt, redirects within the host followed, inside the host's turn."""
        exchange = Exchange(str(uuid.uuid4()), url, datetime.now(UTC).replace(tzinfo=None), "failed")
        try:
            with self._pace.request(host):
                answer = ask(self._session, url, self._headers, self._limits, self._limits.seconds)
            while answer.status in (301, 302, 303, 307, 308):
                exchange = self._redirected(exchange, answer)
                answer = ask(
                    self._session, exchange.final_url or url, self._headers, self._limits, self._limits.seconds
                )
            return self._judged(exchange, answer, "robots", moved=False)[0]
        except Failure as failure:
            if failure.refused:
                raise  # the host itself must not be asked, which is no news about its robots.txt
            return replace(exchange, reason=failure.reason, message=str(failure))

    def _redirected(self, exchange: Exchange, answer: Answer) -> Exchange:
        """The exchange one redirect further; raises Failure where it leads nowhere or too far."""
        location = answer.header("location")
        if not location:
            raise Failure("bad_redirect", f"{answer.url} redirects without saying where.")
        if len(exchange.hops) >= self._limits.redirects:
            raise Failure(
                "too_many_redirects", f"{exchange.requested_url} redirects more than {self._limits.redirects} times."
            )
        try:
            target = urljoin(answer.url, location.strip()).split("#")[0]
        except ValueError:
            raise Failure("bad_redirect", f"{answer.url} redirects to {location[:200]!r}.") from None
        return replace(exchange, hops=(*exchange.hops, (answer.status, answer.url)), final_url=target)

    def _judged(
        self, exchange: Exchange, answer: Answer, expect: Expected, moved: bool
    ) -> tuple[Exchange, float | None]:
        """The outcome of a final answer, and how long to wait before another attempt, if one is worth it."""
        rights = answer.header("tdm-reservation")
        got = replace(
            exchange,
            final_url=answer.url,
            status=answer.status,
            status_line=answer.status_line,
            headers=answer.headers,
            wire=answer.wire,
            body=answer.body,
            content_encoding=answer.header("content-encoding"),
            content_type=answer.header("content-type"),
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            rights=f"tdm-reservation: {rights}" if rights else None,
            reason=f"status_{answer.status}",
            message=f"{answer.url} answered {answer.status_line}.",
        )
        if answer.status in TRY_LATER:
            return self._later(got, answer)
        if answer.status == 304 and not moved:
            return replace(got, outcome="unchanged", reason="not_modified"), None
        if answer.status == 410:
            return replace(got, outcome="gone"), None
        if answer.status in RETRIED:
            return got, 0.0
        if not 200 <= answer.status < 300 or answer.status == 206:
            final = 400 <= answer.status < 500 and answer.status != 404
            return replace(got, outcome="refused" if final else "failed"), None
        if rights and rights.strip() == "1" and not self._rights_basis and expect == "page":
            said = f"{answer.url} reserves its rights against text and data mining."
            return replace(got, outcome="reserved", reason="tdm", message=said, body=b"", wire=b""), None
        problem = refusal(answer, expect)
        if problem:
            return replace(got, reason=problem.reason, message=str(problem)), None
        return replace(got, outcome="fetched", reason=None, message=None), None

    def _later(self, got: Exchange, answer: Answer) -> tuple[Exchange, float | None]:
        """Deferred for as long as the answer says."""
        again = datetime.now(UTC).replace(tzinfo=None) + (_retry_after(answer) or LATER)
        return replace(got, outcome="deferred", next_attempt_at=again), None

    def _put(self, exchange: Exchange, put: Put, rule: str | None) -> Exchange:
        return replace(
            exchange,
            outcome=put.outcome,
            reason=put.reason,
            message=put.message,
            next_attempt_at=put.again_at,
            robots_rule=rule,
        )


def _barred(host: Host, url: str) -> Put:
    """Why robots.txt stands in the way."""
    if host.robots_reachable and host.robots is not None:
        return Put("disallowed", "robots", f"robots.txt of {_netloc(url)} does not allow {url}.")
    again = datetime.fromtimestamp(host.robots_until, UTC).replace(tzinfo=None)
    return Put("deferred", "robots_unreachable", f"robots.txt of {_netloc(url)} cannot be reached.", again)


def _netloc(url: str) -> str:
    """host:port of an address, the port always named; Failure where it has none."""
    check_url(url)
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or PORTS[parts.scheme]}"


def _unconditional(headers: dict[str, str]) -> dict[str, str]:
    """Validators belong to the address that sent them, not to where it redirects."""
    return {name: value for name, value in headers.items() if not name.startswith("If-")}


def _retry_after(answer: Answer) -> timedelta | None:
    """Retry-After in either of its forms; None where there is none, or nonsense. A day at most."""
    text = (answer.header("retry-after") or "").strip()
    try:
        seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), 86_400.0))
