"""Where a text holds what was looked for, in the words of the text itself, and the passage that shows most of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.search_query import Wanted
from warehouse.wording import Token, Wording, is_unspaced

LENGTH = 240
"""Characters of a passage."""

LEAD = 60
"""Characters shown before the first mark, at most."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text, with the places in it of what was looked for (start and end, in characters)."""

    text: str
    marks: tuple[Span, ...] = ()


def marked(text: str, wanted: Wanted, wording: Wording) -> Passage:
    """The whole text with its marks."""
    return Passage(text, tuple((start, end) for start, end, _ in _found(text, wanted, wording)))


def passage(text: str, wanted: Wanted, wording: Wording, length: int = LENGTH) -> Passage:
    """The passage of about `length` characters that holds the most different things looked for; the beginning if none."""
    found = _found(text, wanted, wording)
    start = _best(found, length)
    begin = 0 if start < LEAD else _gap(text, max(0, start - LEAD), forward=True)
    end = len(text) if begin + length >= len(text) else _gap(text, begin + length, forward=False)
    end = max(end, min(len(text), begin + 1))
    piece = text[begin:end]
    before, after = ("… " if begin else ""), (" …" if end < len(text) else "")
    marks = [(s - begin + len(before), e - begin + len(before)) for s, e, _ in found if begin <= s and e <= end]
    return Passage(before + piece.replace("\n", " ") + after, tuple(marks))


def _best(found: Sequence[tuple[int, int, str]], length: int) -> int:
    """Where the window with the most different marks begins; the first of equals."""
    best, at, last = 0, 0, 0
    for first, (start, _, _) in enumerate(found):
        while last < len(found) and found[last][1] <= start + length - LEAD:
            last += 1
        different = len({what for _, _, what in found[first:last]})
        if different > best:
            best, at = different, start
    return at


def _gap(text: str, at: int, *, forward: bool) -> int:
    """A place near `at` where no word is cut: within a short way, else `at` itself."""
    places = range(at, min(at + 40, len(text))) if forward else range(at, max(at - 40, 0), -1)
    for place in places:
        if text[place - 1].isspace() or (place < len(text) and is_unspaced(text[place - 1])):
            return place
    return at


def _found(text: str, wanted: Wanted, wording: Wording) -> list[tuple[int, int, str]]:
    """Start, end and what it is of everything looked for, in order; what overlaps or touches in a row is one."""
    tokens: list[Token] = []
    spans: list[tuple[int, int, str]] = []
    for unit in wording.units(text):
        tokens += unit.words
        spans += [(token.start, token.end, token.word) for token in unit.words if token.word in wanted.words]
        spans += [(unit.start, unit.end, form) for form in unit.forms if form in wanted.words]
        spans += [
            _beginning(token, begin)
            for token in unit.words
            for begin in wanted.beginnings
            if token.word.startswith(begin)
        ]
    for row in wanted.rows:
        spans += _rows(tokens, row)
    return _merged(sorted(spans))


def _beginning(token: Token, begin: str) -> tuple[int, int, str]:
    """A word that begins so; of writing without spaces only the beginning itself."""
    end = token.start + len(begin) if is_unspaced(begin[0]) else token.end
    return token.start, end, begin + "*"


def _rows(tokens: Sequence[Token], row: tuple[str, ...]) -> list[tuple[int, int, str]]:
    """Every place where these words stand in a row."""
    words = [token.word for token in tokens]
    found = []
    for at, word in enumerate(words):
        if word == row[0] and tuple(words[at : at + len(row)]) == row:
            found.append((tokens[at].start, tokens[at + len(row) - 1].end, " ".join(row)))
    return found


def _merged(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap made into one."""
    kept: list[tuple[int, int, str]] = []
    for start, end, what in spans:
        if kept and start < kept[-1][1]:
            before = kept[-1]
            kept[-1] = (before[0], max(before[1], end), before[2])
        else:
            kept.append((start, end, what))
    return kept
