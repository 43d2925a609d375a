"""Names out of bylines: the words around them taken off, joined ones parted, offices and buttons dropped."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

MAX_NAME = 80  # characters; longer ones are sentences
MAX_NAMES = 20

_DATA: dict[str, list[str]] = tomllib.loads(files("parsers").joinpath("data/bylines.toml").read_text(encoding="utf-8"))


def _any(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_OPENING = re.compile(rf"^\s*(?:(?:{_any(_DATA['opening'])})(?:\s*[:：]\s*|\s+|\b(?=[A-ZÄÖÜ])))+", re.IGNORECASE)
_GLUED = re.compile(r"^(?:By|Von|Par|Por)(?=[A-ZÄÖÜ][a-zäöüß])")
_PARTING = re.compile(rf"\s*(?:[;|/•·、]|\s&\s|\s\+\s|\s(?:{_any(_DATA['joining'])})\s)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,，]\s*")
_CONTACT = re.compile(r"https?://\S*|www\.\S+|\S+@\S+\.\w+|(?<!\S)@\w+")
_BRACKET = re.compile(r"\s*[(\[（].{0,80}?[)\]）]\s*")
_NOT_A_NAME = frozenset(_DATA["not_a_name"])
_OFFICE = re.compile(rf"\b(?:{_any(_DATA['office'])})", re.IGNORECASE)
_DATED = re.compile(r"\d{4}|\d{1,2}[:.]\d\d")


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """The persons and desks named in bylines or author fields, each once, in their order."""
    found: dict[str, str] = {}
    for text in texts:
        for name in _split(text):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_NAMES]


def _split(text: str) -> list[str]:
    text = _GLUED.sub("", _CONTACT.sub(" ", text).strip())
    text = _BRACKET.sub(" ", _OPENING.sub("", " ".join(text.split())))
    return [name for piece in _PARTING.split(text) for name in _at_commas(piece) if _is_name(name)]


def _at_commas(piece: str) -> list[str]:
    """Persons in a list; an office after a comma goes, and a comma within one name ("Doe, Jane") is turned round."""
    parts = [part.strip(" .:-–—'\"*\t") if not part.endswith("r.") else part for part in _COMMA.split(piece)]
    parts = [part for part in parts if part and not _OFFICE.search(part)] if len(parts) > 1 else parts
    if len(parts) == 2 and all(len(part.split()) == 1 and part[:1].isupper() and part.isalpha() for part in parts):
        return [f"{parts[1]} {parts[0]}"] if not parts[1].isupper() else [", ".join(parts)]
    return parts


def _is_name(text: str) -> bool:
    return (
        1 < len(text) <= MAX_NAME
        and text.casefold() not in _NOT_A_NAME
        and not _DATED.search(text)
        and len(text.split()) <= 7
    )
