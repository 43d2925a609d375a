"""Lists of sites that people have already: OPML as feed readers export it, and CSV with name, url and feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from parsers.document import decode

ENDINGS = (".opml", ".csv")
MOST_BYTES = 20_000_000


class OutlineError(Exception):
    """A list that cannot be read; its message names file, line and the way out."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site of a list."""

    name: str | None
    url: str
    feed: str | None = None


def sites(path: Path) -> list[Site]:
    """The sites of an OPML or CSV file, each once; raises OutlineError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OutlineError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise OutlineError(f"{path} has {len(content):,} bytes, which no list of sites has.")
    found = _opml(path, content) if path.suffix.lower() == ".opml" else _csv(path, content)
    once: dict[str, Site] = {}
    for site in found:
        once.setdefault(site.feed or site.url, site)
    if not once:
        raise OutlineError(f"{path} names no site. {_EXPECTED[path.suffix.lower()]}")
    return list(once.values())


_EXPECTED = {
    ".opml": 'An OPML file has lines such as <outline text="Post" xmlUrl="https://post.example.org/feed.xml"/>.',
    ".csv": "Its first line must name the columns: name, url and perhaps feed; url or feed must be filled.",
}


def _opml(path: Path, content: bytes) -> Iterator[Site]:
    """Every outline with an address, however deep; entities and other files are not followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise OutlineError(f"{path} is no valid XML: {error.msg}. Export it anew from the feed reader.") from None
    for outline in root.iter("{*}outline"):
        given = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        feed, home = given.get("xmlurl") or None, given.get("htmlurl") or given.get("url") or None
        address = home or feed
        if address:
            yield Site(given.get("title") or given.get("text") or None, address, feed)


def _csv(path: Path, content: bytes) -> Iterator[Site]:
    text = decode(content, "text/plain")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
    if not {"url", "feed"} & set(rows.fieldnames):
        raise OutlineError(f"{path}, line 1, names no column url. {_EXPECTED['.csv']}")
    for row in rows:
        given = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str)}
        address = given.get("url") or given.get("feed")
        if address:
            yield Site(given.get("name") or None, address, given.get("feed") or None)
        elif any(given.values()):
            raise OutlineError(f"{path}, line {rows.line_num}, has neither url nor feed.")
