"""What the columns of a table of addresses hold, where their names do not say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from flows.lists.named_fields import columns, plain
from parsers.listing import Calendar, read_date

Grid = Sequence[Sequence[str]]

ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)

SOUGHT = {"date": "published", "title": "title"}
"""What is recognised by what a column holds: the name it is given, and under what columns.toml has its names."""

WORDS = 3
"""Words that a headline has, at least, on the average of a column: a desk or an author has fewer."""

LONGEST_TITLE = 300
"""Letters that a headline has at most, on the average of a column: an abstract or the text has more."""

_ANY_DAY = Calendar()
_SIGNS = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # of scripts that put no blank between words
_WORD = re.compile(rf"[{_SIGNS}]|[^\W\d_{_SIGNS}]+")


def names_of(grid: Grid, place: int) -> tuple[tuple[str, ...], str]:
    """Names for the columns of a table without a head, whose addresses are in one of them; and what was taken, in words."""
    width = max(map(len, grid))
    held = {at: cells for at in range(width) if at != place and (cells := _held(grid, at))}
    days = [at for at, cells in held.items() if all(map(is_date, cells))]
    texts = [at for at in held if at not in days and not all(map(ADDRESS.match, held[at]))]
    title = max(
        (at for at in texts if _length(held[at]) <= LONGEST_TITLE), key=lambda at: _length(held[at]), default=None
    )
    known = {place: "url", **dict.fromkeys(days[:1], "date"), **({} if title is None else {title: "title"})}
    names = tuple(known.get(at, f"column {at + 1}") for at in range(width))
    said = ", ".join(f"{name} {names.index(name) + 1}" for name in ("url", "date", "title") if name in names)
    return names, f"has no line that names its columns: these were taken ({said})"


def renamed(head: Sequence[str], grid: Grid, place: int | None = None) -> tuple[tuple[str, ...], str | None]:
    """Names for the columns of a table by its head and, where that says none of our names, by what they hold.

    With `place` its addresses are there, though the head does not say so. The words are None where nothing was guessed or sought.
    """
    names = [plain(name) for name in head]
    held = {at: cells for at, name in enumerate(names) if name not in _every_name() and (cells := _held(grid, at))}
    taken = {} if place is None else {place: "url"}
    held.pop(place if place is not None else -1, None)
    sought = {} if _has(names, "html") or _has(names, "text") else _sought(names, held)
    taken |= {places[0]: wanted for wanted, places in sought.items() if len(places) == 1}
    lacking = list(_lacking(sought)) if held.keys() - taken.keys() else []
    opening = _taken(head, names, taken) if taken else "is read as far as its columns are known"
    said = "; ".join((opening, *lacking)) if taken or lacking else None
    return tuple(taken.get(at, name) for at, name in enumerate(names)), said


def is_date(text: str) -> bool:
    """Whether something is meant to be a date, be it an impossible one."""
    return bool(re.search(r"\d", text)) and bool(
        re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*", text.strip()) or read_date(text, _ANY_DAY).day
    )


def _held(grid: Grid, at: int) -> list[str]:
    return [row[at].strip() for row in grid if at < len(row) and row[at].strip()]


def _every_name() -> set[str]:
    return {name for wanted in ("url", "html", "text", "title", "published", "fetched") for name in columns()[wanted]}


def _has(names: Sequence[str], wanted: str) -> bool:
    return not set(names).isdisjoint(columns()[wanted])


def _sought(names: Sequence[str], held: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    """What the head names no column of, and the columns that may be it by what they hold."""
    dated = [at for at, cells in held.items() if all(map(is_date, cells))]
    days = [at for at in dated if names[at] not in columns()["other_days"]]
    titles = [at for at, cells in held.items() if at not in dated and _are_headlines(cells)]
    found = {"date": days, "title": titles}
    return {wanted: places for wanted, places in found.items() if not _has(names, SOUGHT[wanted])}


def _are_headlines(cells: Sequence[str]) -> bool:
    words = sum(len(_WORD.findall(cell)) for cell in cells if not ADDRESS.match(cell))
    return words >= WORDS * len(cells) and _length(cells) <= LONGEST_TITLE


def _length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / len(cells)


def _taken(head: Sequence[str], names: Sequence[str], taken: Mapping[int, str]) -> str:
    """What was taken for what, that which the head says included."""
    by_name = {name: at for at, name in reversed(list(enumerate(names))) for name in _meant(name)}
    by_name |= {name: at for at, name in taken.items()}
    said = [
        f"{name} {by_name[name] + 1}" + (f" {head[by_name[name]].strip()!r}" if by_name[name] in taken else "")
        for name in ("url", "date", "title")
        if name in by_name
    ]
    return f"has names in its first line that are not known: these were taken ({', '.join(said)})"


def _meant(name: str) -> Iterator[str]:
    """What is taken from a column of this name."""
    yield from (ours for ours, wanted in (("url", "url"), *SOUGHT.items()) if name in columns()[wanted])


def _lacking(sought: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """What is not there, or may be in several columns, and how it is named."""
    for wanted, places in sought.items():
        if not places:
            yield f"no column of {wanted}s was found: name one {wanted}"
        elif len(places) > 1:
            said = ", ".join(str(at + 1) for at in places)
            yield f"the columns {said} may each be its {wanted}, and none was taken: name one {wanted}"
