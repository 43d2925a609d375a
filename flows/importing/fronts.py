"""What stands above a text: lines `url: …`, `title: …` and the like, bare or as front matter between two lines of dashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from flows.lists.named_fields import field, plain

MOST_LINES = 200
"""Lines that front matter may have."""

MOST_FIELDS = 10
"""Bare lines that may stand above a text."""

_FENCE = "---"
_BARE = re.compile(r"(url|title|date|fetched)\s*:\s*(.+)$", re.I)
_NAMED = re.compile(r"([\w][\w -]*?)\s*:(?:\s+(.*))?$")
_FOLDED = frozenset({">", ">-", "|", "|-"})  # the value is in the lines below, which are set in
_SAID = {"url": "url", "title": "title", "date": "published", "saved": "fetched"}


@dataclass(frozen=True, slots=True)
class Front:
    """What is said above a text (url, title, date, saved), and in how many lines."""

    said: dict[str, str]
    lines: int


def front(text: str) -> Front | None:
    """What stands above a text; None where that names no address."""
    lines = text.removeprefix("\ufeff").splitlines()
    found = _matter(lines) or _bare(lines)
    return found if found.said.get("url", "").lower().startswith(("http://", "https://")) else None


def below(text: str, found: Front, title: str | None) -> str:
    """The text without what stands above it, under its title, as plain texts are read."""
    rest = text.removeprefix("\ufeff").splitlines(keepends=True)[found.lines :]
    return with_headline("".join(rest).lstrip("\r\n "), title)


def with_headline(text: str, title: str | None) -> str:
    """A text with its headline above it, as plain texts are read; one that opens the text, as in Markdown too, is not said twice."""
    if title is None:
        return text
    unmarked = text.lstrip("# \t\r\n")
    first, _, rest = unmarked.partition("\n")
    if first.strip() == title:
        return f"{title}\n\n{rest}"
    return unmarked if unmarked.startswith(title) else f"{title}\n\n{text}"


def _matter(lines: Sequence[str]) -> Front | None:
    """Front matter as programs write it, with whatever other fields; None where it is none, or has no end."""
    begin = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[begin].rstrip() != _FENCE:
        return None
    within = list(takewhile(lambda line: line.rstrip() != _FENCE, lines[begin + 1 : begin + 1 + MOST_LINES]))
    end = begin + 1 + len(within)
    if end >= len(lines) or lines[end].rstrip() != _FENCE:
        return None
    values = {plain(name): value for name, value in _fields(within)}
    said = {ours: value for ours, wanted in _SAID.items() if (value := field(values, wanted))}
    return Front(said, end + 1)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names and values of front matter, a value of several lines as one."""
    name, value = "", ""
    for line in lines:
        found = _NAMED.match(line)
        if found is None:
            value = f"{value} {line.strip()}".strip()
            continue
        yield name, _unquoted(value)
        name, value = found[1], (found[2] or "").strip()
        value = "" if value in _FOLDED else value
    yield name, _unquoted(value)


def _unquoted(value: str) -> str:
    """A value without the quotation marks that YAML wants around one with a colon in it."""
    if len(value) < 2 or value[0] != value[-1] or value[0] not in "'\"":
        return value
    inner = value[1:-1]
    return inner.replace("''", "'") if value[0] == "'" else re.sub(r'\\(["\\/])', r"\1", inner)


def _bare(lines: Sequence[str]) -> Front:
    """The lines of known names that a text opens with, which may end with a line of dashes."""
    begin = next((at for at, line in enumerate(lines) if line.strip("- ")), 0)
    fields = list(takewhile(bool, (_BARE.match(line.strip()) for line in lines[begin : begin + MOST_FIELDS])))
    told = [(found[1].lower(), found[2].strip()) for found in fields if found]
    end = begin + len(fields)
    while end < len(lines) and not lines[end].strip("- "):
        end += 1
    return Front({"saved" if name == "fetched" else name: value for name, value in told}, end)
