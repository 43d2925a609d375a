"""Places of a dateline: where the run of names ends, and which names in it are one place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from parsers import agencies
from parsers.view import CASELESS, LETTERS, LOWER, UPPER, plain
from parsers.vocabulary import (
    ABOARD,
    CITIES,
    COMMON_NOUNS,
    CONNECTORS,
    FLAGS,
    JOINED,
    NOT_PLACES,
    NOUN_ENDINGS,
    OPENERS,
    PARTICLES,
    PLACEHOLDERS,
    REGIONS,
    SHAPES,
    SMALL_NAMES,
    TITLES,
    WEEKDAYS,
    alternatives,
)

LONGEST = 90  # characters of a run of places

# A full stop belongs to a short word ("St. Louis") or to one that no further name follows ("Calif. (AP)").
CAP = (
    rf"(?:[{UPPER}][{LETTERS}]*(?:['.\-][{LETTERS}]+)*(?:\.(?!(?<=[{LETTERS}]{{4}}\.)\s{{1,2}}[{UPPER}]))?"
    rf"|[{CASELESS}][{LETTERS}]*)"
)
MONTH_AHEAD = (
    r"(?i:(?:jan|feb)(?:[a-z]{0,4}ry)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:[a-z]{0,2}st)?"
    r"|(?:sept?|oct|nov|dec)(?:[a-z]{0,4}ber)?)\.?,?\s{1,2}\d"
)
_PARTICLES = alternatives(p for p in PARTICLES if p not in CONNECTORS)
_CONNECTORS = alternatives(CONNECTORS)
_NEXT = rf"(?:[ ]{{1,2}}(?:(?:{_PARTICLES})[ ]){{0,2}}|[ ]{{0,2}}[,/،][ ]{{0,3}}(?:(?:{_CONNECTORS})[ ])?|[ ](?:{_CONNECTORS})[ ]|[ ]?[·・][ ]?|[ ]-[ ]?(?=[{UPPER}][{LOWER}]+-))"
_RUN = re.compile(
    rf"(?:'[sS]-|[a-z]{{1,2}}-|[dl]')?{CAP}(?:{_NEXT}(?!{MONTH_AHEAD}|في\s\d)(?:'[sS]-|[a-z]{{2}}-)?{CAP}){{0,9}}"
)
_DIVIDER = re.compile(rf"\s{{0,2}}[,،]\s{{0,3}}(?:(?i:{_CONNECTORS})\s)?|\s(?i:{_CONNECTORS})\s|\s?[/·・]\s?")
_REGION = re.compile(rf"\s?[(\[](?P<in>{CAP}(?:[\s\-](?:(?:{_PARTICLES})\s)?{CAP}){{0,4}})[)\]]")


_ALONE = re.compile(
    rf"\((?P<in>{CAP}(?:,?[ ](?:(?:{_PARTICLES})[ ])?{CAP}){{0,3}})(?P<end>\)(?=(?P<dash>[ ]?[-–—])?)|,[ ](?=[^()\n]{{4,40}}\)[ ]?[-–—]))"
)
_SMALL = re.compile(rf"(?:{alternatives(SMALL_NAMES)})(?![{LETTERS}])")
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
    found = _RUN.match(view, start, min(len(view), start + LONGEST))
    if not found:
        return None
    small = _SMALL.match(view, start)
    end = _before_tag(view, start, max(found.end(), small.end() if small else 0))
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


def _before_tag(view: str, start: int, end: int) -> int:
    """The end of the run, moved before a source tag that stands in it after a comma ("CITY, KOMPAS.com")."""
    for divider in _DIVIDER.finditer(view, start, end):
        at = divider.end()
        if plain(re.split(r"[,/]", view[at:end])[0]) in REGIONS:
            continue
        if agencies.domain(view, at) or agencies.bare(view, at):
            return divider.start()
    last = view.rfind(" ", start, end) + 1
    caseless = last > start and not view[last].isascii() and view[last].islower() == view[last].isupper()
    return len(view[:last].rstrip(" /,،")) if caseless and agencies.bare(view, last) == end else end


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
    if divider.strip() not in {",", "،"}:
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


def _shaped(key: str, language: str | None) -> bool:
    """Whether a mixed-case name stands for a place in a language whose papers lead with places."""
    endings = SHAPES.get(language or "")
    if endings is None or key in COMMON_NOUNS or key in FLAGS:
        return False
    if key in CITIES or key in REGIONS:
        return True
    words = key.split()
    if language == "de" and (key.endswith(NOUN_ENDINGS) or (len(key) > 6 and key[:2] == "ge" and key[-1] == "t")):
        return False
    return (
        len(words) == 1
        or words[0] in {"bad", "st", "sankt", "neu", "los", "san", "new", "el", "la", "port"}
        or words[-1].endswith(endings)
    )
