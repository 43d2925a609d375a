"""What a site's home page says of itself and where it leads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from parsers import urls
from parsers.document import decode
from parsers.listing import absolute

PLACES: dict[str, Any] = tomllib.loads(files("flows.probing").joinpath("places.toml").read_text(encoding="utf-8"))
_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:^|[/._-])(?:rss|feed|atom)(?:[/._-]|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|oembed|wp-json", re.IGNORECASE)
_LISTING = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in PLACES["listings"]), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link on a page: where it leads and what it is called."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Home:
    """A page of a site as a probe sees it."""

    url: str
    name: str | None  # as the site calls itself
    language: str | None  # as its markup states it
    feeds: tuple[str, ...]  # named by <link rel=alternate>, or linked under a name that feeds have
    anchors: tuple[Anchor, ...]  # on the same site, each address once
    words: str  # its visible text


def read(content: bytes, url: str, content_type: str | None) -> Home:
    """A page read for what a probe wants of it."""
    soup = BeautifulSoup(decode(content, content_type)[0], "lxml")
    anchors = {
        address: Anchor(address, " ".join(tag.get_text(" ").split()))
        for tag in reversed(soup.select("a[href]"))
        if (address := absolute(tag.get("href"), url)) and urls.same_site(address, url)
    }
    root = soup.find("html")
    return Home(
        url=url,
        name=_name(soup),
        language=_text(root, "lang") if isinstance(root, Tag) else None,
        feeds=tuple(dict.fromkeys([*_alternates(soup, url), *_linked_feeds(anchors)])),
        anchors=tuple(reversed(anchors.values())),
        words=soup.get_text(" "),
    )


def listings(home: Home) -> list[str]:
    """Addresses of pages that may list articles, those that say so by the fewest words first."""
    found = [anchor for anchor in home.anchors if anchor.url != home.url and _says_listing(anchor)]
    return [anchor.url for anchor in sorted(found, key=lambda anchor: (len(anchor.text.split()), len(anchor.url)))]


def _says_listing(anchor: Anchor) -> bool:
    path = unquote(urlsplit(anchor.url).path)
    last = path.strip("/").rpartition("/")[2]
    short = len(anchor.text.split()) <= 3 and last.count("-") <= 2
    return short and bool(_LISTING.search(f"{path} {anchor.text}"))


def _alternates(soup: BeautifulSoup, url: str) -> list[str]:
    tags = [tag for tag in soup.select("link[rel~=alternate][href]") if _FEED_TYPES.fullmatch(_text(tag, "type") or "")]
    named = [(absolute(tag.get("href"), url), _text(tag, "title") or "") for tag in tags]
    return [address for address, title in named if address and not _COMMENTS.search(f"{address} {title}")]


def _linked_feeds(addresses: Iterable[str]) -> list[str]:
    return [address for address in addresses if _FEED_PATH.search(urlsplit(address).path)]


def _name(soup: BeautifulSoup) -> str | None:
    """The site's own name: og:site_name, else the part of the title that a bar or a dash sets off, and that does not say "home"."""
    stated = _meta(soup, "og:site_name") or _meta(soup, "application-name")
    if stated:
        return stated
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    parts = [part.strip() for part in re.split(r"\s+[|–—·»-]\s+|\s*\|\s*", title) if part.strip()]
    named = [part for part in parts if part.casefold() not in PLACES["front"]]
    return min(named or parts, key=len, default=None)


def _meta(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
    return _text(tag, "content") if isinstance(tag, Tag) else None


def _text(tag: Tag, name: str) -> str | None:
    value = tag.get(name)
    return " ".join(value.split()) or None if isinstance(value, str) else None
