"""Places of a dateline, and what speaks for a name being one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from parsers import agencies
from parsers.dateline.runs import CAP, LONGEST, PARTICLE, divide, end_of, longest
from parsers.view import LOWER, UPPER, plain
from parsers.vocabulary import (
    ABOARD,
    CITIES,
    COMMON_NOUNS,
    FLAGS,
    NOT_PLACES,
    NOUN_ENDINGS,
    OPENERS,
    PLACEHOLDERS,
    REGIONS,
    SHAPES,
    TITLES,
    WEEKDAYS,
    alternatives,
)

_REGION = re.compile(rf"\s?[(\[](?P<in>{CAP}(?:[\s\-](?:(?:{PARTICLE})\s|[dl]')?{CAP}){{0,4}})[)\]]")


_ALONE = re.compile(
    rf"\((?P<in>{CAP}(?:,?[ ](?:(?:{PARTICLE})[ ])?{CAP}){{0,3}})(?P<end>\)(?=(?P<dash>[ ]?[-–—])?)|,[ ](?=[^()\n]{{4,40}}\)[ ]?[-–—]))"
)
_TITLED = re.compile(rf"[{UPPER}][{LOWER}]+\.?(?:[ \-/](?:[{LOWER}]+[ \-])?[{UPPER}][{LOWER}]+)*")
_ABOARD = re.compile(
    rf"(?i:{alternatives(ABOARD)})[ ](?:[{LOWER}]{{1,5}}[ '])?(?:[{LOWER}]{{1,5}}[ '])?{CAP}(?:[ \-]{CAP}){{0,4}}(?=[ ][(\-–—]|,[ ])"
)


@dataclass(frozen=True, slots=True)
class Places:
    """A run of places: the names as printed, and what speaks for them."""

    start: int
    end: int
    names: tuple[str, ...]
    capitals: bool  # the first name is in capitals
    known: bool  # a name is in the gazetteer
    region: bool  # a country or state stands behind a name
    shaped: bool = False  # each name looks like a place to a language that leads with places


@dataclass(frozen=True, slots=True)
class Byline:
    """A name in front of or behind the rest."""

    end: int
    name: str


def read(view: str, text: str, start: int, language: str | None, shouting: bool) -> Places | None:
    """The places printed at `start`; None when what stands there cannot be one."""
    if aboard := _aboard(view, text, start, shouting):
        return aboard
    end = end_of(view, start)
    named = _named(view[start:end], text[start:end], language) if end > start else None
    if not named:
        return None
    names, capitals, known, region, shaped = named
    return Places(start, end, names, capitals and not shouting, known, region, shaped)


@lru_cache(maxsize=8192)
def _named(run: str, printed: str, language: str | None) -> tuple[tuple[str, ...], bool, bool, bool, bool] | None:
    """The names of a run as printed, whether in capitals, known, with a region, shaped; None when it is no place."""
    names = tuple(" ".join(printed[a:b].split()).rstrip(",") for a, b in divide(run))
    first = names[0].split(",")[0]
    region = any(plain(part) in REGIONS for name in names for part in name.split(",")[1:])
    if not _possible(first, region):
        return None
    keys = [plain(name.split(",")[0]) for name in names]
    return (
        tuple(name for name, key in zip(names, keys, strict=True) if key not in PLACEHOLDERS),
        _in_capitals(first),
        any(key in CITIES or key in REGIONS or key in PLACEHOLDERS for key in keys),
        region,
        all(_shaped(name.split(",")[0], key, language) for name, key in zip(names, keys, strict=True)),
    )


def is_city(places: Places) -> bool:
    """Whether the first name is a city of the gazetteer, not only a country or a state."""
    return bool(places.names) and plain(places.names[0].split(",")[0]) in CITIES


def with_writer(places: Places, view: str, text: str) -> tuple[Places, str] | None:
    """The one place and the writer of two names with a slash between: "Ayşe YILMAZ/ANKARA", "إسطنبول/ اسم/ وكالة"."""
    first, second = places.names
    run = text[places.start : places.end]
    if "/" not in run:
        return None
    capitals = first.rsplit(" ", 1)[-1]
    if " " in first and capitals.isupper() and not first.isupper() and second.isupper():
        at = places.end - len(second)
        return replace(places, names=(second,), known=plain(second) in CITIES, capitals=True), text[
            places.start : at - 1
        ]
    if plain(second) not in CITIES and " " in second and "/ " in run and view[places.end : places.end + 1] == "/":
        return replace(places, names=(first,)), second
    return None


def known_at(view: str, text: str, start: int) -> Places | None:
    """The longest gazetteer name at `start`, for heads that no separator ends ("SITE.com, City Text")."""
    words = view[start : longest(view, start)].split(" ")
    for count in range(min(4, len(words)), 0, -1):
        name = " ".join(words[:count])
        if plain(name) in CITIES or count == 1:
            return Places(
                start,
                start + len(name),
                (text[start : start + len(name)],),
                name.isupper(),
                count > 1 or plain(name) in CITIES,
                False,
            )
    return None


def with_region(places: Places, view: str, text: str) -> Places | None:
    """The places with the region in brackets that follows ("City (Province)"); None when none does."""
    found = _REGION.match(view, places.end)
    if not found or (not places.names and not places.known):
        return None
    names = (*places.names[:-1], places.names[-1] + text[places.end : found.end()]) if places.names else ()
    known = plain(found["in"]) in REGIONS or plain(found["in"]) in CITIES
    return Places(places.start, found.end(), names, places.capitals, places.known, places.region or known)


def after_byline(view: str, text: str, start: int) -> Byline | None:
    """The name between "By" and a known place ("Por Nombre Apellido Madrid, …"); None when no place is known."""
    words = view[start : longest(view, start)].split(",")[0].split(" ") if start >= 0 else []
    for i in range(2, len(words)):
        if plain(" ".join(words[i:])) in CITIES:
            name = text[start : start + len(" ".join(words[:i]))]
            return Byline(start + len(name), name)
    return None


def in_brackets(view: str, text: str, start: int, shouting: bool) -> Places | None:
    """A place alone in round brackets: "(CITY) — ", "(City, May 3, 2020) – ", "(City) Text" where it is well known."""
    found = _ALONE.match(view, start)
    if not found or plain(found["in"]) in FLAGS or any(agencies.find(p) for p in re.split("[-/]", found["in"])):
        return None
    known = plain(found["in"].split(",")[0]) in CITIES
    capitals = _in_capitals(found["in"]) and not shouting
    if not known and (not capitals or len(found["in"]) < 6 or not found["dash"]):
        return None
    end = found.end() if found["end"][0] == ")" else found.end("in")
    return Places(start, end, (text[found.start("in") : found.end("in")],), capitals, known, False)


def _aboard(view: str, text: str, start: int, shouting: bool) -> Places | None:
    """A ship or an aeroplane in the place of a place ("ABOARD THE OCEAN QUEEN (AP)")."""
    found = _ABOARD.match(view, start, min(len(view), start + LONGEST))
    if not found:
        return None
    capitals = _in_capitals(found[0]) and not shouting
    return Places(start, found.end(), (text[start : found.end()],), capitals, True, False)


def _possible(first: str, region: bool) -> bool:
    """Whether a name could be a place at all."""
    key = plain(first)
    listed = key in CITIES or region
    if key in WEEKDAYS or key in OPENERS or (key in FLAGS and not listed) or (len(key) < 2 and first.isascii()):
        return False
    first_word, last = key.split(" ", 1)[0], key.rsplit(" ", 1)[-1]
    if listed:
        return True
    if first_word in TITLES and first_word != key:
        return False
    return (last not in NOT_PLACES and not key.endswith(("'s", "s'"))) or (first.isupper() and key.endswith("'s"))


def _in_capitals(name: str) -> bool:
    """Whether a name is printed in capitals, one slipped letter allowed in a long one."""
    lower = sum(1 for c in name if c.islower())
    upper = sum(1 for c in name if c.isupper())
    return upper >= 2 and lower * 5 <= upper


def _shaped(name: str, key: str, language: str | None) -> bool:
    """Whether a mixed-case name stands for a place in a language whose papers lead with places."""
    endings = SHAPES.get(language or "")
    if endings is None or key in COMMON_NOUNS or key in FLAGS:
        return False
    if key in CITIES or key in REGIONS:
        return True
    words = key.split()
    if not _TITLED.fullmatch(name):
        return False
    if language == "de" and (key.endswith(NOUN_ENDINGS) or (len(key) > 6 and key[:2] == "ge" and key[-1] == "t")):
        return False
    return (
        len(words) == 1
        or words[0] in {"bad", "st", "sankt", "neu", "los", "san", "new", "el", "la", "port"}
        or words[-1].endswith(endings)
    )
