"""Listings that are broken or meant to harm: every one of them is links or a named failure, soon and in little memory."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.listing import (
    Calendar,
    Links,
    ListingError,
    Selectors,
    patience,
    read_feed,
    read_page,
    read_robots,
    read_sitemap,
)

BASE = "https://news.example.org/list/"
TODAY = date(2026, 11, 24)
CALENDAR = Calendar("Europe/Berlin", TODAY)
SELECTORS = Selectors("li > a, p a", date="time", next="a.next")

RSS = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Harbour</title><ttl>60</ttl><item><title>Quay &amp; crane</title><link>/a.html</link><guid>1</guid>
<pubDate>Fri, 20 Nov 2026 23:30:00 GMT</pubDate><content:encoded><![CDATA[<p>Text</p>]]></content:encoded></item>
<item><link>javascript:x()</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example.org/n/"><title>x</title><entry>
<title type="html">&lt;b&gt;Ferry&lt;/b&gt;</title><link rel="alternate" href="a"/><updated>2026-11-20T10:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="/a"><title>A</title><link>/a</link><dc:date>2026-11-20</dc:date></item></rdf:RDF>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-20T10:00:00Z"}],
    }
).encode()
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example.org/a?x=1&y=2</loc><lastmod>2026-11-20</lastmod>
<n:news><n:publication_date>2026-11-20T10:00:00Z</n:publication_date><n:title>A</n:title></n:news></url></urlset>"""
INDEX = b"<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2026-11</lastmod></sitemap></sitemapindex>"
PAGE = b"""<!doctype html><meta charset="iso-8859-1"><base href="https://news.example.org/b/"><ul><li><a href="/a">A\x97b</a>
<time datetime="2026-11-20">x</time></li></ul><p><a href="mailto:x">m</a></p><a class="next" href="?page=2">on</a>"""
ROBOTS = b"User-agent: *\nSitemap: https://news.example.org/sitemap.xml\nSITE-MAP : /s2.xml"

WHOLE = (RSS, ATOM, RDF, JSON, SITEMAP, INDEX, PAGE, ROBOTS)
SHARDS = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"\x00", b"\xff\xfe", b"\xf0\x9f", b"&#x110000;", b"&#0;", b"<!ENTITY a 'b'>",
    b"//[", b"http://[::1", b"http://h:99999/", b"http://a%3cb/", b"-0001", b"0000-00-00", b"9999-12-31T23:59:59-14:00",
    b"Mon, 30 Nov -0001 00:00:00 +0000", b"{", b"[", b'"', b"null", b'xml:base="http://["', b'encoding="rot13"', b'encoding="utf-7"',
    b"<item>", b"</channel>", b"<entry>", b"<url>", b"<loc>", b"\x1f\x8b", b"<base href='//['>", b"1e999", b"\\ud800",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good listing with pieces cut out, doubled, or replaced by shards of trouble."""
    content = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        middle = draw(st.sampled_from(SHARDS) | st.just(content[start:end] * 2) | st.binary(max_size=8))
        content = content[:start] + middle + content[end:]
    return gzip.compress(content)[: draw(st.integers(10, 2_000))] if draw(st.integers(0, 9)) == 0 else content


def is_fair(found: Links) -> bool:
    """Whether everything read is an address that may be asked for, dated with a day that may be."""
    addresses = [link.url for link in found.links] + [child.url for child in found.children]
    days = [day for link in found.links for day in (link.day, link.modified_day) if day]
    return (
        all(urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname for url in addresses)
        and all(date(1700, 1, 1) <= day <= TODAY + timedelta(days=2) for day in days)
        and len(set(addresses)) == len(addresses)
        and all(count > 0 for count in found.dropped.values())
    )


@settings(deadline=None)
@given(
    mutated(),
    st.sampled_from([None, "text/html; charset=utf-8", "application/xml; charset=latin-1", "x; charset=base64"]),
)
def test_a_broken_listing_is_links_or_a_named_failure(content: bytes, content_type: str | None) -> None:
    for read in (
        lambda: read_feed(content, BASE, CALENDAR, content_type),
        lambda: read_sitemap(content, BASE, CALENDAR),
        lambda: read_page(content, BASE, SELECTORS, CALENDAR, content_type),
        lambda: read_robots(content, BASE),
    ):
        try:
            assert is_fair(read())
        except ListingError as problem:
            assert problem.reason.isidentifier()  # noqa: PT017  (either is right, if it has a name)
    assert patience(content) is None or patience(content) >= timedelta()


@pytest.mark.parametrize(
    ("content", "wait"),
    [
        (b"<rss><channel><ttl> 60 </ttl>", timedelta(hours=1)),
        (
            b"<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>\n 2 </sy:updateFrequency>",
            timedelta(minutes=30),
        ),
        (b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", timedelta(days=1)),
        (b"<ttl>soon</ttl>", None),
        (b"<sy:updatePeriod>never</sy:updatePeriod>", None),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(content: bytes, wait: timedelta | None) -> None:
    assert patience(content) == wait


def bomb(root: str, place: str) -> bytes:
    """Twelve entities, each ten times the one before."""
    declared = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    return f"<!DOCTYPE z [<!ENTITY l0 'lol'>{declared}]><{root}>{place}</{root.split()[0]}>".encode()


@pytest.mark.parametrize(
    "content",
    [
        bomb("urlset", "<url><loc>&l12;</loc></url>"),
        bomb("rss version='2.0'", "<channel><item><title>&l12;</title><link>/a</link></item></channel>"),
        b"<urlset>" + b"<url>" * 30_000,
        b"<rss version='2.0'><channel><item>" + b"<x>" * 20_000,
        b"<sitemapindex>" + b"<sitemap><loc>https://news.example.org/list/</loc></sitemap>" * 15_000 + b"</sitemapindex>",
        b"<html><body>" + b"<div><a href=/x></a><time>2026-11-20</time>" * 1_000,
        b"<b><i>" * 5_000 + b"<p><a href='/x'>x</a>",
        b"<p><a href='/x'>" * 20_000,
        b"<rss version='2.0'><channel><item><title>" + b"&lt;b&gt;" * 20_000 + b"</title><link>/a</link></item></channel></rss>",
        b"<" * 300_000,
        b"<!DOCTYPE " + b"[" * 300_000,
        b"Sitemap: " + b" " * 300_000,
        b'{"a":' * 30_000,
        gzip.compress(b"\0" * 62_000_000, 1),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_meant_to_harm_is_over_soon(content: bytes) -> None:
    for read in (
        lambda: read_feed(content, BASE, CALENDAR),
        lambda: read_sitemap(content, BASE, CALENDAR),
        lambda: read_page(content, BASE, SELECTORS, CALENDAR),
        lambda: read_robots(content, BASE),
    ):
        try:
            assert is_fair(read())
        except ListingError as problem:
            assert problem.reason  # noqa: PT017  (either is right)


@pytest.mark.parametrize("reference", ["&#x110000;", "&#1114112;", "&#9999999999999;", "&#XFFFFFFFF"])
def test_a_character_that_there_is_none_of_spoils_no_feed(reference: str) -> None:
    for content in (
        RSS.replace(b"Quay", reference.encode()),
        RSS.replace(b"<channel>", reference.encode() + b"<channel>"),
    ):
        assert [link.url for link in read_feed(content, BASE, CALENDAR).links] == ["https://news.example.org/a.html"]


def test_a_feed_with_more_tags_than_can_be_read_soon_is_refused() -> None:
    with pytest.raises(ListingError, match="tags"):
        read_feed(b"<rss version='2.0'><channel>" + b"<item></item>" * 160_000 + b"</channel></rss>", BASE, CALENDAR)


@pytest.mark.parametrize("content", [RSS, SITEMAP])
def test_a_feed_is_no_page(content: bytes) -> None:
    with pytest.raises(ListingError, match="perhaps a feed"):
        read_page(content, BASE, SELECTORS, CALENDAR)


def test_xhtml_is_a_page() -> None:
    content = b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><p><a href="/x">x</a></p></html>'
    assert read_page(content, BASE, Selectors(), CALENDAR).links


def test_a_page_is_nested_no_deeper_than_browsers_nest() -> None:
    deep = b"<html><body>" + b"<div>" * 600 + b"<a href='/x'>x</a>"
    with pytest.raises(ListingError, match="nested"):
        read_page(deep, BASE, SELECTORS, CALENDAR)
    assert read_page(deep.replace(b"<div>" * 200, b""), BASE, Selectors(), CALENDAR).links
