"""The regular expression of a site's article addresses, inferred from addresses that are known to be articles.

Careful on purpose: a part that is the same everywhere stays as it is, a part that varies becomes `[^/]+`, and the day
becomes named groups where the path spells it. What the pattern leaves out is counted, so that a person can widen it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.probing.records import Pattern
from parsers import urls

FEWEST = 3
"""Addresses below which no pattern is seen in them."""
MOST_SHAPES = 3
ENOUGH = 0.95
"""Share of the addresses after which no further shape is taken in."""
SMALLEST_SHARE = 0.05

_YEAR, _YY, _MONTH, _DAY = r"(?P<year>(?:19|20)\d\d)", r"(?P<yy>\d\d)", r"(?P<month>\d\d?)", r"(?P<day>\d\d?)"
_TWO_MONTH, _TWO_DAY = r"(?P<month>\d\d)", r"(?P<day>\d\d)"
_WORD = r"(?P<month>[a-z]{3,9})"
# How paths spell a day, the fullest first; the pattern of a form is what goes into the result.
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?<=/){_YEAR}/{_MONTH}/{_DAY}(?=/)",
        rf"(?<=/){_YEAR}/{_WORD}/{_DAY}(?=/)",
        rf"(?<![\d]){_YEAR}-{_TWO_MONTH}-{_TWO_DAY}(?!\d)",
        rf"(?<=/){_YEAR}/{_TWO_MONTH}{_TWO_DAY}(?!\d)",
        rf"(?<!\d){_YEAR}{_TWO_MONTH}{_TWO_DAY}(?!\d)",
        rf"(?<=/)(?P<year>(?:19|20)\d\d)/(?:[^/]+/)*{_YY}{_TWO_MONTH}{_TWO_DAY}(?=[_-])",
        rf"(?<=/){_YEAR}/{_MONTH}(?=/)",
        rf"(?<=/){_YEAR}(?=/)",
    )
)
_NAMED = re.compile(r"\(\?P<\w+>")
_EXTENSION = re.compile(r"\.[a-z]{2,5}\d?$")
_ID = re.compile(r"-\d{3,}$")
_END = r"(?:[?#]|$)"
_HOST = "^https?://[^/]+"


@dataclass(frozen=True, slots=True)
class Shape:
    """How an address is built: the form of its day, and how many parts stand before and behind it."""

    form: int | None
    before: int
    behind: int
    ending: str  # .html, / or nothing


@dataclass(frozen=True, slots=True)
class Split:
    """A path taken apart at its day."""

    before: str
    behind: str


def infer(addresses: Iterable[str], others: Sequence[str] = ()) -> Pattern | None:
    """The pattern of article addresses; `others` are links that are not known to be articles. None: too few to see one."""
    paths = list(dict.fromkeys(_path(address) for address in addresses))
    groups: dict[Shape, list[Split]] = defaultdict(list)
    for path in paths:
        shape, split = _taken_apart(path)
        groups[shape].append(split)
    if len(paths) < FEWEST:
        return None
    taken = _largest(groups, len(paths))
    regex = _joined([_regex(shape, groups[shape]) for shape in taken])
    fits = sum(bool(re.search(regex, f"https://host{path}")) for path in paths)
    dated = bool(taken) and taken[0].form is not None and taken[0].form < len(FORMS) - 2
    return Pattern(regex, fits, len(paths), dated, tuple(_notes(regex, paths, others)))


def build(address: str) -> tuple[Shape, str]:
    """How an address is built, and the part of its path that names a section, where it has one."""
    shape, split = _taken_apart(_path(address))
    parts = (split.before or split.behind).split("/")[1:]
    return shape, parts[0] if len(parts) > 1 else ""


def either(regexes: Sequence[str]) -> str:
    """The pattern of what fits one of several patterns."""
    return _joined([regex.removeprefix(_HOST) for regex in regexes])


def _path(address: str) -> str:
    parts = urlsplit(urls.canonical(address))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _taken_apart(path: str) -> tuple[Shape, Split]:
    """The shape of one path and its parts."""
    for number, form in enumerate(FORMS):
        if (match := form.search(path)) and _is_calendar(match):
            before, behind = path[: match.start()], path[match.end() :]
            return Shape(number, before.count("/"), behind.count("/"), _ending(path)), Split(before, behind)
    return Shape(None, 0, path.count("/"), _ending(path)), Split("", path)


def _is_calendar(match: re.Match[str]) -> bool:
    named = match.groupdict()
    month, day, yy = named.get("month") or "1", named.get("day") or "1", named.get("yy")
    fits = yy is None or named["year"].endswith(yy)
    return fits and (not month.isdigit() or 1 <= int(month) <= 12) and 1 <= int(day) <= 31


def _ending(path: str) -> str:
    if path.endswith("/"):
        return "/"
    found = _EXTENSION.search(path.partition("?")[0])
    return found.group() if found else ""


def _largest(groups: dict[Shape, list[Split]], total: int) -> list[Shape]:
    """The commonest shapes that together cover enough; the first has the day where any has it."""
    taken: list[Shape] = []
    for shape in sorted(groups, key=lambda shape: -len(groups[shape])):
        covered = sum(len(groups[one]) for one in taken)
        if len(taken) == MOST_SHAPES or covered >= ENOUGH * total:
            break
        if not taken or len(groups[shape]) >= max(2, SMALLEST_SHARE * total):
            taken.append(shape)
    return sorted(taken, key=lambda shape: shape.form if shape.form is not None else len(FORMS))


def _joined(regexes: list[str]) -> str:
    """One expression; names of groups can stand in the first alternative only."""
    regexes = [regexes[0], *(_NAMED.sub("(?:", regex) for regex in regexes[1:])]
    inner = regexes[0] if len(regexes) == 1 else f"(?:{'|'.join(regexes)})"
    return f"{_HOST}{inner}"


def _regex(shape: Shape, splits: list[Split]) -> str:
    before = _columns([split.before.split("/") for split in splits], is_end=shape.form is None and shape.behind == 0)
    behind = _columns([split.behind.split("/") for split in splits], is_end=True)
    day = FORMS[shape.form].pattern.partition(")")[2] if shape.form is not None else ""
    day = re.sub(r"\(\?[=!][^)]*\)$", "", day)
    regex = (before + day + behind).replace("(?:19|20)\\d\\d", r"\d{4}")
    if any("?" in split.behind for split in splits):
        return regex + "$"
    return regex.removesuffix("/") + "/?" + _END if shape.ending == "/" else regex + _END


def _columns(rows: list[list[str]], is_end: bool) -> str:
    """The parts of many paths, one below the other, as one expression."""
    columns = list(zip(*rows, strict=True))
    last = max((place for place, column in enumerate(columns) if any(column)), default=-1)
    return "/".join(_column(list(column), is_end and place == last) for place, column in enumerate(columns))


def _column(parts: list[str], is_slug: bool) -> str:
    """One part of a path as an expression: itself, its digits, or anything between the marks that all have."""
    if len(set(parts)) == 1 and (len(parts) > 1 or not is_slug):
        return _plain(parts[0])
    templates = {re.sub(r"\d+", "0", part) for part in parts}
    if len(templates) == 1 and any(character.isdigit() for character in parts[0]):
        return _plain(templates.pop()).replace("0", r"\d+")
    endings = {_ending(part) for part in parts}
    ending = endings.pop() if len(endings) == 1 else ""
    stems = [part.removesuffix(ending) for part in parts]
    lead = _mark(stems)
    stems = [stem.removeprefix(lead) for stem in stems]
    return _plain(lead) + _slug(stems, is_slug) + _plain(ending)


def _plain(text: str) -> str:
    """Text as an expression that means it; a hyphen needs no escape outside brackets."""
    return re.escape(text).replace(r"\-", "-")


def _slug(stems: list[str], is_slug: bool) -> str:
    """What varies: with its number, or with as many words as all of them have."""
    if all(_ID.search(stem) for stem in stems):
        return r"[^/]+-\d+"
    if any("?" in stem or not stem for stem in stems):
        return "[^/]*"
    if is_slug and len(stems) >= FEWEST and all(stem.count("-") >= 2 for stem in stems):
        return "[^/-]+(?:-[^/-]+){2,}"
    return "[^/]+"


def _mark(stems: list[str]) -> str:
    """The sign that all begin with, as the line below of 170922_slug."""
    first = stems[0][:1]
    return first if first in "_-." and all(stem.startswith(first) for stem in stems) else ""


def _notes(regex: str, paths: list[str], others: Sequence[str]) -> Iterable[str]:
    """What the pattern leaves out, and what else it lets in."""
    missed = [path for path in paths if not re.search(regex, f"https://host{path}")]
    if missed:
        yield f"It does not fit {len(missed)} of them, for example {missed[0]}"
    known = set(paths)
    also = [path for path in map(_path, others) if path not in known and re.search(regex, f"https://host{path}")]
    if also:
        yield f"It also fits {len(also)} other links of the home page, for example {also[0]}"
    if "{2,}" in regex:
        yield "Titles in the address have three words or more, which keeps pages such as /about/ out."
