"""Links out of index pages by selectors; and that any bytes are links or a named failure."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.listing import (
    Calendar,
    ListingError,
    Selectors,
    read_feed,
    read_page,
    read_robots,
    read_sitemap,
)

BASE = "https://news.example.org/list/"
CALENDAR = Calendar("Europe/Berlin", date(2026, 11, 24))


PAGE = """<html><body><nav><a href="/">Home</a></nav>
<div class="row"><time datetime="2026-11-20">Friday</time>
<h3><a class="t" href="a.html">Ferry <i>tied</i> up</a></h3></div>
<div class="row"><a class="t" href="b.html"><img src="x"></a>
<a class="t" href="b.html">Lock opens</a><span class="d">Nov. 19, 2026</span></div>
<a class="t" href="javascript:x()">no</a>
<a rel="next" href="?page=2">Older</a></body></html>"""
SELECTORS = Selectors("a.t", "time, .d", None, "a[rel=next]")


def test_links_dates_and_the_next_page_by_selectors() -> None:
    found = read_page(PAGE.encode(), BASE, SELECTORS, CALENDAR)
    assert [(link.url, link.title, link.day) for link in found.links] == [
        (BASE + "a.html", "Ferry tied up", date(2026, 11, 20)),
        (BASE + "b.html", "Lock opens", date(2026, 11, 19)),
    ]
    assert found.next_url == BASE + "?page=2"
    assert found.dropped == {"scheme": 1, "repeated": 1}


def test_dates_as_headings_hold_until_the_next_one() -> None:
    page = b"""<h2>20 November 2026</h2><ul><li><a href=1>One</a><li><a href=2>Two</a></ul>
    <h2>19 November 2026</h2><ul><li><a href=3>Three</a></ul>"""
    found = read_page(page, BASE, Selectors(date="h2"), CALENDAR)
    assert [link.day and link.day.day for link in found.links] == [20, 20, 19]


def test_a_base_element_moves_relative_links() -> None:
    page = b'<base href="https://news.example.org/other/"><a href="x">X</a>'
    assert read_page(page, BASE, Selectors(), CALENDAR).links[0].url == "https://news.example.org/other/x"


def test_windows_bytes_in_titles_are_read() -> None:
    page = b'<meta charset="iso-8859-1"><a href="x">Ferry \x97 tied up</a>'
    assert read_page(page, BASE, Selectors(), CALENDAR).links[0].title == "Ferry — tied up"


@pytest.mark.parametrize("content", [b"", b"   ", b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"])
def test_what_is_no_page_is_a_failure(content: bytes) -> None:
    with pytest.raises(ListingError):
        read_page(content, BASE, Selectors(), CALENDAR)


@given(st.binary(max_size=300))
def test_any_bytes_are_links_or_a_named_failure(content: bytes) -> None:
    for read in (
        lambda: read_feed(content, BASE, CALENDAR),
        lambda: read_sitemap(content, BASE, CALENDAR),
        lambda: read_page(content, BASE, SELECTORS, CALENDAR, "text/html; charset=utf-7"),
        lambda: read_robots(content, BASE),
    ):
        with suppress(ListingError):
            assert all(link.url.startswith("http") for link in read().links)


@pytest.mark.parametrize(
    "page",
    [
        "<a href=1>A</a> <i>{0}</i><br><a href=2>B</a> <i>{1}</i><br><a href=3>C</a>",
        "<p><a href=1>A</a><p><i>{0}</i><p><a href=2>B</a><p><i>{1}</i><p><a href=3>C</a>",
        "<i>{0}</i> <a href=1>A</a><br><i>{1}</i> <a href=2>B</a><br><i>x</i> <a href=3>C</a>",
        "<dl><dt><i>{0}</i><dd><a href=1>A</a><dt><i>{1}</i><dd><a href=2>B</a><dt><i>x</i><dd><a href=3>C</a></dl>",
        "<table><tr><td><i>{0}</i><td><a href=1>A</a><tr><td><i>{1}</i><td><a href=2>B</a><tr><td><a href=3>C</a>",
        "<li><a href=1><img></a><a href=1>A</a><i>{0}</i><li><a href=2>B</a><i>{1}</i><li><a href=3>C</a>",
    ],
)
def test_a_date_goes_to_the_link_it_stands_beside(page: str) -> None:
    page = page.format("20 Nov 2026", "19 Nov 2026")
    found = read_page(f"<nav><a href=/>Home</a></nav><div>{page}</div>".encode(), BASE, Selectors(date="i"), CALENDAR)
    assert [link.day and link.day.day for link in found.links] == [None, 20, 19, None]


def test_a_page_of_thousands_of_links_is_read_in_seconds() -> None:
    row = '<tr><td class="d">20 Nov 2026</td><td><a href="/p/{}">Title</a></td></tr>'
    page = "<table>" + "".join(row.format(number) for number in range(3_000)) + "</table>"
    started = time.monotonic()
    found = read_page(page.encode(), BASE, Selectors(date=".d"), CALENDAR)
    assert all(link.day == date(2026, 11, 20) for link in found.links)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "content", [b"https://news.example.org/", b"report.html", b"<?xml version='1.0'?><html><p>x</p></html>"]
)
def test_what_the_library_would_warn_of_is_no_news(content: bytes) -> None:
    assert read_page(content, BASE, Selectors(), CALENDAR).links == ()
