"""One request without redirects, under one deadline and within the caps: the answer whole, or a Failure."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

import requests
import urllib3

from flows.fetching.deadline import Deadline, deadline
from flows.fetching.exchange import Failure, Limits
from flows.fetching.guard import GuardedSession, check_url
from warehouse.coding import BadCoding, decode

CHUNK = 1 << 16
_VERSIONS = {9: "HTTP/0.9", 10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2"}


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


def ask(session: GuardedSession, url: str, headers: dict[str, str], limits: Limits, seconds: float) -> Answer:
    """The answer of one address; raises Failure. The body of a redirect is not read."""
    check_url(url)
    with deadline(seconds) as limit:
        try:
            return _ask(session, url, headers, limits, limit)
        except Failure:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise _failure(error, url, limit, seconds) from None
        except (ValueError, UnicodeError) as error:  # addresses that http.client or idna cannot write
            raise Failure("bad_url", f"{url[:200]} cannot be asked for ({error}).", refused=True) from None


def _ask(session: GuardedSession, url: str, headers: dict[str, str], limits: Limits, limit: Deadline) -> Answer:
    timeout = (min(limits.connect_seconds, limit.left), limit.left)
    response = session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=timeout)
    with response:
        raw = response.raw
        found = tuple((str(name), str(value)) for name, value in raw.headers.iteritems())
        if sum(len(name) + len(value) + 4 for name, value in found) > limits.header_bytes:
            raise Failure("headers_too_large", f"The headers are larger than {limits.header_bytes:,} bytes.")
        version = _VERSIONS.get(raw.version, "HTTP/1.1")
        status_line = f"{version} {response.status_code} {raw.reason or ''}".strip()
        moved = 300 <= response.status_code < 400
        wire = b"" if moved else _body(raw, limits, limit)
        coding = ", ".join(value for name, value in found if name.lower() == "content-encoding")
        try:
            body = decode(wire, coding, limits.decoded_bytes)
        except BadCoding as error:
            raise Failure(error.reason, str(error), retry=error.reason == "cut_short") from None
        return Answer(url, response.status_code, status_line, found, wire, body)


def _body(raw: urllib3.BaseHTTPResponse, limits: Limits, limit: Deadline) -> bytes:
    """The body as the wire carries it, chunked transfer undone."""
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(CHUNK, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > limits.wire_bytes:
            raise Failure("too_large", f"The body is larger than {limits.wire_bytes:,} bytes.")
    if limit.passed:
        raise TimeoutError
    return b"".join(pieces)


def _failure(error: Exception, url: str, limit: Deadline, seconds: float) -> Failure:
    """The reason code and sentence of what the libraries raised."""
    inner = _innermost(error)
    if isinstance(inner, Failure):
        return inner
    if limit.passed or limit.left == 0:
        return Failure("too_slow", f"{url} did not answer completely within {seconds:g} seconds.", retry=True)
    words = f"{type(inner).__name__}: {inner}"
    if isinstance(error, requests.exceptions.SSLError) or "ssl" in words.lower():
        return Failure("tls", f"The secure connection to {url} failed ({words}).")
    if isinstance(error, requests.ConnectTimeout):
        return Failure("connect", f"{url} accepts no connection.", retry=True)
    if "IncompleteRead" in words:
        return Failure("cut_short", f"The body of {url} ended before its end.", retry=True)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Failure("bad_url", f"{url[:200]} cannot be asked for ({words}).", refused=True)
    if isinstance(inner, http.client.HTTPException) and not isinstance(inner, http.client.RemoteDisconnected):
        return Failure("bad_answer", f"{url} does not answer in HTTP ({words}).")
    return Failure("connection", f"The connection to {url} failed ({words}).", retry=True)


def _innermost(error: BaseException) -> BaseException:
    """What lies at the bottom of the libraries' wrappings."""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None)
        candidates = [inner, error.__cause__, error.__context__, *error.args]
        step = next((c for c in candidates if isinstance(c, BaseException) and id(c) not in seen), None)
        if step is None:
            return error
        seen.add(id(step))
        error = step
