"""Addresses: one form to compare, one key to store, and what an address says about its article.

`canonical` stays an address that can be fetched; `key` goes further and folds what every outlet serves twice
(http and https, with and without www., with and without a slash at the end). AMP and mobile twins are other pages: `twin`
names them, and no key folds them.

A better rule gives some addresses other keys. What is stored keeps the key it was given: `former_keys` names those that
earlier rules would have given, so that whoever meets an address can ask for it under all of its names.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit, urlunsplit
from uuid import UUID

from parsers.url_rules import RULE, RULES, Rule

__all__ = ["RULE", "canonical", "dates_in", "former_keys", "key", "path_day", "same_site", "twin"]

LATELY = 2_048
"""Addresses that were read a moment ago: every step of a page asks for the same few again."""

SALT = "1"  # the same under every rule: where two rules read an address alike, its key stays

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNSEEN = re.compile(r"[\x00-\x20\x7f\u200b\ufeff]+")  # blanks and controls, which browsers drop or encode
_HOST = re.compile(r"[^\s/?#@\\<>\"^`{|}%]+")
_CUT = re.compile(r"([^?#]*)([?#]?)(.*)", re.DOTALL)
_DOUBLED = re.compile(r"(?<!:)/{2,}")  # an address within an address keeps its two
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Kept as they are; everything else is percent-encoded UTF-8 (RFC 3986, sections 2.2 and 2.3)
_PATH_SAFE = "/:@!$&'()*+,;=-._~"
_QUERY_SAFE = "/?:@!$'()*,;-._~"


def canonical(url: str) -> str:
    """The comparable form of an http(s) address, still fetchable; ValueError with a sentence for anything else."""
    return _canonical(url, RULES[0])


def key(url: str) -> str:
    """The UUID text under which an address is stored: blake2b of its folded canonical form."""
    return _key(url, RULES[0])


def former_keys(url: str) -> tuple[str, ...]:
    """The keys that earlier rules gave an address, the latest first, as far as they differ from today's."""
    today = key(url)
    return tuple(dict.fromkeys(found for rule in RULES[1:] if (found := _key(url, rule)) != today))


@lru_cache(maxsize=LATELY)
def _key(url: str, rule: Rule) -> str:
    folded = _folded(_canonical(url, rule), rule)
    return str(UUID(bytes=blake2b(f"{SALT} {folded}".encode(), digest_size=16).digest()))


@lru_cache(maxsize=LATELY)
def _canonical(url: str, rule: Rule) -> str:
    parts = _split(url)
    fragment = parts.fragment if parts.fragment.startswith("!") else ""  # an address of the time before pushState
    return urlunsplit((parts.scheme, _host(parts), _path(parts.path, rule), _query(parts.query, rule), fragment))


def _folded(url: str, rule: Rule) -> str:
    plain = url.partition("://")[2].removeprefix("www.")
    if not rule.folds_slashes:
        return plain
    path, mark, rest = _CUT.match(plain).groups()  # type: ignore[union-attr]  # it matches anything
    path = _DOUBLED.sub("/", path).removesuffix("/")
    return f"{path if '/' in path else path + '/'}{mark}{rest}"


@lru_cache(maxsize=LATELY)
def _split(url: str) -> SplitResult:
    text = url.strip("\x00\t\n\r \ufeff\u200b")
    try:
        parts = urlsplit(_UNSEEN.sub(lambda m: "%20" * m.group().count(" "), text))
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not an address: {url[:200]!r} ({error})") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    if not parts.hostname or port == 0:
        raise ValueError(f"an address without a usable host: {url[:200]!r}")
    return parts


@lru_cache(maxsize=LATELY)
def _host(parts: SplitResult) -> str:
    assert parts.hostname is not None
    name = parts.hostname.rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError(f"not a host name: {name[:200]!r} ({error})") from None
    if not name or not _HOST.fullmatch(name):
        raise ValueError(f"not a host name: {name[:200]!r}")
    if ":" in name:
        name = f"[{name}]"
    return name if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{parts.port}"


def _path(path: str, rule: Rule) -> str:
    path = rule.path.sub("", path)
    plain = _encoded(path, _PATH_SAFE) or "/"
    return _without_dots(plain) if "/." in plain else plain


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4; doubled slashes stay, since archives put whole addresses into their paths."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str, rule: Rule) -> str:
    pairs = [pair for pair in query.replace("&amp;", "&").split("&") if pair]
    kept = [pair for pair in pairs if not _tracks(pair.partition("=")[0], rule)]
    return "&".join(sorted("=".join(_encoded(part, _QUERY_SAFE + "+") for part in pair.split("=", 1)) for pair in kept))


def _tracks(name: str, rule: Rule) -> bool:
    name = name.lower().removeprefix("amp;")
    return name in rule.names or name.startswith(rule.prefixes)


def _encoded(text: str, safe: str) -> str:
    """`text` with the same characters percent-encoded whoever wrote it: reserved ones stay as they were written."""
    if "%" not in text:
        return quote(text, safe=safe)
    pieces = re.split(r"((?:%[0-9A-Fa-f]{2})+)", _PERCENT.sub("%25", text))
    return "".join(_decoded(piece) if piece.startswith("%") else quote(piece, safe=safe) for piece in pieces)


def _decoded(escapes: str) -> str:
    """Escapes in capital letters, those of letters, digits and -._~ undone."""
    return "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-._~") else f"%{byte:02X}"
        for byte in unquote_to_bytes(escapes)
    )


_TWIN_HOST = re.compile(r"^(?:www\.)?(?:amp|m|mobile)\.(?=[^.]+\.)")
_TWIN_PATH = re.compile(r"^/amp(?=/.)|/amp/?$|\.amp(?=(?:\.html?)?$)|(?<=[\w-])-amp(?=\.html?$)")
_TWIN_QUERY = re.compile(r"(?:^|&)(?:amp(?:=1|=true)?|outputType=amp(?:-\w+)?|view=amp|mobile=1)(?=&|$)")
_CACHE = re.compile(r"^(?:www\.google\.[a-z.]+/amp/|[\w-]+\.cdn\.ampproject\.org/[cv]/)(s/)?(.+)$")


def twin(url: str) -> str | None:
    """The address of the ordinary page that an AMP or mobile address stands for, canonical; None for ordinary ones."""
    plain = canonical(url)
    if cached := _CACHE.match(plain.partition("://")[2]):
        inner = ("https://" if cached[1] else "http://") + cached[2]
        return twin(inner) or canonical(inner)
    parts = urlsplit(plain)
    host, path, query = (
        _TWIN_HOST.sub("", parts.netloc),
        _TWIN_PATH.sub("", parts.path),
        _TWIN_QUERY.sub("", parts.query),
    )
    if (host, path, query) == (parts.netloc, parts.path, parts.query):
        return None
    return canonical(urlunsplit((parts.scheme, host, path or "/", query.strip("&"), "")))


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one outlet: equal hosts, or one below the other; False for broken ones."""
    try:
        first, second = (_TWIN_HOST.sub("", _host(_split(url)).removeprefix("www.")) for url in (a, b))
    except ValueError:
        return False
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return "." in short and not short.replace(".", "").isdigit() and long.endswith("." + short)


# ------------------------------------------------------------------ what an address says about the day

_DAY_IN_PATH = re.compile(
    r"""(?<!\d)(?:
        (?P<y1>(?:19|20)\d\d)(?P<s1>[/_.-])(?P<m1>0?[1-9]|1[0-2]|[a-z]{3})(?P=s1)(?P<d1>[0-2]?\d|3[01])
      | (?P<y2>(?:19|20)\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>[0-2]\d|3[01])
      | (?P<y4>(?:19|20)\d\d)/(?P<m4>0[1-9]|1[0-2])(?P<d4>[0-2]\d|3[01])
      | (?P<y5>(?:19|20)(?P<yy>\d\d))/(?:[\w-]{1,40}/){0,2}(?P=yy)(?P<m5>0[1-9]|1[0-2])(?P<d5>[0-2]\d|3[01])
      | (?P<d3>[0-2]\d|3[01])(?P<s3>[_.-])(?P<m3>0[1-9]|1[0-2])(?P=s3)(?P<y3>(?:19|20)\d\d)
    )(?!\d)""",
    re.VERBOSE,
)
_MONTHS = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def dates_in(url: str, pattern: str | None) -> date | None:
    """The day that a source's pattern names in an address by its groups year or yy, month and day; else None."""
    found = _compiled(pattern).search(url) if pattern else None
    if found is None:
        return None
    named = found.groupdict()
    return _day(named.get("year") or _century(named.get("yy")), named.get("month"), named.get("day"))


def path_day(url: str) -> date | None:
    """The one day that an address of any outlet spells in full (/2017/09/22/, 20170922, /2017/170922_…), else None."""
    try:
        path = _split(url).path.lower()
    except ValueError:
        return None
    days = {
        _day(*(match[f"{part}{n}"] for part in "ymd"))
        for match in _DAY_IN_PATH.finditer(path)
        for n in range(1, 6)
        if match[f"y{n}"]
    } - {None}
    return days.pop() if len(days) == 1 else None


def _century(yy: str | None) -> str | None:
    """A year of two digits in full: 68 and below belong to this century, as POSIX has it."""
    return None if yy is None else str((2000 if int(yy) < 69 else 1900) + int(yy))


def _day(year: str | None, month: str | None, day: str | None) -> date | None:
    if not (year and month and day):
        return None
    try:
        return date(int(year), _MONTHS.get(month[:3].lower()) or int(month), int(day))
    except ValueError:
        return None
