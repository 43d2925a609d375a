"""Tables of addresses, whoever saved them: their delimiter, their head, and what the columns hold where no head says it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from flows.importing.named_fields import Row, plain, says_address
from parsers.listing import Calendar, read_date

DELIMITERS = ",;\t|"

SAMPLE = 30
"""Lines that are looked at before it is known how a table is laid out."""

NO_ADDRESSES = (
    "has no addresses: its first line names no column of them, and no line has one that begins with http:// or https://. "
    "Write url above the column that has them, or an address a line."
)

_STATED = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)  # the first line of what spreadsheets are to open
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_ANY_DAY = Calendar()


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
        if _ADDRESS.search(line):
            return None
        for delimiter in delimiters:
            (names,) = _cells([line], delimiter) or ([],)
            if says_address(names):
                return Layout(tuple(map(plain, names)), delimiter, number + 1)
    return None


def _listed(lines: Sequence[str]) -> Layout | None:
    """The layout of a plain list: lines that are an address each, in which delimiters may stand."""
    told = [line.strip() for line in lines if not _is_passed_over(line)]
    is_plain = all(_ADDRESS.match(line) and not re.search(r"\s", line) for line in told)
    dated = any(_is_date(cell) for line in told for mark in DELIMITERS for cell in line.split(mark)[1:])
    return Layout(("url",)) if is_plain and not dated else None


def _guessed(lines: Sequence[str], delimiters: Sequence[str]) -> Layout | None:
    """The layout of a table whose head does not name the addresses, or is not there."""
    for delimiter in delimiters:
        grid = [row for row in _cells(lines, delimiter) if any(cell.strip() for cell in row)]
        places = [place for row in grid for place, cell in enumerate(row) if _ADDRESS.match(cell.strip())]
        if not places:
            continue
        place = max(set(places), key=places.count)
        if place < len(grid[0]) and _ADDRESS.match(grid[0][place].strip()):
            names = _names(grid, place)
            said = ", ".join(f"{name} {names.index(name) + 1}" for name in ("url", "date", "title") if name in names)
            return Layout(names, delimiter, remark=f"has no line that names its columns: these were taken ({said})")
        head = [*grid[0], *[""] * (place + 1 - len(grid[0]))]
        names = (*map(plain, head[:place]), "url", *map(plain, head[place + 1 :]))
        remark = (
            f"has its addresses in column {place + 1}, which its first line calls {head[place].strip()!r} and not url"
        )
        return Layout(names, delimiter, 1, remark)
    return None


def _names(grid: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    """Names for the columns of a table without a head, by what they hold."""
    width = max(map(len, grid))
    held = [[row[at].strip() for row in grid if at < len(row) and row[at].strip()] for at in range(width)]
    others = [at for at in range(width) if at != place and held[at]]
    days = [at for at in others if all(map(_is_date, held[at]))]
    texts = [at for at in others if at not in days and not all(map(_ADDRESS.match, held[at]))]
    title = max(texts, key=lambda at: sum(map(len, held[at])) / len(held[at]), default=None)
    known = {place: "url", **dict.fromkeys(days[:1], "date"), **({} if title is None else {title: "title"})}
    return tuple(known.get(at, f"column {at + 1}") for at in range(width))


def _cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of lines; none where they are no table."""
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _is_date(text: str) -> bool:
    """Whether something is meant to be a date, be it an impossible one."""
    return bool(re.search(r"\d", text)) and bool(
        re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*", text.strip()) or read_date(text, _ANY_DAY).day
    )
