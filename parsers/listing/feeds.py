"""Links of a feed: RSS and Atom by feedparser, JSON Feed by hand."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser  # type: ignore[import-untyped]
from w3lib.html import remove_tags, replace_entities

from parsers.listing.dates import Calendar, read_date
from parsers.listing.records import Link, Links, ListingError, absolute

MAX_FEED_BYTES = 16_000_000
MAX_TAGS = 300_000  # feedparser takes some 30 microseconds for each
MAX_CONTENT = 400_000  # characters of a full text carried by a feed
MAX_TITLE = 500
_MAX_ENTITIES = 64  # feedparser expands declared entities: a bomb took 6.4 s and 79 MB
_NOTES = 20
_TAIL = 2_000
_REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]{1,30}|[0-9]{1,30});?")
_HEAD = 20_000
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)  # minutes
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})\s*<", re.IGNORECASE)
_HOURS = {b"hourly": 1, b"daily": 24, b"weekly": 168, b"monthly": 720, b"yearly": 8760}
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)


def read_feed(content: bytes, base_url: str, calendar: Calendar, content_type: str | None = None) -> Links:
    """The entries of an RSS, Atom or JSON feed; raises ListingError for anything else, an error page included."""
    if len(content) > MAX_FEED_BYTES:
        raise ListingError("too_large", f"The feed has {len(content):,} bytes; {MAX_FEED_BYTES:,} are read at most.")
    if content.count(b"<") > MAX_TAGS:
        raise ListingError("too_large", f"The feed has more than {MAX_TAGS:,} tags, which no honest feed has.")
    if content.count(b"<!ENTITY") > _MAX_ENTITIES:
        raise ListingError("entity_bomb", "The feed declares more entities than any honest feed does.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _collect(_json_entries(content), base_url, calendar)
    found = _collect(_xml_entries(content, base_url, content_type), base_url, calendar)
    return replace(found, cut_short=not _END.search(content[-_TAIL:]) and bool(found.links))


def patience(content: bytes) -> timedelta | None:
    """How long a feed asks to be left alone between two looks, by its ttl or syndication period; None: it does not say."""
    head = content[:_HEAD]
    if ttl := _TTL.search(head):
        return timedelta(minutes=int(ttl[1]))
    if period := _PERIOD.search(head):
        times = _FREQUENCY.search(head)
        return timedelta(hours=_HOURS[period[1].lower()]) / max(int(times[1]) if times else 1, 1)
    return None


def _xml_entries(content: bytes, base_url: str, content_type: str | None) -> Iterable[dict[str, Any]]:
    headers = {"content-location": base_url}
    if content_type:
        headers["content-type"] = content_type
    try:
        # A stream, never the bytes themselves: feedparser would try them as a file name.
        feed = feedparser.parse(io.BytesIO(_mended(content)), response_headers=headers)
    except Exception as error:  # whatever the library trips over is a fault of this feed
        raise ListingError("unreadable", f"The feed cannot be read: {error}.") from error
    if not feed.get("version"):
        raise ListingError("not_a_feed", "What came from the feed's address is no RSS, Atom or JSON feed.")
    for entry in feed.entries:
        updated = dict.get(entry, "updated")  # .get would answer with `published` where there is none
        published = entry.get("published") or entry.get("created")
        yield {
            "url": entry.get("feedburner_origlink") or entry.get("link"),
            "title": entry.get("title"),
            # RSS has no word for changes: its dc:date, which feedparser calls `updated`, is the publication
            "published": published or (updated if feed.version.startswith("rss") else None),
            "modified": updated if published or not feed.version.startswith("rss") else None,
            "content": next((part.get("value") for part in entry.get("content", ())), None),
        }


def _mended(content: bytes) -> bytes:
    """The feed without references to characters that there are none of, which feedparser raises ValueError for."""
    return _REFERENCE.sub(lambda match: match[0] if _is_character(match[1]) else b"&#xFFFD;", content)


def _is_character(digits: bytes) -> bool:
    return int(digits[1:], 16) < 0x110000 if digits[:1] in b"xX" else int(digits) < 0x110000


def _json_entries(content: bytes) -> Iterable[dict[str, Any]]:
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ListingError("not_a_feed", f"What came from the feed's address is broken JSON: {error}.") from None
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(feed.get("items"), list):
        raise ListingError("not_a_feed", "What came from the feed's address is JSON, but no JSON Feed.")
    for item in feed["items"]:
        if isinstance(item, dict):
            yield {
                "url": item.get("url") or item.get("id"),
                "title": item.get("title"),
                "published": item.get("date_published"),
                "modified": item.get("date_modified"),
                "content": item.get("content_html") or item.get("content_text"),
            }


def _collect(entries: Iterable[dict[str, Any]], base_url: str, calendar: Calendar) -> Links:
    links: dict[str, Link] = {}
    dropped: Counter[str] = Counter()
    notes: list[str] = []
    for entry in entries:
        url = absolute(entry["url"], base_url)
        if url is None or url in links:
            dropped["scheme" if url is None else "repeated"] += 1
            continue
        links[url] = _link(url, entry, calendar, notes)
    return Links(tuple(links.values()), dropped=dropped, notes=tuple(notes[:_NOTES]))


def _link(url: str, entry: dict[str, Any], calendar: Calendar, notes: list[str]) -> Link:
    published = read_date(_text(entry["published"]), calendar)
    modified = read_date(_text(entry["modified"]), calendar)
    notes.extend(f"{url}: {date.note}" for date in (published, modified) if date.note)
    content = entry["content"]
    return Link(
        url=url,
        basis="feed",
        title=plain(entry["title"]),
        published=published.text,
        day=published.day,
        modified=modified.text,
        modified_day=modified.day,
        content=content[:MAX_CONTENT] if isinstance(content, str) and content.strip() else None,
    )


def plain(markup: Any) -> str | None:
    """A title without tags and entities, on one line; None when nothing is left."""
    if not isinstance(markup, str):
        return None
    text = replace_entities(remove_tags(markup))
    return " ".join(text.split())[:MAX_TITLE] or None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
