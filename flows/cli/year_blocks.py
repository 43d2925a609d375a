"""Days as a calendar on the terminal: a row for each day of the week, a column for each week, a block for each year.

Every state has a letter of its own, so that nothing is lost where there is no colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from rich.text import Text

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MARGIN = 5
"""Cells before the first week."""

PARTS = (1, 2, 3, 4, 6, 12)
"""How many blocks a year is split into: as few as fit."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state looks and what it is called."""

    sign: str
    plain: str  # where only ASCII can be shown
    style: str
    word: str


MARKS: Mapping[str, Mark] = {
    "complete": Mark("■", "#", "green", "complete"),
    "confirmed_empty": Mark("·", ".", "dim", "confirmed empty"),
    "known": Mark("k", "k", "cyan", "known, will stay"),
    "thin": Mark("t", "t", "yellow", "thin"),
    "partial": Mark("p", "p", "bold yellow", "partial"),
    "unlisted": Mark("u", "u", "bold magenta", "unlisted"),
    "unreachable": Mark("x", "x", "bold red", "unreachable"),
    "never_tried": Mark("n", "n", "bold blue", "never tried"),
    "open": Mark("~", "~", "dim", "not over yet"),
}


def calendar(states: Mapping[date, str], width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """The lines of a calendar no wider than `width`, with a blank line after each block."""
    for year in sorted({day.year for day in states}):
        for first, last in _parts(year, width):
            if any(first <= day <= last for day in states):
                yield from _block(states, first, last, ascii_only)


def legend(counts: Mapping[str, int], width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """What the marks that occur mean, and how many days they are."""
    line = Text()
    for state, mark in MARKS.items():
        if not counts.get(state):
            continue
        entry = Text.assemble((_sign(mark, ascii_only), mark.style), f" {mark.word} {counts[state]:,}")
        if line and len(line) + 3 + len(entry) > width:
            yield line
            line = Text()
        line = Text("   ").join([line, entry]) if line else entry
    yield line


def _parts(year: int, width: int) -> Iterator[tuple[date, date]]:
    """The first and the last day of each block of a year."""
    weeks = max(width - MARGIN, 6)
    count = next((parts for parts in PARTS if 53 / parts + 1 <= weeks), 12)
    months = 12 // count
    for month in range(1, 13, months):
        end = date(year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
        yield date(year, month, 1), end - timedelta(days=1)


def _block(states: Mapping[date, str], first: date, last: date, ascii_only: bool) -> Iterator[Text]:
    start = first - timedelta(days=first.weekday())
    weeks = (last - start).days // 7 + 1
    yield Text(f"{first.year:<{MARGIN}}{_months(start, first, last)}".rstrip(), style="bold")
    for weekday, name in enumerate(NAMES):
        row = [start + timedelta(days=7 * week + weekday) for week in range(weeks)]
        yield _row(name, [states.get(day) if first <= day <= last else None for day in row], ascii_only)
    yield Text()


def _months(start: date, first: date, last: date) -> str:
    """The names of the months, each above the week in which it begins."""
    line = ""
    for month in range(first.month, last.month + 1):
        place = (date(first.year, month, 1) - start).days // 7
        line = line.ljust(place) + f"{date(first.year, month, 1):%b}"
    return line


def _row(name: str, states: Sequence[str | None], ascii_only: bool) -> Text:
    row = Text(f"{name:<{MARGIN}}", style="")
    for state, days in groupby(states):
        count = len(list(days))
        row.append(_sign(MARKS[state], ascii_only) * count, MARKS[state].style) if state else row.append(" " * count)
    row.rstrip()
    return row


def _sign(mark: Mark, ascii_only: bool) -> str:
    return mark.plain if ascii_only else mark.sign
