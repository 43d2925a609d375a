"""What a person types → what is asked of the index, and what is marked in the text.

fog harbour          both          "fog closes"     these words in this order, as they are spelt
fog OR mist          either        harb*            words that begin so
fog -harbour         without       ( … )            groups; AND, OR and NOT in capitals
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from warehouse.errors import WarehouseError
from warehouse.search.wording import Wording, characters, is_unspaced, tokens, units

SHORTEST_PREFIX = 2

_TOKEN = re.compile(
    r'\s+|(?P<phrase>["“”„«»][^"“”„«»]*["“”„«»])|(?P<bare>["“”„])|(?P<sign>[()])|(?P<word>[^\s()"“”„«»]+)'
)


class BadSearch(WarehouseError):
    """A search that cannot be understood; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hit is marked for: words and forms, beginnings, and words in a row."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    runs: tuple[str, ...]  # of writing without spaces


@dataclass(frozen=True, slots=True)
class Question:
    """A search in the index's own language, and what to mark."""

    expression: str
    wanted: Wanted


@dataclass(slots=True)
class _Marks:
    """What has been read so far that is to be marked."""

    words: set[str] = field(default_factory=set)
    beginnings: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    def wanted(self) -> Wanted:
        """The same, not to be changed any more."""
        return Wanted(frozenset(self.words), tuple(self.beginnings), tuple(self.rows), tuple(self.runs))


def read(text: str, wordings: Sequence[Wording]) -> Question:
    """The question that `text` asks of articles in these wordings; raises BadSearch."""
    tokens = list(_tokens(text))
    if not tokens:
        raise BadSearch('Say what to look for, for example: wireroom search "harbour fog"')
    reader = _Reader(tokens, wordings)
    expression = reader.whole()
    return Question(expression, reader.marks.wanted())


def _tokens(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        if match["bare"]:
            raise BadSearch(f"A quotation mark in {text!r} is not closed: write both, or none.")
        if token := match["phrase"] or match["sign"] or match["word"]:
            yield token


class _Reader:
    """Reads tokens by the usual rules: NOT before AND before OR; words that stand side by side are both meant."""

    def __init__(self, tokens: list[str], wordings: Sequence[Wording]) -> None:
        self.tokens, self.at = tokens, 0
        self.wordings = wordings
        self.marks = _Marks()

    def whole(self) -> str:
        """The expression of all tokens."""
        found = self._either()
        if self._next() is not None:
            raise BadSearch("A closing parenthesis stands without an opening one before it.")
        return found

    def _next(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _either(self) -> str:
        parts = [self._all()]
        while self._next() == "OR":
            self.at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _all(self) -> str:
        """Everything up to the next OR or closing parenthesis; what is unwanted is taken off at the end."""
        wanted: list[str] = []
        unwanted: list[str] = []
        while (token := self._next()) not in (None, "OR", ")"):
            assert token is not None
            if token == "AND":  # noqa: S105 - a word, not a secret
                self._operator("AND", bool(wanted or unwanted))
            elif token == "NOT":  # noqa: S105 - a word, not a secret
                self._operator("NOT", before=True)
                unwanted.append(self._without())
            elif token.startswith(("-", "−", "–")) and len(token) > 1:
                self.tokens[self.at] = token[1:]
                unwanted.append(self._without())
            elif token == "-" and self._opens_next():  # noqa: S105 - a minus before a phrase or a group
                self.at += 1
                unwanted.append(self._without())
            elif found := self._one():
                wanted.append(found)
        return self._joined(wanted, unwanted)

    def _opens_next(self) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][0] in '("“”„«»'

    def _operator(self, word: str, before: bool) -> None:
        self.at += 1
        if not before or self._next() in (None, "AND", "OR", ")"):
            raise BadSearch(f"{word} stands between two words, as in: fog {word} harbour. "
                            f'The word itself is found in small letters: {word.lower()}')  # fmt: skip

    def _joined(self, wanted: list[str], unwanted: list[str]) -> str:
        if not wanted and unwanted:
            raise BadSearch("A search needs something to look for beside what it leaves out, as in: fog -harbour")
        if not wanted:
            raise BadSearch("There is no word to look for here: OR stands between two words, and a group is not empty.")
        found = wanted[0] if len(wanted) == 1 else f"({' AND '.join(wanted)})"
        return f"({found} NOT ({' OR '.join(unwanted)}))" if unwanted else found

    def _without(self) -> str:
        """What is left out: read, and not marked."""
        kept, self.marks = self.marks, _Marks()
        found = self._one()
        self.marks = kept
        if not found:
            raise BadSearch("NOT and - stand before a word, as in: fog -harbour")
        return found

    def _one(self) -> str:
        """A group, a phrase, a beginning or a word; empty where a token has no letter or digit."""
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":  # noqa: S105 - a parenthesis
            return self._group()
        if token[0] in '"“”„«»':
            return self._phrase(token[1:-1])
        if token.endswith("*"):
            return self._beginning(token)
        parts = [self._unit(match[0]) for match in units(token)]
        return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})" if parts else ""

    def _group(self) -> str:
        found = self._either()
        if self._next() != ")":
            raise BadSearch("A parenthesis is opened and not closed.")
        self.at += 1
        return found

    def _phrase(self, text: str) -> str:
        parts = [match[0] for match in units(text)]
        if len(parts) == 1 and is_unspaced(parts[0][0]):
            return self._run(parts[0])
        words = [token.word for part in parts for token in tokens(part)]
        if parts and is_unspaced(parts[-1][0]) and len(parts[-1]) > 1:
            words.pop()  # the last single character of a run: it may go on in the text
        if not words:
            raise BadSearch(f'The phrase "{text}" has no letter or digit to look for.')
        self.marks.rows.append(tuple(words))
        return _row(words)

    def _beginning(self, token: str) -> str:
        words = [one.word for match in units(token) for one in tokens(match[0])]
        if not words:
            return ""
        if len(words[-1]) < SHORTEST_PREFIX and not is_unspaced(words[-1]):
            raise BadSearch(f"{token} would match too much: write at least {SHORTEST_PREFIX} letters before the *.")
        self.marks.rows += [tuple(words[:-1])] if words[:-1] else []
        self.marks.beginnings.append(words[-1])
        return f"{{headline body}} : {_quoted(words)} *"

    def _unit(self, unit: str) -> str:
        """A word in all its forms, in every language that the index holds."""
        if is_unspaced(unit[0]):
            return self._run(unit)
        words = [token.word for token in tokens(unit)]
        forms = {form for wording in self.wordings for form in wording.forms(unit)}
        if any(form.startswith(".") for form in forms):
            # U.S. is not the word us; and a word typed in capitals is the word
            forms = {form for form in forms if form.startswith(".") == (len(words) > 1)}
        if len(words) == 1:
            forms.add(words[0])
            self.marks.words |= forms
            return _any(forms)
        self.marks.words |= forms
        self.marks.rows.append(tuple(words))
        return f"({' OR '.join([_row(words), *map(_one_word, sorted(forms))])})"

    def _run(self, run: str) -> str:
        """Writing without spaces: its pairs in a row; a single character wherever one begins with it."""
        self.marks.runs.append(characters(run))
        pairs = [token.word for token in tokens(run)]
        return _row(pairs[:-1]) if len(pairs) > 1 else f"{{headline body}} : {_quoted(pairs)} *"


def _any(words: set[str]) -> str:
    alternatives = [_one_word(word) for word in sorted(words)]
    return alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"


def _one_word(word: str) -> str:
    return _quoted([word])


def _row(words: Sequence[str]) -> str:
    return f"{{headline body}} : {_quoted(words)}"


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words) + '"'
