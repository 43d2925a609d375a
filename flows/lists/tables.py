"""Tables of addresses, whoever saved them: their delimiter, their head, and what the columns hold where no head says it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from flows.lists.contents import ADDRESS, is_date, names_of, renamed
from flows.lists.named_fields import Row, says_address

DELIMITERS = ",;\t|"

SAMPLE = 30
"""Lines that are looked at before it is known how a table is laid out."""

NO_ADDRESSES = (
    "has no addresses: its first line names no column of them, and no line has one that begins with http:// or https://. "
    "Write url above the column that has them, or an address a line."
)

_WHOLE = re.compile(r"https?://\S+", re.IGNORECASE)  # a cell with blanks in its address was cut by the wrong delimiter
_STATED = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)  # the first line of what spreadsheets are to open


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table holds its rows."""

    names: tuple[str, ...]
    delimiter: str | None = None  # None: an address a line, and nothing else
    begin: int = 0  # lines before the first row
    remark: str | None = None  # what was guessed, as the end of a sentence about the file


def rows(lines: Iterator[str]) -> tuple[Layout | None, Iterator[tuple[int, Row]]]:
    """How a table is laid out and its rows, numbered as lines; None where it has no addresses. Reading may raise csv.Error."""
    sample = list(islice(lines, SAMPLE))
    found = layout(sample)
    if found is None:
        return None, iter(())
    body = chain(sample[found.begin :], lines)
    first = found.begin + 1
    if found.delimiter is None:
        told = (line.strip() for line in body)
        return found, ((n, {"url": line}) for n, line in enumerate(told, first) if line and not line.startswith("#"))
    reader = csv.DictReader(body, fieldnames=list(found.names), delimiter=found.delimiter)
    return found, enumerate(reader, first)


def layout(sample: Sequence[str]) -> Layout | None:
    """The layout of the table that begins with these lines; None where nothing in them is an address."""
    begin = 0
    while begin < len(sample) and _is_passed_over(sample[begin]):
        begin += 1
    stated = _STATED.match(sample[begin]) if begin < len(sample) else None
    begin += stated is not None
    start = sample[begin:]
    if not start:
        return Layout(("url",), begin=begin)
    delimiters = stated[1] if stated else sorted(DELIMITERS, key=start[0].count, reverse=True)
    found = _headed(start, delimiters) or _listed(start) or _guessed(start, delimiters)
    return replace(found, begin=found.begin + begin) if found else None


def _is_passed_over(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _headed(lines: Sequence[str], delimiters: Sequence[str]) -> Layout | None:
    """The layout of a table with a head, above which a title may stand."""
    for number, line in enumerate(lines):
        if ADDRESS.search(line):
            return None
        for delimiter in delimiters:
            (names,) = _cells([line], delimiter) or ([],)
            if says_address(names):
                held, remark = renamed(names, _cells(lines[number + 1 :], delimiter))
                return Layout(held, delimiter, number + 1, remark)
    return None


def _listed(lines: Sequence[str]) -> Layout | None:
    """The layout of a plain list: lines that are an address each, in which delimiters may stand."""
    told = [line.strip() for line in lines if not _is_passed_over(line)]
    is_plain = all(ADDRESS.match(line) and not re.search(r"\s", line) for line in told)
    dated = any(is_date(cell) for line in told for mark in DELIMITERS for cell in line.split(mark)[1:])
    return Layout(("url",)) if is_plain and not dated else None


def _guessed(lines: Sequence[str], delimiters: Sequence[str]) -> Layout | None:
    """The layout of a table whose head does not name the addresses, or is not there."""
    for delimiter in delimiters:
        grid = [row for row in _cells(lines, delimiter) if any(cell.strip() for cell in row)]
        places = [place for row in grid for place, cell in enumerate(row) if _WHOLE.fullmatch(cell.strip())]
        if not places:
            continue
        place = max(set(places), key=places.count)
        if place < len(grid[0]) and ADDRESS.match(grid[0][place].strip()):
            names, guessed = names_of(grid, place)
            return Layout(names, delimiter, remark=guessed)
        head = [*grid[0], *[""] * (place + 1 - len(grid[0]))]
        names, remark = renamed(head, grid[1:], place)
        return Layout(names, delimiter, 1, remark)
    return None


def _cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of lines; none where they are no table."""
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []
