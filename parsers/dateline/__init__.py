"""Datelines: "Sept. 22, 2017 (EIRNS)—" at the start of an article, read into a record.

The grammar is explained in docs/datelines.md; its words, orders and weights are data in parsers/data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from parsers.dateline import cjk, dates, grammar, tokens
from parsers.records import Dateline, Profile
from parsers.view import plain, view
from parsers.vocabulary import COLON_DOMAINS, EVIDENCE, LABEL_LINES, LABEL_OPENINGS

__all__ = ["item_starts", "read", "read_all"]

BLOCKS = 5  # paragraphs searched, labels, bylines and repeats of the title not counted
_CONFLICT = 3  # days between address and dateline that are worth a warning


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known beside the text."""

    language: str | None
    published: date | None
    basis: str
    url_day: date | None
    profile: Profile | None
    colon: bool = False  # the address is of a country whose papers lead with "City: Text"


def read(
    text: str,
    *,
    title: str | None = None,
    language: str | None = None,
    published: date | None = None,
    url: str | None = None,
    profile: Profile | None = None,
    published_basis: str = "published",
) -> Dateline | None:
    """The dateline in the first paragraphs of an article (a line break ends a paragraph), or None.

    Offsets count characters of `text`: text[start:end] == raw and text[end:] is the body after separator and blanks.
    A year that is not printed is taken from `published`, else from the address, by the smallest lag of -2 … +60 days.
    """
    context = _context(language, published, url, profile, published_basis)
    return _first(text, view(text), 0, plain(title) if title else None, context)


def read_all(
    text: str,
    *,
    title: str | None = None,
    language: str | None = None,
    published: date | None = None,
    url: str | None = None,
    profile: Profile | None = None,
    published_basis: str = "published",
) -> tuple[Dateline, ...]:
    """Every dateline that opens a paragraph of the text, in order: an update above the original, a digest.

    After the first one only datelines with a tag and a date, or in an order that the profile names, are taken.
    """
    context = _context(language, published, url, profile, published_basis)
    plain_view = view(text)
    first = _first(text, plain_view, 0, plain(title) if title else None, context)
    if first is None:
        return ()
    found = [first]
    for start, stop in _lines(plain_view, first.end):
        if start > found[-1].end and stop > start:
            more = _at(text, plain_view, start, context, EVIDENCE["accept_later"])
            if more and _heads_item(more, context):
                found.append(more)
    return tuple(found)


def item_starts(
    blocks: list[str] | tuple[str, ...],
    *,
    language: str | None = None,
    published: date | None = None,
    url: str | None = None,
    profile: Profile | None = None,
) -> tuple[int, ...]:
    """The positions of the blocks at which the items of a digest begin: a dateline's block, or its headline's.

    A short block without a full stop directly above a dateline is its headline. Empty when there are fewer than two.
    """
    context = _context(language, published, url, profile, "published")
    starts: list[int] = []
    for i, block in enumerate(blocks):
        found = _at(block, view(block), 0, context, EVIDENCE["accept"])
        if not found or not _heads_item(found, context):
            continue
        above = i - 1
        if above >= 0 and above not in starts and _headline(blocks[above]) and (not starts or above > starts[-1]):
            starts.append(above)
        else:
            starts.append(i)
    return tuple(starts) if len(starts) > 1 else ()


def _headline(block: str) -> bool:
    """Whether a block looks like a headline: short, one line, not ending as a sentence does."""
    line = block.strip()
    return 0 < len(line) <= 200 and "\n" not in line and not line.endswith((".", "。", ":", ";", '."', ".”"))


def _heads_item(found: Dateline, context: _Context) -> bool:
    """Whether a dateline in the middle of a page may head an item."""
    named = bool(context.profile and found.rule in context.profile.dateline)
    return named or (found.date is not None and bool(found.info_sources))


def _context(
    language: str | None, published: date | None, url: str | None, profile: Profile | None, basis: str
) -> _Context:
    url_day = dates.of_url(url, profile.url_pattern if profile else None)
    language = (language or (profile.language if profile else None) or "").split("-")[0].lower() or None
    colon = url is not None and _leads_by_colon(url)
    if published is None and url_day is not None:
        return _Context(language, url_day, "url", url_day, profile, colon)
    return _Context(language, published, basis, url_day, profile, colon)


@lru_cache(maxsize=512)
def _leads_by_colon(url: str) -> bool:
    """Whether an address is of a country whose papers lead with "City: Text"."""
    host = url.split("//")[-1].split("/")[0].split(":")[0].rstrip(".").lower()
    return host.endswith(COLON_DOMAINS)


def _lines(plain_view: str, start: int) -> list[tuple[int, int]]:
    """The spans of the paragraphs from `start` on, blanks at their beginning left out."""
    spans = []
    while start < len(plain_view):
        stop = plain_view.find("\n", start)
        stop = len(plain_view) if stop < 0 else stop
        inner = start + len(plain_view[start:stop]) - len(plain_view[start:stop].lstrip())
        if inner < stop:
            spans.append((inner, stop))
        start = stop + 1
    return spans


def _first(text: str, plain_view: str, start: int, title: str | None, context: _Context) -> Dateline | None:
    """The first dateline of the opening paragraphs."""
    seen, byline, at = 0, None, start
    for _ in range(BLOCKS * 4):
        at = _next_line(plain_view, at)
        if at < 0 or seen >= BLOCKS:
            return None
        threshold = EVIDENCE["accept"] if seen == 0 else EVIDENCE["accept_later"]
        stop = plain_view.find("\n", at)
        signed = tokens.signature(plain_view[at:stop]) if 0 < stop - at <= 60 else None
        found = None if signed else _at(text, plain_view, at, context, threshold)
        if found:
            return found if found.byline or not byline else _with_byline(found, byline)
        if stop < 0:
            return None
        line = plain_view[at:stop]
        if len(line) <= 120 and (name := tokens.line_byline(line, text[at:stop])):
            byline = name
        elif not _is_label(line, title):
            seen += 1
        at = stop + 1
    return None


def _next_line(plain_view: str, at: int) -> int:
    """Where the next paragraph with text begins; -1 when there is none."""
    while at < len(plain_view) and plain_view[at] in " \n":
        at += 1
    return at if at < len(plain_view) else -1


def _is_label(line: str, title: str | None) -> bool:
    """Whether a paragraph is a known label or a line of the title again."""
    key = plain(line)
    if key in LABEL_LINES or bool(title and key and (key in title or title in key)):
        return True
    return len(line) <= 60 and line.startswith(LABEL_OPENINGS) and line[-1:] not in ".!?"


def _at(text: str, plain_view: str, start: int, context: _Context, threshold: float) -> Dateline | None:
    """The dateline of the paragraph that begins at `start`."""
    if cjk.possible(plain_view, start):
        head = cjk.read(plain_view, text, start, context.language)
        if head:
            return _cjk_record(text, start, head, context)
    found = grammar.read(plain_view, text, start, context.language, context.profile, threshold, colon=context.colon)
    if found and _programme_line(found, plain_view, context):
        return None
    return _record(text, start, found, context) if found else None


def _programme_line(found: grammar.Candidate, plain_view: str, context: _Context) -> bool:
    """Whether a day without year before a spaced dash ("July 4 — Fireworks at ten") is not the day of publication."""
    if found.order.tokens != "DS" or not found.date or found.date.year or not found.separator:
        return False
    spaced = plain_view[found.separator.start] == " "
    return spaced and dates.resolve(found.date, context.published, context.basis).precision != "day"


def _record(text: str, start: int, found: grammar.Candidate, context: _Context) -> Dateline:
    names = tuple(n for t in found.tags for n in t.names)
    ids = tuple(dict.fromkeys(i for t in found.tags for i in t.ids))
    warnings = tuple(w for t in found.tags for w in t.warnings)
    return _dateline(
        text, (start, found.end), found.places.names if found.places else (), found.date, names, ids, found.byline,
        found.order.name, found.confidence, warnings, context,
    )  # fmt: skip


def _cjk_record(text: str, start: int, head: cjk.Head, context: _Context) -> Dateline:
    return _dateline(
        text, (start, head.end), head.places, head.date, head.tags, head.ids, head.byline, head.rule, head.confidence, (), context,
    )  # fmt: skip


def _dateline(
    text: str,
    span: tuple[int, int],
    places: tuple[str, ...],
    printed: dates.Printed | None,
    tags: tuple[str, ...],
    ids: tuple[str, ...],
    byline: str | None,
    rule: str,
    confidence: float,
    warnings: tuple[str, ...],
    context: _Context,
) -> Dateline:
    """The record, its date resolved."""
    resolved = dates.resolve(printed, context.published, context.basis) if printed else None
    if resolved:
        warnings += resolved.warnings + _url_conflict(resolved, context)
    return Dateline(
        raw=text[span[0] : span[1]],
        places=places,
        date=resolved.text if resolved else None,
        precision=resolved.precision if resolved else None,
        source_tags=tags,
        info_sources=ids,
        byline=byline,
        start=span[0],
        end=span[1],
        rule=rule,
        confidence=confidence,
        warnings=warnings,
        date_basis=resolved.basis if resolved else None,
    )


def _url_conflict(resolved: dates.Resolved, context: _Context) -> tuple[str, ...]:
    """A warning when an article's address names a day more than three days from the dateline's; a digest's may."""
    digest = context.profile is not None and context.profile.split is not None
    if context.url_day is None or resolved.precision != "day" or digest:
        return ()
    apart = abs((context.url_day - date.fromisoformat(resolved.text)).days)
    return (f"address says {context.url_day}",) if apart > _CONFLICT else ()


def _with_byline(found: Dateline, byline: str) -> Dateline:
    from dataclasses import replace

    return replace(found, byline=byline)
