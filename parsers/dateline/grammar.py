"""The grammar: tokens from left to right, the longest known order of them that has enough evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.dateline import dates, evidence, places, tokens
from parsers.dateline.head import Head
from parsers.dateline.tokens import Separator, Tag
from parsers.records import Profile
from parsers.view import capitalised
from parsers.vocabulary import ORDERS, Order

WINDOW = 260  # characters of a paragraph in which its dateline must end
MOST_TOKENS = 8
_HEAD = re.compile(r"[\d(\[/|—–―_:=\n.\-।]")
_QUALIFIERS = re.compile(r"(?:\s{0,3}\[[A-Z0-9\"\'][^\[\]\n]{1,240}\]){1,8}\s{0,3}")
_LETTERED = re.compile(r"[^\W\d_]")


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
    view: str,
    text: str,
    start: int,
    language: str | None,
    profile: Profile | None,
    threshold: float,
    *,
    colon: bool = False,
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
    head = Head(view[:stop], text, start, language, shouting=folded or not lower, colon=colon, own=own)
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
    if head.tokens not in {"PD", "TD", "PSTD", "PTD"} or view[after - 1] != "." or view[after : after + 1] != " ":
        return None
    return tokens.Separator(after - 1, after + 1, "weak")


def _ahead(head: Head, at: int) -> bool:
    """Whether another part follows without a separator: a date, a tag, or a place after a date or tag."""
    view = head.view
    if at >= len(view) or view[at] in "-–—―_:|=":
        return False
    if _date(head, at):
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
    if not head.tokens and (end := _opening(head, at)):
        return end
    if view[at] in "([/|" and (end := _bracket(head, at)):
        return end
    printed = _date(head, at)
    if printed:
        head.date = printed
        head.tokens += "D"
        return printed.end
    if len(head.tags) < 2 and (tag := tokens.bare(view, text, at, opens=head.places is None)):
        return _tag(head, tag)
    signed = head.tokens.endswith("ST") or (head.tokens.endswith("TS") and head.places and not head.byline)
    if signed and (name := tokens.author(view, text, at, capitals=head.tokens.endswith("TS"))):
        head.byline = name.name
        head.tokens += "B"
        return name.end
    return _places(head, at)


def _opening(head: Head, at: int) -> int | None:
    """A byline, or a place alone in brackets, which only stand before everything else."""
    view, text = head.view, head.text
    by = tokens.after_by(view, at)
    if by > 0 and (line := tokens.byline(view, text, by) or places.after_byline(view, text, by)):
        head.tokens, head.byline = "B", line.name
        return line.end
    if view[at] == "(" and (alone := places.in_brackets(view, text, at, head.shouting)):
        head.places, head.tokens = alone, "P"
        return _dated_bracket(head, alone.end) if view[alone.end] == "," else alone.end
    return None


def _dated_bracket(head: Head, at: int) -> int | None:
    """The end of "(City, May 3, 2020)" whose place ends at `at`; None when no date closes the bracket."""
    printed = head.date_at(at + 2)
    if not printed or head.view[printed.end : printed.end + 1] != ")":
        return None
    head.date = printed
    head.tokens += "D"
    return printed.end + 1


def _date(head: Head, at: int) -> dates.Printed | None:
    """The date at `at`; a day alone only between a place and a bracket ("CITY, 5 (TAG)")."""
    if head.date:
        return None
    printed = head.date_at(at)
    if printed or head.tokens != "P" or not head.view[at : at + 1].isdigit():
        return printed
    return dates.day_alone(head.view, at)


def _bracket(head: Head, at: int) -> int | None:
    """A bracket: the date, the region of the place before it, or a tag."""
    view, text = head.view, head.text
    if head.date is None and (printed := head.date_at(at + 1)) and view[printed.end : printed.end + 1] in ")]":
        head.date = printed
        head.tokens += "D"
        return printed.end + 1
    tag = tokens.bracketed(view, text, at, head.language, head.own)
    region = places.with_region(head.places, view, text) if head.places and head.tokens.endswith("P") else None
    named = head.places is not None and head.places.region
    if region and not (tag and tag.ids) and ((region.region and not named) or _more_follows(head, region.end)):
        head.places = region
        return region.end
    return _tag(head, tag) if tag and len(head.tags) < 2 else None


def _more_follows(head: Head, at: int) -> bool:
    """Whether a date or a second bracket follows, so that the bracket before it was no tag."""
    at = _joined(head.view, at)
    return head.view[at : at + 1] in {"(", "["} or head.date_at(at) is not None


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
    if found and head.tokens.endswith("TS") and not places.is_city(found) and _sentence(head, found):
        return None
    if found and len(found.names) == 2 and (signed := places.with_writer(found, head.view, head.text)):
        found, head.byline = signed
    if found and head.tokens.endswith("T"):
        following = tokens.separator(head.view, found.end)
        if not following and head.view[found.end : found.end + 1] not in {",", " ", "("}:
            return None
        if not following and not head.date_at(_joined(head.view, found.end)):
            bracket = head.view[found.end : found.end + 2].lstrip()[:1] in {"(", "/"}
            found = found if bracket else places.known_at(head.view, head.text, at)
    if not found:
        return None
    head.places = found
    head.tokens += "P"
    return found.end


def _sentence(head: Head, found: places.Places) -> bool:
    """Whether what follows a tag is the text already: no dash, date or bracket behind the name."""
    after = tokens.separator(head.view, found.end)
    if after and after.strength == "strong":
        return False
    at = _joined(head.view, found.end)
    return not (head.date_at(at) or head.view[at : at + 1] in {"(", "["})


def _ends(
    head: Head, after: int, separator: tokens.Separator | None, profile: Profile | None, view: str
) -> list[Candidate]:
    """The reading that ends here, if the tokens so far are an order."""
    signs = head.tokens + ("S" if separator else "")
    order = ORDERS.get(signs)
    if order is None or (signs == "P" and view[head.start] != "("):
        return []
    end = (
        separator.end if separator else after + len(view[after : after + 3]) - len(view[after : after + 3].lstrip(" "))
    )
    if found := _QUALIFIERS.match(view, end) if head.date and separator and separator.strength == "strong" else None:
        end = found.end()
    confidence = evidence.confidence(head, order, separator, end, profile, view)
    return [Candidate(order, end, head.places, head.date, tuple(head.tags), head.byline, separator, confidence)]
