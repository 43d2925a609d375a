"""Takes secrets out of text that goes into a log: passwords in addresses, tokens, cookies, and all that `.env` keeps."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

MASK = "***"
SHORTEST = 4
"""Letters below which a value is not searched for: it would be found in words that give nothing away."""

_SECRET_SETTING = re.compile(
    r"PASSW|SECRET|TOKEN|KEY|AUTH|HEADERS|COOKIES|WEBHOOK|(?:SMTP|MAIL|DATABASE|CONNECTION)_UR[IL]"
)
_SECRET_NAME = r"(?:[a-z0-9]{1,30}[-_]){0,5}(?:\w{0,30}token|\w{0,30}secret|\w{0,30}password|passw?d?|pwd|\w{0,30}apikey|key|sig|signature|jwt|auth|session|sessionid|sid|credentials?)"  # noqa: S105 (a pattern, no password)
_PATTERNS = (
    (("@",), re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/?#@]+@"), rf"\1{MASK}@"),
    (("=",), re.compile(rf"(?i)([?&;#]{_SECRET_NAME}=)[^&;#\s\"'<>]+"), rf"\1{MASK}"),
    (("author", "x-ap", "x-auth"), re.compile(r"(?i)\b((?:proxy-)?authorization|x-api-key|x-auth-token)(\"?'?\s*[:=]\s*)[^\r\n]+"), rf"\1\2{MASK}"),
    (("coo",), re.compile(r"(?i)\b((?:set-)?cookie)(\"?'?\s*[:=]\s*)[\"']?[^\s=;\"']{1,100}=[^\r\n]+"), rf"\1\2{MASK}"),
    (("bearer", "basic"), re.compile(r"\b([Bb]earer|[Bb]asic)\s+(?=\S*(?:[0-9=_]|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {MASK}"),
)  # fmt: skip
"""Pieces of which one must stand in a text for the pattern to fit, in small letters, and what is put for it.

Looking for a piece costs a hundredth of trying the pattern, and nearly every address of a log has none. Each pattern takes
time that grows with the text and no faster: what is masked may come from a page.
"""


@dataclass(frozen=True, slots=True)
class Mask:
    """Knows what must not be shown; call it with a text."""

    secrets: tuple[str, ...] = ()  # the longest first, so that no part of one is left standing

    def __call__(self, text: str) -> str:
        """The text, with every secret in it replaced by three stars."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        small = text.lower()
        for pieces, pattern, better in _PATTERNS:
            if any(piece in small for piece in pieces):
                text = pattern.sub(better, text)
        return text


def mask_of(root: Path | None, environment: Mapping[str, str] = os.environ) -> Mask:
    """The mask of a workspace: the secrets of its `.env`, of the environment and of the cookies.txt they name."""
    settings = dict(dotenv_values(root / ".env")) if root else {}
    settings |= {name: value for name, value in environment.items() if name.startswith(("WIREROOM_", "PREFECT_"))}
    found = {
        secret.strip()
        for name, value in settings.items()
        if value and _SECRET_SETTING.search(name)
        for secret in _secrets(name, value, root)
    }
    return Mask(
        tuple(sorted((secret for secret in found if len(secret) >= SHORTEST), key=lambda text: (-len(text), text)))
    )


def _secrets(name: str, value: str, root: Path | None) -> Iterator[str]:
    """The setting's value, and each part of it that would give somebody in."""
    if name.endswith("_COOKIES"):
        yield from _cookies(root / value) if root else ()
    elif name.endswith("_HEADERS"):
        yield from _words(line.partition(":")[2] for line in value.splitlines())
    elif "://" in value:
        parts = urlsplit(value)
        yield from (value, parts.password or "", parts.path.strip("/"), parts.query)
    else:
        yield from (value, base64.b64encode(value.encode()).decode(), value.partition(":")[2])


def _cookies(path: Path) -> Iterator[str]:
    from flows.fetching import BadCredentials, cookie_file  # what a command line's start need not wait for

    try:
        yield from (cookie.value or "" for cookie in cookie_file(path))
    except BadCredentials:
        return  # the run itself says what is wrong with that file


def _words(values: Iterable[str]) -> Iterator[str]:
    """Each value, and what follows the word that names its kind: Bearer, Basic."""
    for value in values:
        yield value
        yield value.strip().partition(" ")[2]
