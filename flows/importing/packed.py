"""Pages that a browser has packed into one file with all that they show: MHTML, and what SingleFile compresses."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from flows.importing.wacz import BROKEN
from warehouse.archive.foreign import LARGEST

MHTML = frozenset({".mhtml", ".mht"})

_PAGE, _MANIFEST = "index.html", "manifest.json"


@dataclass(frozen=True, slots=True)
class Within:
    """A page that was packed, what the file says of it (url, saved), and the charset that it states."""

    page: bytes
    said: dict[str, str] = field(default_factory=dict)
    charset: str | None = None


def of_mhtml(content: bytes) -> Within | None:
    """The page of an MHTML file, which is laid out as a mail; None where it has none."""
    mail = message_from_bytes(content)
    for part in mail.walk():
        page = (
            part.get_payload(decode=True) if part.get_content_type() in ("text/html", "application/xhtml+xml") else None
        )
        if isinstance(page, bytes) and page.strip():
            return Within(page, dict(_said(mail, part)), part.get_content_charset())
    return None


def of_zip(content: bytes) -> Within | None:
    """The page of a zip, which may be a web page at once; None where it cannot be unpacked."""
    with (
        suppress(*BROKEN, KeyError),
        zipfile.ZipFile(io.BytesIO(content)) as zipped,
        zipped.open(_root(zipped) + _PAGE) as page,
    ):
        found = page.read(LARGEST + 1)
        return Within(found) if len(found) <= LARGEST else None
    return None


def is_zipped(zipped: zipfile.ZipFile) -> bool:
    """Whether a zip is a page as SingleFile packs it, and not a site."""
    root = _root(zipped)
    try:
        manifest = json.loads(zipped.read(root + _MANIFEST))
    except (*BROKEN, KeyError):
        return False
    return isinstance(manifest, dict) and "originalUrl" in manifest and root + _PAGE in zipped.namelist()


def _root(zipped: zipfile.ZipFile) -> str:
    """The folder in which the page lies: that of the manifest, else the outermost."""
    found = [name.removesuffix(_MANIFEST) for name in zipped.namelist() if name.rpartition("/")[2] == _MANIFEST]
    return min(found, key=len, default="")


def _said(mail: Message, part: Message) -> Iterator[tuple[str, str]]:
    """The address and the time that a mail gives for its page."""
    for stated in (mail["Snapshot-Content-Location"], part["Content-Location"], mail["Content-Location"]):
        address = "".join(str(stated or "").split())
        if address.lower().startswith(("http://", "https://")):
            yield "url", address
            break
    if mail["Date"]:
        yield "saved", str(mail["Date"])
