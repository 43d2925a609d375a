"""Places of a dateline: where the run of names ends, and which names in it are one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers import agencies
from parsers.view import CASELESS, LETTERS, LOWER, UPPER, plain
from parsers.vocabulary import (
    CITIES,
    COMMON_NOUNS,
    CONNECTORS,
    FLAGS,
    JOINED,
    NOT_PLACES,
    OPENERS,
    PARTICLES,
    PLACEHOLDERS,
    REGIONS,
    SHAPES,
    WEEKDAYS,
    alternatives,
)

LONGEST = 90  # characters of a run of places

CAP = rf"(?:[{UPPER}][{LETTERS}]*(?:['.\-][{LETTERS}]+)*\.?|[{CASELESS}][{LETTERS}]*)"
MONTH_AHEAD = r"(?i:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7})\.?,?\s{1,2}\d"
_PARTICLES = alternatives(p for p in PARTICLES if p not in CONNECTORS)
_CONNECTORS = alternatives(CONNECTORS)
_NEXT = rf"(?:[ ]{{1,2}}(?:(?:{_PARTICLES})[ ]){{0,2}}|[ ]?[,/][ ]?(?:(?:{_CONNECTORS})[ ])?|[ ](?:{_CONNECTORS})[ ]|[ ]?[·・][ ]?|[ ]-[ ]?(?=[{UPPER}][{LOWER}]+-))"
_RUN = re.compile(
    rf"(?:'s-|[a-z]{{1,2}}-|[dl]')?{CAP}(?:{_NEXT}(?!{MONTH_AHEAD}|في\s\d)(?:'s-|[a-z]{{2}}-)?{CAP}){{0,9}}"
)
_DIVIDER = re.compile(rf"\s?,\s?(?:(?i:{_CONNECTORS})\s)?|\s(?i:{_CONNECTORS})\s|\s?[/·・]\s?")
_REGION = re.compile(rf"\s?[(\[](?P<in>{CAP}(?:[\s\-](?:(?:{_PARTICLES})\s)?{CAP}){{0,4}})[)\]]")


_ALONE = re.compile(rf"\((?P<in>{CAP}(?:,?[ ]{CAP}){{0,3}})\)(?=[ ]?[-–—])")


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
    found = _RUN.match(view, start, min(len(view), start + LONGEST))
    if not found:
        return None
    end = _before_tag(view, start, found.end())
    end = _without_stop(view, start, end)
    spans = _divide(view, start, end)
    names = tuple(_printed(text[a:b]) for a, b in spans)
    first = names[0].split(",")[0]
    region = any(plain(part) in REGIONS for n in names for part in n.split(",")[1:])
    if not _possible(first, region):
        return None
    keys = [plain(n.split(",")[0]) for n in names]
    return Places(
        start,
        end,
        tuple(n for n, k in zip(names, keys, strict=True) if k not in PLACEHOLDERS),
        capitals=_in_capitals(first) and not shouting,
        known=any(k in CITIES or k in REGIONS or k in PLACEHOLDERS for k in keys),
        region=region,
        shaped=all(_shaped(k, language) for k in keys),
    )


def known_at(view: str, text: str, start: int) -> Places | None:
    """The longest gazetteer name at `start`, for heads that no separator ends ("SITE.com, City Text")."""
    found = _RUN.match(view, start, min(len(view), start + LONGEST))
    if not found:
        return None
    words = view[start : found.end()].split(" ")
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
    found = _RUN.match(view, start, min(len(view), start + LONGEST)) if start >= 0 else None
    if not found:
        return None
    words = view[start : found.end()].split(",")[0].split(" ")
    for i in range(2, len(words)):
        if plain(" ".join(words[i:])) in CITIES:
            name = text[start : start + len(" ".join(words[:i]))]
            return Byline(start + len(name), name)
    return None


def in_brackets(view: str, text: str, start: int, shouting: bool) -> Places | None:
    """A place alone in round brackets ("(CITY) — "): a known one, or capitals longer than a call sign."""
    found = _ALONE.match(view, start)
    if not found or agencies.find(found["in"]) or plain(found["in"]) in FLAGS:
        return None
    known = plain(found["in"].split(",")[0]) in CITIES
    capitals = _in_capitals(found["in"]) and not shouting
    if not known and (not capitals or len(found["in"]) < 6):
        return None
    return Places(start, found.end(), (text[found.start("in") : found.end("in")],), capitals, known, False)


def _before_tag(view: str, start: int, end: int) -> int:
    """The end of the run, moved before a source tag that stands in it after a comma ("CITY, KOMPAS.com")."""
    for divider in _DIVIDER.finditer(view, start, end):
        at = divider.end()
        if plain(re.split(r"[,/]", view[at:end])[0]) in REGIONS:
            continue
        if agencies.domain(view, at) or agencies.bare(view, at):
            return divider.start()
    return end


def _without_stop(view: str, start: int, end: int) -> int:
    """The end of the run without a full stop that is no abbreviation's."""
    if view[end - 1] != ".":
        return end
    last = re.split(r"[\s,/]", view[start:end])[-1]
    abbreviated = last.count(".") > 1 or (plain(view[start:end].rsplit(",", 1)[-1]) in REGIONS and len(last) < 8)
    return end if (abbreviated and "," in view[start:end]) or last in {"St.", "ST.", "Ft.", "Mt."} else end - 1


def _divide(view: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the single places of a run."""
    run = view[start:end]
    if plain(run) in JOINED:
        return [(start, end)]
    dividers = list(_DIVIDER.finditer(view, start, end))
    listed = any(re.search(r"\w|&", d[0]) for d in dividers)
    spans = [(start, dividers[0].start() if dividers else end)]
    for i, divider in enumerate(dividers):
        stop = dividers[i + 1].start() if i + 1 < len(dividers) else end
        key = plain(view[divider.end() : stop])
        if _continues(divider[0], key, listed) or plain(view[spans[-1][0] : stop]) in JOINED:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((divider.end(), stop))
    return spans


def _continues(divider: str, key: str, listed: bool) -> bool:
    """Whether the name behind a divider belongs to the place before it (its region) rather than being a place."""
    if divider.strip() != ",":
        return False
    if key in REGIONS:
        return True
    return not listed and key not in CITIES


def _printed(raw: str) -> str:
    """A place as printed, blanks collapsed."""
    return " ".join(raw.split()).rstrip(",")


def _possible(first: str, region: bool) -> bool:
    """Whether a name could be a place at all."""
    key = plain(first)
    if key in FLAGS or key in WEEKDAYS or key in OPENERS or (len(key) < 2 and first.isascii()):
        return False
    last = key.rsplit(" ", 1)[-1]
    if key in CITIES or region:
        return True
    return (last not in NOT_PLACES and not key.endswith(("'s", "s'"))) or (first.isupper() and key.endswith("'s"))


def _in_capitals(name: str) -> bool:
    """Whether a name is printed in capitals, one slipped letter allowed in a long one."""
    lower = sum(1 for c in name if c.islower())
    upper = sum(1 for c in name if c.isupper())
    return upper >= 2 and lower * 5 <= upper


def _shaped(key: str, language: str | None) -> bool:
    """Whether a mixed-case name stands for a place in a language whose papers lead with places."""
    endings = SHAPES.get(language or "")
    if endings is None or key in COMMON_NOUNS or key in FLAGS:
        return False
    if key in CITIES or key in REGIONS:
        return True
    words = key.split()
    return (
        len(words) == 1
        or words[0] in {"bad", "st", "sankt", "neu", "los", "san", "new", "el", "la", "port"}
        or words[-1].endswith(endings)
    )
