"""Paragraphs, headings and quotes: what a body is made of before it becomes text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

_IDEOGRAPH = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
_LETTER_WITHOUT_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_IDEOGRAPHS, _LETTERS_WITHOUT_BLANKS = re.compile(f"[{_IDEOGRAPH}]"), re.compile(f"[{_LETTER_WITHOUT_BLANKS}]")
_EITHER = re.compile(f"[{_IDEOGRAPH}{_LETTER_WITHOUT_BLANKS}]")
_UNSPACED = re.compile("[\u2e80-\U0010ffff]")

Kind = Literal["p", "quote", "heading", "item"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a body."""

    text: str
    kind: Kind = "p"


def joined(blocks: Iterable[Block]) -> str:
    """The body as text: a blank line between blocks, "> " before each line of a quote."""
    return "\n\n".join(f"> {block.text}" if block.kind == "quote" else block.text for block in blocks)


def words(blocks: Iterable[Block]) -> int:
    """How many words the blocks hold."""
    return sum(count(block.text) for block in blocks)


def count(text: str) -> int:
    """How many words a text holds; a character of a script without blanks counts as half a word."""
    return len(text.split()) + (0 if text.isascii() else len(_UNSPACED.findall(text)) // 2)


def word_count(text: str) -> int:
    """The length of a text in words, as word processors count it: of Chinese and Japanese every character is a word.

    So does Unicode's default word boundary (UAX #29), which has no dictionary. Thai, Lao, Khmer and Burmese are written
    without blanks as well, and it leaves them open: four letters are taken for a word there.
    """
    if text.isascii() or not _EITHER.search(text):
        return len(text.split())
    single, letters = len(_IDEOGRAPHS.findall(text)), len(_LETTERS_WITHOUT_BLANKS.findall(text))
    rest = _LETTERS_WITHOUT_BLANKS.sub(" ", _IDEOGRAPHS.sub(" ", text))
    return single + -(-letters // 4) + sum(any(map(str.isalnum, word)) for word in rest.split())


def key(text: str) -> str:
    """A line for comparing: case folded, blanks collapsed, outer punctuation off."""
    return " ".join(text.split()).casefold().strip(" .:–—-|»«")


def without_lines(blocks: Iterable[Block], lines: Iterable[str]) -> Iterator[Block]:
    """The blocks but for those that are one of these lines as a whole."""
    unwanted = {key(line) for line in lines}
    return (block for block in blocks if key(block.text) not in unwanted)


def without_headline(blocks: Sequence[Block], headline: str | None) -> list[Block]:
    """The blocks without a repeated headline among the first four."""
    wanted = key(headline or "")
    return [block for i, block in enumerate(blocks) if i >= 4 or not wanted or key(block.text) != wanted]


def cut(blocks: Sequence[Block], end: int) -> list[Block]:
    """The blocks from character `end` of their lines joined by line breaks; what stood before in its block is dropped."""
    start = 0
    for i, block in enumerate(blocks):
        stop = start + len(block.text)
        if end <= stop:
            rest = block.text[end - start :].strip()
            return [*([replace(block, text=rest)] if rest else []), *blocks[i + 1 :]]
        start = stop + 1
    return []


def lines(blocks: Iterable[Block]) -> str:
    """The blocks as lines, for whoever reads offsets in them."""
    return "\n".join(block.text for block in blocks)
