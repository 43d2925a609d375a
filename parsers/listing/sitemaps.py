"""Links of a sitemap, a news sitemap, a sitemap index or a robots.txt, plain or gzipped.

Read with lxml as a stream. (ultimate-sitemap-parser drops the dates of child sitemaps, fills a bare year up with
today's month and day, and does not say when a file ends in the middle; tests hold this reader against it.)
"""

from __future__ import annotations

import html
import re
import zlib
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from parsers.listing.dates import Calendar, Listed, read_date
from parsers.listing.feeds import plain, read_feed
from parsers.listing.records import Child, Link, Links, ListingError, absolute

MAX_SITEMAP_BYTES = 60_000_000  # the protocol allows 50 MB, unpacked
MAX_ENTRIES = 100_000  # and 50,000 entries
_ROBOTS_LINE = re.compile(r"^\s*site-?map\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,10};)")  # common in addresses, and lxml would drop what follows
_LONGEST_ENTITY = 13
_NOTES = 20
_TAIL = 200
_NEWS = ("publication_date", "title")


def read_sitemap(content: bytes, base_url: str, calendar: Calendar) -> Links:
    """The pages or child sitemaps a sitemap names; raises ListingError for an error page, a bomb, broken gzip."""
    content = unpacked(content).lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not content:
        raise ListingError("empty", "What came from the sitemap's address is empty.")
    if not content.startswith(b"<"):
        return _read_text(content, base_url)
    root = _root_name(content)
    if root in ("rss", "feed", "RDF"):
        return read_feed(content, base_url, calendar)
    if root not in ("urlset", "sitemapindex"):
        raise ListingError("not_a_sitemap", "What came from the sitemap's address is no sitemap.")
    return _Reading(base_url, calendar).read(content, root)


def read_robots(content: bytes, base_url: str) -> Links:
    """The sitemaps that a robots.txt names, as children."""
    text = content[:600_000].decode("utf-8", "replace")
    urls = dict.fromkeys(absolute(line, base_url) for line in _ROBOTS_LINE.findall(text))
    return Links((), children=tuple(Child(url) for url in urls if url))


def unpacked(content: bytes) -> bytes:
    """The bytes themselves, or what their gzip holds, up to the cap; a cut gzip gives what came until the cut."""
    if content[:2] != b"\x1f\x8b":
        if len(content) > MAX_SITEMAP_BYTES:
            raise ListingError("too_large", f"The sitemap has {len(content):,} bytes.")
        return content
    decoder = zlib.decompressobj(31)
    try:
        plain_bytes = decoder.decompress(content, MAX_SITEMAP_BYTES)
    except zlib.error as error:
        raise ListingError("bad_gzip", f"The sitemap's gzip is broken: {error}.") from None
    if decoder.unconsumed_tail:
        raise ListingError("too_large", f"The sitemap unpacks to more than {MAX_SITEMAP_BYTES:,} bytes.")
    return plain_bytes


class _Reading:
    """One XML sitemap being read."""

    def __init__(self, base_url: str, calendar: Calendar) -> None:
        self.base_url = base_url
        self.calendar = calendar
        self.links: dict[str, Link] = {}
        self.children: dict[str, Child] = {}
        self.dropped: Counter[str] = Counter()
        self.notes: list[str] = []

    def read(self, content: bytes, root: str) -> Links:
        for entry in _entries(content):
            self.take(entry)
        closed = re.search(rf"</(?:[\w.-]+:)?{root}\s*>".encode(), content[-_TAIL:])
        return Links(
            tuple(self.links.values()),
            tuple(self.children.values()),
            cut_short=not closed and bool(self.links or self.children),
            dropped=self.dropped,
            notes=tuple(self.notes[:_NOTES]),
        )

    def take(self, entry: dict[str, str]) -> None:
        url = absolute(html.unescape(entry.get("loc", "")), self.base_url)
        if url is None or url in self.links or url in self.children:
            self.dropped["scheme" if url is None else "repeated"] += 1
        elif len(self.links) + len(self.children) >= MAX_ENTRIES:
            self.dropped["over_limit"] += 1
        elif entry["kind"] == "sitemap":
            self.children[url] = Child(url, self.date(url, entry.get("lastmod")).day)
        else:
            self.links[url] = self.link(url, entry)

    def link(self, url: str, entry: dict[str, str]) -> Link:
        published = self.date(url, entry.get("publication_date"))
        modified = self.date(url, entry.get("lastmod"))
        return Link(
            url=url,
            basis="news-sitemap" if "publication_date" in entry else "sitemap",
            title=plain(entry.get("title")),
            published=published.text,
            day=published.day,
            modified=modified.text,
            modified_day=modified.day,
        )

    def date(self, url: str, text: str | None) -> Listed:
        date = read_date(text, self.calendar)
        if date.note and len(self.notes) < _NOTES:
            self.notes.append(f"{url}: {date.note}")
        return date


class _Mended:
    """The bytes of a sitemap, read piece by piece so that memory stays flat, bare ampersands as XML wants them."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def read(self, size: int) -> bytes:
        """The next piece, which may be longer than asked for; nothing at the end."""
        piece = self.content[self.place : self.place + size]
        if self.place + size < len(self.content):
            cut = piece.rfind(b"&", len(piece) - _LONGEST_ENTITY)
            piece = piece[:cut] if cut > 0 else piece  # an entity is never cut in two
        self.place += len(piece)
        return _BARE_AMPERSAND.sub(b"&amp;", piece)


def _events(content: bytes, event: str) -> Iterator[etree._Element]:
    # recover: one bad entry must not end the sitemap; entities stay unread, so that no bomb can open
    source = etree.iterparse(
        _Mended(content), events=(event,), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, element in source:
            yield element
    except etree.XMLSyntaxError:  # cut in the middle of a tag, or no XML at all: what was read stands
        return


def _root_name(content: bytes) -> str:
    root = next(_events(content[:20_000], "start"), None)
    return "" if root is None else _local(root)


def _entries(content: bytes) -> Iterator[dict[str, str]]:
    for element in _events(content, "end"):
        if _local(element) not in ("url", "sitemap"):
            continue
        yield _entry(element)
        element.clear()
        while (before := element.getprevious()) is not None:  # memory stays flat
            before.getparent().remove(before)  # type: ignore[union-attr]


def _entry(element: etree._Element) -> dict[str, str]:
    found = {"kind": _local(element)}
    for child in element:
        name = _local(child)
        if name == "news":
            found |= {_local(part): part.text for part in child if _local(part) in _NEWS and part.text}
        elif name in ("loc", "lastmod") and child.text:
            found.setdefault(name, child.text)
    return found


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _read_text(content: bytes, base_url: str) -> Links:
    """A sitemap of bare lines; it must begin with an address, or it is something else."""
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if lines and not lines[0].lower().startswith(("http://", "https://")):
        raise ListingError("not_a_sitemap", "What came from the sitemap's address is no sitemap.")
    urls = [absolute(line, base_url) for line in lines[:MAX_ENTRIES]]
    fine = dict.fromkeys(url for url in urls if url)
    dropped = Counter({"scheme": urls.count(None), "over_limit": max(0, len(lines) - MAX_ENTRIES)})
    return Links(tuple(Link(url, "sitemap") for url in fine), dropped=+dropped)
