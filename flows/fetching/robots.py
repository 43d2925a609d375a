"""robots.txt by RFC 9309: what an answer means, and what its rules say of an address."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from flows.fetching.exchange import Exchange
from flows.fetching.pace import Host

TOKEN = "Wireroom"  # noqa: S105  (the product token of our User-Agent, a single word as the RFC wants)
GOOD_FOR = 24 * 3600.0
AGAIN_AFTER = 3600.0
LONGEST = 500 * 1024
"""Bytes of rules that are read: the RFC's least."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What robots.txt says of an address: `rule` is a few words for the ledger, `delay` seconds asked for."""

    allowed: bool
    rule: str
    delay: float | None = None


def remember(host: Host, exchange: Exchange) -> None:
    """Keep what the answer means: 2xx rules, 4xx everything allowed, anything else the last good copy."""
    host.robots_reachable = True
    host.robots_until = time.time() + GOOD_FOR
    if exchange.outcome == "fetched":
        host.robots = exchange.body[:LONGEST].decode("utf-8", "replace").lstrip("\ufeff")
    elif exchange.status is not None and 400 <= exchange.status < 500 and exchange.status != 429:
        host.robots = ""
    else:
        host.robots_reachable = host.robots is not None
        host.robots_until = time.time() + AGAIN_AFTER


def verdict(host: Host, url: str) -> Verdict:
    """What the kept rules say of an address; nothing is allowed while robots.txt cannot be reached."""
    if host.robots is None or not host.robots_reachable:
        return Verdict(False, "robots.txt unreachable")
    rules = _parsed(host.robots)
    rate = rules.request_rate(TOKEN)
    delays = [rules.crawl_delay(TOKEN), rate.seconds / rate.requests if rate and rate.requests else None]
    allowed = rules.can_fetch(url, TOKEN)
    return Verdict(allowed, "allowed" if allowed else "disallowed", max((d for d in delays if d), default=None))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
