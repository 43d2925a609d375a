"""The look-alikes that no evidence excuses: what stands behind a would-be dateline, or in it, and makes it none."""

from __future__ import annotations

from parsers.agencies import BY_ID
from parsers.dateline import dates
from parsers.dateline.head import Head
from parsers.dateline.places import is_city
from parsers.dateline.tokens import Separator
from parsers.view import plain
from parsers.vocabulary import AMBIGUOUS, CITIES

_SENTENCE_ENDS = (".", "!", "?", "…", '."', '!"', '?"', ".”", ".»", "“", "”", "»", ".)", "。", "।", "؟", "[…]", ":")


def forbidden(head: Head, separator: Separator | None, end: int, view: str) -> bool:
    """Whether a reading that ends at `end` is a look-alike."""
    signs, rest = head.tokens, view[end : end + 60].strip()
    tag = head.tags[0] if head.tags else None
    if signs[0] == "T" and tag and not (tag.ids or tag.domain or tag.station):
        return True
    if signs == "PT" and tag and not tag.ids and len(tag.names[0]) < 3 and head.places and not head.places.capitals:
        return True  # "Madrid (CF) - ": two letters behind a name are an abbreviation
    if separator is None:
        return _unseparated(head, rest, view, end)
    if separator.strength == "tight" and not (signs.endswith("T") and head.known_tag):
        return True
    if separator.strength == "line":
        return signs in {"D", "T"} or not rest or (signs == "P" and not _own_paragraph(head, separator, view))
    if signs == "TSP":
        return separator.strength == "weak" and head.places is not None and not head.places.capitals
    if signs == "D":
        return _no_date_lead(head, separator, rest)
    if signs == "T":
        opens = separator.strength == "strong" or (_by_agency(head) and view[head.start] == "(")
        return len(rest) < 20 or not opens
    return signs == "P" and (_no_place_lead(head, rest, _line(view, end)) or _caption(head, view, end))


def _unseparated(head: Head, rest: str, view: str, end: int) -> bool:
    """Whether no text can begin at `end`, right behind a part."""
    if head.tokens == "P":
        return view[head.start] != "(" or view[end - 1] != " " or len(rest) < 25 or in_lower_case(view, end)
    if not head.known_tag:
        return True
    return not _signed_alone(head, view, end) if head.tokens == "T" else _bare_name(head, view, end)


def _line(view: str, end: int) -> str:
    """The rest of the paragraph from `end` on."""
    stop = view.find("\n", end)
    return view[end : stop if stop >= 0 else len(view)].rstrip()


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
    return not supported or in_lower_case(view, end)


def _by_agency(head: Head) -> bool:
    """Whether a bracketed tag is that of an agency, not of a company or a paper that a sentence may name."""
    return any(t.bracketed and i in BY_ID and BY_ID[i].kind == "agency" for t in head.tags for i in t.ids)


def _signed_alone(head: Head, view: str, end: int) -> bool:
    """Whether an agency's tag in brackets opens the text by itself: "(Belga) Le pont…"."""
    return _by_agency(head) and view[head.start] in "([/" and view[end - 1] == " " and not in_lower_case(view, end)


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
    if len(rest) < (5 if head.places and head.places.region else 20):
        return True
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


def in_lower_case(view: str, end: int) -> bool:
    """Whether the text goes on in lower case; brand names such as iPhone do not count."""
    return view[end : end + 1].islower() and not view[end + 1 : end + 2].isupper()
