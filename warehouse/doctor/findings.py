"""What the doctor says: one result a check, one finding a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from warehouse.folders import Folders

Level = Literal["fault", "advice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, what that means, and the command that mends it."""

    subject: str
    what: str
    mend: str
    means: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check came to; `count` is the number of findings, of which only the first are listed."""

    check: str
    proves: str
    level: Level
    count: int
    findings: tuple[Finding, ...]
    skipped: str | None = None  # why it could not be made

    @property
    def is_fault(self) -> bool:
        """Whether the workspace is not sound."""
        return self.level == "fault" and self.count > 0


@dataclass(frozen=True, slots=True)
class Examination:
    """What every check is given."""

    folders: Folders
    copy: duckdb.DuckDBPyConnection | None  # the reading copy, where it opens
    full: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant and how it is looked at; `look` raises CannotLook where something else must be mended first."""

    name: str
    proves: str
    look: Callable[[Examination], Iterable[Finding]]
    level: Level = "fault"


class CannotLook(Exception):
    """The check cannot be made; the message says why."""


LISTED = 10
"""Findings of one check that are listed; the rest are counted."""


def made(check: Check, examination: Examination) -> Result:
    """The check's result."""
    listed: list[Finding] = []
    count = 0
    try:
        for count, finding in enumerate(check.look(examination), start=1):
            if count <= LISTED:
                listed.append(finding)
    except CannotLook as reason:
        return Result(check.name, check.proves, check.level, 0, (), str(reason))
    return Result(check.name, check.proves, check.level, count, tuple(listed))


def copy_of(examination: Examination) -> duckdb.DuckDBPyConnection:
    """The reading copy; raises CannotLook where it does not open."""
    if examination.copy is None:
        raise CannotLook("The reading copy does not open.")
    return examination.copy


def streamed(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[object, ...]]:
    """The rows of a query, a few thousand at a time."""
    cursor = con.cursor().execute(sql)
    while rows := cursor.fetchmany(2_000):
        yield from rows
