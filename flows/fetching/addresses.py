"""Which addresses may be asked at all, and how an address is written when it goes over the wire."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from flows.fetching.exchange import Failure

PORTS = {"http": 80, "https": 443}
_USERINFO = re.compile(r"(?<=//)[^/?#@\s]*@")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out to the world so far
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=1024)
def check(url: str, allow: frozenset[str] = frozenset()) -> None:
    """Raise Failure where an address is not http or https with a host, carries a password, or names an odd port."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise Failure("bad_url", f"{shown(url)} is no http or https address.", refused=True)
    if "@" in parts.netloc:
        raise Failure(
            "bad_url",
            f"{shown(url)} carries a user name: what lets somebody in belongs into .env (docs/sources.md).",
            refused=True,
        )
    if port_of(url) not in PORTS.values() and place(url) not in allow:
        raise Failure(
            "ssrf",
            f"{shown(url)} names port {port_of(url)}, and only 80 and 443 are asked: "
            f'[access] allow = ["{place(url)}"] in the source file lets it in.',
            refused=True,
        )


def shown(url: str) -> str:
    """An address fit for a message: no password, no control characters, not too long."""
    return _UNPRINTABLE.sub(" ", _USERINFO.sub("", url))[:200]


def port_of(url: str) -> int:
    """The port that an address names or implies; ValueError where that is none."""
    parts = urlsplit(url)
    return parts.port or PORTS[parts.scheme]


def host_of(url: str) -> str:
    """The host of an address: small letters, no trailing dot, its Unicode letters as names of the wire (xn--…)."""
    name = (urlsplit(url).hostname or "").rstrip(".").lower()
    if name.isascii():
        return name
    return urlsplit(written(f"http://{name}/")).hostname or name


@lru_cache(maxsize=1024)
def place(url: str) -> str:
    """host:port of an address, the port always named, as [access] allow writes it."""
    return pair(host_of(url), port_of(url))


def pair(host: str, port: int) -> str:
    """host:port, an IPv6 address in brackets."""
    bare = host.rstrip(".").lower().strip("[]")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


@lru_cache(maxsize=1024)
def house(url: str) -> str:
    """What has one pace and one robots.txt: the host, whichever of the two usual ports is asked, or host:port."""
    return host_of(url) if port_of(url) in PORTS.values() else place(url)


def written(url: str) -> str:
    """An address as it goes over the wire: blanks and letters beyond ASCII escaped, no fragment; Failure if it cannot be."""
    try:
        parts = urlsplit(url.strip())
        return str(safe_url_string(urlunsplit(parts._replace(fragment="")), encoding="utf-8"))
    except (ValueError, UnicodeError):
        raise Failure("bad_url", f"{shown(url)} is no http or https address.", refused=True) from None


def joined(base: str, location: str) -> str:
    """Where a redirect leads, without the user name that it may carry; Failure where that is no address."""
    try:
        target = urljoin(base, _UNPRINTABLE.sub("", location.strip()))
        parts = urlsplit(target)
        return written(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    except (ValueError, UnicodeError, Failure):
        raise Failure("bad_redirect", f"{shown(base)} redirects to {shown(location)!r}, which is no address.") from None


def is_public(address: str) -> bool:
    """Whether an IP address may be asked by anybody: global, no group, and no IPv4 one in disguise that is not."""
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    if found.ipv4_mapped:
        return is_public(str(found.ipv4_mapped))
    if found in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    if found.sixtofour and not is_public(str(found.sixtofour)):
        return False
    return found in _PUBLIC_V6 and found.is_global and found.teredo is None
