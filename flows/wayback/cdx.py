"""The index of a web archive: what is asked of a CDX server, and what its answer says, whatever it may be.

Two kinds of servers are spoken to: Wayback's, which answers with one JSON array of rows and a resume key, and pywb's, which
answers with one JSON object a line. Either answer is read, whoever gave it, and so is the plain text (cdx_lines.py) of one
that does not know of JSON.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flows.wayback import cdx_lines
from flows.wayback.places import moment_of
from parsers.listing import ListingError, absolute

ROWS = 5_000
"""Rows of one answer; the next ones are asked for with its resume key."""

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest")  # a resume key is wrong without urlkey
PLACE = ("filename", "offset", "length")
PAGES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Query:
    """One question: captures of pages that came whole (200), of a site or a part of it, between two moments."""

    server: str
    target: str  # an address or a host, as CDX servers take it
    match: str  # exact, prefix, host, domain
    first: str  # digits, both inclusive
    last: str
    collapse: str  # urlkey: the first capture of each address; digest: each capture that differs from the one before
    waybacks: bool = True  # whether the server speaks as Wayback's does
    resume: str | None = None
    places_wanted: bool = False  # in which file, and where in it, the records lie

    @property
    def address(self) -> str:
        """The question as an address."""
        asked = [
            ("url", self.target),
            ("matchType", self.match),
            ("output", "json"),
            ("from", self.first),
            ("to", self.last),
        ]
        more = PLACE if self.places_wanted else ()
        if self.waybacks:
            asked += [("filter", "statuscode:200"), ("filter", "mimetype:text/html")]
            asked += [
                ("collapse", self.collapse),
                ("fl", ",".join([*FIELDS, *more])),
                ("limit", str(ROWS)),
                ("showResumeKey", "true"),
            ]
            asked += [("resumeKey", self.resume)] if self.resume else []
        else:
            fields = ("urlkey", "timestamp", "url", "mime", "status", "digest", *more)
            asked += [("filter", "=status:200"), ("fl", ",".join(fields))]
        return f"{self.server}?{urlencode(asked, quote_via=quote, safe=':/*,')}"

    def going_on(self, resume: str) -> Query:
        """The same question, from where an answer ended."""
        return replace(self, resume=resume)


@dataclass(frozen=True, slots=True)
class Captured:
    """One capture in an index."""

    stamp: str  # 14 digits
    original: str
    digest: str | None = None
    file: str | None = None  # in which the record lies, where that was asked for
    offset: int | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an index answered: captures in its order, rows that are none by reason, and the key of what follows."""

    captures: tuple[Captured, ...]
    dropped: Counter[str]
    resume: str | None = None


def read(content: bytes, query: Query, now: datetime) -> Answer:
    """The answer to a question; raises ListingError where it is none, or was cut short."""
    rows, resume = _rows(content, query)
    dropped: Counter[str] = Counter()
    captures: list[Captured] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        found = _captured(row, query, now)
        if isinstance(found, str):
            dropped[found] += 1
        elif (found.stamp, found.original) in seen:
            dropped["repeated"] += 1
        else:
            seen.add((found.stamp, found.original))
            captures.append(found)
    if dropped["malformed"] > len(captures) and dropped["malformed"] > 1:
        raise ListingError("not_an_index", f"Most rows of {query.server} are no captures.")
    if resume is not None and (resume == query.resume or not rows):
        raise ListingError("circle", f"{query.server} gives the same resume key again and again.")
    return Answer(tuple(captures), dropped, resume)


def _rows(content: bytes, query: Query) -> tuple[list[Mapping[str, Any] | None], str | None]:
    """The rows by the names of their fields (None for what is no row), and the resume key."""
    text = content.decode("utf-8", "replace").lstrip("\ufeff").strip()
    if not text:
        if query.waybacks:
            raise ListingError(
                "empty", f"{query.server} answered with nothing, where [] would say that it has nothing."
            )
        return [], None
    try:
        if text.startswith("["):
            return _of_array(json.loads(text))
        if text.startswith("{"):
            return [cdx_lines.named(json.loads(line)) for line in text.splitlines() if line.strip()], None
    except (ValueError, RecursionError):
        raise ListingError("cut_short", f"The answer of {query.server} is no whole JSON.") from None
    if cdx_lines.is_text(text):
        return cdx_lines.rows(text)
    raise ListingError("not_an_index", f"{query.server} answered with a page, and not with rows of captures.")


def _of_array(table: Any) -> tuple[list[Mapping[str, Any] | None], str | None]:
    """The rows below the row of names; what follows an empty row is the resume key."""
    if not isinstance(table, list) or not table:
        return [], None
    names, *rest = table
    if not isinstance(names, list) or not {"timestamp", "original"} <= {
        name for name in names if isinstance(name, str)
    }:
        raise ListingError("not_an_index", "The first row of the answer does not name its fields.")
    resume = None
    if len(rest) >= 2 and rest[-2] == [] and isinstance(rest[-1], list) and len(rest[-1]) == 1:
        resume, rest = rest[-1][0], rest[:-2]
        if not isinstance(resume, str) or not resume or len(resume) > 4_000:
            raise ListingError("not_an_index", "The resume key of the answer is none.")
    return [_row(names, row) for row in rest], resume


def _row(names: list[Any], row: Any) -> Mapping[str, Any] | None:
    return dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else None


def _captured(row: Mapping[str, Any] | None, query: Query, now: datetime) -> Captured | str:
    """The capture that a row names, or why it is none: malformed, not_a_page, outside_period, scheme."""
    if row is None:
        return "malformed"
    stamp, original = row.get("timestamp"), row.get("original")
    if not isinstance(stamp, str) or not isinstance(original, str) or not stamp.isascii():
        return "malformed"
    moment = moment_of(stamp)
    if moment is None or moment.year < 1991 or moment > now:
        return "malformed"
    if str(row.get("statuscode", "200")) != "200" or str(row.get("mimetype", "text/html")).lower() not in PAGES:
        return "not_a_page"
    if not _padded(query.first, "0") <= stamp <= _padded(query.last, "9"):
        return "outside_period"
    if absolute(original, "") is None or any(ord(char) < 33 for char in original):
        return "scheme"
    digest, file = (row.get(name) for name in ("digest", "filename"))
    return Captured(
        stamp,
        original,
        digest if isinstance(digest, str) else None,
        file if isinstance(file, str) and len(file) < 1_000 else None,
        _number(row.get("offset")),
        _number(row.get("length")),
    )


def says_none(status: int | None, content: bytes) -> bool:
    """Whether an index says, as pywb does with a 404, that it has nothing."""
    return status == 404 and b"no captures" in content[:2_000].lower()


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _padded(digits: str, filling: str) -> str:
    return digits.ljust(14, filling)
