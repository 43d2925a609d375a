"""What an import hands on: pages as they arrive from files, what was wrong with the files, and what came of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from parsers.records import Hints

MOST_NAMED = 1000
"""Damaged spots and problems that a report names; there may be more, which it counts."""

MOST_SAID = 3
"""Files that a sentence names; more are counted."""

MOST_COUNTED = 10_000
"""Hosts (or lines) that are counted apart; further ones count together."""

LEFT_OUT = "left out by --match"
NO_ADDRESS = "a file that does not say its address"
ROW_WITHOUT_ADDRESS = "a row without an address"
"""Why something is passed over that was not wanted."""


def names(files: Sequence[object], count: int | None = None) -> str:
    """The files of a sentence, the first ones by name; `count` where there are more of them than are given."""
    said, left = ", ".join(map(str, files[:MOST_SAID])), (count or len(files)) - MOST_SAID
    return f"{said} and {left:,} more" if left > 0 else said


@dataclass(frozen=True, slots=True)
class Arrival:
    """A page out of a file, on its way to the source that claims it."""

    url: str
    file: str
    offset: int
    wire: bytes  # its Content-Encoding not undone
    body: bytes
    origin: Literal["warc", "import"]
    observed_at: datetime | None = None  # naive UTC; None where nothing says when it was captured
    changed_at: datetime | None = None  # when the file was last changed
    record_id: str | None = None  # the WARC record's own
    status: int | None = None
    status_line: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_encoding: str | None = None
    content_type: str | None = None
    reason: str | None = None  # what the ledger says of it: truncated
    hints: Hints = field(default_factory=Hints)
    copied: bytes | None = None  # the gzip member to copy byte for byte
    may_be_linked: bool = False  # whether the record can be read in place, at `offset` of the file
    digest: str | None = None  # of `wire`, as the archive writes it; where the record stated one, and it was right


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list: an address that is to be fetched later, with what the list says of it."""

    url: str
    file: str
    line: int
    day: date | None
    hints: Hints


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a file that could not be read."""

    file: str
    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class Options:
    """What is imported, and how."""

    sources: tuple[str, ...] = ()  # only these; none: all that claim a page
    forced: str | None = None  # the source that gets everything, whatever its rules say
    match: tuple[str, ...] = ()  # hosts, or addresses with *
    first_day: date | None = None  # of the article's own date
    last_day: date | None = None
    keep_unclaimed: bool = False
    link: bool = False
    dry_run: bool = False
    base: str | None = None  # the address that a folder of saved pages stands for
    addresses: Path | None = None  # a CSV file that says which file is of which address
    wait: bool = False


@dataclass(slots=True)
class Report:
    """What an import found and did, counted."""

    files: int = 0  # that could be read
    unread: int = 0  # files of which nothing could be
    records: int = 0  # of WARC files, whatever they are of
    pages: int = 0  # that a source claims
    taken: int = 0  # that were new, and read
    articles: int = 0
    known: int = 0  # that an earlier import had taken
    withdrawn: int = 0  # that were withdrawn and stay away
    listed: int = 0  # addresses that a list brought
    listed_known: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # by reason
    passed_over: Counter[str] = field(default_factory=Counter)  # what is no page, by reason
    outside: Counter[str] = field(default_factory=Counter)  # outside of --from and --to, or without a date
    undated: Counter[str] = field(
        default_factory=Counter
    )  # rows by place and the date they state, which cannot be read
    nameless: list[str] = field(default_factory=list)  # files that do not say their address
    sources: Counter[str] = field(default_factory=Counter)  # pages that each source claims
    hosts: Counter[str] = field(default_factory=Counter)  # the same by host
    unclaimed: Counter[str] = field(default_factory=Counter)  # pages by host
    damaged: list[Spot] = field(default_factory=list)
    damaged_count: int = 0
    problems: list[str] = field(default_factory=list)  # promises that a file does not keep, files that cannot be read
    notes: list[str] = field(default_factory=list)  # what is worth knowing, said once

    @property
    def is_whole(self) -> bool:
        """Whether every file kept what it promised."""
        return not self.damaged_count and not self.problems

    @property
    def is_claimed(self) -> bool:
        """Whether a source claims some page or address of the files."""
        return bool(self.sources or self.listed or self.listed_known or self.withdrawn)

    @property
    def is_barren(self) -> bool:
        """Whether nothing of the files could be taken, though nobody wanted it left out; records of a WARC are what they are."""
        is_somebodys = self.is_claimed or self.unclaimed or self.outside or self.passed_over[LEFT_OUT]
        return bool(self.passed_over) and not (is_somebodys or self.records)

    @property
    def is_lacking(self) -> bool:
        """Whether files or rows say no address, or a date that cannot be, so that they came without it or not at all."""
        return bool(self.passed_over[NO_ADDRESS] or self.passed_over[ROW_WITHOUT_ADDRESS] or self.undated)

    @property
    def faults(self) -> int:
        """How much is wrong with the files."""
        return self.damaged_count + len(self.problems)

    def damage(self, spot: Spot) -> None:
        """Note a damaged spot."""
        self.damaged_count += 1
        if len(self.damaged) < MOST_NAMED:
            self.damaged.append(spot)

    def problem(self, sentence: str) -> None:
        """Note that a file is not what it promises to be."""
        if sentence not in self.problems and len(self.problems) < MOST_NAMED:
            self.problems.append(sentence)

    def note(self, sentence: str) -> None:
        """Note something, once."""
        if sentence not in self.notes and len(self.notes) < MOST_NAMED:
            self.notes.append(sentence)

    def without_address(self, file: str) -> None:
        """Note a file that does not say its address."""
        if len(self.nameless) < MOST_NAMED:
            self.nameless.append(file)

    def count(self, counter: Counter[str], name: str, others: str = "other hosts") -> None:
        """Count something by its name, in bounded memory."""
        counter[name if name in counter or len(counter) < MOST_COUNTED else others] += 1

    def counted(self, other: Report) -> None:
        """Add what was counted of pages that were looked at and not taken."""
        self.known += other.known
        self.taken += other.taken
        self.withdrawn += other.withdrawn
        self.listed += other.listed
        self.listed_known += other.listed_known
