"""The settings of `.env` that say how people are told; a wrong one is named, and never shown."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from flows.workspace import Workspace

WEBHOOK, SECRET = "WIREROOM_WEBHOOK_URL", "WIREROOM_WEBHOOK_SECRET"
SMTP, TO, FROM = "WIREROOM_SMTP_URL", "WIREROOM_MAIL_TO", "WIREROOM_MAIL_FROM"
NAMES = (WEBHOOK, SECRET, SMTP, TO, FROM)


class BadSetting(Exception):
    """A setting that cannot be used; the message names it and what it must be, and gives no secret away."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages are posted."""

    url: str
    secret: str | None = None  # with which they are signed

    @property
    def name(self) -> str:
        """How it is called in messages: its host, since the rest of the address is a secret."""
        return f"the webhook at {urlsplit(self.url).hostname}"


@dataclass(frozen=True, slots=True)
class Mail:
    """Through which server mail goes, and to whom."""

    host: str
    port: int
    to: tuple[str, ...]
    sender: str
    user: str | None = None
    password: str | None = None
    security: str = "starttls"  # starttls, tls from the first byte, or none (loopback only)

    @property
    def name(self) -> str:
        """How it is called in messages."""
        return f"mail through {self.host}:{self.port}"


def webhook(workspace: Workspace) -> Webhook | None:
    """The webhook of a workspace, None where there is none; raises BadSetting."""
    url = workspace.setting(WEBHOOK)
    if url is None:
        return None
    host, scheme = _parts(WEBHOOK, url, ("https", "http"))
    if scheme == "http" and not is_loopback(host):
        raise BadSetting(f"{WEBHOOK} in .env must begin with https://, since its address is a secret.")
    return Webhook(url, workspace.setting(SECRET))


def mail(workspace: Workspace) -> Mail | None:
    """The mail settings of a workspace, None where there are none; raises BadSetting."""
    url, to = workspace.setting(SMTP), _addresses(workspace.setting(TO) or "")
    if url is None and not to:
        return None
    if url is None or not to:
        raise BadSetting(f"Mail needs both {SMTP} and {TO} in .env, and one of them is missing.")
    host, scheme = _parts(SMTP, url, ("smtp", "smtps"))
    parts = urlsplit(url)
    local = is_loopback(host)
    return Mail(
        host=host,
        port=parts.port or (465 if scheme == "smtps" else 587),
        to=to,
        sender=workspace.setting(FROM) or to[0],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        security="tls" if scheme == "smtps" else "none" if local else "starttls",
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(name: str, url: str, schemes: tuple[str, ...]) -> tuple[str, str]:
    """Host and scheme of an address, or BadSetting."""
    example = {"https": "https://hooks.example.org/…", "smtp": "smtp://user:password@mail.example.org:587"}[schemes[0]]
    try:
        parts = urlsplit(url.strip())
        fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise BadSetting(f"{name} in .env must be an address such as {example}")
    return str(parts.hostname), parts.scheme


def _addresses(text: str) -> tuple[str, ...]:
    """The mail addresses of a list with commas; raises BadSetting for one that is none."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    wrong = [part for part in found if "@" not in parseaddr(part)[1] or not part.isprintable()]
    if wrong:
        raise BadSetting(f"{TO} in .env must be mail addresses with commas between them.")
    return found


READERS: tuple[Callable[[Workspace], Webhook | Mail | None], ...] = (webhook, mail)
