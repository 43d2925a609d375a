"""Rows as a table that fits the terminal, printed as they come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from flows.cli import prose
from flows.cli.app import out

MEASURED = 1_000
"""Rows that are looked at before the widths are settled; more may follow, and are cut to those widths."""

NARROWEST = 8
"""A column that must give way keeps this many cells; where not even that is possible, each row becomes a block."""

GAP = "  "
NULL = "NULL"

_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_NUMBERS = {int, float, Decimal}


def as_table(columns: list[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> int:
    """Print rows as a table as wide as the terminal, and return how many they were; without a terminal nothing is cut."""
    waiting = iter(rows)
    first = list(islice(waiting, MEASURED))
    widths = fitted(_natural(columns, first), out.width if out.is_terminal else None)
    if title:
        prose.say(out, title, style="bold")
    if widths is None:
        count = _print_blocks(columns, chain(first, waiting))
    else:
        count = _print_lines(columns, widths, _numeric(columns, first), chain(first, waiting))
    if title is None:
        out.print(Text(f"{count:,} row{'' if count == 1 else 's'}", style="dim"))
    return count


def fitted(natural: Sequence[int], room: int | None) -> list[int] | None:
    """The widths of columns that together fill at most `room` cells: short ones whole, long ones alike; None if hopeless."""
    if room is None:
        return list(natural)
    left = room - len(GAP) * (len(natural) - 1)
    if sum(min(width, NARROWEST) for width in natural) > left:
        return None
    widths = list(natural)
    by_width = sorted(range(len(natural)), key=lambda place: natural[place])
    for done, place in enumerate(by_width):
        share = left // (len(natural) - done)
        widths[place] = min(natural[place], share)
        left -= widths[place]
    return widths


def fits(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a table of these rows has room without a cell being cut."""
    widths = _natural(list(columns), list(rows))
    return not out.is_terminal or sum(widths) + len(GAP) * (len(widths) - 1) <= out.width


def as_entries(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    """Print rows as a table; where a cell would be cut, as entries: the first two cells, and below them what the others say."""
    if fits(columns, rows):
        as_table(list(columns), rows, title=title)
        return
    prose.say(out, title, style="bold")
    margin = max(cell_len(row[0]) for row in rows)
    for name, text, *more in rows:
        hung(name + " " * (margin - cell_len(name)), text)
        said = [f"{column}: {value}" for column, value in zip(columns[2:], more, strict=True) if value]
        hung(" " * margin, "; ".join(said))


def hung(name: str, text: str) -> None:
    """Print a name and what belongs to it, set in a block of its own where there is a terminal to be filled."""
    text = harmless(text)
    room = max(20, out.width - cell_len(name) - 1)
    lines = prose.lines(text, room) if out.is_terminal else [text]
    for number, line in enumerate(lines):
        head = name if number == 0 else " " * cell_len(name)
        out.print(Text.assemble((head, "bold"), " ", line), soft_wrap=True)


def cell(value: Any) -> str:
    """A value as a person wants to see it in a cell: one line, dates as ISO, lists without brackets."""
    if value is None:
        return NULL
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {cell(item)}" for name, item in value.items()) + "}"
    return harmless(" ".join(value.split())) if isinstance(value, str) else str(value)


def harmless(text: str) -> str:
    """Text without the control characters by which a page could steer the terminal; line ends stay."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _natural(columns: list[str], rows: list[Sequence[Any]]) -> list[int]:
    return [
        max([cell_len(name), *(cell_len(cell(row[place])) for row in rows)], default=0)
        for place, name in enumerate(columns)
    ]


def _numeric(columns: list[str], rows: list[Sequence[Any]]) -> list[bool]:
    """Which columns hold numbers only, and so are set flush right."""
    kinds = [{type(row[place]) for row in rows} - {type(None)} for place in range(len(columns))]
    return [bool(kind) and kind <= _NUMBERS for kind in kinds]


def _print_lines(columns: list[str], widths: list[int], right: list[bool], rows: Iterable[Sequence[Any]]) -> int:
    head = [
        Text(_set(name, width, flush), style="bold") for name, width, flush in zip(columns, widths, right, strict=True)
    ]
    out.print(_line(head), soft_wrap=True)
    out.print(Text(GAP.join("─" * width for width in widths), style="dim"), soft_wrap=True)
    count = 0
    for block in _in_blocks(rows):
        lines = [
            _line([_cell(value, width, flush) for value, width, flush in zip(row, widths, right, strict=True)])
            for row in block
        ]
        out.print(Text("\n").join(lines), soft_wrap=True)
        count += len(block)
    return count


def _print_blocks(columns: list[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print each row as lines of name and value: there are too many columns to stand side by side."""
    names = max(map(cell_len, columns))
    room = max(out.width - names - len(GAP), NARROWEST)
    count = 0
    for count, row in enumerate(rows, start=1):
        out.print(Text(f"── {count} " + "─" * max(0, names - len(str(count)) - 4), style="dim"), soft_wrap=True)
        for name, value in zip(columns, row, strict=True):
            line = [
                Text(set_cell_size(name, names), style="bold"),
                _cell(value, min(cell_len(cell(value)), room), False),
            ]
            out.print(_line(line), soft_wrap=True)
    return count


def _line(cells: list[Text]) -> Text:
    line = Text(GAP).join(cells)
    line.rstrip()
    return line


def _cell(value: Any, width: int, flush: bool) -> Text:
    return Text(_set(cell(value), width, flush), style="dim italic" if value is None else "")


def _set(text: str, width: int, flush: bool) -> str:
    """Text in exactly so many cells, with an ellipsis where it was cut."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else "…"[:width]
    return " " * (width - length) + text if flush else text + " " * (width - length)


def _in_blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    waiting = iter(rows)
    while block := list(islice(waiting, MEASURED)):
        yield block


def sized(size: float) -> str:
    """A number of bytes in the unit that a person would choose: 22 kB, 1.4 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit in ("B", "kB") else f"{size:,.1f} {unit}"
