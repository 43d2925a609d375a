"""The grammar: tokens from left to right, the longest known order of them that has enough evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.dateline import dates, places, tokens
from parsers.dateline.tokens import Separator, Tag
from parsers.records import Profile
from parsers.view import capitalised
from parsers.vocabulary import EVIDENCE, ORDERS, Order

WINDOW = 260  # characters of a paragraph in which its dateline must end
MOST_TOKENS = 8
_HEAD = re.compile(r"[\d(\[/|—–―_:=\n.\-]")
_QUALIFIERS = re.compile(r"(?:\s{0,3}\[[A-Z0-9\"\'][^\[\]\n]{1,240}\]){1,8}\s{0,3}")
_LETTERED = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Head:
    """What has been read of one paragraph's opening so far."""

    view: str
    text: str
    start: int
    language: str | None
    shouting: bool  # the paragraph has no lower-case letters, so capitals say nothing
    tokens: str = ""
    places: places.Places | None = None
    date: dates.Printed | None = None
    own: str | None = None  # id of the outlet's own agency: its tag is known, whoever it is
    tags: list[Tag] = field(default_factory=list)
    byline: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read the opening: an order of tokens that ends at `end`, after its separator and blanks."""

    order: Order
    end: int
    places: places.Places | None
    date: dates.Printed | None
    tags: tuple[Tag, ...]
    byline: str | None
    separator: Separator | None
    confidence: float


def read(
    view: str, text: str, start: int, language: str | None, profile: Profile | None, threshold: float
) -> Candidate | None:
    """The best reading of the paragraph that begins at `start`; None when it opens with no dateline."""
    stop = min(len(view), start + WINDOW)
    if not _HEAD.search(view, start, min(stop, start + 110)):
        return None
    window = view[start:stop]
    lower = window.upper() != window
    folded = lower and window.lower() == window and _LETTERED.search(window) is not None
    if folded:
        view = view[:start] + capitalised(window) + view[stop:]
    own = profile.info_source if profile else None
    head = Head(view[:stop], text, start, language, shouting=folded or not lower, own=own)
    candidates = _candidates(head, profile, view)
    return next((c for c in reversed(candidates) if c.confidence >= threshold), None)


def _candidates(head: Head, profile: Profile | None, view: str) -> list[Candidate]:
    """Every order that the opening fulfils, the shortest first."""
    found: list[Candidate] = []
    at = tokens.stamp(head.view, head.start)
    while len(head.tokens) < MOST_TOKENS and (after := _token(head, at)):
        separator = tokens.separator(head.view, after) or _abbreviation_stop(head, after)
        found += _ends(head, after, separator, profile, view)
        at = _joined(head.view, after)
        if _ahead(head, at):
            continue
        if separator is None or separator.strength == "line" or separator.start == separator.end:
            break
        head.tokens += "S"
        at = separator.end
    return found


def _abbreviation_stop(head: Head, after: int) -> tokens.Separator | None:
    """The full stop of an abbreviated month, where it also ends the dateline ("CITY, 3 JAN. Text")."""
    view = head.view
    if not head.tokens.endswith("PD") or view[after - 1] != "." or view[after : after + 1] != " ":
        return None
    return tokens.Separator(after - 1, after + 1, "weak")


def _ahead(head: Head, at: int) -> bool:
    """Whether another part follows without a separator: a date, a tag, or a place after a date or tag."""
    view = head.view
    if at >= len(view) or view[at] in "-–—―_:|=":
        return False
    if head.date is None and dates.read(view, at, head.language):
        return True
    if ("T" not in head.tokens or head.tokens[-1] == "P") and (
        tokens.is_bracket(view, at) or tokens.bare(view, head.text, at)
    ):
        return True
    if head.tokens.endswith("ST") and tokens.author(view, head.text, at):
        return True
    return head.places is None and view[at - 1 : at] in {" ", ",", "\n"} and head.tokens[-1] in "BDT"


def _joined(view: str, at: int) -> int:
    """Where the next token may begin: after blanks, a comma, or the full stop of an abbreviation."""
    while at < len(view) and view[at] in " ,.،、":
        at += 1
    return at


def _token(head: Head, at: int) -> int | None:
    """Reads one more token at `at` into the head; its end, or None when there is none."""
    view, text = head.view, head.text
    if at >= len(view):
        return None
    if not head.tokens and (
        line := tokens.byline(view, text, at) or places.after_byline(view, text, tokens.after_by(view, at))
    ):
        head.tokens, head.byline = "B", line.name
        return line.end
    if not head.tokens and (alone := places.in_brackets(view, text, at, head.shouting)):
        head.places, head.tokens = alone, "P"
        return alone.end
    if view[at] in "([/|" and (end := _bracket(head, at)):
        return end
    if head.date is None and (printed := dates.read(view, at, head.language)):
        head.date = printed
        head.tokens += "D"
        return printed.end
    if len(head.tags) < 2 and (tag := tokens.bare(view, text, at)):
        return _tag(head, tag)
    signed = head.tokens.endswith("ST") or (head.tokens.endswith("TS") and not head.byline)
    if signed and (name := tokens.author(view, text, at, capitals=head.tokens.endswith("TS"))):
        head.byline = name.name
        head.tokens += "B"
        return name.end
    return _places(head, at)


def _bracket(head: Head, at: int) -> int | None:
    """A bracket: the date, the region of the place before it, or a tag."""
    view, text = head.view, head.text
    if (
        head.date is None
        and (printed := dates.read(view, at + 1, head.language))
        and view[printed.end : printed.end + 1] in ")]"
    ):
        head.date = printed
        head.tokens += "D"
        return printed.end + 1
    tag = tokens.bracketed(view, text, at, head.language, head.own)
    region = places.with_region(head.places, view, text) if head.places and head.tokens.endswith("P") else None
    if region and not (tag and tag.ids) and (region.region or _more_follows(head, region.end)):
        head.places = region
        return region.end
    return _tag(head, tag) if tag and len(head.tags) < 2 else None


def _more_follows(head: Head, at: int) -> bool:
    """Whether a date or a second bracket follows, so that the bracket before it was no tag."""
    at = _joined(head.view, at)
    return head.view[at : at + 1] in {"(", "["} or dates.read(head.view, at, head.language) is not None


def _tag(head: Head, tag: Tag) -> int:
    head.tags.append(tag)
    head.date = head.date or tag.date
    head.tokens += "T"
    return tag.end


def _places(head: Head, at: int) -> int | None:
    """A run of places, once in a dateline."""
    if head.places:
        return None
    found = places.read(head.view, head.text, at, head.language, head.shouting)
    if found and head.tokens.endswith("T"):
        following = tokens.separator(head.view, found.end)
        if not following and head.view[found.end : found.end + 1] not in {",", " ", "("}:
            return None
        if not following and not dates.read(head.view, _joined(head.view, found.end), head.language):
            bracket = head.view[found.end : found.end + 2].lstrip()[:1] in {"(", "/"}
            found = found if bracket else places.known_at(head.view, head.text, at)
    if not found:
        return None
    head.places = found
    head.tokens += "P"
    return found.end


def _ends(
    head: Head, after: int, separator: tokens.Separator | None, profile: Profile | None, view: str
) -> list[Candidate]:
    """The reading that ends here, if the tokens so far are an order."""
    signs = head.tokens + ("S" if separator else "")
    order = ORDERS.get(signs)
    if order is None:
        return []
    end = (
        separator.end if separator else after + len(view[after : after + 3]) - len(view[after : after + 3].lstrip(" "))
    )
    if found := _QUALIFIERS.match(view, end) if head.date and separator and separator.strength == "strong" else None:
        end = found.end()
    confidence = _confidence(head, order, separator, end, profile, view)
    return [Candidate(order, end, head.places, head.date, tuple(head.tags), head.byline, separator, confidence)]


def _confidence(
    head: Head, order: Order, separator: tokens.Separator | None, end: int, profile: Profile | None, view: str
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
    if any(t.ids for t in head.tags):
        return EVIDENCE["tag_known"]
    return EVIDENCE["tag_domain"] if any(t.domain for t in head.tags) else EVIDENCE["tag_unknown"]


def _of_places(head: Head, separator: tokens.Separator | None) -> float:
    """What the places are worth."""
    if not head.places:
        return 0.0
    p = head.places
    total = EVIDENCE["place_capitals"] if p.capitals else EVIDENCE["place_mixed"]
    total += EVIDENCE["place_known"] if p.known else 0.0
    total += EVIDENCE["place_region"] if p.region else 0.0
    if p.shaped and not p.known and head.tokens == "P" and separator and separator.strength == "strong":
        total += EVIDENCE["place_shape"]
    return total


def _forbidden(head: Head, separator: tokens.Separator | None, end: int, view: str) -> bool:
    """The look-alikes that no evidence excuses."""
    signs = head.tokens
    rest = view[end : end + 60].strip()
    known_tag = any(t.ids for t in head.tags)
    if separator is None:
        return not known_tag or signs == "T" or _bare_name(head, view, end)
    if separator.strength == "tight" and not (signs.endswith("T") and known_tag):
        return True
    if separator.strength == "line":
        return signs in {"P", "D", "T"} or not rest
    if signs == "D":
        return _no_date_lead(head, separator, rest)
    if signs in {"P", "T"}:
        return (
            len(rest) < 20
            or (signs == "P" and (_no_place_lead(head, rest) or _caption(head, view, end)))
            or (signs == "T" and separator.strength != "strong")
        )
    return False


def _bare_name(head: Head, view: str, end: int) -> bool:
    """Whether text without a separator cannot begin here: lower case, or a place that no evidence supports."""
    if head.tokens == "TP":
        return not (head.places and head.places.known)
    supported = head.date or (head.places and (head.places.capitals or head.places.known))
    return not supported or _in_lower_case(view, end)


def _no_date_lead(head: Head, separator: tokens.Separator, rest: str) -> bool:
    """A date alone leads only before an em dash and a sentence."""
    mark = head.view[separator.start : separator.end].strip()
    return (
        mark not in {"—", "--", "―", "–"}
        or len(rest) < 20
        or not (rest[0].isalpha() or rest[0] in "\"'“„«<¡¿")
        or not head.view[head.start].isalnum()
    )


def _no_place_lead(head: Head, rest: str) -> bool:
    """A place alone does not lead into a figure, nor into a list of dashes or the score of a match."""
    known = head.places is not None and head.places.known
    if rest[0].isdigit():
        return not known
    if not known and all(word.isupper() for word in [w for w in rest.split() if w.isalpha()][:3]):
        return True
    return rest.count(" - ") + rest.count(" -- ") >= (2 if known else 1) and not rest[0].isupper()


def _caption(head: Head, view: str, end: int) -> bool:
    """Whether a date and a colon follow, as in a photo's caption ("CITY, ST.- MAY 4: …")."""
    printed = dates.read(view, end, head.language)
    return printed is not None and view[printed.end : printed.end + 1] == ":"


def _in_lower_case(view: str, end: int) -> bool:
    """Whether the text goes on in lower case; brand names such as iPhone do not count."""
    return view[end : end + 1].islower() and not view[end + 1 : end + 2].isupper()
