"""What lets a subscriber in: headers and cookies that go to the source's own hosts and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookiejar import LoadError, MozillaCookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request

from flows.fetching.addresses import house

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e]+")
OURS = frozenset(
    [
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "upgrade",
        "expect",
        "range",
        "accept-encoding",
        "if-none-match",
        "if-modified-since",
        "if-range",
    ]
)
"""Headers that fetching itself writes, or that would change what an answer means."""


class BadCredentials(ValueError):
    """Credentials that cannot be used; the message never shows a value."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers and cookies of one source, and the hosts that may see them."""

    houses: frozenset[str] = frozenset()  # as addresses.house names them
    plainly: bool = False  # whether they may go over http: only where the source's home is there
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: MozillaCookieJar | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return bool(self.headers) or self.cookies is not None

    def of(self, url: str) -> dict[str, str]:
        """The headers to send with a request for `url`; none to a host that is not the source's own."""
        if not self or house(url) not in self.houses or (urlsplit(url).scheme != "https" and not self.plainly):
            return {}
        sent = dict(self.headers)
        if self.cookies is not None:
            asked = Request(url)  # noqa: S310  (nothing is opened: the jar reads address and path from it)
            self.cookies.add_cookie_header(asked)
            cookie = asked.get_header("Cookie")
            if cookie and _VALUE.fullmatch(cookie):
                sent["Cookie"] = cookie
        return sent

    @property
    def expired(self) -> bool:
        """Whether every cookie that was given has an end, and it has passed."""
        return self.cookies is not None and all(cookie.is_expired() for cookie in self.cookies)


def header_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Headers written `Name: value`, one a line; raises BadCredentials."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise BadCredentials(f"its line {number} is not written `Name: value` in plain letters")
        if name.lower() in OURS:
            raise BadCredentials(f"its line {number} sets {name}, which Wireroom writes itself")
        found.append((name, value))
    return tuple(found)


def cookie_file(path: Path) -> MozillaCookieJar:
    """The cookies of a cookies.txt as browsers export it (Netscape's format); raises BadCredentials."""
    jar = MozillaCookieJar(str(path))
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except LoadError:
        raise BadCredentials(
            f"{path} is no cookies.txt in Netscape's format (its first line says `# Netscape HTTP Cookie File`)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadCredentials(f"{path} cannot be read ({type(error).__name__})") from None
    for cookie in jar:
        cookie.expires = cookie.expires or None  # 0 is what browsers write for "until the browser is closed"
    if not len(jar):
        raise BadCredentials(f"{path} holds no cookie")
    return jar
