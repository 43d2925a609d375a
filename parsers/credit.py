"""Trailing credits and wire copy: who else wrote a text, and on what evidence.

"(Reporting by …; Editing by …)", "With inputs from PTI", "— Reuters", "© AFP", "(APA, red, 3.1.2015)" stand at the
end of wire copy; they leave the body and are kept.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from parsers.agencies import BY_ID, find
from parsers.records import Dateline, Evidence

_DATA = tomllib.loads(files("parsers").joinpath("data/credits.toml").read_text(encoding="utf-8"))
_OPENINGS = re.compile(rf"^[\s(\[（【—–\-*_]*(?:{'|'.join(_DATA['openings'])})", re.I)
_INLINE = re.compile(rf"\s*[(\[（](?:{'|'.join(_DATA['openings'])})[^()\[\]（）]{{2,300}}[)\]）]\.?\s*$", re.I)
_ENDS = tuple(_DATA["ends"])
_DATED = re.compile(r"\s*\(([^()]{2,80}?),\s*(\d{1,2})\.\s?(\d{1,2})\.(\d{4})\)\s*$")
_BRACKETED = re.compile(r"\s*[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]\s*$")
_DASHED = re.compile(r"\s+(?:--|[—–-])\s*([^\W\d_][\w .&'’/-]{1,40})\s*$")
_SPLIT = re.compile(r"\s*(?:[,;/&+]|\band\b|\bund\b|\bet\b|\by\b|\be\b)\s*")
_LONGEST = 400
_LAST = 3


@dataclass(frozen=True, slots=True)
class Credit:
    """What was taken off the end of a text."""

    text: str
    source_tags: tuple[str, ...] = ()  # as printed, where the credit names nothing else
    info_sources: tuple[str, ...] = ()
    date: str | None = None  # ISO, where the credit has one


def take(paragraphs: Sequence[str]) -> tuple[list[str], Credit | None]:
    """The paragraphs without their trailing credit, and the credit; both as given where there is none."""
    rest = list(paragraphs)
    found: list[Credit] = []
    for _ in range(_LAST):
        if not rest:
            break
        kept, credit = _of_paragraph(rest[-1])
        if credit is None:
            break
        found.insert(0, credit)
        rest[-1:] = [kept] if kept else []
    if not found or not rest:
        return list(paragraphs), None
    return rest, Credit(
        text="\n".join(credit.text for credit in found),
        source_tags=tuple(tag for credit in found for tag in credit.source_tags),
        info_sources=tuple(dict.fromkeys(name for credit in found for name in credit.info_sources)),
        date=next((credit.date for credit in found if credit.date), None),
    )


def _of_paragraph(text: str) -> tuple[str, Credit | None]:
    """A paragraph without the credit it is or ends in."""
    if text.strip() in _ENDS:
        return "", Credit(text.strip())
    if (dated := _DATED.search(text)) and (credit := _of_dated(dated)):
        return text[: dated.start()].rstrip(), credit
    if len(text) <= _LONGEST and _OPENINGS.match(text):
        return "", Credit(text.strip(), info_sources=_agencies(text))
    if inline := _INLINE.search(text):
        return text[: inline.start()].rstrip(), Credit(inline[0].strip(), info_sources=_agencies(inline[0]))
    for pattern in (_BRACKETED, _DASHED):
        if (found := pattern.search(text)) and (names := _all_agencies(found[1])):
            tags = tuple(part for part in _SPLIT.split(found[1].strip()) if part)
            return text[: found.start()].rstrip(), Credit(found[0].strip(), tags, names)
    whole = text.strip(" .©()[]—–-*")
    if len(whole) <= 60 and (names := _all_agencies(whole)):
        return "", Credit(text.strip(), (whole,), names)
    return text, None


def _of_dated(found: re.Match[str]) -> Credit | None:
    """A German credit, "(APA, red, 3.1.2015)"; None where its day does not exist."""
    try:
        day = date(int(found[4]), int(found[3]), int(found[2]))
    except ValueError:
        return None
    tags = tuple(tag for tag in re.split(r"\s*[,/]\s*", found[1].strip()) if tag)
    return Credit(found[0].strip(), tags, _agencies(found[1]), day.isoformat())


def _agencies(text: str) -> tuple[str, ...]:
    """Ids of the agencies that a credit names."""
    words = re.findall(r"[^\s(),;:/\[\]©.]+(?: (?:Press|News|Standard|Canadienne))?", text)
    found = [name for word in words if len(word) > 1 and not word.islower() for name in _id(word)]
    return tuple(dict.fromkeys(found))


def _all_agencies(text: str) -> tuple[str, ...]:
    """Ids of the agencies of a text that is nothing but agencies; empty where a part of it is none."""
    whole = _id(text.strip())
    if whole:
        return whole
    parts = [_id(part.strip()) for part in _SPLIT.split(text.strip()) if part.strip()]
    return tuple(dict.fromkeys(name for part in parts for name in part)) if parts and all(parts) else ()


def _id(printed: str) -> tuple[str, ...]:
    """The id of the agency that is printed so; a word in small letters names none ("ap", "ins")."""
    agency = None if printed.islower() and len(printed) < 5 else find(printed)
    return (agency.id,) if agency else ()


def wire(
    *,
    dateline: Dateline | None,
    credit: Credit | None,
    byline: str | None,
    stated: Iterable[tuple[str, str]],
    own: str | None,
) -> tuple[bool | None, str | None, tuple[Evidence, ...]]:
    """Whether a text is another agency's copy (None: nothing says), the agency that wrote it, and the evidence.

    `stated` are names from JSON-LD with the property they stood under; `own` is the id of the outlet's own agency.
    The dateline's tag outranks the credit, the credit the byline, the byline what the markup states.
    """
    witnesses = [("dateline", name) for name in _of_dateline(dateline, own)]
    witnesses += [("credit", name) for name in (credit.info_sources if credit else ())]
    witnesses += [("byline", name) for name in (_all_agencies(byline) if byline else ())]
    witnesses += [(f"json-ld:{where}", found) for name, where in stated for found in _all_agencies(name)]
    witnesses = [(basis, name) for basis, name in witnesses if name == own or _signs_copy(name)]
    unknown_tag = dateline is not None and bool(dateline.source_tags) and not dateline.info_sources
    if not witnesses and own and not unknown_tag:
        witnesses = [("profile", own)]
    chosen = witnesses[0] if witnesses else None
    evidence = tuple(
        Evidence("info_source", name, basis, (basis, name) == chosen) for basis, name in dict.fromkeys(witnesses)
    )
    if chosen is None:
        return None, None, evidence
    foreign = chosen[1] != own and chosen[1] in BY_ID and BY_ID[chosen[1]].kind == "agency"
    return foreign or (None if chosen[0] == "profile" else False), chosen[1], evidence


def _of_dateline(dateline: Dateline | None, own: str | None) -> tuple[str, ...]:
    """Ids that a dateline's tags name; the outlet's own tag is known from its profile."""
    if dateline is None:
        return ()
    mine = (own,) if own and any(tag.casefold() == own for tag in dateline.source_tags) else ()
    return mine or dateline.info_sources


def _signs_copy(name: str) -> bool:
    """Whether an id is one that others print copy of: an agency or a press-release wire."""
    return name in BY_ID and BY_ID[name].kind in ("agency", "wire")
