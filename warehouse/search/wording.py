"""Text → the words that an index keeps, so that a reader finds what is meant and not only what is spelt alike.

A text is cut into units: words, compounds (co-operation, l'eau, U.S., desk@example.org), numbers, and runs of writing
that sets no spaces. Each gives **words**, folded and in the order of the text, so that phrases hold; and **forms**, by
which it is found as well: its stem, its parts written as one, ü written ue. Runs without spaces become overlapping
pairs of characters and a last single one. What is a letter of which script lies in wording.toml.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import NamedTuple

import Stemmer  # type: ignore[import-not-found]  # a compiled module without stubs

_UNSPACED = (
    r"\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1100-\u11ff\u1780-\u17d3\u17e0-\u17e9"
    r"\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    r"\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    r"\u09bc-\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70-\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57"
    r"\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0d81-\u0d83\u0dca-\u0ddf"
)
_LETTER = rf"[^\W_{_UNSPACED}]"
_WORD = rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*"
_JOINER = r"['’‘ʼ`´.&@·״׳\-\u2010\u2011\u00ad\u200c\u200d]"
_NUMBER = r"(?:\d{1,3}(?:[,.'’\u00a0\u2009\u202f]\d{3})+|\d+)(?:[.,]\d+)?(?![^\W_])"
_UNIT = re.compile(rf"[{_UNSPACED}]+|{_NUMBER}|{_WORD}(?:{_JOINER}{_WORD})*")
_PART = re.compile(_WORD)
_IS_NUMBER = re.compile(_NUMBER)
_GROUPS = re.compile(r"[,.'’\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

LONGEST_JOINED = 40
"""Characters; a longer compound is an address or a list, and not looked for as one word."""

KEPT_UNITS = 200_000
"""Units whose wording is remembered while indexing."""


class Token(NamedTuple):
    """A word of a text, and where it stands there."""

    word: str
    start: int
    end: int


class Wording:
    """The wording of texts in one language (the article's column; None where it is not known)."""

    def __init__(self, language: str | None) -> None:
        self._by_script = _stemmers(_primary(language))
        self._latin = self._by_script.get("latin")
        self.keeps_initials = _primary(language) not in _rules().changing_initials
        self._known: dict[str, tuple[str, str]] = {}
        self._formed: dict[str, tuple[str, ...]] = {}

    def columns(self, text: str) -> tuple[str, str]:
        """The words of a text and their forms, each joined by blanks, as an index takes them."""
        known, words, forms = self._known, [], []
        for unit in _UNIT.findall(text):
            found = known.get(unit)
            if found is None:
                found = (" ".join(_words(unit)), " ".join(self._forms(unit)))
                if len(unit) <= LONGEST_JOINED and len(known) < KEPT_UNITS:
                    known[unit] = found
            words.append(found[0])
            if found[1]:
                forms.append(found[1])
        return " ".join(words), " ".join(forms)

    def forms(self, unit: str) -> tuple[str, ...]:
        """The forms of a unit that are not its words themselves."""
        found = self._formed.get(unit)
        if found is None:
            found = self._forms(unit)
            if len(unit) <= LONGEST_JOINED and len(self._formed) < KEPT_UNITS:
                self._formed[unit] = found
        return found

    def _forms(self, unit: str) -> tuple[str, ...]:
        """The same, not remembered."""
        if (
            unit.isascii() and unit.isalpha() and not unit.isupper()
        ):  # the most of most texts, and the same by a shorter way
            stem = self._latin.stemWord(lower) if (lower := unit.lower()) and self._latin is not None else lower
            return (stem,) if stem != lower else ()
        if _IS_NUMBER.fullmatch(unit) or is_unspaced(unit[0]):
            return ()
        parts = _PART.findall(unit)
        found = {form for part in parts for form in self._part(part)}
        if len(parts) > 1 and len(unit) <= LONGEST_JOINED:
            joined = "".join(parts)
            found |= {fold(joined), *self._part(joined)}
        if (initials := acronym(unit, parts)) is not None:
            found.add(initials)
        return tuple(sorted(found - {fold(part) for part in parts} - {""}))

    def _part(self, part: str) -> Iterator[str]:
        """Stem and other spellings of one word; the word itself may be among them."""
        lower, folded = unicodedata.normalize("NFKC", part).casefold(), fold(part)
        for spelling in {lower, folded, lower.translate(_rules().written_out)}:
            yield fold(spelling)
            if spelling and (stemmer := self._by_script.get(script(spelling[0]))) is not None:
                yield fold(stemmer.stemWord(spelling))
        if lower and script(lower[0]) == "arabic":
            yield _without_article(folded)


def units(text: str) -> Iterator[re.Match[str]]:
    """The units of a text, in order, with their places in it."""
    return _UNIT.finditer(text)


def acronym(unit: str, parts: list[str]) -> str | None:
    """`.us` for U.S. and for US, which tells them from the word us; None for anything else."""
    letters = "".join(parts)
    dotted = len(parts) > 1 and all(len(part) == 1 for part in parts) and set(unit) - set(letters) == {"."}
    capitals = len(parts) == 1 and 2 <= len(unit) <= 5 and unit.isupper()
    return f".{fold(letters)}" if dotted or capitals else None


@lru_cache(maxsize=65_536)
def is_unspaced(character: str) -> bool:
    """Whether a character belongs to writing without spaces, or to Hangul, whose particles hang on the word."""
    return _IS_UNSPACED.match(character) is not None


def tokens(unit: str, start: int = 0) -> list[Token]:
    """The folded words of a unit that begins at `start`."""
    if is_unspaced(unit[0]):
        ends = range(start + 2, start + len(unit) + 2)
        return [Token(pair, end - 2, min(end, start + len(unit))) for pair, end in zip(_words(unit), ends, strict=True)]
    if _IS_NUMBER.fullmatch(unit):
        return [Token(number(unit), start, start + len(unit))]
    found = (Token(fold(part[0]), start + part.start(), start + part.end()) for part in _PART.finditer(unit))
    return [token for token in found if token.word]


def _words(unit: str) -> list[str]:
    """The folded words of a unit."""
    if is_unspaced(unit[0]):
        run = characters(unit)
        return [run[at : at + 2] for at in range(len(run))]
    return [token.word for token in tokens(unit)]


def number(unit: str) -> str:
    """A number without its separators of thousands, with a point before its decimals: 1,000.5 and 1.000,5 are 1000.5."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in unit)
    return _GROUPS.sub("", digits).replace(",", ".")


def characters(run: str) -> str:
    """A run without spaces, each character in its usual width; as long as before."""
    if unicodedata.is_normalized("NFKC", run):
        return run
    return "".join(wide if len(wide := unicodedata.normalize("NFKC", c)) == 1 else c for c in run)


@lru_cache(maxsize=KEPT_UNITS)
def fold(word: str) -> str:
    """A word without the differences of case, accents and spelling that readers do not type."""
    if word.isascii():
        return word.lower()
    text = unicodedata.normalize("NFKC", word).casefold().translate(_rules().letters)
    marks = _rules().marks.get(script(text[0]), "keep") if text else "keep"
    if marks == "keep":
        return unicodedata.normalize("NFC", text)
    apart = unicodedata.normalize("NFD", text)
    if marks == "stress":
        kept = apart.replace("\u0300", "").replace("\u0301", "")
    else:
        kept = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept).translate(_rules().letters)


@lru_cache(maxsize=4096)
def script(letter: str) -> str:
    """The name of a letter's script; empty where wording.toml names none."""
    point = ord(letter)
    if 0x1E00 <= point <= 0x1EFF:
        return "latin"
    if 0x1F00 <= point <= 0x1FFF:
        return "greek"
    return next((name for first, last, name in _rules().ranges if first <= point <= last), "")


@cache
def wording(language: str | None) -> Wording:
    """The wording of a language, made once."""
    return Wording(language)


def languages(codes: Iterable[str | None]) -> list[Wording]:
    """One wording for each different language among the codes, and at least one."""
    return [wording(code) for code in sorted({_primary(code) for code in codes} or {""})]


@cache
def edition() -> str:
    """A hash of all that decides how texts are worded; an index made by another edition is made anew."""
    here = files("warehouse.search")
    parts = [(here / name).read_bytes() for name in ("wording.py", "wording.toml")]
    parts += [version("PyStemmer").encode(), unicodedata.unidata_version.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class _Rules:
    """What wording.toml says."""

    letters: dict[int, str]
    written_out: dict[int, str]
    prefixes: tuple[str, ...]
    changing_initials: frozenset[str]
    ranges: tuple[tuple[int, int, str], ...]
    marks: dict[str, str]
    defaults: dict[str, str]
    stemmers: dict[str, tuple[str, str]]


@cache
def _rules() -> _Rules:
    said = tomllib.loads((files("warehouse.search") / "wording.toml").read_text(encoding="utf-8"))
    return _Rules(
        letters=str.maketrans(said["letters"]),
        written_out=str.maketrans(said["written_out"]),
        prefixes=tuple(said["arabic"]["prefixes"]),
        changing_initials=frozenset(said["changing_initials"]),
        ranges=tuple((s["first"], s["last"], s["name"]) for s in said["scripts"]),
        marks={s["name"]: s["marks"] for s in said["scripts"]},
        defaults={s["name"]: s["stemmer"] for s in said["scripts"] if "stemmer" in s},
        stemmers={code: (name, script) for code, (name, script) in said["stemmers"].items()},
    )


def _stemmers(code: str) -> dict[str, Stemmer.Stemmer]:
    """The stemmer of each script: the language's own for its script, else the script's usual one."""
    names = dict(_rules().defaults)
    if code in _rules().stemmers:
        name, own = _rules().stemmers[code]
        names[own] = name
    elif code:
        names.pop("latin")  # a language without a stemmer is not stemmed as if it were English
    return {script: Stemmer.Stemmer(name, 0) for script, name in names.items()}


def _primary(language: str | None) -> str:
    return (language or "").replace("_", "-").split("-")[0].lower()


def _without_article(word: str) -> str:
    for prefix in _rules().prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word.removeprefix(prefix)
    return word
