"""The headline: what h1, JSON-LD, OpenGraph and <title> say it is, the outlet's name taken off, chosen by agreement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from parsers import slugs
from parsers.records import Evidence

# Weights of a witness. A heading is what readers see; the others are written for machines and often shortened.
WEIGHTS = {"h1": 3.0, "json-ld": 3.0, "og": 1.5, "title": 1.0, "twitter": 0.5, "feed": 0.5, "listing": 0.5}
SPELT = 4.0
"""What the page's address adds to a witness that it spells: enough for a heading or JSON-LD against all the rest."""
SPELT_AS_TITLE = 0.5
"""What it adds where the <title> says the same, which is then what the address was made of."""
NEAR = 0.93
"""Share of words from which an address is taken to spell a headline."""
NEARLY = 0.88
"""Share of words from which it says nothing against a rival."""

FEWEST_WORDS = 3
"""Words of a <title> from which what stands before a separator may be a headline and not a section."""

_FROM_OUTSIDE = frozenset({"feed", "listing"})

_SEPARATOR = re.compile(r"\s+[|\-–—―·•:»«/~]+\s+|\s*[|｜»•·]\s*|\s+::\s+|\s*[_]\s*(?=[^\s_]+$)")
_GOES_ON = re.compile(r"\s*[|·•»]|\s+[-–—:]\s|,\s|\s*$")
# Chinese and Japanese titles end in the outlet's name behind a mark without blanks.
_CJK_OUTLET = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*[-_–—|｜]\s*[\u3040-\u9fff]{2,8}$")
# A mark left over from the outlet's name, or the day of the article
_LEADING = re.compile(r"^(?:[»|·•/]\s+|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\s*[-–—:|]\s+)(?=\S)")
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟«»‹›″〝〞＂", '"'), **dict.fromkeys("‘’‚‛`´′＇", "'")})
_WORDS = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"(?i)\{\{|%%|^(?:untitled|home|homepage|startseite|index|null|undefined|article)$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may be the headline, and where it was read."""

    text: str
    basis: str  # h1, json-ld, og, twitter, title, feed, listing
    parts: tuple[str, ...] = ()  # of a heading: its text without the element it begins or ends with


def same(a: str, b: str) -> bool:
    """Whether two headlines differ in nothing but case, quotes, width and blanks."""
    return folded(a) == folded(b)


@lru_cache(maxsize=1_024)
def folded(text: str) -> str:
    """A headline without what differs between two printings of it."""
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    return " ".join(text.split()).casefold()


def choose(
    candidates: Iterable[Candidate], outlets: Iterable[str], slug: Sequence[str] = ()
) -> tuple[str | None, tuple[Evidence, ...]]:
    """The headline with most agreement behind it, and every candidate as evidence; (None, ()) without candidates.

    `slug` are the words of the page's address (`slugs.words`).
    """
    names = frozenset(filter(None, (_letters(name) for name in outlets)))
    cleaned = [replace(c, text=without_outlet(c.text, names)) for c in candidates]
    usable = [_cut_to_the_slug(c, slug) for c in cleaned if _fits(c.text, names)]
    usable = _one_heading([c for c in usable if not (c.basis == "h1" and _names_the_site(c, usable))])
    if not usable:
        return None, ()
    usable = [replace(c, text=_cut_to_a_witness(c, usable)) for c in usable]
    usable = [replace(c, text=_without_kicker(c, usable)) for c in usable]
    scores = {c: _score(c, usable, slug) for c in usable}
    best = _best_printing(max(usable, key=lambda c: scores[c]), usable)
    spelt = "the address of the page spells it" if slugs.agreement(slug, best.text) >= NEAR else None
    return best.text, tuple(
        Evidence("headline", c.text, c.basis, c is best, spelt if c is best else None) for c in dict.fromkeys(usable)
    )


# ------------------------------------------------------------------ what is no part of it


def starts(title: str) -> tuple[str, ...]:
    """What stands before each separator of a <title>, the longest first, where it has the words of a headline and most of all."""
    cuts = [(title[: mark.start()].strip(), title[mark.end() :]) for mark in _SEPARATOR.finditer(title)]
    return tuple(
        start for start, rest in reversed(cuts) if _count_words(start) >= max(FEWEST_WORDS, _count_words(rest))
    )


def _count_words(text: str) -> int:
    return len(_WORDS.findall(text))


def without_outlet(text: str, names: frozenset[str]) -> str:
    """A title without the outlet's name at its end or start; `names` are names in letters and digits only."""
    pieces = [(m.start(), m.end()) for m in _SEPARATOR.finditer(text)]
    for start, end in reversed(pieces):
        if _names_outlet(text[end:], names):
            return without_outlet(text[:start], names)
    if pieces and _names_outlet(text[: pieces[0][0]], names):
        return text[pieces[0][1] :]
    return _LEADING.sub("", _CJK_OUTLET.sub("", _INVISIBLE.sub("", text).strip()))


def _names_outlet(piece: str, names: frozenset[str]) -> bool:
    letters = _letters(piece)
    return bool(letters) and any(
        letters == name
        or (
            len(name) > 3 and len(letters) < 2 * len(name) + 12 and (letters.endswith(name) or letters.startswith(name))
        )
        for name in names
    )


@lru_cache(maxsize=1_024)
def _letters(text: str) -> str:
    return "".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold())).replace("_", "")


def _fits(text: str, names: frozenset[str]) -> bool:
    return len(text) > 1 and not _PLACEHOLDER.search(text) and _letters(text) not in names


def _cut_to_the_slug(candidate: Candidate, slug: Sequence[str]) -> Candidate:
    """The part of a <title> between its separators that the address spells, where it spells one of them."""
    if candidate.basis != "title" or not slug:
        return candidate
    parts = _SEPARATOR.split(candidate.text)
    spelt = [part for part in parts if slugs.agreement(slug, part) >= NEAR] if len(parts) > 1 else []
    return replace(candidate, text=spelt[0]) if len(spelt) == 1 else candidate


def _names_the_site(heading: Candidate, others: list[Candidate]) -> bool:
    """Whether a heading is what a title ends with after the headline: a logo."""
    return any(
        o.basis != "h1" and len(o.text) > 2 * len(heading.text) and _is_left_over(heading.text, o, others)
        for o in others
    )


def _is_left_over(text: str, title: Candidate, others: list[Candidate]) -> bool:
    """Whether a title is another witness, a mark, and then `text`; or ends in `text` behind a separator."""
    tail = _SEPARATOR.split(title.text)
    if tail[1:] and same(tail[-1], text):
        return True
    before = folded(title.text).removesuffix(folded(text))
    return before != folded(title.text) and any(
        o.basis in ("og", "json-ld") and re.fullmatch(rf"{re.escape(folded(o.text))}\s\S\s", before) for o in others
    )


def _one_heading(candidates: list[Candidate]) -> list[Candidate]:
    """Of several h1 the one nearest to what the other witnesses say: logos and sections are headings too."""
    headings = [c for c in candidates if c.basis == "h1"]
    others = [c for c in candidates if c.basis != "h1"]
    if len(headings) < 2:
        return candidates
    best = max(headings, key=lambda h: max((overlap(h.text, o.text) for o in others), default=0.0))
    return [best, *others]


def overlap(a: str, b: str, longer_than: int = 0) -> float:
    """The share of words two texts have in common, 0 … 1, against the shorter one; only words of so many letters."""
    first, second = ({w for w in _WORDS.findall(folded(text)) if len(w) > longer_than} for text in (a, b))
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


def _without_kicker(heading: Candidate, others: list[Candidate]) -> str:
    """A heading without the line set apart in it, where JSON-LD or OpenGraph name the rest and neither the whole."""
    witnesses = {_letters(o.text): o.text for o in others if o.basis in ("json-ld", "og")}
    if heading.basis != "h1" or _letters(heading.text) in witnesses:
        return heading.text
    behind = (heading.text[found.end() :] for found in _SEPARATOR.finditer(heading.text))
    parts = (part.strip(" :|/–—-") for part in (*heading.parts, *behind))
    return next((part for part in parts if _letters(part) in witnesses), heading.text)


# ------------------------------------------------------------------ the choice


def _score(candidate: Candidate, others: list[Candidate], slug: Sequence[str]) -> float:
    """The weight of all that say the same, and of the address where it spells this and not just the <title>."""
    if candidate.basis == "h1" and len(others) > 1 and not any(_related(candidate, o) for o in others):
        return 0.5
    agreeing = {o.basis for o in others if _letters(o.text) == _letters(candidate.text)}
    if "json-ld" not in agreeing and _page_agrees_on_another(candidate, others):
        return sum(WEIGHTS.get(basis, 0.0) for basis in agreeing - _FROM_OUTSIDE)
    return sum(WEIGHTS.get(basis, 0.0) for basis in agreeing) + _bonus(candidate, others, slug, "title" in agreeing)


def _page_agrees_on_another(candidate: Candidate, others: list[Candidate]) -> bool:
    """Whether heading and <title> say the same, and not this: then neither a listing nor the address knows better.

    JSON-LD that the address spells does: it is the page's own word, with a second one for it.
    """
    headings = {_letters(o.text) for o in others if o.basis == "h1"}
    titles = {_letters(o.text) for o in others if o.basis == "title"}
    agreed = headings & titles
    return bool(agreed) and _letters(candidate.text) not in agreed


def _bonus(candidate: Candidate, others: list[Candidate], slug: Sequence[str], as_title: bool) -> float:
    """What the address adds; little where it was made of the <title> or spells another candidate nearly as well."""
    if slugs.agreement(slug, candidate.text) < NEAR:
        return 0.0
    rivals = (o for o in others if _letters(o.text) != _letters(candidate.text))
    return SPELT_AS_TITLE if as_title or any(slugs.agreement(slug, o.text) > NEARLY for o in rivals) else SPELT


def _related(heading: Candidate, other: Candidate) -> bool:
    if other.basis == "h1":
        return False
    return _letters(heading.text) == _letters(other.text) or overlap(heading.text, other.text, longer_than=3) >= 0.2


def _best_printing(best: Candidate, usable: list[Candidate]) -> Candidate:
    """Of those that say the same the first, a heading; where its markup glues words, the weightiest that does not."""
    agreeing = [c for c in usable if _letters(c.text) == _letters(best.text)]
    first = agreeing[0]
    glued = any(_closed(c) == _closed(first) and _count(c) > _count(first) for c in agreeing)
    apart = [c for c in agreeing if _count(c) > _count(first)]
    return max(apart, key=lambda c: WEIGHTS.get(c.basis, 0.0)) if glued else first


def _closed(candidate: Candidate) -> str:
    return folded(candidate.text).replace(" ", "")


def _count(candidate: Candidate) -> int:
    return len(candidate.text.split())
