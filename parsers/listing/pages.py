"""Links of an index page, by CSS selectors."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from w3lib.encoding import html_to_unicode

from parsers.listing.dates import NO_DATE, Calendar, Listed, read_date
from parsers.listing.feeds import MAX_TITLE
from parsers.listing.neighbours import Neighbours
from parsers.listing.records import Link, Links, ListingError, absolute

MAX_PAGE_BYTES = 20_000_000
MAX_DEPTH = 512  # browsers nest no deeper either
_HTML = re.compile(rb"<html\b", re.IGNORECASE)
_NOTES = 20
_NUMBER = re.compile(
    r"(?P<mark>^|[/?&])(?:page|paged|pagina|página|seite|side|sida|sivu|strana|pg|p)[/=_-]?(?P<number>\d{1,5})(?:/|&)?(?P<rest>[^/]*)$",
    re.IGNORECASE,
)
"""A page number at the end of a path, or in the query."""


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where on a page the links, their dates and the next page stand."""

    links: str = "a[href]"
    date: str | None = None
    date_format: str | None = None
    next: str | None = None
    own_pages: bool = (
        False  # without `next`: the link that leads to the next page of this very listing, if there is one
    )


def read_page(
    content: bytes, base_url: str, selectors: Selectors, calendar: Calendar, content_type: str | None = None
) -> Links:
    """The links an HTML page lists, in its order; raises ListingError for bytes that are no page."""
    if len(content) > MAX_PAGE_BYTES:
        raise ListingError("too_large", f"The page has {len(content):,} bytes.")
    soup = _soup(content, content_type)
    return _Reading(soup, base_url, selectors, calendar).read()


def said(content: bytes, content_type: str | None = None) -> tuple[str, str]:
    """What a page prints: its title and headings, and all of its text."""
    soup = _soup(content, content_type)
    heads = " ".join(tag.get_text(" ") for tag in soup.find_all(["title", "h1", "h2", "h3"]))
    return heads, soup.get_text(" ", strip=True)


def _soup(content: bytes, content_type: str | None) -> BeautifulSoup:
    if content[:5] in (b"%PDF-", b"\x89PNG\r") or b"\x00\x00\x00" in content[:200]:
        raise ListingError("not_a_page", "What came from the listing's address is no HTML page.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and not _HTML.search(content[:2_000]):
        raise ListingError(
            "not_a_page", "What came from the listing's address is XML and no HTML page: perhaps a feed."
        )
    try:
        text = html_to_unicode(content_type, content)[1]
    except LookupError:  # a label that names no charset of texts
        text = content.decode("utf-8", "replace")
    with warnings.catch_warnings():
        for kind in (XMLParsedAsHTMLWarning, MarkupResemblesLocatorWarning):  # of XHTML, and of a page that is one line
            warnings.simplefilter("ignore", kind)
        soup = BeautifulSoup(text, "lxml")
    if soup.find(True) is None or (soup.find("a") is None and not soup.get_text(strip=True)):
        raise ListingError("empty", "What came from the listing's address is an empty page.")
    if _is_too_deep(soup):
        raise ListingError(
            "too_deep", f"The page's elements are nested more than {MAX_DEPTH} deep, as in no real page."
        )
    return soup


def _is_too_deep(soup: BeautifulSoup) -> bool:
    """Whether selectors would climb for ever."""
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depths.get(id(tag.parent), 0) + 1
    return max(depths.values()) > MAX_DEPTH


def own_next(soup: BeautifulSoup, url: str) -> str | None:
    """The address on a page that is its own with a page number one higher: /2017/09/page/2/ or ?page=2, say."""
    own, number = _numbered(url)
    for tag in soup.find_all(["a", "link"], href=_NUMBER):
        following = absolute(tag.get("href"), url)
        if following and _numbered(following) == (own, number + 1):
            return following
    return None


def any_page(url: str) -> str | None:
    """The address of a second page with {page} in the place of its number; None where it has another."""
    match = _NUMBER.search(url)
    if match is None or match["number"] != "2":
        return None
    return f"{url[: match.start('number')]}{{page}}{url[match.end('number') :]}"


def _numbered(url: str) -> tuple[str, int]:
    """An address without its page number, and that number; 1 where it has none."""
    bare = url.partition("#")[0]
    match = _NUMBER.search(bare)
    rest = bare if match is None else bare[: match.start()] + match["mark"] * bool(match["rest"]) + match["rest"]
    return rest.rstrip("/?&"), int(match["number"]) if match else 1


class _Reading:
    """One index page being read."""

    def __init__(self, soup: BeautifulSoup, base_url: str, selectors: Selectors, calendar: Calendar) -> None:
        self.soup = soup
        base = soup.select_one("base[href]")
        self.base_url = (absolute(base.get("href"), base_url) if base else None) or base_url
        self.selectors = selectors
        self.calendar = calendar
        self.dates = Neighbours(soup, selectors.links, selectors.date) if selectors.date else None
        self.links: dict[str, Link] = {}
        self.dropped: Counter[str] = Counter()
        self.notes: list[str] = []

    def read(self) -> Links:
        for tag in self.soup.select(self.selectors.links):
            self.take(tag)
        return Links(
            tuple(self.links.values()),
            next_url=self.next_url(),
            dropped=self.dropped,
            around=self.around(),
            notes=tuple(self.notes[:_NOTES]),
        )

    def take(self, tag: Tag) -> None:
        url = absolute(tag.get("href"), self.base_url)
        title = " ".join(tag.get_text(" ").split())[:MAX_TITLE] or None
        if url is None or url in self.links:
            self.dropped["scheme" if url is None else "repeated"] += 1
            if url and title and not self.links[url].title:  # the picture's link came before the headline's
                self.links[url] = replace(self.links[url], title=title)
            return
        date = self.date(tag)
        if date.note:
            self.notes.append(f"{url}: {date.note}")
        self.links[url] = Link(url, "index", title, date.text, date.day)

    def date(self, tag: Tag) -> Listed:
        beside = self.dates.of(tag) if self.dates else None
        if beside is None:
            return NO_DATE
        stated = beside.get("datetime")
        if isinstance(stated, str) and stated.strip():
            return read_date(stated, self.calendar)
        return read_date(beside.get_text(" "), self.calendar, self.selectors.date_format)

    def around(self) -> frozenset[str]:
        return frozenset(str(tag["href"]) for tag in self.soup.find_all("a", href=True))

    def next_url(self) -> str | None:
        if not self.selectors.next:
            return own_next(self.soup, self.base_url) if self.selectors.own_pages else None
        tag = self.soup.select_one(self.selectors.next)
        return absolute(tag.get("href"), self.base_url) if tag else None
