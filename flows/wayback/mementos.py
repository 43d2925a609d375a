"""A memento as a capture of the page it is of: original bytes, shown when the archive captured it, and never anything else.

What a request for a memento may come to, besides what any request does: `not_archived` (the archive has none),
`archived_404` and the like (it captured an error), `archived_redirect` (a redirect to something else), `wrapper` (its own
page, or a page put into its frame), `no_moment` (a page that does not say when it was captured).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from flows import exchanges, waiting
from flows.discovery import Candidate
from flows.fetching import Exchange
from flows.fetching.redirects import detour
from flows.readings import may_be_article
from flows.run import Run
from flows.sources import SourceDefinition
from flows.wayback import places
from flows.wayback.places import Memento
from parsers import urls
from parsers.records import Hints, Profile
from warehouse.archive.captures import Capture
from warehouse.archive.warc import SECRET

ORIGIN = "wayback"
WRAPPED = (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"/_static/js/bundle-playback.js", b'id="wm-ipp-base"')
"""What a page holds that an archive has put into its frame."""

LOOKED_AT = 1 << 16
_ORIG = "x-archive-orig-"
FOREVER = frozenset({"empty", "not_text", "login", "soft_404", "too_large"})
"""Failures that a memento will have every time, since it does not change."""


class Wanted(Protocol):
    """An address to be asked for at an archive; due_addresses.Address is one."""

    @property
    def url_key(self) -> str: ...
    @property
    def memento(self) -> str | None: ...
    @property
    def hints(self) -> Hints: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def finder(self) -> str | None: ...
    @property
    def failures(self) -> int: ...


def asked(run: Run, address: Wanted) -> tuple[Exchange, Capture]:
    """Ask an archive for its memento of an address; what came of it, as exchange and as capture."""
    exchange = waiting.get(run, address.memento or "", stay=True)
    got = judged(exchange, address.url_key, reserves=run.source.rights_basis is None)
    captured = exchanges.capture(
        got,
        run.asker,
        address.url_key,
        "article",
        hints=address.hints,
        unit=address.unit,
        finder=address.finder,
        failures=address.failures,
    )
    # An archive that wants to be left alone says nothing of the page.
    attempts = address.failures if got.outcome == "deferred" else captured.attempts
    key = _final_key(got.final_url, address.url_key, run.source.profile)
    return got, replace(captured, origin=ORIGIN, final_key=key, attempts=attempts)


def rule_of(source: SourceDefinition, candidate: Candidate) -> str:
    """Which captures the finder wants that showed a candidate: of several archives, the one that has these mementos."""
    specs = [spec for spec in source.finders if spec.kind == "wayback"]
    fitting = (spec for spec in specs if candidate.mementos[0].startswith(places.replay(spec)))
    found = next(fitting, None)
    return found.captures if found else "missing"


def replay_of(source: SourceDefinition) -> str | None:
    """What the addresses of mementos begin with at the source's first archive; None where it has none."""
    return next((places.replay(spec) for spec in source.finders if spec.kind == "wayback"), None)


def judged(exchange: Exchange, url_key: str, *, reserves: bool = True) -> Exchange:
    """The exchange as one of the original page: its address, its moment, its headers; outcomes as named above.

    The archive's validators are dropped: they are not the outlet's.
    """
    kept = tuple(pair for pair in exchange.headers if pair[0].lower().removeprefix(_ORIG) not in SECRET)
    plain = replace(exchange, headers=kept, etag=None, last_modified=None)
    given = places.memento(exchange.final_url or exchange.requested_url)
    if exchange.outcome == "fetched":
        return _page(plain, given, url_key, reserves)
    archived = _moment(exchange) is not None
    if archived and (exchange.status or 0) >= 400:
        return _no(plain, f"archived_{exchange.status}", f"{exchange.requested_url} is the capture of an error.")
    if exchange.status in (404, 410):
        return _no(plain, "not_archived", f"The archive has no capture at {exchange.requested_url}.")
    if archived and exchange.reason in FOREVER:
        return _no(plain, exchange.reason or "", exchange.message or "")
    return _without_place(plain)


def _page(exchange: Exchange, given: Memento | None, url_key: str, reserves: bool) -> Exchange:
    """A page that came: a memento of the original, or what is wrong with it."""
    if given is None or not given.is_original or any(mark in exchange.body[:LOOKED_AT] for mark in WRAPPED):
        return _no(
            exchange, "wrapper", f"{exchange.requested_url} gave a page of the archive's own, and not the original."
        )
    moment = _moment(exchange) or given.moment
    if moment is None or moment > exchange.observed_at:
        return _no(exchange, "no_moment", f"{exchange.requested_url} does not say when it was captured.")
    wanted = places.memento(exchange.requested_url)
    problem = _astray(wanted.original if wanted else "", given.original, url_key)
    if problem:
        return _no(exchange, "archived_redirect", problem)
    if reserves and _is_reserved(exchange):
        said = f"{given.original} reserved its rights against text and data mining when it was captured."
        return replace(
            _without_place(exchange), outcome="reserved", reason="tdm", message=said, body=b"", wire=b"",
            rights="tdm-reservation: 1 (header of the capture)",
        )  # fmt: skip
    return replace(exchange, final_url=given.original, observed_at=moment)


def _astray(wanted: str, given: str, url_key: str) -> str | None:
    """Why the page at the end of an archived redirect cannot be the one that was asked for; None where it may be."""
    try:
        if urls.key(given) == url_key or urls.key(given) == urls.key(wanted):
            return None
        same_site = urls.same_site(wanted, given)
    except ValueError:
        return f"The capture redirects to {given[:200]}, which is no address."
    if not same_site:
        return f"The capture of {wanted[:200]} redirects to another site, {given[:200]}."
    problem = detour(wanted, given)
    return str(problem) if problem else None


def _moment(exchange: Exchange) -> datetime | None:
    """When a memento was captured, by its Memento-Datetime (RFC 7089); None for what is no memento."""
    stated = next((value for name, value in exchange.headers if name.lower() == "memento-datetime"), None)
    try:
        moment = parsedate_to_datetime(stated) if stated else None
    except (ValueError, TypeError, OverflowError):
        return None
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _is_reserved(exchange: Exchange) -> bool:
    """Whether the outlet reserved its rights by a header; what the page itself says was judged before."""
    name = f"{_ORIG}tdm-reservation"
    return any(key.lower() == name and value.strip() == "1" for key, value in exchange.headers)


def _no(exchange: Exchange, reason: str, message: str) -> Exchange:
    return replace(_without_place(exchange), outcome="gone", reason=reason, message=message)


def _without_place(exchange: Exchange) -> Exchange:
    """The exchange without the archive's address, which is none of the outlet's."""
    return replace(exchange, final_url=None)


def _final_key(final_url: str | None, url_key: str, profile: Profile) -> str | None:
    """Key of the address that an archived redirect led to, where that is another one and may be the article."""
    if final_url is None:
        return None
    key = urls.key(final_url)
    return key if key != url_key and may_be_article(final_url, profile) else None
