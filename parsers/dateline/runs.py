"""Runs of names: where the run in which places stand ends, and where it is divided into single places."""

from __future__ import annotations

import re

from parsers import agencies
from parsers.view import CASELESS, LETTERS, LOWER, UPPER, plain
from parsers.vocabulary import CITIES, CONNECTORS, JOINED, PARTICLES, REGIONS, SMALL_NAMES, alternatives

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
PARTICLE = alternatives(p for p in PARTICLES if p not in CONNECTORS)
_CONNECTOR = alternatives(CONNECTORS)
_NEXT = (
    rf"(?:[ ]{{1,2}}(?:(?:{PARTICLE})[ ]){{0,2}}|[ ]{{0,2}}[,/،][ ]{{0,3}}(?:(?:{_CONNECTOR})[ ])?"
    rf"|[ ](?:{_CONNECTOR})[ ]|[ ]?[·・][ ]?|[ ]-[ ]?(?=[{UPPER}][{LOWER}]+-))"
)
_RUN = re.compile(
    rf"(?:'[sS]-|[a-z]{{1,2}}-|[dl]')?{CAP}(?:{_NEXT}(?!{MONTH_AHEAD}|في\s\d|[أا]ول\s)(?:'[sS]-|[a-z]{{2}}-)?{CAP}){{0,9}}"
)
_SMALL = re.compile(rf"(?:{alternatives(SMALL_NAMES)})(?![{LETTERS}])")
_DIVIDER = re.compile(rf"\s{{0,2}}[,،]\s{{0,3}}(?:(?i:{_CONNECTOR})\s)?|\s(?i:{_CONNECTOR})\s|\s?[/·・]\s?")
_LISTS = re.compile(r"\w|&")
_PIECE_END = re.compile(r"[,/]")


def longest(view: str, start: int) -> int:
    """Where the longest run of names at `start` ends, whatever it holds; `start` when there is none."""
    found = _RUN.match(view, start, min(len(view), start + LONGEST))
    return found.end() if found else start


def end_of(view: str, start: int) -> int:
    """Where the run of names at `start` ends, before a source tag or a sentence's full stop; -1 when there is none."""
    found = _RUN.match(view, start, min(len(view), start + LONGEST))
    if not found:
        return -1
    small = _SMALL.match(view, start)
    end = _before_tag(view, start, max(found.end(), small.end() if small else 0))
    return end if view[end - 1] != "." else _without_stop(view, start, end)


def _before_tag(view: str, start: int, end: int) -> int:
    """The end of the run, moved before a source tag that stands in it after a comma ("CITY, KOMPAS.com")."""
    for divider in _DIVIDER.finditer(view, start, end):
        at = divider.end()
        if plain(_PIECE_END.split(view[at:end], maxsplit=1)[0]) in REGIONS:
            continue
        if agencies.domain(view, at) or agencies.bare(view, at):
            return divider.start()
    last = view.rfind(" ", start, end) + 1
    caseless = last > start and not view[last].isascii() and view[last].islower() == view[last].isupper()
    return len(view[:last].rstrip(" /,،")) if caseless and agencies.bare(view, last) == end else end


def _without_stop(view: str, start: int, end: int) -> int:
    """The end of a run that ends in a full stop, without it where it is no abbreviation's."""
    last = re.split(r"[\s,/]", view[start:end])[-1]
    abbreviated = last.count(".") > 1 or (plain(view[start:end].rsplit(",", 1)[-1]) in REGIONS and len(last) < 8)
    return end if (abbreviated and "," in view[start:end]) or last in {"St.", "ST.", "Ft.", "Mt."} else end - 1


def divide(run: str) -> list[tuple[int, int]]:
    """The spans of the single places of a run."""
    dividers = list(_DIVIDER.finditer(run))
    if not dividers or plain(run) in JOINED:
        return [(0, len(run))]
    listed = any(_LISTS.search(divider[0]) for divider in dividers)
    spans = [(0, dividers[0].start())]
    for i, divider in enumerate(dividers):
        stop = dividers[i + 1].start() if i + 1 < len(dividers) else len(run)
        key = plain(run[divider.end() : stop])
        if _continues(divider[0], key, listed) or plain(run[spans[-1][0] : stop]) in JOINED:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((divider.end(), stop))
    return spans


def _continues(divider: str, key: str, listed: bool) -> bool:
    """Whether the name behind a divider belongs to the place before it (its region) rather than being a place."""
    if divider.strip() not in {",", "،"}:
        return False
    return key in REGIONS or (not listed and key not in CITIES)
