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

from parsers.agencies import BY_ID, bare, domain, find
from parsers.records import Dateline, Evidence

_DATA = tomllib.loads(files("parsers").joinpath("data/credits.toml").read_text(encoding="utf-8"))
_BEFORE = r"^[\s(\[（【<—–\-*_/]*"
_REPORTING = re.compile(f"{_BEFORE}(?:{'|'.join(_DATA['reporting'])})", re.I)
_SOURCES = re.compile(f"{_BEFORE}(?:(?-i:SOURCE\\s+[A-Z])|{'|'.join(_DATA['sources'])})", re.I)
_COPYRIGHT = re.compile(f"{_BEFORE}(?:{'|'.join(_DATA['copyright'])})", re.I)
_WITH = re.compile(
    rf"{_BEFORE}(?:[\w'’. ]{{2,30}}\s)?(?:{'|'.join(_DATA['with'])})\s*(?:l['’]|la |el |der |dem |die )?(?P<rest>[^\n]{{2,60}}?)[\s)\].]*$",
    re.I,
)
_ENDS = frozenset(_DATA["ends"])
_DATED = re.compile(r"\s*\(([^()]{2,80}?),\s*(\d{1,2})\.\s?(\d{1,2})\.(\d{4})\)\s*$")
_BRACKETED = re.compile(r"\s*[(\[（【]([^()\[\]（）【】]{2,300})[)\]）】]\.?\s*$")
_DASHED = re.compile(r"\s+(?:--|[—–-])\s*([^\W\d_][\w .&'’/-]{1,40})\s*$")
_BARE = re.compile(r"(?<=[.!?\"”»])\s+([^\W\d_][\w&/.-]{1,30})\s*$")
_SPLIT = re.compile(r"\s*(?:[,;/&+]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b)\s*")
_DESK = re.compile(r"[a-z]{2,5}")  # an editor's or a desk's code behind an agency: dpa/lby
_FINAL = re.compile(r"/(?:fim|fin|ende|end)$", re.I)
# Beside a credit, and only there: editors' initials, an address, a dispatch stamp.
_MARGINAL = re.compile(r"[a-z]{2,4}(?:/[a-z]{2,4}){1,3}\.?|\S+@\S+\.\w{2,6}|\d{4}/\d\d/\d\d \d\d:\d\d\S*|\d{7}|\*+")
_LONGEST, _SHORT = 400, 90
_LAST = 4


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
    marginal: list[Credit] = []
    while len(rest) > 1 or (rest and not found and not marginal):
        if len(found) + len(marginal) == _LAST:
            break
        if _MARGINAL.fullmatch(rest[-1].strip()) and not _all_agencies(rest[-1]):
            marginal.insert(0, Credit(rest.pop().strip()))
            continue
        kept, credit = _of_paragraph(rest[-1])
        if credit is None:
            break
        found, marginal = [credit, *marginal, *found], []
        rest[-1:] = [kept] if kept else []
        if kept:
            break
    if found and marginal:
        found = [*marginal, *found]
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
    line = text.strip()
    if line in _ENDS:
        return "", Credit(line)
    if (dated := _DATED.search(text)) and (credit := _of_dated(dated)):
        return text[: dated.start()].rstrip(), credit
    if whole := _whole(line):
        return "", whole
    for pattern in (_BRACKETED, _DASHED, _BARE):
        found = pattern.search(text)
        if not found:
            continue
        if names := _all_agencies(found[1]):
            return text[: found.start()].rstrip(), Credit(found[0].strip(), _tags(found[1]), names)
        if pattern is _BRACKETED and (inner := _whole(found[0].strip(" ."))):
            return text[: found.start()].rstrip(), inner
    return text, None


def _whole(line: str) -> Credit | None:
    """The credit that a whole paragraph is."""
    if (found := _WITH.match(line)) and len(line) <= _SHORT and (names := _all_agencies(found["rest"])):
        return Credit(line, info_sources=names)
    if len(line) <= _LONGEST and _REPORTING.match(line):
        return Credit(line, info_sources=_named(line))
    if (len(line) <= _SHORT and _SOURCES.match(line)) or (len(line) <= _LONGEST and _COPYRIGHT.match(line)):
        return Credit(line, info_sources=_named(line))
    bare = line.strip(" .()[]（）【】—–-*/")
    if len(bare) <= 60 and not line.endswith((".", "。")) and (names := _all_agencies(_FINAL.sub("", bare))):
        return Credit(line, _tags(_FINAL.sub("", bare)), names)
    return None


def _tags(text: str) -> tuple[str, ...]:
    """The tags of a text that is nothing but agencies; a desk's code belongs to its agency's tag."""
    text = text.strip(" ©")
    if len(ids := _all_agencies(text)) == 1 and "/" in text and all(_DESK.fullmatch(p) for p in text.split("/")):
        return (text,) if ids else ()
    return tuple(part for part in _SPLIT.split(text) if part) if len(ids) > 1 else (text,)


def _of_dated(found: re.Match[str]) -> Credit | None:
    """A German credit, "(APA, red, 3.1.2015)"; None where its day does not exist."""
    try:
        day = date(int(found[4]), int(found[3]), int(found[2]))
    except ValueError:
        return None
    tags = tuple(tag for tag in re.split(r"\s*[,/]\s*", found[1].strip()) if tag)
    return Credit(found[0].strip(), tags, _named(found[1]), day.isoformat())


def _named(text: str) -> tuple[str, ...]:
    """Ids of the agencies that a credit names among other words, case respected."""
    ids, at = [], 0
    while at < len(text):
        end = bare(text, at, opens=True) or domain(text, at) if at == 0 or not text[at - 1].isalnum() else None
        if end and (agency := find(text[at:end])):
            ids.append(agency.id)
        at = end or at + 1
    return tuple(dict.fromkeys(ids))


def _all_agencies(text: str) -> tuple[str, ...]:
    """Ids of the agencies of a text that is nothing but agencies (desks' codes allowed); empty where it is not."""
    text = text.strip(" ©")
    if whole := _id(text):
        return whole
    parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
    if len(parts) < 2 or not _id(parts[0]):
        return ()
    known = [(part, _id(part) or _small(part)) for part in parts]
    if not all(ids or (_DESK.fullmatch(part) and "/" in text) for part, ids in known):
        return ()
    return tuple(dict.fromkeys(name for _, ids in known for name in ids))


def _small(printed: str) -> tuple[str, ...]:
    """The id of an agency whose tag is in small letters only because its neighbour's is ("ats/afp")."""
    agency = find(printed) if printed.islower() and len(printed) > 2 else None
    return (agency.id,) if agency else ()


def _id(printed: str) -> tuple[str, ...]:
    """The id of the agency printed so; in small letters only one that writes itself so ("dpa", not "ap")."""
    agency = find(printed)
    return (agency.id,) if agency and (not printed.islower() or printed in agency.aliases) else ()


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
