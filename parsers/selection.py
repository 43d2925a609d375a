"""Which passages of a page are its article: those that an extractor said, put right by what the page itself shows.

An extractor gives text without its place. Here every passage it said is found again on the page, and the page's own
evidence is heard: what stands above the headline, in boxes named for shares or comments, or leads elsewhere is left
out; paragraphs between two others of the same box, and the standfirst, are taken in.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from parsers.blocks import key
from parsers.passages import Passage

_WORDS = tomllib.loads(files("parsers").joinpath("data/furniture.toml").read_text(encoding="utf-8"))
_APART = re.compile(f" (?:{'|'.join(_WORDS['apart'])}) ")
_STANDFIRST = re.compile(f" (?:{'|'.join(_WORDS['standfirst'])}) ")
_LEADS = re.compile(rf"^\W*(?:{'|'.join(map(re.escape, _WORDS['leads']))})\b", re.I)
_OPENINGS = re.compile(rf"^\W*(?:{'|'.join(map(re.escape, _WORDS['openings']))})(?!\w)", re.I)
_APART_TAGS = frozenset(("aside", "footer", "nav", "figcaption"))
_CAPTION = re.compile(r"©|\b(?:photo|foto|fotos|image|bild|picture alliance|getty)\b", re.I)
_LETTERS = re.compile(r"\w+")

SPARED = 0.4  # share of the text that a box may hold before its name is no longer believed
ABOVE = 0.15  # share of the text that may stand above the headline and be left out
LINKED = 0.7  # share of links from which a line leads elsewhere
SHORT_LINE = 45  # words of a line that may be furniture by its wording
MAIN = 0.25  # share of the text from which a box is one of the article's own
PARAGRAPH = 8  # words of a paragraph that is taken in
LONG = 20  # words of a paragraph that shows that the article goes on in another box
PLAIN = 15  # words of a passage that is a paragraph by its length
ALONE = 40  # words of plain paragraphs in a box below which they are a teaser
_TEXTS = frozenset(("p", "div", "td", "section", "article", "blockquote", "li", "dd", "center", "body", "pre", "main"))
_TELLING = 20  # characters without blanks from which a text is found in others by itself
_WORTH = 6  # words of a paragraph that is not said twice
ALIKE = 0.8  # share of words that a standfirst has in common with the description


class Said:
    """What an extractor said, made ready for finding passages in it."""

    def __init__(self, texts: Sequence[str], parts: Iterable[str] = ()) -> None:
        """`texts` follow each other; `parts` are lines within them that stand for themselves."""
        pieces = [_squeezed(text) for text in texts]
        self._texts = texts
        self._lines = frozenset((*pieces, *map(_squeezed, parts)))
        self._whole = "".join(pieces)

    def found(self, passages: Sequence[Passage]) -> set[int]:
        """The places of all passages that were said; short ones only as a line or beside another one."""
        squeezed = [_squeezed(passage.text) for passage in passages]
        sure = {i for i, text in enumerate(squeezed) if self._says(text, passages[i])}
        unsure = (
            i for i, text in enumerate(squeezed) if len(text) < _TELLING and i not in sure and text in self._whole
        )
        return sure | {i for i in unsure if any(_beside(passages, i, j) for j in (i - 1, i + 1) if j in sure)}

    def _says(self, text: str, passage: Passage) -> bool:
        if text in self._lines:
            return True
        if len(text) < _TELLING:
            return False
        return text in self._whole or (passage.words >= PARAGRAPH and self._says_most(passage.text))

    def _says_most(self, text: str) -> bool:
        """Whether most of a text was said, as where an extractor dropped something within a paragraph."""
        grams = _grams(text)
        return sum(gram in self._grams for gram in grams) > 0.6 * len(grams)

    @cached_property
    def _grams(self) -> frozenset[tuple[str, ...]]:
        return frozenset(gram for text in self._texts for gram in _grams(text))


@dataclass(frozen=True, slots=True)
class View:
    """The passages of a page, which of them were said, and what that shows about the boxes around them."""

    passages: Sequence[Passage]
    said: frozenset[int]
    headline: str  # as a key, "" for none
    spared: frozenset[int]  # numbers of boxes that hold much of what was said

    def words(self, places: Iterable[int]) -> int:
        """How many words stand at these places."""
        return sum(self.passages[i].words for i in places)

    def apart(self, place: int) -> bool:
        """Whether a passage stands in a box that is named for something else than the article."""
        return any(
            (box.tag in _APART_TAGS or is_apart(box.words)) and box.number not in self.spared
            for box in self.passages[place].boxes
        )


def plain(passages: Sequence[Passage]) -> set[int]:
    """The places of plain paragraphs: long, hardly linked, not alone in a box, and not in one named for something else."""
    texts = {
        passage.text: i
        for i, passage in enumerate(passages)
        if passage.words >= PLAIN and passage.linked < 0.2 and passage.holder.tag in _TEXTS
    }
    view = _look(passages, texts.values(), None, spared=0.6)
    found = {i for i in view.said if not view.apart(i)}
    around = _held(passages, found)
    return {i for i in found if around[passages[i].parent.number] >= ALONE}


def select(
    passages: Sequence[Passage], said: Iterable[int], headline: str | None, description: str | None
) -> list[Passage]:
    """The passages of the article in the order of the page, where an extractor said these; empty where it said none."""
    view = _look(passages, said, headline)
    kept = set(view.said)
    kept -= _repeated(view, kept)
    start = _headline(view, kept)
    kept = {i for i in kept if i > start and not _is_furniture(view, i)}
    kept |= _between(view, kept, start)
    kept |= _standfirst(view, kept, start, description)
    kept -= _dangling(view, kept)
    return [passages[i] for i in sorted(kept)]


def _look(passages: Sequence[Passage], said: Iterable[int], headline: str | None, spared: float = SPARED) -> View:
    """The view of a page where these places were said."""
    found = frozenset(said)
    mass = Counter[int]()
    for i in found:
        for box in passages[i].boxes:
            mass[box.number] += passages[i].words
    total = sum(passages[i].words for i in found)
    return View(
        passages, found, key(headline or ""), frozenset(n for n, held in mass.items() if held >= spared * total)
    )


def _held(passages: Sequence[Passage], places: Iterable[int]) -> Counter[int]:
    """How many words of these places stand directly in each box."""
    held = Counter[int]()
    for i in places:
        held[passages[i].parent.number] += passages[i].words
    return held


@lru_cache(maxsize=20_000)
def is_apart(words: str) -> bool:
    """Whether the words of a box say that it holds no article."""
    return _APART.search(words) is not None


# ------------------------------------------------------------------ what is left out


def _repeated(view: View, kept: set[int]) -> set[int]:
    """The places of paragraphs that stand elsewhere too, where more of the article is."""
    around = _held(view.passages, kept)
    best: dict[str, int] = {}
    worse: set[int] = set()
    for i in sorted(kept):
        if view.passages[i].words < _WORTH:
            continue
        other = best.setdefault(_squeezed(view.passages[i].text), i)
        here, there = (view.passages[j].parent.number for j in (i, other))
        if other == i or (here == there and i > other + 1):  # what an author says twice is no copy
            continue
        worse.add(other if around[here] > around[there] else i)
        best[_squeezed(view.passages[i].text)] = i if around[here] > around[there] else other
    return worse


def _headline(view: View, kept: set[int]) -> int:
    """The place of the headline below which the article stands, -1 where there is none."""
    allowed = ABOVE * view.words(kept)
    start = -1
    above = 0
    for i, passage in enumerate(view.passages):
        if view.headline and key(passage.text) == view.headline:
            start = i
        above += passage.words if i in kept else 0
        if above > allowed and key(passage.text) != view.headline:
            break
    return start


def _is_furniture(view: View, place: int) -> bool:
    """Whether a passage that was said is none of the article's all the same."""
    passage = view.passages[place]
    if key(passage.text) == view.headline or view.apart(place):
        return True
    if passage.words > SHORT_LINE:
        return False
    if _OPENINGS.match(passage.text):
        return True
    if (
        passage.linked > LINKED
        and (passage.is_item or not passage.is_heading)
        and (passage.is_item or passage.words >= 3)
    ):
        return True
    return _LEADS.match(passage.text) is not None and (passage.linked > 0.3 or passage.text.endswith(":"))


def _dangling(view: View, kept: set[int]) -> set[int]:
    """The places of headings that nothing follows, because what stood below them was left out."""
    found: set[int] = set()
    below = False
    for i in sorted(kept, reverse=True):
        if view.passages[i].is_heading and not below:
            found.add(i)
        else:
            below = True
    return found


# ------------------------------------------------------------------ what is taken in


def _between(view: View, kept: set[int], start: int) -> set[int]:
    """The places of paragraphs and headings that were not said, in the article's own boxes.

    They stand between others there; loose text between line breaks may also open or end its box.
    """
    if not kept:
        return set()
    passages = view.passages
    parents = _main(view, kept, [passage.parent.number for passage in passages])
    holders = _main(view, kept, [passage.holder.number for passage in passages])
    texts = {_squeezed(passages[i].text) for i in kept}
    return {
        i
        for i in range(start + 1, len(passages))
        if i not in kept
        and (
            (passages[i].parent.number in parents and min(kept) < i < max(kept))
            or (passages[i].holder.number in holders and passages[i].words >= PARAGRAPH)
        )
        and _is_text(view, i)
        and not _is_furniture(view, i)
        and _squeezed(passages[i].text) not in texts
    }


def _main(view: View, kept: set[int], boxes: Sequence[int]) -> set[int]:
    """The boxes that hold a good part of what is kept; `boxes` are those of all places."""
    held = Counter[int]()
    for i in kept:
        held[boxes[i]] += view.passages[i].words
    total = view.words(kept)
    return {box for box, words in held.items() if words > MAIN * total}


def _is_text(view: View, place: int) -> bool:
    """Whether a passage reads like the article's own."""
    passage = view.passages[place]
    if passage.linked > 0.3 or key(passage.text) == view.headline:
        return False
    return passage.is_heading or passage.words >= PARAGRAPH


def _standfirst(view: View, kept: set[int], start: int, description: str | None) -> set[int]:
    """The place of the paragraph below the headline that sums the article up, where it was not said."""
    if not kept:
        return set()
    first = min(kept)
    told = set(_LETTERS.findall((description or "").casefold()))
    texts = "".join(_squeezed(view.passages[i].text) for i in sorted(kept))
    best, most = set[int](), -1.0
    for i in range(max(0, (start if start >= 0 else first - 12) - 6), first):
        passage = view.passages[i]
        if not _may_sum_up(view, i) or _squeezed(passage.text) in texts:
            continue
        alike = _alike(passage.text, told)
        named = (
            i > start >= 0 and any(_STANDFIRST.search(box.words) for box in passage.boxes[-2:]) and not view.apart(i)
        )
        if (alike > ALIKE or named) and alike > most:
            best, most = {i}, alike
    return best


def _may_sum_up(view: View, place: int) -> bool:
    passage = view.passages[place]
    return (
        passage.words >= 6
        and passage.linked < 0.5
        and key(passage.text) != view.headline
        and not any(box.tag in ("figure", "figcaption") for box in passage.boxes)
        and not _CAPTION.search(passage.text)
    )


def _alike(text: str, told: set[str]) -> float:
    """The share of words that a text has in common with what was told, against the shorter one."""
    mine = set(_LETTERS.findall(text.casefold()))
    return len(mine & told) / min(len(mine), len(told)) if mine and told else 0.0


# ------------------------------------------------------------------ texts


def _squeezed(text: str) -> str:
    """A text without blanks and bars, which extractors set as they like."""
    return "".join(text.replace("|", " ").split())


def _beside(passages: Sequence[Passage], one: int, other: int) -> bool:
    """Whether two passages stand in one box."""
    return passages[one].parent == passages[other].parent or passages[one].holder == passages[other].holder


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _LETTERS.findall(text)
    return {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))}
