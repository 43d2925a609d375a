"""How much speaks for a reading of an opening."""

from __future__ import annotations

from parsers.agencies import BY_ID
from parsers.dateline.head import Head
from parsers.dateline.places import Places
from parsers.dateline.refusals import forbidden, in_lower_case
from parsers.dateline.tokens import Separator
from parsers.records import Profile
from parsers.view import plain
from parsers.vocabulary import (
    AMBIGUOUS,
    CITIES,
    COLON_CITIES,
    EVIDENCE,
    REGIONS,
    SHAPES,
    TOPONYM_INNER,
    TOPONYM_STARTS,
    TOPONYMS,
    Order,
)


def confidence(
    head: Head, order: Order, separator: Separator | None, end: int, profile: Profile | None, view: str
) -> float:
    """The sum of the evidence for a reading, at most 1; 0 when a rule forbids it."""
    if forbidden(head, separator, end, view):
        return 0.0
    total = _of_tags(head, profile) + _of_places(head, separator)
    total += EVIDENCE["date"] if head.date else 0.0
    if separator:
        total += EVIDENCE["sep_strong" if separator.strength == "strong" else "sep_weak"]
    if profile and order.name in profile.dateline:
        total += EVIDENCE["profile_order"]
    if in_lower_case(view, end) and not head.shouting:
        total += EVIDENCE["lower_case"]
    return round(min(1.0, total), 3)


def _of_tags(head: Head, profile: Profile | None) -> float:
    """What the source tags are worth."""
    if not head.tags:
        return 0.0
    if profile and profile.info_source and any(profile.info_source in t.ids for t in head.tags):
        return EVIDENCE["tag_known"] + EVIDENCE["profile_tag"]
    if head.known_tag:
        return EVIDENCE["tag_paper" if _names_paper(head) else "tag_known"]
    if head.tags[0].station:
        return EVIDENCE["tag_station"]
    return EVIDENCE["tag_domain"] if any(t.domain for t in head.tags) else EVIDENCE["tag_unknown"]


def _names_paper(head: Head) -> bool:
    """Whether a paper's or a station's bare name opens the text, which as often is the sentence's subject."""
    tag = head.tags[0]
    return (
        head.tokens[0] == "T"
        and not tag.bracketed
        and "." not in tag.names[0]
        and (" " in tag.names[0] or not tag.names[0].isupper())
        and all(BY_ID[i].kind in {"newspaper", "broadcaster"} for i in tag.ids)
    )


def _of_places(head: Head, separator: Separator | None) -> float:
    """What the places are worth."""
    if not head.places:
        return 0.0
    p = head.places
    alone = head.tokens == "P"
    known = p.known and not (alone and _no_evidence(p))
    total = EVIDENCE["place_capitals"] if p.capitals else EVIDENCE["place_mixed"]
    if (
        alone
        and p.capitals
        and not known
        and not p.region
        and not _set_apart(head, separator)
        and not _toponym(p, head.language)
    ):
        total = EVIDENCE["place_bare"]
    total += EVIDENCE["place_known"] if known else 0.0
    total += EVIDENCE["place_colon"] if known and alone and _leads_by_colon(head, separator) else 0.0
    total += EVIDENCE["place_region"] if p.region else 0.0
    total += EVIDENCE["place_bracketed"] if alone and known and head.view[head.start] == "(" else 0.0
    if p.shaped and not known and not p.capitals and alone and separator and separator.strength == "strong":
        total += EVIDENCE["place_shape"]
    return total


def _no_evidence(p: Places) -> bool:
    """Whether a listed name is no evidence by itself: a country or state, or a city whose name is also a word."""
    key = plain(p.names[0].split(",")[0]) if p.names else ""
    state = key in REGIONS and key not in CITIES and (not p.capitals or len(key) < 4)
    return state or (key in AMBIGUOUS and not p.capitals)


def _set_apart(head: Head, separator: Separator | None) -> bool:
    """Whether brackets or an em dash set a place apart; papers set a hyphen between any subject and its story too."""
    mark = head.view[separator.start : separator.end] if separator else ""
    latin = head.view[head.start] < "\u0250"  # elsewhere the em dash is the ordinary one
    return head.view[head.start] == "(" or ":" in mark or (latin and ("--" in mark or "—" in mark or "―" in mark))


def _toponym(p: Places, language: str | None) -> bool:
    """Whether a name in capitals is built as place names are."""
    keys = [plain(name) for name in p.names]
    endings = (*TOPONYMS, *SHAPES.get(language or "", ()))
    return all(k.endswith(endings) or k.startswith(TOPONYM_STARTS) or any(w in k for w in TOPONYM_INNER) for k in keys)


def _leads_by_colon(head: Head, separator: Separator | None) -> bool:
    """Whether a colon (a hyphen where letters have no case) and a whole sentence follow."""
    if separator is None or separator.strength == "line":
        return False
    place = plain(head.places.names[0]) if head.places and head.places.names else ""
    mark = head.view[separator.start : separator.end].strip()
    caseless = not head.view[head.start].isupper()
    if mark not in ({":", "-", "।"} if caseless else {":"}) or separator.start + len(mark) == separator.end:
        return False
    line = head.view[separator.end :].split("\n", 1)[0]
    small = line[:60].split(" ")
    listed = caseless or head.colon or place in COLON_CITIES
    return (
        len(line) >= (60 if caseless else 30 if listed else 80)
        and len(small) >= 4
        and (caseless or sum(w.islower() for w in small) >= 2)
    )
