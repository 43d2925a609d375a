"""Sending a message as mail."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from flows.fetching.deadline import deadline, watch
from flows.notices.settings import Mail
from flows.notices.webhook import NotSent
from flows.notices.words import Notice

SECONDS = 20.0
"""The whole conversation with the server."""


def mail(settings: Mail, notice: Notice) -> None:
    """Send a message; raises NotSent."""
    with deadline(SECONDS) as limit:
        try:
            with _connected(settings) as server:
                server.send_message(message(settings, notice), settings.sender, list(settings.to))
        except smtplib.SMTPAuthenticationError:
            raise NotSent(f"{settings.name} was refused: the server does not take the user or the password") from None
        except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
            why = f"no end within {SECONDS:g} seconds" if limit.passed else f"{type(error).__name__}: {_said(error)}"
            raise NotSent(f"{settings.name} failed ({why})") from None


def _connected(settings: Mail) -> smtplib.SMTP:
    """A server that is ready to take mail, over an encrypted connection unless it is this machine."""
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        watch(server.sock, encrypted=settings.security == "tls")
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password or "")
    except BaseException:
        server.close()
        raise
    return server


def message(settings: Mail, notice: Notice) -> EmailMessage:
    """The mail itself: plain text, marked as written by a program so that nothing answers it by itself."""
    made = EmailMessage()
    made["From"], made["To"] = settings.sender, ", ".join(settings.to)
    made["Subject"] = f"[wireroom] {' '.join(notice.title.split())}"[:200]
    made["Date"], made["Message-ID"] = formatdate(), make_msgid(domain="wireroom.invalid")
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n\n".join([notice.title, *notice.lines]) + "\n")
    return made


def _said(error: Exception) -> str:
    """What the server said, on one line."""
    said = error.smtp_error if isinstance(error, smtplib.SMTPResponseException) else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
