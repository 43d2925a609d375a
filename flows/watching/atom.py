"""A feed of articles as Atom (RFC 4287): headlines, abstracts and addresses, never whole texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

NAMESPACE = "http://www.w3.org/2005/Atom"
_NAMESPACES: Any = {None: NAMESPACE}  # the stubs of lxml know no default namespace
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a feed."""

    article_id: str
    headline: str
    url: str
    outlet: str
    author: str | None
    summary: str | None
    published: datetime | None  # UTC; None where only the day is known, or not even that
    updated: datetime  # UTC: when the outlet was first seen to show the text as it is
    rights: str | None = None


def feed(feed_id: str, title: str, self_link: str, entries: Sequence[Entry], made: datetime) -> bytes:
    """The feed as a file; `made` is when it is said to have changed where it has no entries."""
    root = etree.Element(_name("feed"), nsmap=_NAMESPACES)
    _text(root, "id", feed_id)
    _text(root, "title", title)
    _text(root, "updated", _moment(max((entry.updated for entry in entries), default=made)))
    _link(root, "self", self_link)
    _text(_child(root, "author"), "name", "Wireroom")
    _text(root, "generator", "Wireroom")
    for entry in entries:
        _entry(_child(root, "entry"), entry)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(element: etree._Element, entry: Entry) -> None:
    _text(element, "id", f"urn:uuid:{entry.article_id}")
    _text(element, "title", entry.headline or entry.url)
    _text(element, "updated", _moment(entry.updated))
    if entry.published:
        _text(element, "published", _moment(entry.published))
    _link(element, "alternate", entry.url)
    _text(_child(element, "author"), "name", entry.author or entry.outlet)
    _child(element, "category").set("term", _plain(entry.outlet))
    if entry.summary:
        _text(element, "summary", entry.summary)
    if entry.rights:
        _text(element, "rights", entry.rights)


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _name(name))


def _text(parent: etree._Element, name: str, text: str) -> None:
    _child(parent, name).text = _plain(text)


def _link(parent: etree._Element, rel: str, href: str) -> None:
    link = _child(parent, "link")
    link.set("rel", rel)
    link.set("href", _plain(href))


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _plain(text: str) -> str:
    """Text without the characters that XML cannot carry."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
