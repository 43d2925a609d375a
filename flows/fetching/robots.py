"""robots.txt by RFC 9309: what an answer means, and what its rules say of an address."""

from __future__ import annotations

import codecs
import math
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

from protego import Protego

from flows.fetching.exchange import Exchange
from flows.fetching.pace import Host

TOKEN = "wireroom"  # noqa: S105  (the product token of our User-Agent, a single word as the RFC wants)
GOOD_FOR = 24 * 3600.0
AGAIN_AFTER = 3600.0
GIVEN_UP_AFTER = 30 * 24 * 3600.0
"""Seconds after which a robots.txt that was never reached counts as one that is not there (RFC 9309, 2.3.1.4)."""

LONGEST = 500 * 1024
"""Bytes of rules that are read: the RFC's least."""

HOPS = 5
"""Redirects that are followed; behind more of them there is no robots.txt (RFC 9309, 2.3.1.2)."""

# Lines that mean something; others would end a group between two User-agent lines, and let in whom it keeps out.
_LINE = re.compile(
    r"^\s*(user-?agent|user agent|dis+al+ow|disallaw|diasllow|allow|sitemaps?|site-map"
    r"|crawl-delay|crawl delay|request-rate|request rate|visit-time|visit time|host)\s*(?::|\s)\s*(.*)$",
    re.I,
)
_AGENT = re.compile(r"[a-z_-]+|\*")
_KEPT_ESCAPED = frozenset(b"/?#[]@!$&'()*+,;=:% ")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What robots.txt says of an address: `rule` is a few words for the ledger, `delay` seconds asked for."""

    allowed: bool
    rule: str
    delay: float | None = None


def remember(host: Host, exchange: Exchange) -> None:
    """Keep what the answer means: 2xx rules, 4xx everything allowed, anything else the last good copy."""
    now = time.time()
    host.robots_until = now + GOOD_FOR
    if exchange.outcome == "fetched":
        host.robots = _text(exchange.body)
    elif _is_absent(exchange):
        host.robots = ""
    else:
        host.robots_failing_since = host.robots_failing_since or now
        given_up = now - host.robots_failing_since > GIVEN_UP_AFTER
        host.robots_reachable = host.robots is not None or given_up
        host.robots_until = now + AGAIN_AFTER
        host.robots_trouble, host.robots_unconnected = (exchange.message or "")[:300], exchange.reason == "connect"
        return
    host.robots_reachable, host.robots_failing_since, host.robots_trouble = True, 0.0, None


def verdict(host: Host, url: str) -> Verdict:
    """What the kept rules say of an address; nothing is allowed while robots.txt cannot be reached."""
    if not host.robots_reachable:
        return Verdict(False, "robots.txt unreachable")
    if not host.robots:
        return Verdict(True, "allowed" if host.robots is not None else "allowed: robots.txt unreachable for 30 days")
    rules = _parsed(host.robots)
    rate = rules.request_rate(TOKEN)
    delays = [rules.crawl_delay(TOKEN), rate.seconds / rate.requests if rate and rate.requests else None]
    allowed = rules.can_fetch(_normal_url(url), TOKEN)
    sound = [delay for delay in delays if delay and math.isfinite(delay) and delay > 0]
    return Verdict(allowed, "allowed" if allowed else "disallowed", max(sound, default=None))


def sitemaps(host: Host) -> tuple[str, ...]:
    """The sitemaps that the kept robots.txt names, as it names them."""
    return tuple(_parsed(host.robots).sitemaps) if host.robots else ()


def _is_absent(exchange: Exchange) -> bool:
    """Whether the answer means that there is no robots.txt: 4xx but 429, and redirects that lead nowhere."""
    if exchange.reason in ("too_many_redirects", "bad_redirect"):
        return True
    return exchange.status is not None and 400 <= exchange.status < 500 and exchange.status != 429


def _text(body: bytes) -> str:
    """The rules as text: no mark at the beginning, no line that was cut in half, none at all of an HTML page."""
    whole = body if len(body) < LONGEST else body[:LONGEST].rpartition(b"\n")[0]
    if whole.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = whole.decode("utf-16", "replace")
    else:
        text = whole.decode("utf-8", "replace")
    text = text.lstrip("\ufeff").replace("\x00", "")
    return "" if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<head", "<body")) else text


@lru_cache(maxsize=256)
def _parsed(text: str) -> Protego:
    return Protego.parse("\n".join(_lines(text)))


def _lines(text: str) -> list[str]:
    """The lines that mean something, spelt so that protego reads them as the RFC does."""
    lines: list[str] = []
    for line in text.splitlines():
        found = _LINE.match(line.partition("#")[0])
        if not found:
            continue
        field, value = found[1].lower(), found[2].strip()
        if field.startswith("user"):
            token = _AGENT.match(value.lower())
            lines.append(f"User-agent: {token[0] if token else '-'}")
        elif field.startswith(("allow", "dis")):
            lines.append(f"{found[1]}: {_normal(value)}")
        else:
            lines.append(f"{found[1]}: {value}")
    return lines


def _normal_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, _normal(parts.path or "/"), _normal(parts.query), ""))


def _normal(path: str) -> str:
    """A path in one spelling: letters beyond ASCII escaped, plain ones not, escapes in capitals (RFC 9309, 2.2.2)."""

    def respelt(found: re.Match[str]) -> str:
        byte = unquote_to_bytes(found[0])
        return found[0].upper() if byte[0] in _KEPT_ESCAPED or byte[0] > 126 or byte[0] < 33 else byte.decode("ascii")

    return quote(re.sub("%[0-9a-fA-F]{2}", respelt, path), safe="/?#[]@!$&'()*+,;=:%~|^`{}\\\"<>")
