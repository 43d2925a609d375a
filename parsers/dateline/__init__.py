"""Datelines: "Sept. 22, 2017 (EIRNS)—" at the start of an article, read into a record.

The grammar is explained in docs/datelines.md; its words, orders and weights are data in parsers/data.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from parsers.dateline import cjk, dates, grammar, tokens
from parsers.dateline.record import Context, context_of, of_candidate, of_head
from parsers.records import Dateline, Profile
from parsers.view import plain, view
from parsers.vocabulary import EVIDENCE, LABEL_LINES, LABEL_OPENINGS

__all__ = ["item_starts", "read", "read_all"]

BLOCKS = 5  # paragraphs searched, labels, bylines and repeats of the title not counted


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
    """The dateline in the first five paragraphs of an article, or None; never raises for what a text holds.

    `text` is plain text, a line break ends a paragraph; `title` is skipped where it stands above the dateline.
    `language` is a BCP 47 tag ("de", "pt-BR") and only decides what is ambiguous. `published` is the day of publication
    where the outlet is: a year that is not printed is that of the smallest lag to it inside -2 … +60 days, else to the
    day that `url` states, else it stays unknown ("--12-30"). `published_basis` is kept as the record's `date_basis`.
    `profile` names an outlet's own tag and orders, which then count as evidence.

    Offsets count characters of `text`: text[start:end] == raw, and text[end:] is the body after separator and blanks.
    The conventions are those of the agencies' style books and the NITF `dateline` element; docs/datelines.md has them.
    """
    context = context_of(language, published, url, profile, published_basis)
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
    context = context_of(language, published, url, profile, published_basis)
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
    context = context_of(language, published, url, profile, "published")
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


def _heads_item(found: Dateline, context: Context) -> bool:
    """Whether a dateline in the middle of a page may head an item."""
    named = bool(context.profile and found.rule in context.profile.dateline)
    return named or (found.date is not None and bool(found.info_sources))


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


def _first(text: str, plain_view: str, start: int, title: str | None, context: Context) -> Dateline | None:
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
            return found if found.byline or not byline else replace(found, byline=byline)
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


def _at(text: str, plain_view: str, start: int, context: Context, threshold: float) -> Dateline | None:
    """The dateline of the paragraph that begins at `start`."""
    if cjk.possible(plain_view, start):
        head = cjk.read(plain_view, text, start, context.language)
        if head:
            return of_head(text, start, head, context)
    found = grammar.read(plain_view, text, start, context.language, context.profile, threshold, colon=context.colon)
    if found and _programme_line(found, plain_view, context):
        return None
    return of_candidate(text, start, found, context) if found else None


def _programme_line(found: grammar.Candidate, plain_view: str, context: Context) -> bool:
    """Whether a day without year before a spaced dash ("July 4 — Fireworks at ten") is not the day of publication."""
    if found.order.tokens != "DS" or not found.date or found.date.year or not found.separator:
        return False
    spaced = plain_view[found.separator.start] == " "
    return spaced and dates.resolve(found.date, context.published, context.basis).precision != "day"
