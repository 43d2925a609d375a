"""Links out of RSS, Atom and JSON feeds: what is read, what is refused, and under which name."""

from __future__ import annotations

import time
from datetime import date

import pytest

from parsers.listing import (
    Calendar,
    ListingError,
    read_feed,
)

BASE = "https://news.example.org/list/"
CALENDAR = Calendar("Europe/Berlin", date(2026, 11, 24))

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour news</title>
<item><title>Quay &amp;amp; crane &lt;b&gt;reopen&lt;/b&gt;</title><link>/a.html</link>
<pubDate>Fri, 20 Nov 2026 23:30:00 GMT</pubDate></item>
<item><title>The same again</title><link>https://news.example.org/a.html</link></item>
<item><title>A script</title><link>javascript:alert(1)</link></item>
<item><title>A file</title><link>file:///etc/hosts</link></item>
<item><title>Mail</title><link>mailto:desk@example.org</link></item>
<item><title>By guid</title><guid isPermaLink="true">https://news.example.org/g.html</guid></item>
{extra}</channel></rss>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example.org/n/">
<title>x</title><entry><title>Ferry</title><link rel="alternate" href="a"/>
<updated>2026-11-20T10:00:00Z</updated></entry>
<entry><title>Lock</title><link href="b"/><published>2026-11-19</published></entry></feed>"""


def rss(extra: str = "") -> bytes:
    return RSS.replace("{extra}", extra).encode()


def test_an_rss_feed_gives_each_address_once_with_title_and_day() -> None:
    found = read_feed(rss(), BASE, CALENDAR)
    first, by_guid = found.links
    assert (first.url, first.title, first.day) == (
        "https://news.example.org/a.html",
        "Quay & crane reopen",
        date(2026, 11, 21),
    )
    assert by_guid.url == "https://news.example.org/g.html"
    assert found.dropped == {"repeated": 1, "scheme": 3}
    assert not found.cut_short


def test_refused_dates_leave_the_entry_without_one_and_say_so() -> None:
    item = "<item><title>x</title><link>/z</link><pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate></item>"
    found = read_feed(rss(item), BASE, CALENDAR)
    assert found.links[-1].day is None
    assert "https://news.example.org/z" in found.notes[0]


def test_atom_resolves_its_base_and_tells_changes_from_publication() -> None:
    changed, published = read_feed(ATOM.encode(), BASE, CALENDAR).links
    assert changed.url == "https://other.example.org/n/a"
    assert (changed.day, changed.modified_day) == (None, date(2026, 11, 20))
    assert (published.day, published.modified_day) == (date(2026, 11, 19), None)


def test_rdf_dates_are_publication_dates() -> None:
    feed = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>
    <item rdf:about="/a"><title>A</title><link>/a</link><dc:date>2026-11-20</dc:date></item></rdf:RDF>"""
    (link,) = read_feed(feed, BASE, CALENDAR).links
    assert link.day == date(2026, 11, 20)


def test_a_json_feed() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
      {"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-20T10:00:00Z", "content_html": "<p>Text</p>"},
      {"id": "urn:x"}, "nonsense"]}"""
    found = read_feed(feed, BASE, CALENDAR)
    (link,) = found.links
    assert (link.url, link.day, link.content) == ("https://news.example.org/a", date(2026, 11, 20), "<p>Text</p>")


def test_full_texts_are_carried_and_capped() -> None:
    item = f"<item><title>x</title><link>/long</link><content:encoded>{'word ' * 200_000}</content:encoded></item>"
    feed = rss(item).replace(b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" ')
    content = read_feed(feed, BASE, CALENDAR).links[-1].content
    assert content is not None
    assert 100_000 < len(content) <= 400_000


def test_windows_bytes_under_a_latin_label_are_read() -> None:
    feed = rss().replace(b"By guid", b"By \x93guid\x94").replace(b"utf-8", b"iso-8859-1")
    assert read_feed(feed, BASE, CALENDAR).links[-1].title == "By “guid”"


def test_a_feed_that_ends_in_the_middle_is_cut_short() -> None:
    assert read_feed(rss()[:-60], BASE, CALENDAR).cut_short


def test_an_empty_feed_is_no_failure() -> None:
    assert read_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", BASE, CALENDAR).links == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>We are down for maintenance</body></html>",
        b"<!doctype html><title>404</title>",
        b"Not found",
        b"/etc/passwd",
        b"https://news.example.org/other-feed",
        b"{",
        b"{}",
        b'{"items": []}',
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"\x00\x01" * 500,
        b"%PDF-1.4",
    ],
)
def test_what_is_no_feed_is_a_failure_and_never_an_empty_feed(content: bytes) -> None:
    with pytest.raises(ListingError) as caught:
        read_feed(content, BASE, CALENDAR)
    assert caught.value.reason == "not_a_feed"


def test_entity_bombs_and_huge_feeds_end_at_once() -> None:
    started = time.monotonic()
    many = b"<!DOCTYPE r [" + b'<!ENTITY a "b">' * 100 + b"]><rss version='2.0'><channel/></rss>"
    for content, reason in ((many, "entity_bomb"), (b" " * 17_000_000, "too_large")):
        with pytest.raises(ListingError) as caught:
            read_feed(content, BASE, CALENDAR)
        assert caught.value.reason == reason
    assert time.monotonic() - started < 2
