"""Which passages of a page are its article: those that an extractor said, put right by what the page itself shows.

An extractor gives text without its place. Here every passage it said is found again on the page, and the page's own
evidence is heard: what stands above the headline, in boxes named for shares or comments, or leads elsewhere is left
out; paragraphs between two others of the same box, and the standfirst, are taken in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers import furniture
from parsers.blocks import key
from parsers.date_lines import is_date_line
from parsers.passages import Passage
from parsers.said import squeezed

_LETTERS = re.compile(r"\w+")

SPARED = 0.4  # share of the text that a box may hold before its name is no longer believed
ABOVE = 0.15  # share of the text that may stand above the headline and be left out
MAIN = 0.25  # share of the text from which a box is one of the article's own
PARAGRAPH = 8  # words of a paragraph that is taken in
LONG = 20  # words of a paragraph that shows that the article goes on in another box
PLAIN = 15  # words of a passage that is a paragraph by its length
ALONE = 40  # words of plain paragraphs in a box below which they are a teaser
STAMPED = 3  # first passages among which a line may date the page
_TEXTS = frozenset(("p", "div", "td", "section", "article", "blockquote", "li", "dd", "center", "body", "pre", "main"))
_WORTH = 6  # words of a paragraph that is not said twice
ALIKE = 0.8  # share of words that a standfirst has in common with the description


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
        return any(box.number not in self.spared and furniture.is_apart(box) for box in self.passages[place].boxes)


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
    kept |= _opening(view, kept, start)
    kept |= _standfirst(view, kept, start, description)
    kept -= _dangling(view, kept)
    kept -= _stamp(view, kept)
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


# ------------------------------------------------------------------ what is left out


def _repeated(view: View, kept: set[int]) -> set[int]:
    """The places of paragraphs that stand elsewhere too, where more of the article is."""
    around = _held(view.passages, kept)
    best: dict[str, int] = {}
    worse: set[int] = set()
    for i in sorted(kept):
        if view.passages[i].words < _WORTH:
            continue
        other = best.setdefault(squeezed(view.passages[i].text), i)
        here, there = (view.passages[j].parent.number for j in (i, other))
        if other == i or (here == there and i > other + 1):  # what an author says twice is no copy
            continue
        worse.add(other if around[here] > around[there] else i)
        best[squeezed(view.passages[i].text)] = i if around[here] > around[there] else other
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
    """Whether a passage is none of the article's, whoever said it."""
    passage = view.passages[place]
    return key(passage.text) == view.headline or view.apart(place) or furniture.leads_elsewhere(passage)


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


def _stamp(view: View, kept: set[int]) -> set[int]:
    """The places of lines that date the page, above its text; none where days head its parts, as in a chronicle."""
    places = sorted(kept)
    above = {place for place in places[:STAMPED] if is_date_line(view.passages[place].text)}
    below = above and any(is_date_line(view.passages[place].text) for place in places[STAMPED:])
    return set() if below or len(above) == len(kept) else above


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
    texts = {squeezed(passages[i].text) for i in kept}
    first, last = min(kept), max(kept)
    return {
        i
        for i in range(start + 1, len(passages))
        if i not in kept
        and (
            (passages[i].parent.number in parents and first < i < last)
            or (passages[i].holder.number in holders and passages[i].words >= PARAGRAPH)
        )
        and _is_text(view, i)
        and not _is_furniture(view, i)
        and squeezed(passages[i].text) not in texts
    }


def _opening(view: View, kept: set[int], start: int) -> set[int]:
    """The place of loose text right before the first paragraph, in the box of that: a dateline often stands so."""
    place = min(kept, default=0) - 1
    if place <= start or place < 0:
        return set()
    loose, first = view.passages[place], view.passages[place + 1]
    fits = loose.holder == first.parent and loose.linked < 0.3 and not _is_furniture(view, place)
    return {place} if fits else set()


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
    texts = "".join(squeezed(view.passages[i].text) for i in sorted(kept))
    best, most = set[int](), -1.0
    opening = start if start >= 0 else first - 12
    for i in range(max(0, opening - 6), min(first, opening + 60)):
        passage = view.passages[i]
        if not _may_sum_up(view, i) or squeezed(passage.text) in texts:
            continue
        alike = _alike(passage.text, told)
        named = i > start >= 0 and any(map(furniture.sums_up, passage.boxes[-2:])) and not view.apart(i)
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
        and not furniture.is_caption(passage.text)
    )


def _alike(text: str, told: set[str]) -> float:
    """The share of words that a text has in common with what was told, against the shorter one."""
    mine = set(_LETTERS.findall(text.casefold()))
    return len(mine & told) / min(len(mine), len(told)) if mine and told else 0.0
