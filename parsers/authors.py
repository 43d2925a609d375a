"""Names out of bylines: the words around them taken off, joined ones parted, offices, dates and buttons dropped."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from parsers import agencies
from parsers.dates import MONTH_NAMES

MAX_NAME = 80  # characters; longer ones are sentences
MAX_NAMES = 20

_DATA: dict[str, list[str]] = tomllib.loads(files("parsers").joinpath("data/bylines.toml").read_text(encoding="utf-8"))


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_OPENING = re.compile(
    rf"^[\s©&,]*(?:(?:{_any(_DATA['opening'])})(?:\s*[:：|]\s*|\s+|\b(?=[A-ZÄÖÜ])|$))*", re.IGNORECASE
)
_GLUED = re.compile(r"^(?:By|Von|Par|Por|Autor)(?=[A-ZÄÖÜ][a-zäöüß])")
_PARTING = re.compile(rf"\s*(?:[;|/•·、]|\s&\s|\s\+\s|\s(?:{_any(_DATA['joining'])})\s)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,，]\s*")
_CONTACT = re.compile(r"https?://\S*|www\.\S+|\S+@\S+\.\w+|(?<!\S)@\w+")
_BRACKET = re.compile(r"\s*[(\[（].{0,80}?[)\]）]\s*")
_MOMENT = re.compile(
    rf"(?:\b(?:{_any(_DATA['stamps'])})\b[\s:]*)*(?:\b(?:on|am)\s)?(?:(?<![^\W\d_])(?:{_any(MONTH_NAMES)})\.?\s*\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s*\d{{4}})?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s*(?:{_any(MONTH_NAMES)})(?![^\W\d_])\.?(?:,?\s*\d{{4}})?"
    r"|\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}[:.]\d\d\b(?:\s?[ap]\.?m\.?)?|\b\d+\s*min\w*(?:\s+read)?)",
    re.IGNORECASE,
)
_STAMP = re.compile(rf"\b(?:{_any(_DATA['stamps'])})\b.*", re.IGNORECASE)
_OTHERS = re.compile(rf"(?<=.{{3}})\b(?:{_any(_DATA['others'])})\b", re.IGNORECASE)
_NOT_A_NAME = frozenset(_DATA["not_a_name"])
_OFFICE = re.compile(rf"\b(?:{_any(_DATA['office'])})", re.IGNORECASE)
_LAST_OFFICE = re.compile(rf"\s+(?:{_any(_DATA['not_a_name'])}|{_any(_DATA['degrees'])})$", re.IGNORECASE)
_DEGREE = re.compile(rf"(?:{_any(_DATA['degrees'])})\.?(?:\s.*)?")
_DESK = re.compile(rf"\b(?:{_any(_DATA['desks'])})\b|\.\w{{2,3}}$", re.IGNORECASE)
_ARTICLES = frozenset(["the", "der", "die", "das", "le", "la", "les", "el", "los", "il", "de", "het"])
_PARTICLES = frozenset(_DATA["particles"])
_FOOTNOTE = re.compile(r"(?<=[^\W\d_])\d{1,2}$")
_DATED = re.compile(r"\d{4}|\d{1,2}[:.]\d\d|^\d")


def names(texts: Iterable[str], outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """The persons and desks named in bylines or author fields, each once, in their order.

    An outlet's or agency's name behind that of a person ("Jane Doe Daily Echo") is not part of it.
    """
    known = tuple(outlets)
    found: dict[str, str] = {}
    for text in texts:
        for name in _split(text, known):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_NAMES]


def persons(found: Iterable[str], outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """Of the names in a printed byline the persons; the first name where none is one, for a desk may sign alone."""
    everybody, known = tuple(found), tuple(outlets)
    return tuple(name for name in everybody if is_person(name, known)) or everybody[:1]


def is_person(name: str, outlets: Iterable[str] = ()) -> bool:
    """Whether a name is likely a person's and not that of an outlet, an agency or a desk."""
    words = name.split()
    if (
        not 2 <= len(words) <= 5
        or words[0].casefold() in _ARTICLES
        or _DESK.search(name)
        or agencies.find(name)
        or not name[:1].isupper()
    ):
        return False
    if any(word[:1].islower() and word not in _PARTICLES for word in words):
        return False
    bare = _letters(name)
    return not any(known == bare or (len(known) > 3 and known in bare) for known in map(_letters, outlets) if known)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _split(text: str, outlets: tuple[str, ...]) -> list[str]:
    text = _OTHERS.split(text)[0] or text
    text = _MOMENT.sub(" | ", _GLUED.sub("", _CONTACT.sub(" ", _BRACKET.sub(" ", text)).strip()))
    text = _OPENING.sub("", " ".join(text.split()))
    pieces = (_OPENING.sub("", _STAMP.sub("", piece)) for piece in _PARTING.split(text))
    bare = (_bare(name, outlets) for piece in pieces for name in _at_commas(piece))
    return [name for name in bare if _is_name(name)]


def _at_commas(piece: str) -> list[str]:
    """Persons in a list; an office after a comma goes, and a comma within one name ("Doe, Jane") is turned round."""
    parts = [part.strip(" .:-–—'\"*\t") if not part.endswith("r.") else part for part in _COMMA.split(piece)]
    parts = [part for part in parts if part]
    first = parts[:1]
    parts = [*first, *(part for part in parts[1:] if not _OFFICE.search(part) and not _DEGREE.fullmatch(part))]
    if len(parts) == 2 and all(len(part.split()) == 1 and part[:1].isupper() and part.isalpha() for part in parts):
        return [f"{parts[1]} {parts[0]}"] if not parts[1].isupper() else [", ".join(parts)]
    return parts


def _bare(name: str, outlets: tuple[str, ...]) -> str:
    """A name without an outlet, an agency, an office or a footnote's number at its end, where two words are left."""
    for outlet in outlets:
        if len(outlet) > 3 and name.casefold().endswith(" " + outlet.casefold()):
            name = _left(name, name[: -len(outlet)])
    words = name.split()
    for start in range(2, len(words)) if words[:1] and words[0].casefold() not in _ARTICLES else ():
        if agencies.find(" ".join(words[start:])):
            name = " ".join(words[:start])
            break
    name = _left(name, _LAST_OFFICE.sub("", name))
    return _left(name, _FOOTNOTE.sub("", name))


def _left(name: str, shorter: str) -> str:
    """The shorter form if it still has two words, else the name as it is."""
    return shorter.strip(" ,-–—") if len(shorter.split()) > 1 else name


def _is_name(text: str) -> bool:
    return (
        1 < len(text) <= MAX_NAME
        and text.casefold() not in _NOT_A_NAME
        and not _DATED.search(text)
        and len(text.split()) <= 7
    )
