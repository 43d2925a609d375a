"""The tokens of a dateline: source tags, bylines, separators and what may stand before them all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers import agencies
from parsers.dateline import dates
from parsers.dateline.places import Byline
from parsers.dateline.runs import CAP, MONTH_AHEAD
from parsers.view import LETTERS, LOWER, UPPER, plain
from parsers.vocabulary import AGENCY_WORDS, BYLINE_WORDS, CITIES, NOT_TAGS, STAMPS, WEEKDAYS, alternatives


@dataclass(frozen=True, slots=True)
class Tag:
    """A source tag: the names as printed, the agencies they are, and a date that was printed inside."""

    end: int
    names: tuple[str, ...]
    ids: tuple[str, ...]
    bracketed: bool = True
    domain: bool = False
    date: dates.Printed | None = None
    warnings: tuple[str, ...] = ()

    @property
    def station(self) -> bool:
        """Whether it is the call sign of an American station."""
        return bool(_STATION.fullmatch(self.names[0]))


@dataclass(frozen=True, slots=True)
class Separator:
    """What stands between dateline and text, the blanks around it included."""

    start: int
    end: int
    strength: str  # strong, weak, line or tight (a bare hyphen without blanks)


_STATION = re.compile(r"[KW][A-Z]{2,3}(?:-?(?:TV|FM|AM|DT))?(?:[ /]?\d{1,2})?")
_BRACKET = re.compile(
    r"\s?(?:[(\[](?P<round>[^()\[\]\n]{1,64})[)\]]|/\s?(?P<slash>[^/\n\d\s][^/\n]{0,30}(?:/[A-Za-z][^/\n]{1,20})?)\s?/(?!\w)"
    r"|\|\s?(?P<bar>[^|\n]{2,30}?)\s?\|)"
)
_SEPARATOR = re.compile(
    r"[ ]{0,3},?[ ]{0,3}(?P<mark>\.\s?[-–—―_]{1,2}|[-–—―_]{1,4}|[:|=।]|\.|/|،|(?<=[)\]]\s)\?(?=\s))\s{0,8}|[ ]{0,3}\n\s{0,8}"
)
_DATED_TAG = re.compile(r"(?P<tag>[^\d]{2,40}?)\s?(?:[-–—,]{1,2}|/)\s?(?=\S)")
_PERSON = re.compile(rf"(?P<tag>[^,]{{2,40}}),\s(?P<name>{CAP}(?:\s{CAP}){{1,2}})")
_TAG_SPLIT = re.compile(r"\s?[/,・+]\s?|\s(?:and|y|und|et|e)\s")
_TAG_WORDS = re.compile(rf"[{LETTERS}\d.&'\-+!©/ ]{{2,60}}")
_NO_TAG = re.compile(
    r"(?i)\b(?:photo|foto|image|picture|getty|file|left|right|center|age|aged|born|pictured|archiv|symbolbild|nyse|nasdaq|tsx|otc|lse|asx|r|d|see)\b|[$%€£]"
)
_STAMP = re.compile(
    rf"(?:[*•·▪>\s]{{1,4}}|\((?i:{alternatives(STAMPS)})[^()\n]{{0,60}}\)\s{{0,3}}"
    r"|\(\d\d?-\d\d?\)\s\d\d?:\d\d\s[A-Z]{2,4}\s{1,3}|\d\d?[:.h]\d\d(?:\sUhr)?\s?[-–—|]?\s{1,3}(?=[^\d\W])|(?:UPDATE|RPT|WRAPUP|CORRECTED)\s?\d?\s?-\s?){1,3}"
)
_BY = re.compile(rf"\(?(?P<word>{alternatives(BYLINE_WORDS)})\s{{1,2}}", re.IGNORECASE)
_NAMES = re.compile(
    rf"(?P<name>{CAP}(?:,?\s(?:(?:de|von|van|der|den|di|da|del|la|al|and|und|et|y|e|en)\s){{0,2}}{CAP}){{0,5}}?)\)?"
    rf"(?=\s{{0,2}}(?:{MONTH_AHEAD}|\(|\n|$|[—–]|\s-\s|--))"
)
# A place in capitals glued to the end of a name: "Marie Dupont PARIS (Reuters)".
_PLACE_AFTER_NAME = re.compile(rf"(?<=[{LOWER}]\s)(?=[{UPPER}]{{3,}}(?:[\s\-/]|$))")
_SIGNATURE = re.compile(
    rf"(?i:(?:{alternatives(BYLINE_WORDS)})\s)?(?P<name>{CAP}(?:\s(?:de\s|del\s|la\s|von\s|van\s|der\s|da\s|di\s){{0,2}}{CAP}){{1,3}})(?:\s?[|/–—-]\s?|,\s)(?P<tag>[^|/,]{{2,30}})"
)
_AFTER_CAPITALS = re.compile(rf"(?P<name>[{UPPER}]+(?:\s[{UPPER}]+){{1,3}})(?=\s[-–—]\s)")
_AFTER = re.compile(rf",?\s{{0,2}}(?P<name>(?:корр\.\s)?{CAP}(?:\s{CAP}){{1,2}})(?=\.\s|\s[-–—]\s|\s[-–—]{{1,2}}|\n)")


def stamp(view: str, start: int) -> int:
    """Where the text goes on after a time stamp, an update note or a bullet; `start` when there is none."""
    found = _STAMP.match(view, start)
    return found.end() if found else start


def separator(view: str, start: int) -> Separator | None:
    """The separator at `start`; None when none stands there."""
    found = _SEPARATOR.match(view, start)
    if not found:
        return None
    mark = found["mark"]
    if mark is None:
        return Separator(start, found.end(), "line")
    before, after = found.start("mark") > start, found.end() > found.end("mark")
    closed = start > 0 and view[start - 1] in ")]"
    if (
        "—" in mark
        or "―" in mark
        or mark.count("-") > 1
        or (mark[0] == "." and len(mark) > 1)
        or (closed and (mark == "–" or (mark == "-" and after)))
        or (mark == "=" and before and after)
    ):
        strength = "strong"
    elif mark[0] in "-–_":
        strength = "strong" if before and after else "weak" if after or before else "tight"
    else:
        strength = "weak" if after or mark[0] not in ":./" else "tight"
    return Separator(start, found.end(), strength)


def bracketed(view: str, text: str, start: int, language: str | None, own: str | None = None) -> Tag | None:
    """The source tag in brackets or slashes at `start`; None when there is none or it cannot be a tag.

    `own` is the id of the outlet's own agency, whose tag is known without standing in the registry.
    """
    found = _BRACKET.match(view, start)
    if not found or not found.lastgroup:
        return None
    a, b = found.span(found.lastgroup)
    if own and view[a:b].strip().casefold() == own:
        return Tag(found.end(), (text[a:b].strip(),), (own,))
    return _content(view[a:b], text[a:b], found.end(), language)


def is_bracket(view: str, start: int) -> bool:
    """Whether a closed bracket, or a pair of slashes or bars, stands at `start`."""
    return view[start] in "([/|" and _BRACKET.match(view, start) is not None


def bare(view: str, text: str, start: int, *, opens: bool = False) -> Tag | None:
    """The known tag or the domain printed without brackets at `start`; `opens` where it would be the first thing."""
    end = agencies.domain(view, start)
    name = text[start:end] if end else ""
    if end and name.lower() not in NOT_TAGS and view[end : end + 1] not in {"/", "@"}:
        agency = agencies.find(name)
        return Tag(end, (name,), (agency.id,) if agency else (), bracketed=False, domain=agency is None)
    end = agencies.bare(view, start, opens=opens)
    if not end:
        return None
    names, ids = [text[start:end]], [agencies.find(view[start:end])]
    while view[end : end + 1] == "/" and (more := agencies.bare(view, end + 1)):
        names.append(text[end + 1 : more])
        ids.append(agencies.find(view[end + 1 : more]))
        end = more
    return Tag(end, tuple(names), tuple(a.id for a in ids if a), bracketed=False)


def _content(plain_content: str, content: str, end: int, language: str | None) -> Tag | None:
    """The tag that the content of a bracket is."""
    content, plain_content = content.strip(), plain_content.strip()
    if agency := agencies.find(plain_content, language):
        return Tag(end, (content,), (agency.id,))
    if dated := _dated(plain_content, end, language):
        return dated
    if joint := _joint(plain_content, content, end, language):
        return joint
    words = plain_content.split()
    near = agencies.find(words[0], language) or next(
        (a for w in words[1:] if len(w) > 3 and (a := agencies.find(w, language))), None
    )
    compound = near and len(words) == 2 and _TAG_WORDS.fullmatch(plain_content) and not _NO_TAG.search(plain_content)
    if not _shape(plain_content) and not compound:
        return None
    warnings: tuple[str, ...] = ()
    if near is None and (near := agencies.near(plain_content)):
        warnings = (f"source tag misspelt: {content}",)
    return Tag(end, (content,), (near.id,) if near else (), warnings=warnings)


def _joint(plain_content: str, content: str, end: int, language: str | None) -> Tag | None:
    """Two agencies in one bracket: "(APA/dpa)" are two tags, "(dpa/lby)" is an agency's desk and "(ANSA-AFP)" one name."""
    if (found := _PERSON.fullmatch(plain_content)) and (agency := agencies.find(found["tag"], language)):
        return Tag(end, (content[: found.end("tag")],), (agency.id,))
    parts = _TAG_SPLIT.split(plain_content)
    known = [agencies.find(p, language) for p in parts]
    ids = tuple(dict.fromkeys(a.id for a in known if a))
    if len(parts) > 1 and ids and all(_shape(p) for p in parts):
        one = len(ids) == 1 and (all(known) or (plain(parts[-1]) not in AGENCY_WORDS and not parts[-1][0].isupper()))
        return Tag(end, (content,) if one else tuple(_TAG_SPLIT.split(content)), ids)
    hyphened = [agencies.find(p, language) for p in plain_content.split("-")]
    if len(hyphened) > 1 and all(hyphened):
        return Tag(end, (content,), tuple(dict.fromkeys(a.id for a in hyphened if a)))
    return None


def _dated(content: str, end: int, language: str | None) -> Tag | None:
    """A tag that holds the date: "Marketwire - May 3, 2010"."""
    found = _DATED_TAG.match(content)
    printed = dates.read(content, found.end(), language) if found else None
    if not found or not printed or printed.end < len(content) - 1:
        return None
    agency = agencies.find(found["tag"], language)
    return Tag(end, (found["tag"].strip(),), (agency.id,) if agency else (), date=printed)


def _shape(content: str) -> bool:
    """Whether unknown content could name a source."""
    if not _TAG_WORDS.fullmatch(content) or _NO_TAG.search(content) or plain(content) in WEEKDAYS:
        return False
    words = content.split()
    first = words[0][0]
    letters = sum(c.isalpha() for c in content)
    small = first.islower() and (len(words) > 1 or letters > 4 or plain(content) in NOT_TAGS)
    return len(words) <= 6 and letters >= 2 and not small and not first.isdigit()


def byline(view: str, text: str, start: int) -> Byline | None:
    """The name at `start`, behind a word such as "By"; the name may be glued to the word that follows it."""
    found = _NAMES.match(view, start, min(len(view), start + 80))
    if not found or " " not in found["name"]:
        return None
    if place := _PLACE_AFTER_NAME.search(found["name"]):
        start = found.start("name")
        return Byline(start + place.start(), text[start : start + place.start()].strip())
    return Byline(found.end(), text[found.start("name") : found.end("name")].strip())


def line_byline(line: str, text: str) -> str | None:
    """The writer whom a whole line names; None when the line is no byline."""
    if signed := signature(line):
        return signed
    by = after_by(line, 0)
    found = byline(line, text, by) if by > 0 else None
    return found.name if found else None


def signature(line: str) -> str | None:
    """The writer of a line that is nothing but a name and an outlet ("Ana García | EFE"); None when it is none."""
    found = _SIGNATURE.fullmatch(line.strip())
    return found["name"] if found and agencies.find(found["tag"]) and plain(found["name"]) not in CITIES else None


def after_by(view: str, start: int) -> int:
    """Where the name begins behind a word such as "By"; -1 when no such word stands at `start`."""
    by = _BY.match(view, start)
    return by.end() if by else -1


def author(view: str, text: str, start: int, *, capitals: bool = False) -> Byline | None:
    """The author's name that may follow a tag ("— РИА Новости, Имя Фамилия.", "(AA) - AD SOYAD - ")."""
    found = (_AFTER_CAPITALS if capitals else _AFTER).match(view, start, min(len(view), start + 60))
    return Byline(found.end("name"), text[found.start("name") : found.end("name")]) if found else None
