"""Every run of text on a page in its order, with what the markup around it says; what it means is decided elsewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from parsers.blocks import Block, Kind, count

_TAGS = tomllib.loads(files("parsers").joinpath("data/furniture.toml").read_text(encoding="utf-8"))["tags"]
_BLOCKS = frozenset(_TAGS["blocks"])
_SKIPPED = frozenset(_TAGS["skipped"])
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NAMING = frozenset(("class", "id", "itemprop", "role", "data-component", "data-testid"))
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_SENTENCE = (".", "!", "?", "”", "»", "“", '"', "…", ":", ")", "。", "！", "？")
_LONG_LINE = 80  # characters of a line whose single line break ends a paragraph, when it ends a sentence
_DEEPEST = 250  # elements around a text that are told apart; deeper ones count as the innermost of these
_CELL = 60  # mean characters of a cell of a table that holds data


class Box(NamedTuple):
    """One element around a passage: its number in the order of the page, its tag, and the words of its class and id."""

    number: int
    tag: str
    words: str  # in small letters with a blank at each end, hump-backed names cut: " article body share "


@dataclass(frozen=True, slots=True)
class Passage:
    """One run of text: what a reader sees as a paragraph, a heading, a list item or a row."""

    text: str
    boxes: tuple[Box, ...]  # from the outside in; the last one holds the text
    linked: float  # share of its characters that are links, 0 … 1
    words: int

    @property
    def holder(self) -> Box:
        """The element that holds the text."""
        return self.boxes[-1]

    @property
    def parent(self) -> Box:
        """The element around the holder."""
        return self.boxes[-2] if len(self.boxes) > 1 else self.boxes[-1]

    @property
    def is_heading(self) -> bool:
        """Whether it stands in h1 … h6."""
        return self.holder.tag in _HEADINGS

    @property
    def is_item(self) -> bool:
        """Whether it stands in a list."""
        return any(box.tag == "li" for box in self.boxes[-3:])

    @property
    def block(self) -> Block:
        """The passage as a block of a body."""
        kind: Kind = "p"
        if any(box.tag == "blockquote" for box in self.boxes):
            kind = "quote"
        elif self.is_heading:
            kind = "heading"
        elif self.is_item:
            kind = "item"
        return Block(self.text, kind)


def read(tree: Element) -> list[Passage]:
    """All passages below an element; scripts, forms' fields and hidden machinery left out."""
    reader = _Reader()
    walk = iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            reader.close(tag)
            if element is not tree:
                reader.add(element.tail)
        elif tag in _SKIPPED or not tag:
            walk.skip_subtree()
        else:
            reader.open(tag, element)
            reader.add(element.text)
    return reader.passages


class _Reader:
    """The run of text that is being gathered, and the elements around it."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._boxes: tuple[Box, ...] = (Box(0, "", " "),)
        self._number = 0
        self._run: list[str] = []
        self._links = 0  # open <a>
        self._linked = 0
        self._breaks = 0  # <br> since the last text
        self._rows = 0  # open tables whose rows are passages
        self._line = 0  # pieces of the run before the last <br>
        self._deeper = 0  # open elements below the deepest that is told apart

    def open(self, tag: str, element: Element) -> None:
        """An element begins."""
        if tag in ("td", "th") and self._rows:
            if any(not piece.isspace() for piece in self._run):
                self._run.append(" | ")
        elif tag in _BLOCKS:
            self._flush()
            self._enter(tag, element)
        elif tag == "br":
            self._break()
        elif tag == "a":
            self._links += 1

    def close(self, tag: str) -> None:
        """An element ends."""
        if tag in ("td", "th") and self._rows:
            return
        if tag in _BLOCKS:
            self._flush()
            self._leave(tag)
        elif tag == "a":
            self._links -= 1

    def _enter(self, tag: str, element: Element) -> None:
        if len(self._boxes) >= _DEEPEST:
            self._deeper += 1
            return
        self._number += 1
        self._boxes = (*self._boxes, Box(self._number, tag, _named(element)))
        if tag == "table" and (self._rows or _is_data(element)):
            self._rows += 1

    def _leave(self, tag: str) -> None:
        if self._deeper:
            self._deeper -= 1
            return
        self._boxes = self._boxes[:-1]
        if tag == "table" and self._rows:
            self._rows -= 1

    def add(self, text: str | None) -> None:
        """Text of the open element."""
        if not text:
            return
        self._run.append(text)
        if not text.isspace():
            self._breaks = 0
            self._linked += len(text.strip()) if self._links else 0

    def _break(self) -> None:
        """A line break: two of them end a paragraph, and so does one behind a long line that ends a sentence."""
        self._breaks += 1
        line = "".join(self._run[self._line :]).strip() if self._breaks == 1 else ""
        self._line = len(self._run)
        if self._breaks > 1 or (len(line) > _LONG_LINE and line.endswith(_SENTENCE)):
            breaks = self._breaks
            self._flush()
            self._breaks = breaks
        else:
            self._run.append(" ")

    def _flush(self) -> None:
        if self._run:
            run = "".join(self._run)
            self._run.clear()
            if not run.isspace() and (text := " ".join(run.translate(_INVISIBLE).split()).strip("| ")):
                self.passages.append(Passage(text, self._boxes, min(1.0, self._linked / len(text)), count(text)))
        self._linked = self._breaks = self._line = 0


def _named(element: Element) -> str:
    """The words of an element's class, id and role."""
    attributes = element.items()
    return _split(" ".join([str(value) for name, value in attributes if name in _NAMING])) if attributes else " "


@lru_cache(maxsize=20_000)
def _split(names: str) -> str:
    return " " + "".join(f"{word.lower()} " for word in _WORDS.findall(names[:500]))


def _is_data(table: Element) -> bool:
    """Whether a table holds data in short cells rather than laying out a page."""
    if any(True for _ in _laid_out(table)):
        return False
    cells = list(table.iter("td", "th"))
    return len(cells) >= 4 and sum(len("".join(map(str, cell.itertext())).strip()) for cell in cells) < _CELL * len(
        cells
    )


def _laid_out(table: Element) -> Iterator[Element]:
    """What stands in tables only where they lay out a page."""
    return (
        inner for inner in table.iter("table", "form", "blockquote", "h1", "h2", "h3", "article") if inner is not table
    )
