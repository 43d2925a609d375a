"""JSON-LD as pages really carry it: several blocks, graphs, lists, comments, stray commas, and worse."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_BLOCK = 2_000_000  # characters
MAX_NODES = 2_000

_DECODER = json.JSONDecoder(strict=False)  # line breaks within strings are common
_WRAPPING = re.compile(r"<!--|-->|//\s*<!\[CDATA\[|//\s*\]\]>|<!\[CDATA\[|\]\]>|/\*.{0,40}?\*/")
_STRAY_COMMA = re.compile(r",(?=\s*[}\]])")
_DOUBLED_COMMA = re.compile(r",(?:\s*,)+")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
_START = re.compile(r"[{\[]")
# What is worth having from a block that no repair makes readable
_SALVAGE = re.compile(
    r'"(datePublished|dateCreated|dateModified|headline|isAccessibleForFree|@type)"\s*:\s*"((?:[^"\\]|\\.){1,300})"'
)

# Below these keys other articles are described, not this one
_ELSEWHERE = frozenset(
    [
        "itemListElement",
        "hasPart",
        "isPartOf",
        "mentions",
        "citation",
        "comment",
        "review",
        "reviews",
        "relatedLink",
        "liveBlogUpdate",
        "isBasedOn",
        "subjectOf",
        "workExample",
        "video",
        "image",
        "about",
        "publisher",
        "author",
        "creator",
        "itemReviewed",
        "blogPost",
        "potentialAction",
    ]
)


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a page's JSON-LD."""

    types: frozenset[str]
    values: dict[str, Any]
    depth: int  # levels of objects above it; a graph and a list are none
    aside: bool  # described within another thing: a teaser, a part, a comment

    def text(self, *keys: str) -> str | None:
        """The first of `keys` that holds text, blanks collapsed."""
        return next((text for key in keys for text in texts(self.values.get(key))), None)

    def prose(self, key: str) -> str | None:
        """The text of `key` with its line breaks, which stand between paragraphs."""
        value = self.values.get(key)
        return html.unescape(value) if isinstance(value, str) and value.strip() else self.text(key)


def read(blocks: Iterable[str]) -> tuple[Node, ...]:
    """All objects of all blocks, outer ones first; what cannot be read at all is skipped."""
    nodes: list[Node] = []
    for block in blocks:
        for value in _values(block):
            nodes.extend(_walk(value, MAX_NODES - len(nodes)))
    return tuple(nodes)


def texts(value: Any) -> list[str]:
    """The texts in a value: itself, its members, or the @value or name of an object."""
    if isinstance(value, str):
        text = " ".join(html.unescape(value).split())
        return [text] if text else []
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [str(value)]
    if isinstance(value, dict):
        return texts(value.get("@value") or value.get("name"))
    return [text for item in value for text in (texts(item) if not isinstance(item, list) else [])]


def names(value: Any, nodes: tuple[Node, ...]) -> list[str]:
    """The names of persons or organisations, references by @id followed."""
    if isinstance(value, list):
        return [name for item in value[:50] if not isinstance(item, list) for name in names(item, nodes)]
    if isinstance(value, dict) and "name" not in value and "@id" in value:
        target = next(
            (node for node in nodes if node.values.get("@id") == value["@id"] and "name" in node.values), None
        )
        return texts(target.values["name"]) if target else []
    return texts(value)


def _values(block: str) -> list[Any]:
    """The values in one block: read as it is, else repaired, else salvaged key by key."""
    if len(block) > MAX_BLOCK:
        return []
    if (values := _decoded(block)) is not None:
        return values
    mended = _BAD_ESCAPE.sub(r"\\\\", _STRAY_COMMA.sub("", _DOUBLED_COMMA.sub(",", _WRAPPING.sub("", block))))
    for attempt in (mended, html.unescape(mended)):
        if (values := _decoded(attempt)) is not None:
            return values
    pairs = _SALVAGE.findall(block)
    return [dict(reversed(pairs))] if pairs else []


def _decoded(text: str) -> list[Any] | None:
    """All values that stand one after the other, with commas or semicolons between; None when something is broken."""
    values: list[Any] = []
    position = 0
    while start := _START.search(text, position):
        if text[position : start.start()].strip(" \t\r\n;,\ufeff"):
            return None
        try:
            value, position = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            return None
        values.append(value)
    return values if values and not text[position:].strip(" \t\r\n;,\x00") else None


def _walk(value: Any, room: int) -> list[Node]:
    nodes: list[Node] = []
    queue: deque[tuple[Any, int, bool]] = deque([(value, 0, False)])
    while queue and len(nodes) < room:
        item, depth, aside = queue.popleft()
        if isinstance(item, list):
            queue.extend((member, depth, aside) for member in item if isinstance(member, dict | list))
        elif isinstance(item, dict):
            only_graph = "@graph" in item and "@type" not in item
            if not only_graph:
                nodes.append(Node(_types(item.get("@type")), item, depth, aside))
            for key, member in item.items():
                if isinstance(member, dict | list):
                    queue.append((member, depth + (key != "@graph"), aside or key in _ELSEWHERE))
    return nodes


def _types(value: Any) -> frozenset[str]:
    return frozenset(text.rpartition("/")[2].rpartition(":")[2] for text in texts(value))
