"""The words of the grammar, read once from `parsers/data`: agencies, months, places, labels and orders."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from parsers.view import plain


@dataclass(frozen=True, slots=True)
class Order:
    """One order of parts, such as PDTS, and the name by which a source's profile asks for it."""

    tokens: str
    name: str


def load(name: str) -> dict[str, Any]:
    """One of the parsers' own TOML files."""
    return tomllib.loads(files("parsers").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def _split(lines: Iterable[str]) -> frozenset[str]:
    """Names of a list whose entries hold many, separated by a bar, in their plain form."""
    return frozenset(plain(name) for line in lines for name in line.split("|"))


def _months() -> dict[str, dict[str, int]]:
    """Month numbers by language, then by plain word."""
    return {
        language: {plain(w.replace("_", " ")): n for n, words in enumerate(names, 1) for w in words.split()}
        for language, names in load("months").items()
    }


_places = load("places")
_labels = load("labels")
_orders = load("orders")

CITIES = _split(_places["cities"])
REGIONS = _split(_places["regions"])
JOINED = frozenset(plain(name) for name in _places["joined"])
AMBIGUOUS = frozenset(plain(name) for name in _places["ambiguous"])
TOPONYMS: tuple[str, ...] = tuple(plain(end) for end in _places["toponyms"])
TOPONYM_STARTS: tuple[str, ...] = tuple(plain(start) + " " for start in _places["toponym_starts"])
TOPONYM_INNER: tuple[str, ...] = tuple(_places["toponym_inner"])
COLON_CITIES = _split(_places["colon_cities"])
COLON_DOMAINS: tuple[str, ...] = tuple(_places["colon_domains"])
SMALL_NAMES: tuple[str, ...] = tuple(_places["small_names"])
ABOARD: tuple[str, ...] = tuple(_places["aboard"])
PLACEHOLDERS = frozenset(plain(name) for name in _places["placeholders"])
CONNECTORS: tuple[str, ...] = tuple(_places["connectors"])
PARTICLES: tuple[str, ...] = tuple(_places["particles"])
SHAPES: dict[str, tuple[str, ...]] = {s["language"]: tuple(s["endings"]) for s in _places["shape"]}

LABEL_LINES = frozenset(plain(line) for line in _labels["lines"])
BYLINE_WORDS: tuple[str, ...] = tuple(_labels["byline_words"])
LABEL_OPENINGS: tuple[str, ...] = tuple(_labels["openings"])
FLAGS = frozenset(plain(word) for word in _labels["flags"])
NOT_PLACES = frozenset(plain(word) for word in _labels["not_places"])
COMMON_NOUNS = frozenset(plain(word) for word in _labels["common_nouns"])
TITLES = frozenset(plain(word) for word in _labels["titles"])
NOUN_ENDINGS: tuple[str, ...] = tuple(plain(word) for word in _labels["noun_endings"])
NOT_HEADS: tuple[str, ...] = tuple(_labels["not_heads"])
WEEKDAYS = frozenset(plain(word) for word in _labels["weekdays"])
STAMPS: tuple[str, ...] = tuple(_labels["stamps"])
OPENERS = frozenset(plain(word) for word in _labels["openers"])
NOT_TAGS = frozenset(_labels["not_tags"])
AGENCY_WORDS = frozenset(plain(word) for word in _labels["agency_words"])

ORDERS: dict[str, Order] = {o["tokens"]: Order(**o) for o in _orders["order"]}
EVIDENCE: dict[str, float] = _orders["evidence"]

MONTHS = _months()


def _any_month() -> dict[str, int]:
    """Month numbers by word for a page of unknown language; English and the most read languages win a conflict."""
    merged: dict[str, int] = {}
    for words in MONTHS.values():
        for word, number in words.items():
            merged.setdefault(word, number)
    return merged


ANY_MONTH = _any_month()


@cache
def month(word: str, language: str | None) -> int | None:
    """The number of a month word, asking the page's language first; None when it is no month."""
    key = plain(word)
    return MONTHS.get(language or "", {}).get(key) or ANY_MONTH.get(key)


@cache
def near_month(word: str, language: str | None) -> int | None:
    """The month a misspelt word of five letters or more is one letter away from, if exactly one is."""
    key = plain(word)
    if len(key) < 5:
        return None
    words = MONTHS.get(language or "en") or MONTHS["en"]
    found = {n for known, n in words.items() if len(known) >= 5 and one_slip(key, known)}
    return found.pop() if len(found) == 1 else None


def one_slip(a: str, b: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour makes a of b."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    i = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        long, short = (a, b) if len(a) > len(b) else (b, a)
        return long[i + 1 :] == short[i:]
    return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])


def alternatives(words: Iterable[str]) -> str:
    """A regular expression of literal words, the longest first."""
    return "|".join(re.escape(w) for w in sorted(set(words), key=len, reverse=True))
