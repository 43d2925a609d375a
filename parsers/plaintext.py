"""Plain text as an article: the first line is the headline, paragraphs are separated by blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

from parsers.blocks import Block, key

_QUOTED = re.compile(r'^["“„«「『].*["”“»」』][,.]?$', re.S)
_ONLY_QUOTE = re.compile(r'^["“„«「『]')


def read(
    text: str, furniture: Iterable[str], opens_body: re.Pattern[str] | None = None
) -> tuple[str | None, list[Block]]:
    """The headline and the paragraphs of a plain text, furniture lines left out.

    A text whose lines are all separated by single breaks has a paragraph a line. A paragraph that is one quotation
    from its first to its last character is a quote.
    """
    unwanted = {key(line) for line in furniture}
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    if len(parts) < 3 and text.count("\n") > 2:
        parts = text.splitlines()
    paragraphs = [" ".join(part.split()) for part in parts]
    paragraphs = [part for part in paragraphs if part and key(part) not in unwanted]
    if not paragraphs:
        return None, []
    headline = paragraphs[0] if len(paragraphs) > 1 and len(paragraphs[0]) <= 250 else None
    body = paragraphs[1:] if headline else paragraphs
    return headline, [Block(part, "quote" if _QUOTED.match(part) else "p") for part in body]
