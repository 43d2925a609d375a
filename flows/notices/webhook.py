"""Posting a message: no redirect, one deadline over all attempts, and the receiver's answer read to a small limit."""

from __future__ import annotations

import hashlib
import hmac
import time

import msgspec
import requests
import urllib3

from flows.fetching.addresses import place
from flows.fetching.deadline import deadline
from flows.fetching.exchange import Failure
from flows.fetching.guard import GuardedSession
from flows.notices.settings import Webhook
from flows.notices.words import Notice
from flows.workspace import AGENT

SECONDS = 15.0
"""All attempts together."""

WAITS = (1.0, 4.0)
"""Seconds before the second and the third attempt."""

SIGNATURE = "X-Wireroom-Signature"
_ANSWER_BYTES = 1 << 14
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotSent(Exception):
    """A message that did not get through; the message says why, and shows no address."""


class _Again(NotSent):
    """… and might at the next attempt."""


def post(webhook: Webhook, notice: Notice) -> None:
    """Post a message; raises NotSent."""
    body = msgspec.json.encode(notice.payload())
    until = time.monotonic() + SECONDS
    for wait in (*WAITS, None):
        try:
            _post(webhook, body, until - time.monotonic())
        except _Again:
            if wait is None or time.monotonic() + wait >= until:
                raise
            time.sleep(wait)
        else:
            return


def _post(webhook: Webhook, body: bytes, seconds: float) -> None:
    """One attempt."""
    session = GuardedSession(frozenset({place(webhook.url)}), 1)  # the user wrote this address, so it may be private
    with session, deadline(seconds) as limit:
        try:
            with session.get_adapter(webhook.url).send(
                _request(webhook, body), stream=True, timeout=(min(5.0, seconds), seconds), verify=True
            ) as response:
                said = response.raw.read(_ANSWER_BYTES, decode_content=False)
                status = response.status_code
        except (requests.RequestException, urllib3.exceptions.HTTPError, Failure, OSError) as error:
            word = error.reason if isinstance(error, Failure) else type(error).__name__
            late = limit.passed or isinstance(error, requests.Timeout)
            why = f"no answer within {SECONDS:g} seconds" if late else word
            raise _Again(f"{webhook.name} could not be reached ({why})") from None
    if status in _AGAIN:
        raise _Again(f"{webhook.name} answered {status}")
    if not 200 <= status < 300:
        raise NotSent(f"{webhook.name} answered {status}: {_plain(said)}")


def _request(webhook: Webhook, body: bytes) -> requests.PreparedRequest:
    headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Content-Length": str(len(body))}
    if webhook.secret:
        headers[SIGNATURE] = signature(webhook.secret, body)
    request = requests.PreparedRequest()
    request.method = "POST"
    request.prepare_url(webhook.url, None)
    request.prepare_headers(headers)
    request.body = body
    return request


def signature(secret: str, body: bytes) -> str:
    """What the receiver can compare to know that a message is ours: sha256=HEX, the HMAC of the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _plain(said: bytes) -> str:
    """The beginning of an answer on one line."""
    text = " ".join(said.decode("utf-8", "replace").split())
    return text[:200] or "nothing more"
