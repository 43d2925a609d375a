"""Two states of an article side by side: which words went, and which came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

COMPARED = ("headline", "subheadline", "byline", "dateline", "date_published_text", "date_modified_text", "source_tag",
            "info_source", "body_extent", "abstract", "credit_text", "canonical_url")  # fmt: skip
"""Fields that are compared besides the body, in the order in which they are shown."""

ALIKE = 0.4
"""Paragraphs that share at least this part of their words are one paragraph that was edited."""

_WORDS = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


Line = tuple[Piece, ...]


def fields(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Sequence[str] = COMPARED
) -> Iterator[tuple[str, Line]]:
    """Those of the fields that differ, each with its words."""
    for name in names:
        before, after = _text(old.get(name)), _text(new.get(name))
        if before != after:
            yield name, words(before, after)


def paragraphs(old: str, new: str) -> list[Line]:
    """The paragraphs of both bodies in order; an edited one holds what went and what came."""
    before, after = _split(old), _split(new)
    lines: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [(Piece("same", text),) for text in before[a:b]]
        else:
            lines += _edited(before[a:b], after[c:d])
    return lines


def words(old: str, new: str) -> Line:
    """What stayed, went and came between two texts, in whole words."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
        if b > a and kind != "equal":
            pieces.append(Piece("gone", "".join(before[a:b])))
        if d > c and kind != "equal":
            pieces.append(Piece("new", "".join(after[c:d])))
    return tuple(_joined(pieces))


def changed(line: Line) -> bool:
    """Whether anything in a line differs."""
    return any(piece.kind != "same" for piece in line)


def _edited(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Pair the paragraphs that are alike, in order; the others went or came whole."""
    rest = list(after)
    for text in before:
        place = next((i for i, other in enumerate(rest) if _alike(text, other)), None)
        if place is None:
            yield (Piece("gone", text),)
            continue
        yield from ((Piece("new", other),) for other in rest[:place])
        yield words(text, rest[place])
        del rest[: place + 1]
    yield from ((Piece("new", other),) for other in rest)


def _alike(a: str, b: str) -> bool:
    matcher = SequenceMatcher(None, a.split(), b.split(), autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Make one change of changes that only a blank divides: whole phrases are easier to read."""
    waiting: dict[str, str] = {"gone": "", "new": ""}
    blank = ""
    for piece in pieces:
        if piece.kind != "same":
            for kind in waiting:
                waiting[kind] += blank
            blank = ""
            waiting[piece.kind] += piece.text
        elif piece.text.isspace() and any(waiting.values()):
            blank = piece.text
        else:
            yield from _change(waiting)
            yield Piece("same", blank + piece.text)
            blank = ""
    yield from _change(waiting)
    if blank:
        yield Piece("same", blank)


def _change(waiting: dict[str, str]) -> Iterator[Piece]:
    if waiting["gone"]:
        yield Piece("gone", waiting["gone"])
    if waiting["new"]:
        yield Piece("new", waiting["new"])
    waiting.update(gone="", new="")


def _split(body: str) -> list[str]:
    return [text for text in re.split(r"\n\s*\n", body.strip()) if text]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
