"""The statements of warehouse/sql, run for one batch after another, and left out where nothing waits for them.

A statement of a batch costs more to plan than to run. One under `-- Only with: a, b.` is left out while all those
tables are empty: its author vouches that it would then change nothing, and fill nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb

from warehouse.staging import sql

_ONLY_WITH = re.compile(r"^-- Only with: ([\w, ]+)\.$", re.MULTILINE)
_BEGINNING = re.compile(r"(CREATE|INSERT|UPDATE|DELETE)(?: OR REPLACE TEMP TABLE| INTO| FROM)? (\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement."""

    text: str
    verb: str  # its first word
    table: str  # that it makes, fills, changes or empties
    only_with: tuple[str, ...]


class Steps:
    """The statements for one connection, and how many rows each of its temporary tables holds."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.rows: dict[str, int] = {}

    def begin(self, staged: Mapping[str, int]) -> None:
        """Begin a batch with so many rows in each of its stage tables."""
        self.rows |= staged

    def forget(self) -> None:
        """Asked for after a rollback, which took the temporary tables away."""
        self.rows.clear()

    def run(self, name: str, **words: str) -> int:
        """Run the statements of a file, with words put in where it names them; the rows that the last of them wrote."""
        return [self._run(step) for step in steps(sql(name).format(**words) if words else sql(name))][-1]

    def filled(self, table: str) -> bool:
        """Whether a table holds rows; of a temporary one that is known."""
        if table in self.rows:
            return self.rows[table] > 0
        return bool(self._con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())

    def _run(self, step: Step) -> int:
        idle = bool(step.only_with) and not any(map(self.filled, step.only_with))
        if step.verb == "CREATE":
            return self._make(step, idle)
        written = 0 if idle else self._written(step.text)
        if step.table in self.rows and step.verb != "UPDATE":
            self.rows[step.table] += -written if step.verb == "DELETE" else written
        return written

    def _make(self, step: Step, idle: bool) -> int:
        """Make a temporary table; where it would be empty, and there is one of a batch before, only empty that."""
        if not idle:
            self.rows[step.table] = self._written(step.text)
        elif step.table not in self.rows:
            self.rows[step.table] = self._written(f"{step.text} WITH NO DATA")
        elif self.rows[step.table]:
            self._con.execute(f"TRUNCATE {step.table}")
            self.rows[step.table] = 0
        return self.rows[step.table]

    def _written(self, statement: str) -> int:
        """Run a statement that writes; the number of its rows."""
        found = self._con.execute(statement).fetchall()
        return int(found[0][0]) if found else 0


@cache
def steps(text: str) -> tuple[Step, ...]:
    """The statements of a file."""
    return tuple(_step(part) for part in text.split(";\n") if part.strip())


def _step(part: str) -> Step:
    said = _ONLY_WITH.search(part)
    text = re.sub(r"^--.*\n", "", part.strip(), flags=re.MULTILINE)
    named = _BEGINNING.match(text)
    if named is None:
        raise ValueError(f"A step begins with CREATE OR REPLACE TEMP TABLE, INSERT, UPDATE or DELETE: {text}")
    return Step(text, named[1], named[2], tuple(said[1].split(", ")) if said else ())
