"""How much speaks for a reading of an opening, and the look-alikes that nothing excuses."""

from __future__ import annotations

import re

from parsers.agencies import BY_ID
from parsers.dateline import dates
from parsers.dateline.head import Head
from parsers.dateline.places import Places, is_city
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
    TOPONYM_STARTS,
    TOPONYMS,
    Order,
)

_SENTENCE_ENDS = (
    ".",
    "!",
    "?",
    "…",
    '."',
    '!"',
    '?"',
    ".”",
    ".»",
    ". »",
    "“",
    "”",
    "»",
    ".)",
    "。",
    "।",
    "؟",
    "...",
    "[…]",
    ":",
)
_INNER = ("-les-", "-sur-", "-en-", "-la-", "-aan-", " de la ", " del ", " do ", " da ", " sur ", "-saint-", "-sous-")
_STATION = re.compile(r"[KW][A-Z]{2,3}(?:-?(?:TV|FM|AM|DT))?(?:[ /]?\d{1,2})?")


def confidence(
    head: Head, order: Order, separator: Separator | None, end: int, profile: Profile | None, view: str
) -> float:
    """The sum of the evidence for a reading, at most 1; 0 when a rule forbids it."""
    if _forbidden(head, separator, end, view):
        return 0.0
    total = _of_tags(head, profile) + _of_places(head, separator)
    total += EVIDENCE["date"] if head.date else 0.0
    if separator:
        total += EVIDENCE["sep_strong" if separator.strength == "strong" else "sep_weak"]
    if profile and order.name in profile.dateline:
        total += EVIDENCE["profile_order"]
    if _in_lower_case(view, end) and not head.shouting:
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
    if _STATION.fullmatch(head.tags[0].names[0]):
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
    return all(k.endswith(endings) or k.startswith(TOPONYM_STARTS) or any(w in k for w in _INNER) for k in keys)


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


def _forbidden(head: Head, separator: Separator | None, end: int, view: str) -> bool:
    """The look-alikes that no evidence excuses."""
    signs = head.tokens
    if signs[0] == "T" and not (head.tags[0].ids or head.tags[0].domain or _STATION.fullmatch(head.tags[0].names[0])):
        return True
    rest = view[end : end + 60].strip()
    known_tag = head.known_tag
    if signs == "TSP" and separator and separator.strength == "weak" and head.places and not head.places.capitals:
        return True
    if separator is None and signs == "P":
        return view[head.start] != "(" or view[end - 1] != " " or len(rest) < 25 or _in_lower_case(view, end)
    if separator is None:
        return not known_tag or (not _signed_alone(head, view, end) if signs == "T" else _bare_name(head, view, end))
    if separator.strength == "tight" and not (signs.endswith("T") and known_tag):
        return True
    if separator.strength == "line":
        return signs in {"D", "T"} or not rest or (signs == "P" and not _own_paragraph(head, separator, view))
    if signs == "D":
        return _no_date_lead(head, separator, rest)
    if signs in {"P", "T"}:
        opens = signs == "T" and separator.strength == "weak" and _by_agency(head) and view[head.start] == "("
        return (
            len(rest) < (5 if head.places and head.places.region else 20)
            or (
                signs == "P"
                and (
                    _no_place_lead(
                        head, rest, view[end : view.find("\n", end) if "\n" in view[end:] else len(view)].rstrip()
                    )
                    or _caption(head, view, end)
                )
            )
            or (signs == "T" and separator.strength != "strong" and not opens)
        )
    return False


def _own_paragraph(head: Head, separator: Separator, view: str) -> bool:
    """Whether a place stands as a paragraph of its own before the text: capitals, well known or with its country."""
    p = head.places
    known = p is not None and (p.region or (is_city(p) and plain(p.names[0]) not in AMBIGUOUS))
    line = view[separator.end : separator.end + 100].split("\n", 1)[0]
    return p is not None and p.capitals and known and len(line) >= 80


def _bare_name(head: Head, view: str, end: int) -> bool:
    """Whether text without a separator cannot begin here: lower case, or a place that no evidence supports."""
    if head.tokens == "TP":
        return not (head.places and head.places.known)
    if head.tokens == "PDST" and view[head.start] < "Ѐ":
        return True  # "CITY, May 3 - Reuters Holdings said": the sentence's subject
    supported = (
        head.date
        or (head.places and (head.places.capitals or head.places.known))
        or (_by_agency(head) and head.places and " " not in head.places.names[0].replace(" ", "", 1))
    )
    return not supported or _in_lower_case(view, end)


def _by_agency(head: Head) -> bool:
    """Whether a bracketed tag is that of an agency, not of a company or a paper that a sentence may name."""
    return any(t.bracketed and i in BY_ID and BY_ID[i].kind == "agency" for t in head.tags for i in t.ids)


def _signed_alone(head: Head, view: str, end: int) -> bool:
    """Whether an agency's tag in brackets opens the text by itself: "(Belga) Le pont…"."""
    return _by_agency(head) and view[head.start] in "([/" and view[end - 1] == " " and not _in_lower_case(view, end)


def _no_date_lead(head: Head, separator: Separator, rest: str) -> bool:
    """A date alone leads only before an em dash and a sentence."""
    mark = head.view[separator.start : separator.end].strip()
    word_first = head.view[head.start].isalpha()
    if head.shouting or (head.date and head.date.weekday) or (mark == "–" and not word_first):
        return True
    return (
        mark not in {"—", "--", "―", "–"}
        or len(rest) < 20
        or not (rest[0].isalpha() or rest[0] in "\"'“„«<¡¿")
        or not head.view[head.start].isalnum()
    )


def _no_place_lead(head: Head, rest: str, line: str) -> bool:
    """A place alone does not lead into a figure, nor into a list of dashes or the score of a match."""
    known = head.places is not None and (head.places.known or head.places.region)
    if head.places and not head.places.capitals and (_second_place(rest) or not _sentence(rest, line)):
        return True
    if rest[0].isdigit():
        return not known
    if not known and all(word.isupper() for word in [w for w in rest.split() if w.isalpha()][:3]):
        return True
    return rest.count(" - ") + rest.count(" -- ") >= (2 if known else 1) and not rest[0].isupper()


def _sentence(rest: str, line: str) -> bool:
    """Whether the paragraph is a text and no headline: it is long, or it ends as sentences do."""
    return len(line) >= 160 or line.endswith(_SENTENCE_ENDS) or (len(rest) >= 60 and ". " in line)


def _second_place(rest: str) -> bool:
    """Whether a second well-known place follows and no sentence ("Madrid - Sevilla in two hours")."""
    words = rest.replace(",", " ,").replace(":", " :").split(" ")
    return any(plain(" ".join(words[:n])) in CITIES for n in (1, 2, 3))


def _caption(head: Head, view: str, end: int) -> bool:
    """Whether a date and a colon follow, as in a photo's caption ("CITY, ST.- MAY 4: …"), or a date after a title."""
    printed = dates.read(view, end, head.language)
    known = head.places is not None and (head.places.known or head.places.region)
    return printed is not None and (view[printed.end : printed.end + 1] == ":" or not known)


def _in_lower_case(view: str, end: int) -> bool:
    """Whether the text goes on in lower case; brand names such as iPhone do not count."""
    return view[end : end + 1].islower() and not view[end + 1 : end + 2].isupper()
