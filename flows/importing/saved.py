"""Saved pages and texts: a page a file, its address said by the program that saved it, by the user, or by the page."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from flows.held import Held, file_at
from flows.importing import mirrors
from flows.importing.door import Door
from flows.importing.fronts import below, front
from flows.importing.packed import Within, of_mhtml, of_zip
from flows.importing.records import NO_ADDRESS, Arrival, Report, names
from flows.importing.undoing import settled
from flows.importing.wacz import ZIP
from flows.lists import tables
from flows.lists.decoding import BROKEN, as_utf8, encoding_of, text_of, utf8
from flows.lists.named_fields import columns, field
from parsers.listing import read_date
from parsers.records import Hints
from warehouse.archive.containers import GZIP
from warehouse.archive.foreign import LARGEST
from warehouse.errors import WarehouseError

_SINGLE_FILE = rb"(?i)<!--\s*Page saved with SingleFile\s+url:\s*(?P<url>\S+)\s+saved date:\s*(?P<saved>[^\r\n(]+)"
_BROWSER = rb"(?i)<!--\s*saved from url=(?:\(\d+\))?(?P<url>https?://\S+?)\s*-->"
_MONOLITH = rb"(?i)<!--+\s*(?:saved|downloaded) from (?P<url>https?://\S+) (?:at|on) (?P<saved>\S+) using "
_HTTRACK = rb"(?i)<!--\s*Mirrored from (?P<url>\S+) by HTTrack[^,]*,(?P<saved>[^>]*?)-->"
_SAVE_PAGE = (
    rb"""<meta name="savepage-url" content="(?P<url>[^"]+)">"""
    rb"""(?:(?s:.{0,9999}?)<meta name="savepage-date" content="(?P<saved>[^"(]+))?"""
)
_CANONICAL = re.compile(rb"""<link\b[^>]*\brel\s*=\s*["']?canonical["']?[^>]*>""", re.I)
_OG_URL = re.compile(rb"""<meta\b[^>]*\b(?:property|name)\s*=\s*["']?og:url["']?[^>]*>""", re.I)
# Extractors that write HTML keep the address so.
_META_URL = re.compile(rb"""<meta\b[^>]*\bname\s*=\s*["']?url(?=["'\s/>])[^>]*>""", re.I)
_VALUE = re.compile(rb"""\b(?:href|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_SAID = {"url": "url", "title": "title", "date": "published"}
_PACKS_ITSELF = re.compile(rb"<html[^>]* data-sfz\b", re.I)
_PACKED_BY = ("a page that SingleFile has compressed", "an MHTML file")
_START = 1 << 18
_HEAD = 4096
_LARGE = LARGEST  # styles and pictures may be written into the page before it
_TOLD = tuple(
    (re.compile(pattern), reach)
    for pattern, reach in (
        (_SINGLE_FILE, _HEAD), (_BROWSER, _HEAD), (_MONOLITH, _HEAD), (_HTTRACK, _START), (_SAVE_PAGE, _LARGE)
    )
)  # fmt: skip
"""How programs that save pages write address and time into them, and how far from the beginning."""


HTML = frozenset({".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx"})
TEXT = frozenset({".txt", ".md", ".text"})


class Addresses:
    """What the user says of files: a CSV with the columns file and url (and title, date), or the address of the folder."""

    def __init__(self, base: str | None, table: Path | None) -> None:
        self._base = base
        self._rows = dict(_table(table)) if table else {}

    def of(self, held: Held, inside: str) -> dict[str, str]:
        """What is said of a file, which lies at `inside` of the folder that was named."""
        for name in (inside, Path(inside).name, held.name):
            if name in self._rows:
                return self._rows[name]
        return {"url": mirrors.address(self._base, inside)} if self._base else {}


def arrival(held: Held, inside: str, kind: str, door: Door, addresses: Addresses) -> Iterator[Arrival]:
    """The page of a file, if its address is wanted; one without an address is counted and named."""
    content = _content(held, door)
    if content is None:
        return
    wire, body = content
    found = _within(body, kind)
    if found is None:
        door.report.problem(
            f"{held.name} is {_PACKED_BY[kind == 'mhtml']}, and no page can be taken out of it: open it in a browser and save the page again "
            "as HTML, without compression."
        )
        return
    if found.page is not body:
        kind, wire, body = "html", found.page, found.page
    written = utf8(body) if encoding_of(body[:1024]) else body
    if kind == "text":
        wire, body = (written, written) if written is not body else (wire, body)
    head = front(written[:_START].decode("utf-8", "replace")) if kind == "text" else None
    own = head.said if head else found.said or _own_words(written) if kind == "html" else {}
    said = {**own, **addresses.of(held, inside)}
    url = said.get("url")
    if url is None and kind == "html":
        url = _stated_by_page(written) or mirrors.by_folder(held.name, door)
    if url is None:
        door.refuse(NO_ADDRESS)
        door.report.without_address(held.name)
        return
    source = door.claim(url)
    if source is None:
        return
    stated = read_date(said.get("date"), door.calendar(source))
    if stated.note:
        door.report.count(door.report.undated, f"{held.name}: {said['date']}", "other files")
    if head is not None:
        text = below(body.decode("utf-8", "surrogateescape"), head, said.get("title"))
        wire = body = text.encode("utf-8", "surrogateescape")
    yield Arrival(
        url=url,
        file=held.name,
        offset=0,
        wire=wire,
        body=body,
        origin="import",
        observed_at=_moment(said.get("saved")),
        changed_at=held.changed_at,
        content_encoding="gzip" if wire is not body else None,
        content_type=_content_type(kind, found.charset),
        hints=Hints(said.get("title"), stated.text, "list" if stated.text else None),
    )


def _content(held: Held, door: Door) -> tuple[bytes, bytes] | None:
    with closing(held.open()) as file:
        wire = file.read(LARGEST + 1)
    if len(wire) > LARGEST:
        door.refuse("larger than 64 MB")
        return None
    if not wire.startswith(GZIP):
        return wire, wire
    found = settled(Arrival("", held.name, 0, wire, b"", "import", content_encoding="gzip"))
    if isinstance(found, str):
        door.refuse(found)
        return None
    return wire, found.body


def _within(body: bytes, kind: str) -> Within | None:
    """The page that a file packs, or the file itself where it packs none; None where it cannot be unpacked."""
    if kind == "mhtml":
        return of_mhtml(body)
    if body.startswith(ZIP) or _PACKS_ITSELF.search(body[:_HEAD]):
        return of_zip(body)
    return Within(body)


def _content_type(kind: str, charset: str | None) -> str:
    charset = charset if kind == "html" else "utf-8"
    return f"text/{'html' if kind == 'html' else 'plain'}" + (f"; charset={charset}" if charset else "")


def nameless(report: Report) -> str:
    """A sentence on the files that do not say their address."""
    count = report.passed_over[NO_ADDRESS]
    does = "does not say its address" if count == 1 else "do not say their address"
    return (
        f"{names(report.nameless, count)} {does}: give --base URL where the folder mirrors a site, or --addresses TABLE.csv with "
        "the columns file and url."
    )


def _own_words(body: bytes) -> dict[str, str]:
    """What the program that saved the page wrote into it."""
    found = next(filter(None, (pattern.search(body, 0, reach) for pattern, reach in _TOLD)), None)
    if found is None:
        return {}
    told = {name: _address(value) for name, value in found.groupdict().items() if value}
    return {**told, "url": told["url"] if "://" in told["url"] else f"http://{told['url']}"}


def _stated_by_page(body: bytes) -> str | None:
    """The address that a page gives for itself."""
    for pattern in (_CANONICAL, _OG_URL, _META_URL):
        tag = pattern.search(body[:_START])
        value = _VALUE.search(tag[0]) if tag else None
        url = _address(next(filter(None, value.groups()), b"")) if value else ""
        if url.lower().startswith(("http://", "https://")):
            return url
    return None


def _address(written: bytes) -> str:
    return html.unescape(written.decode("utf-8", "replace")).strip()


def _moment(text: str | None) -> datetime | None:
    """When a page was saved, as ISO, as browsers write it (Mon Jan 05 2026 10:00:00 GMT+0100), or as mail does; naive UTC."""
    if not text:
        return None
    for read in (datetime.fromisoformat, _of_browser, parsedate_to_datetime):
        try:
            found = read(text)
            return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _of_browser(text: str) -> datetime:
    return datetime.strptime(text.strip(), "%a %b %d %Y %H:%M:%S GMT%z")


def _table(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """File → what is said of it; raises WarehouseError where the table cannot be read or has no such columns."""
    try:
        with as_utf8(file_at(path)) as file:
            layout, rows = tables.rows(text_of(line)[0] for line in file)
            if layout is None or set(columns()["file"]).isdisjoint(layout.names):
                raise WarehouseError(f"{path} needs a first line that names the columns file and url.")
            for _, row in rows:
                said = {key: value for key, name in _SAID.items() if (value := field(row, name))}
                if (name := field(row, "file")) and said:
                    yield name, said
    except (OSError, csv.Error, *BROKEN) as error:
        raise WarehouseError(f"The table {path} cannot be read: {error}.") from None
