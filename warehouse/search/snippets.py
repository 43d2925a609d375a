"""Where a text holds what was looked for, in the words of the text itself, and the passage that shows most of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from warehouse.search.query import Wanted
from warehouse.search.wording import Wording, characters, fold, is_unspaced, script, tokens, units

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
    """Start, end and what it is of everything looked for, in order; what overlaps is one."""
    spans = [span for run in wanted.runs for span in _runs(text, run)]
    initials = {word.lstrip(".")[0] for word in (*wanted.words, *wanted.beginnings, *(row[0] for row in wanted.rows))}
    if initials:
        matches = list(units(text))
        for place, match in enumerate(matches):
            if not wording.keeps_initials or _may_be(match[0], initials):
                spans += _of_unit(match, wanted, wording)
                spans += (span for row in wanted.rows for span in _rows(matches, place, row))
    return _merged(sorted(spans))


def _may_be(unit: str, initials: set[str]) -> bool:
    """Whether a unit can be one of the words with these first letters: most cannot, and need not be worded."""
    initial = _initial(unit[0])
    return initial is None or initial in initials or not unit.isalpha()


@lru_cache(maxsize=65_536)
def _initial(letter: str) -> str | None:
    """The first letter of every word that is found by a word with this one; None where that cannot be said."""
    return None if is_unspaced(letter) or script(letter) == "arabic" else fold(letter)[:1]


def _of_unit(match: re.Match[str], wanted: Wanted, wording: Wording) -> Iterator[tuple[int, int, str]]:
    """The words of a unit that are looked for, and the unit itself where a form of the whole is."""
    forms = wanted.words.intersection(wording.forms(match[0]))
    for token in tokens(match[0], match.start()):
        own = forms.intersection(wording.forms(match.string[token.start : token.end])) if forms else forms
        forms -= own
        if token.word in wanted.words or own:
            yield token.start, token.end, min(own, default=token.word)
        for begin in wanted.beginnings:
            if token.word.startswith(begin):
                yield token.start, token.start + len(begin) if is_unspaced(begin[0]) else token.end, begin
    for form in forms:
        yield match.start(), match.end(), form


def _rows(matches: Sequence[re.Match[str]], place: int, row: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """The places in one unit where these words in a row begin."""
    here = tokens(matches[place][0], matches[place].start())
    for at, token in enumerate(here):
        if token.word == row[0]:
            found, following = here[at : at + len(row)], place + 1
            while len(found) < len(row) and following < len(matches):
                found += tokens(matches[following][0], matches[following].start())
                following += 1
            if tuple(other.word for other in found[: len(row)]) == row:
                yield token.start, found[len(row) - 1].end, " ".join(row)


def _runs(text: str, run: str) -> Iterator[tuple[int, int, str]]:
    """The places of a run of writing without spaces."""
    usual, at = characters(text), -1
    while (at := usual.find(run, at + 1)) >= 0:
        yield at, at + len(run), run


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
