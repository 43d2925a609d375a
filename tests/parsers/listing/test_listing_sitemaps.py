"""Links out of sitemaps: what is read, what is refused, and under which name."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.listing import (
    Calendar,
    ListingError,
    read_robots,
    read_sitemap,
)

BASE = "https://news.example.org/list/"
CALENDAR = Calendar("Europe/Berlin", date(2026, 11, 24))

NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def sitemap(*entries: str) -> bytes:
    return f"<?xml version='1.0'?>\n<urlset {NAMESPACES}>{''.join(entries)}</urlset>".encode()


def entry(url: str, inner: str = "") -> str:
    return f"<url><loc>{url}</loc>{inner}</url>"


def test_a_news_sitemap_gives_publication_and_title_and_no_pictures() -> None:
    news = (
        "<image:image><image:loc>https://news.example.org/i.jpg</image:loc><image:title>no</image:title></image:image>"
        "<news:news><news:publication><news:name>N</news:name></news:publication>"
        "<news:publication_date>2026-11-20T23:30:00Z</news:publication_date>"
        "<news:title>A &amp; B</news:title></news:news>"
    )
    (link,) = read_sitemap(sitemap(entry("https://news.example.org/a", news)), BASE, CALENDAR).links
    assert (link.url, link.title, link.day) == ("https://news.example.org/a", "A & B", date(2026, 11, 21))
    assert link.basis == "news-sitemap"


def test_lastmod_is_a_change_and_not_a_publication() -> None:
    (link,) = read_sitemap(sitemap(entry("/a", "<lastmod>2026-11-20</lastmod>")), BASE, CALENDAR).links
    assert (link.day, link.modified_day) == (None, date(2026, 11, 20))


def test_a_bare_year_in_lastmod_is_no_day() -> None:
    found = read_sitemap(sitemap(entry("/a", "<lastmod>2017</lastmod>")), BASE, CALENDAR)
    assert found.links[0].modified_day is None
    assert "2017" in found.notes[0]


def test_entries_are_merged_and_bad_ones_counted() -> None:
    content = sitemap(
        entry("/a"), entry("/a"), entry("file:///etc/passwd"), "<url/>", entry("/b&c=1"), entry("/d&amp;e")
    )
    found = read_sitemap(content, BASE, CALENDAR)
    assert [link.url.removeprefix("https://news.example.org") for link in found.links] == ["/a", "/b&c=1", "/d&e"]
    assert found.dropped == {"repeated": 1, "scheme": 2}


def test_a_sitemap_index_names_its_children_with_their_days() -> None:
    content = f"""<sitemapindex {NAMESPACES}><sitemap><loc>/1.xml</loc><lastmod>2026-01-02</lastmod></sitemap>
    <sitemap><loc>/2.xml.gz</loc></sitemap></sitemapindex>""".encode()
    children = read_sitemap(content, BASE, CALENDAR).children
    assert [(child.url[-8:], child.modified_day) for child in children] == [
        ("rg/1.xml", date(2026, 1, 2)),
        ("2.xml.gz", None),
    ]


@pytest.mark.parametrize("wrap", [gzip.compress, lambda content: b"\xef\xbb\xbf\n" + content])
def test_gzip_and_blanks_before_the_declaration_are_seen_through(wrap) -> None:
    assert len(read_sitemap(wrap(sitemap(entry("/a"))), BASE, CALENDAR).links) == 1


def test_namespaces_may_be_missing_or_prefixed() -> None:
    bare = b"<urlset><url><loc>/a</loc></url></urlset>"
    prefixed = (
        b'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>/a</s:loc></s:url></s:urlset>'
    )
    for content in (bare, prefixed):
        found = read_sitemap(content, BASE, CALENDAR)
        assert len(found.links) == 1
        assert not found.cut_short


def test_a_cut_sitemap_keeps_what_came_and_says_so() -> None:
    whole = sitemap(*(entry(f"/{number}", "<lastmod>2026-11-20</lastmod>") for number in range(400)))
    for content in (whole[:-100], gzip.compress(whole)[:-100]):
        found = read_sitemap(content, BASE, CALENDAR)
        assert found.cut_short
        assert 0 < len(found.links) < 400


def test_a_text_sitemap() -> None:
    found = read_sitemap(b"https://news.example.org/1\r\n\r\nhttps://news.example.org/2\nftp://x/\n", BASE, CALENDAR)
    assert len(found.links) == 2
    assert found.dropped == {"scheme": 1}


def test_a_feed_may_serve_as_sitemap() -> None:
    feed = b"<rss version='2.0'><channel><item><title>A</title><link>/a</link></item></channel></rss>"
    assert len(read_sitemap(feed, BASE, CALENDAR).links) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html><body>Not here</body></html>", "not_a_sitemap"),
        (b"<!doctype html><html><p>x", "not_a_sitemap"),
        (b"Not found", "not_a_sitemap"),
        (b"\x1f\x8bnonsense", "bad_gzip"),
        (gzip.compress(bytes(61_000_000), 9), "too_large"),
    ],
)
def test_what_is_no_sitemap_is_a_failure(content: bytes, reason: str) -> None:
    with pytest.raises(ListingError) as caught:
        read_sitemap(content, BASE, CALENDAR)
    assert caught.value.reason == reason


def test_entities_are_not_opened() -> None:
    head = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "root:">]>'
    bomb = head + b"<urlset><url><loc>/&x;&y;</loc></url></urlset>"
    assert all("root" not in link.url for link in read_sitemap(bomb, BASE, CALENDAR).links)


def test_robots_lines_name_sitemaps() -> None:
    robots = (
        b"User-agent: *\nDisallow: /x\nSitemap: https://news.example.org/1.xml\nsitemap: /2.xml\n# Sitemap: /no.xml\n"
    )
    assert [child.url for child in read_robots(robots, BASE).children] == [
        "https://news.example.org/1.xml",
        "https://news.example.org/2.xml",
    ]


@given(st.lists(st.from_regex(r"/[a-z0-9]{1,12}(\?[a-z]=[a-z0-9]{1,4})?", fullmatch=True), max_size=12, unique=True))
def test_sitemaps_are_read_as_ultimate_sitemap_parser_reads_them(paths: list[str]) -> None:
    from usp.tree import sitemap_from_str

    content = sitemap(*(entry(f"https://news.example.org{path}") for path in paths))
    theirs = [page.url for page in sitemap_from_str(content.decode()).all_pages()]
    assert [link.url for link in read_sitemap(content, BASE, CALENDAR).links] == theirs


def test_bare_ampersands_are_mended_wherever_a_piece_ends_and_memory_stays_flat() -> None:
    address = "https://news.example.org/a?" + "&".join(f"p{n}=1&amp;q{n}=&#38;" for n in range(4_000))
    entries = "".join(f"<url><loc>{BASE}a{n}?x={n}&y=1&amp;z=&#x26;</loc></url>" for n in range(3_000))
    found = read_sitemap(f"<urlset><url><loc>{address}</loc></url>{entries}</urlset>".encode(), BASE, CALENDAR)
    assert [link.url for link in found.links] == [f"{BASE}a{n}?x={n}&y=1&z=&" for n in range(3_000)]
    content = b"<urlset><url><loc>https://news.example.org/" + b"&" * 4_000_000 + b"</loc></url></urlset>"
    tracemalloc.start()
    try:
        assert read_sitemap(content, BASE, CALENDAR).links == ()
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
