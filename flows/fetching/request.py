"""One request without redirects, under one deadline and within the caps: the answer whole, or a Failure."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

import requests
import urllib3

from flows.fetching.addresses import check, shown
from flows.fetching.deadline import Budget, Deadline
from flows.fetching.exchange import Failure, Limits
from flows.fetching.guard import GuardedSession
from warehouse.coding import BadCoding, decode

CHUNK = 1 << 16
UNSUSPECTED = 1_000_000
"""Decoded bytes of which no ratio to the bytes of the wire is asked."""

_VERSIONS = {9: "HTTP/0.9", 10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2"}
_TOO_LARGE = ("got more than 100 headers", "header line", "status line")
GZIP = b"\x1f\x8b"
_COOKIES = frozenset({"set-cookie", "set-cookie2"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address answered."""

    url: str
    status: int
    status_line: str
    headers: tuple[tuple[str, str], ...]
    wire: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, as sent."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def every(self, name: str) -> str:
        """All headers of that name, joined as a list."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)


def ask(
    session: GuardedSession,
    url: str,
    headers: dict[str, str],
    limits: Limits,
    budget: Budget,
    *,
    enough: int | None = None,
) -> Answer:
    """The answer of one address; raises Failure. The body of a redirect is not read, others to `enough` bytes at most."""
    check(url, session.allow)
    with budget.spent() as limit:
        try:
            if limit.left == 0:
                raise TimeoutError
            return _ask(session, url, headers, limits, limit, enough)
        except Failure:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise _failure(error, url, limit, budget.total) from None
        except (ValueError, UnicodeError) as error:  # addresses that http.client or idna cannot write
            raise Failure("bad_url", f"{shown(url)} cannot be asked for ({error}).", refused=True) from None


def _ask(
    session: GuardedSession, url: str, headers: dict[str, str], limits: Limits, limit: Deadline, enough: int | None
) -> Answer:
    timeout = (min(limits.connect_seconds, limit.left), limit.left)
    with session.sent(url, headers, timeout) as response:
        raw = response.raw
        found = tuple((str(name), str(value)) for name, value in raw.headers.iteritems())
        if sum(len(name) + len(value) + 4 for name, value in found) > limits.header_bytes:
            raise Failure("headers_too_large", f"The headers are larger than {limits.header_bytes:,} bytes.")
        version = _VERSIONS.get(raw.version, "HTTP/1.1")
        status_line = f"{version} {response.status_code} {raw.reason or ''}".strip()
        moved = 300 <= response.status_code < 400
        wire = b"" if moved else _body(raw, limits, limit, enough)
        kept = tuple((name, value) for name, value in found if name.lower() not in _COOKIES)
        kept = (*kept, *_lost_coding(kept, wire))
        coding = ", ".join(value for name, value in kept if name.lower() == "content-encoding")
        body = _decoded(wire, coding, limits, enough or 0)
        return Answer(url, response.status_code, status_line, kept, wire, body)


def _lost_coding(headers: tuple[tuple[str, str], ...], wire: bytes) -> tuple[tuple[str, str], ...]:
    """The Content-Encoding of a captured page that is compressed, where its archive does not name it any more.

    Wayback does so: https://github.com/edgi-govdata-archiving/web-monitoring-processing/issues/309. It goes to the headers, so
    that what is archived can be read again by everybody.
    """
    stated = {name.lower(): value for name, value in headers if value.strip()}
    is_page = stated.get("content-type", "").lower().startswith(("text/", "application/xhtml"))
    is_lost = wire.startswith(GZIP) and "memento-datetime" in stated and "content-encoding" not in stated
    return (("Content-Encoding", "gzip"),) if is_page and is_lost else ()


def _decoded(wire: bytes, coding: str, limits: Limits, enough: int) -> bytes:
    """The body with its content coding undone."""
    most = max(enough, min(limits.decoded_bytes, max(UNSUSPECTED, limits.ratio * len(wire))))
    try:
        return decode(wire, coding, most)
    except BadCoding as error:
        raise Failure(error.reason, str(error), retry=error.reason == "cut_short") from None


def _body(raw: urllib3.BaseHTTPResponse, limits: Limits, limit: Deadline, enough: int | None) -> bytes:
    """The body as the wire carries it, chunked transfer undone."""
    most = limits.wire_bytes
    stated = raw.headers.get("content-length", "")
    if enough is None and stated.isdigit() and int(stated) > most:
        raise Failure("too_large", f"The body is said to be larger than {most:,} bytes.")
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(CHUNK, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if enough is not None and size >= enough:
            return b"".join(pieces)[:enough]
        if enough is None and size > most:
            raise Failure("too_large", f"The body is larger than {most:,} bytes.")
    if limit.passed:
        raise TimeoutError
    return b"".join(pieces)


def _failure(error: Exception, url: str, limit: Deadline, seconds: float) -> Failure:
    """The reason code and sentence of what the libraries raised."""
    inner = _innermost(error)
    if isinstance(inner, Failure):
        return inner
    name = shown(url)
    if limit.passed or limit.left == 0 or isinstance(inner, TimeoutError):
        # Not again at once: it would cost the same time again, which other hosts can use better.
        return Failure("too_slow", f"{name} did not answer completely within {seconds:g} seconds.")
    words = f"{type(inner).__name__}: {inner}"
    if isinstance(error, requests.exceptions.SSLError) or "ssl" in words.lower():
        return Failure("tls", f"The secure connection to {name} failed ({words}).")
    if "IncompleteRead" in words:
        return Failure("cut_short", f"The body of {name} ended before its end.", retry=True)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Failure("bad_url", f"{name} cannot be asked for ({words}).", refused=True)
    if any(part in words for part in _TOO_LARGE):
        return Failure("headers_too_large", f"The headers of {name} are too many or too long ({words}).")
    if isinstance(inner, http.client.HTTPException) and not isinstance(inner, http.client.RemoteDisconnected):
        return Failure("bad_answer", f"{name} does not answer in HTTP ({words}).")
    if isinstance(error, requests.exceptions.InvalidHeader | urllib3.exceptions.InvalidHeader):
        return Failure("bad_answer", f"{name} sends headers that contradict one another ({words}).")
    return Failure("connection", f"The connection to {name} failed ({words}).", retry=True)


def _innermost(error: BaseException) -> BaseException:
    """What lies at the bottom of the libraries' wrappings, or what http.client makes of it."""
    seen = {id(error)}
    while not isinstance(error, http.client.HTTPException):
        inner = getattr(error, "reason", None)
        candidates = [inner, error.__cause__, error.__context__, *error.args]
        step = next((c for c in candidates if isinstance(c, BaseException) and id(c) not in seen), None)
        if step is None:
            return error
        seen.add(id(step))
        error = step
    return error
