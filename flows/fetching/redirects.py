"""Where an answer sends us on to, and whether that is still the page that was asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from w3lib.html import get_meta_refresh

from flows.fetching.addresses import joined, shown
from flows.fetching.exchange import Failure
from flows.fetching.request import Answer

STATUSES = frozenset({301, 302, 303, 307, 308})

LARGEST = 10_000
"""Bytes of a page that may be nothing but a redirect; article pages that reload themselves are larger."""

FEW_WORDS = 40
SOON = 10.0
"""Seconds before a meta refresh, and words beside it, up to which it is a redirect."""

HOMES = frozenset({"", "index", "home", "default", "start", "startpage", "homepage"})
LOGINS = frozenset(
    [
        "login",
        "log-in",
        "signin",
        "sign-in",
        "sso",
        "anmelden",
        "anmeldung",
        "connexion",
        "acceder",
        "iniciar-sesion",
        "accedi",
        "logowanie",
        "inloggen",
        "register",
        "registration",
        "registrieren",
        "subscribe",
        "subscription",
        "abonnement",
        "abo",
        "paywall",
    ]
)
_CODE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?")
_FURNITURE = re.compile(rb"<!--.*?-->|<(script|style|noscript|title)\b.*?</\1\s*>|<[^>]*>", re.S | re.I)


def target(answer: Answer) -> str | None:
    """The address that an answer redirects to by its headers; None where it does not. Failure where that is no address."""
    if answer.status not in STATUSES:
        return None
    location = _text(answer.header("location") or "")
    if not location.strip():
        raise Failure("bad_redirect", f"{shown(answer.url)} redirects without saying where.")
    return joined(answer.url, location)


def refreshed(answer: Answer) -> str | None:
    """The address that a page with nothing else in it sends a browser to; None where it is more than that."""
    if not 200 <= answer.status < 300 or len(answer.body) > LARGEST or b"http-equiv" not in answer.body.lower():
        return None
    if len(_FURNITURE.sub(b" ", answer.body).split()) > FEW_WORDS:
        return None
    try:
        seconds, address = get_meta_refresh(answer.body.decode("utf-8", "replace"), answer.url)
    except (ValueError, LookupError):  # an address that is none
        return None
    if seconds is None or seconds > SOON or not address or address == answer.url:
        return None
    return joined(answer.url, address)


def detour(requested: str, final: str) -> Failure | None:
    """Why the page at the end of redirects cannot be the one that was asked for: a home page, a log-in page."""
    if _is_home(final) and not _is_home(requested):
        return Failure("soft_404", f"{shown(requested)} leads to the home page {shown(final)}: the page is not there.")
    if _logins(final) - _logins(requested):
        return Failure("login", f"{shown(requested)} leads to {shown(final)}, where one has to log in.")
    return None


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    names = [segment.partition(".")[0] for segment in segments if not _CODE.fullmatch(segment)]
    return not parts.query and len(segments) <= 2 and all(name in HOMES for name in names)


def _logins(url: str) -> set[str]:
    return {segment.partition(".")[0] for segment in urlsplit(url).path.lower().split("/")} & LOGINS


def _text(location: str) -> str:
    """A header as its sender meant it: UTF-8, which http.client takes for Latin-1."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
