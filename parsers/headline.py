"""The headline: what h1, JSON-LD, OpenGraph and <title> say it is, the outlet's name taken off, chosen by agreement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.records import Evidence

# Weights of a witness. A heading is what readers see; the others are written for machines and often shortened.
WEIGHTS = {"h1": 3.0, "json-ld": 3.0, "og": 1.5, "title": 1.0, "twitter": 0.5, "feed": 0.5}
_SEPARATOR = re.compile(r"\s+[|\-–—―·•:»«/~]+\s+|\s*[|｜»•·]\s*|\s+::\s+|\s*[_]\s*(?=[^\s_]+$)")
_GOES_ON = re.compile(r"\s*[|·•»]|\s+[-–—:]\s|,\s|\s*$")
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟«»‹›″〝〞＂", '"'), **dict.fromkeys("‘’‚‛`´′＇", "'")})
_WORDS = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"(?i)\{\{|%%|^(?:untitled|home|homepage|startseite|index|null|undefined|article)$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may be the headline, and where it was read."""

    text: str
    basis: str  # h1, json-ld, og, twitter, title, feed


def same(a: str, b: str) -> bool:
    """Whether two headlines differ in nothing but case, quotes, width and blanks."""
    return folded(a) == folded(b)


def folded(text: str) -> str:
    """A headline without what differs between two printings of it."""
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    return " ".join(text.split()).casefold()


def choose(candidates: Iterable[Candidate], outlets: Iterable[str]) -> tuple[str | None, tuple[Evidence, ...]]:
    """The headline with most agreement behind it, and every candidate as evidence; (None, ()) without candidates."""
    names = frozenset(filter(None, (_letters(name) for name in outlets)))
    cleaned = [Candidate(without_outlet(c.text, names), c.basis) for c in candidates]
    usable = [c for c in cleaned if _fits(c.text, names)]
    usable = _one_heading([c for c in usable if not (c.basis == "h1" and _names_the_site(c, usable))])
    if not usable:
        return None, ()
    usable = [Candidate(_cut_to_a_witness(c, usable), c.basis) for c in usable]
    scores = {c: _score(c, usable) for c in usable}
    best = max(usable, key=lambda c: scores[c])
    evidence = tuple(Evidence("headline", c.text, c.basis, chosen=c is best) for c in dict.fromkeys(usable))
    return best.text, evidence


def without_outlet(text: str, names: frozenset[str]) -> str:
    """A title without the outlet's name at its end or start; `names` are names in letters and digits only."""
    pieces = [(m.start(), m.end()) for m in _SEPARATOR.finditer(text)]
    for start, end in reversed(pieces):
        if _names_outlet(text[end:], names):
            return without_outlet(text[:start], names)
    if pieces and _names_outlet(text[: pieces[0][0]], names):
        return text[pieces[0][1] :]
    return _INVISIBLE.sub("", text).strip()


def _names_outlet(piece: str, names: frozenset[str]) -> bool:
    letters = _letters(piece)
    return bool(letters) and any(
        letters == name
        or (
            len(name) > 3 and len(letters) < 2 * len(name) + 12 and (letters.endswith(name) or letters.startswith(name))
        )
        for name in names
    )


def _letters(text: str) -> str:
    return "".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold())).replace("_", "")


def _fits(text: str, names: frozenset[str]) -> bool:
    return len(text) > 1 and not _PLACEHOLDER.search(text) and _letters(text) not in names


def _names_the_site(heading: Candidate, others: list[Candidate]) -> bool:
    """Whether a heading is what a title ends with after the headline: a logo."""
    return any(
        (tail := _SEPARATOR.split(o.text))[1:] and same(tail[-1], heading.text) and len(o.text) > 2 * len(heading.text)
        for o in others
        if o.basis != "h1"
    )


def _one_heading(candidates: list[Candidate]) -> list[Candidate]:
    """Of several h1 the one nearest to what the other witnesses say: logos and sections are headings too."""
    headings = [c for c in candidates if c.basis == "h1"]
    others = [c for c in candidates if c.basis != "h1"]
    if len(headings) < 2:
        return candidates
    best = max(headings, key=lambda h: max((overlap(h.text, o.text) for o in others), default=0.0))
    return [best, *others]


def overlap(a: str, b: str) -> float:
    """The share of words two texts have in common, 0 … 1, against the shorter one."""
    first, second = set(_WORDS.findall(folded(a))), set(_WORDS.findall(folded(b)))
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _cut_to_a_witness(candidate: Candidate, others: list[Candidate]) -> str:
    """A <title> goes on where the headline ends: cut it where another witness ends and a separator follows."""
    if candidate.basis not in ("title", "og", "twitter"):
        return candidate.text
    for other in sorted(others, key=lambda c: -len(c.text)):
        rest = folded(candidate.text).removeprefix(folded(other.text))
        if other is not candidate and rest != folded(candidate.text) and _GOES_ON.match(rest):
            return other.text
    return candidate.text


def _score(candidate: Candidate, others: list[Candidate]) -> float:
    if candidate.basis == "h1" and len(others) > 1 and not any(_related(candidate, o) for o in others):
        return 0.5
    return sum(WEIGHTS.get(c.basis, 0.0) for c in {o.basis: o for o in others if same(o.text, candidate.text)}.values())


def _related(heading: Candidate, other: Candidate) -> bool:
    return other.basis != "h1" and overlap(heading.text, other.text) >= 0.2
