"""Fields that stand in a search: `climate AND dateline:Paris` → its words, and the filters its fields stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from warehouse.search.filters import EVERYTHING, Filters
from warehouse.search.query import BadSearch

_FIELD = re.compile(
    r'(?<![\w"“”„«»:-])(?P<field>dateline|place|outlet|source|agency|wire):(?:"(?P<quoted>[^"]+)"|(?P<word>[^\s()"“”]+))',
    re.IGNORECASE,
)
_KINDS = {"dateline": "places", "place": "places", "outlet": "outlets", "source": "outlets", "agency": "agencies", "wire": "agencies"}  # fmt: skip
_NAMES = "|".join(_KINDS)
_NARROWS_NOT = re.compile(rf"\b(?:OR|NOT)\s+(?:{_NAMES}):|[-(](?:{_NAMES}):|(?:{_NAMES}):\S+\s+OR\b", re.IGNORECASE)


def parted(text: str, filters: Filters = EVERYTHING) -> tuple[str, Filters]:
    """The words of a search, and `filters` with what its fields name besides; raises BadSearch where only fields stand.

    The fields are `dateline:` (or `place:`), `outlet:` (`source:`) and `agency:` (`wire:`), followed by a name; one with
    blanks stands in quotation marks. They narrow the whole search, so none may stand behind OR, NOT or in brackets.
    """
    found: dict[str, Sequence[str]] = {kind: getattr(filters, kind) for kind in _KINDS.values()}

    def take(field: re.Match[str]) -> str:
        kind = _KINDS[field["field"].lower()]
        found[kind] = (*found[kind], field["quoted"] or field["word"])
        return " "

    if _NARROWS_NOT.search(text):
        raise BadSearch("A field such as dateline:Paris narrows the whole search: it cannot stand behind OR, NOT or in brackets.")  # fmt: skip
    if not _FIELD.search(text):
        return text, filters
    words = re.sub(r"\s+", " ", _FIELD.sub(take, text)).strip()
    words = re.sub(r"^(?:AND\s+)+|(?:\s+AND)+$", "", words)
    words = re.sub(r"\bAND(?:\s+AND)+\b", "AND", words)
    if not words or words == "AND":
        raise BadSearch(f'"{text}" names no word to look for. Write one with it, for example "climate AND dateline:Paris".')  # fmt: skip
    return words, replace(filters, outlets=found["outlets"], agencies=found["agencies"], places=found["places"])
