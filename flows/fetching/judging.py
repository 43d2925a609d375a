"""The outcome of a final answer: one name for whatever an outlet may say."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from flows.fetching import redirects, rights
from flows.fetching.content import refusal
from flows.fetching.exchange import Exchange, Expected, Failure, Limits
from flows.fetching.request import Answer

RETRIED = frozenset({408, 425, 500, 502, 504})
TRY_LATER = frozenset({429, 503})
ABSENT = frozenset({404, 410})
LATER = timedelta(minutes=10)
"""When an address is tried again that said "later" without saying when."""

LONGEST = timedelta(days=1)
"""The longest Retry-After that is believed."""


def judged(
    exchange: Exchange,
    answer: Answer,
    expect: Expected,
    limits: Limits,
    *,
    conditional: bool = False,
    rules: list[rights.Rule] | None = None,
    basis: str | None = None,
) -> tuple[Exchange, float | None]:
    """The outcome of a final answer, and how many seconds to wait before another attempt, if one is worth it.

    `conditional` says that validators were sent with this very request: only then can an answer be "unchanged".
    """
    if expect == "robots":
        got = _taken(exchange, answer, None)
    else:
        found = rights.of(answer, rules or [])
        over = f", not obeyed: {basis}" if found.reserved and basis else ""
        got = _taken(exchange, answer, found.stated + over)
        if found.reserved and not basis and expect == "page" and 200 <= answer.status < 300:
            said = f"{answer.url} reserves its rights against text and data mining ({found.stated})."
            return replace(got, outcome="reserved", reason="tdm", message=said, body=b"", wire=b""), None
    if answer.status in TRY_LATER and answer.header("cf-mitigated") is None:
        return _later(got, answer, limits)
    if 200 <= answer.status < 300 and (answer.status != 206 or expect == "file"):
        return _page(got, answer, expect), None
    return _refused(got, answer, conditional)


def moved(exchange: Exchange, answer: Answer, onward: str, *, most: int) -> Exchange:
    """The exchange after one redirect more; Failure where it leads in a circle or is one too many."""
    been = {answer.url, *(url for _, url in exchange.hops)}
    if onward in been or len(exchange.hops) >= most:
        raise Failure("too_many_redirects", f"{exchange.requested_url} redirects in a circle or too often.")
    return replace(
        exchange, hops=(*exchange.hops, (answer.status, answer.url)), final_url=onward, status=None, status_line=""
    )


def retry_after(answer: Answer) -> timedelta | None:
    """Retry-After in either of its forms; None where there is none, or nonsense. A day at most."""
    text = (answer.header("retry-after") or "").strip()
    try:
        if text.isascii() and text.isdigit():
            seconds = float(text)
        else:
            moment = parsedate_to_datetime(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    if not math.isfinite(seconds):
        return LONGEST
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST.total_seconds()))


def _taken(exchange: Exchange, answer: Answer, stated: str | None) -> Exchange:
    return replace(
        exchange,
        rights=stated,
        final_url=answer.url,
        status=answer.status,
        status_line=answer.status_line,
        headers=answer.headers,
        wire=answer.wire,
        body=answer.body,
        content_encoding=answer.every("content-encoding") or None,
        content_type=answer.header("content-type"),
        etag=answer.header("etag"),
        last_modified=answer.header("last-modified"),
        reason=f"status_{answer.status}",
        message=f"{answer.url} answered {answer.status_line}.",
    )


def _page(got: Exchange, answer: Answer, expect: Expected) -> Exchange:
    problem = redirects.detour(got.requested_url, answer.url) if expect == "page" and got.hops else None
    problem = problem or refusal(answer, expect)
    if problem:
        return replace(got, reason=problem.reason, message=str(problem))
    return replace(got, outcome="fetched", reason=None, message=None)


def _refused(got: Exchange, answer: Answer, conditional: bool) -> tuple[Exchange, float | None]:
    """Answers that carry no page."""
    if answer.status == 304 and conditional:
        return replace(got, outcome="unchanged", reason="not_modified"), None
    if answer.status == 410:
        return replace(got, outcome="gone"), None
    if answer.header("cf-mitigated") is not None:
        said = f"{answer.url} wants a browser to pass a test first ({answer.status_line})."
        return replace(got, outcome="refused", reason="challenge", message=said), None
    if answer.status in RETRIED:
        return got, 0.0
    final = 400 <= answer.status < 500 and answer.status != 404
    return replace(got, outcome="refused" if final else "failed"), None


def _later(got: Exchange, answer: Answer, limits: Limits) -> tuple[Exchange, float | None]:
    """Deferred for as long as the answer says; a short while is waited for."""
    wait = retry_after(answer)
    again = datetime.now(UTC).replace(tzinfo=None) + (LATER if wait is None else wait)
    short = wait is not None and wait.total_seconds() <= limits.wait
    return replace(got, outcome="deferred", next_attempt_at=again), wait.total_seconds() if wait and short else None
