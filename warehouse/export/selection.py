"""Which articles are meant: by outlet, agency, day of publication, and a condition of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import duckdb

from warehouse import queries
from warehouse.errors import BadQuery

TEXTS = ("body", "abstract", "credit_text", "warnings")
"""Columns that hold what the outlet wrote, or quote it: left out where texts may not be shared."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of articles; what is empty does not restrict. Days are days where the article was published."""

    outlets: tuple[str, ...] = ()  # source_id or name
    agencies: tuple[str, ...] = ()  # info_source, name or source tag
    first: date | None = None
    last: date | None = None
    where: str | None = None  # SQL over the columns of `articles`

    def choose(self, con: duckdb.DuckDBPyConnection) -> int:
        """Fill the temporary tables `chosen` and `chosen_sources`, and return how many articles; raises BadQuery.

        A name that nothing has is refused, with those that are like it: an empty file would look like an answer.
        """
        _known(con, "outlet", _OUTLETS, self.outlets)
        _known(con, "agency", _AGENCIES, self.agencies)
        conditions, values = self._conditions()
        if self.where:
            conditions.append(f"({self.where}\n)")
        chosen = f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT article_id, source_id FROM articles WHERE {' AND '.join(conditions) or 'true'}"
        try:
            if self.where:
                queries.single(con, f"SELECT 1 FROM articles WHERE ({self.where}\n)")
            queries.said_well(con, lambda: con.execute(chosen, values))
        except BadQuery as problem:
            raise BadQuery(_of_condition(self.where, str(problem)) if self.where else str(problem)) from None
        con.execute(
            "CREATE OR REPLACE TEMP TABLE chosen_sources AS SELECT source_id FROM sources "
            "WHERE len($1) = 0 OR lower(source_id) IN (SELECT unnest($1)) OR lower(name) IN (SELECT unnest($1)) "
            "UNION SELECT source_id FROM chosen",
            [_lowered(self.outlets)],
        )
        return int(con.execute("SELECT count(*) FROM chosen").fetchall()[0][0])

    def said(self) -> str:
        """The choice in words, for a file that goes out into the world."""
        parts = [f"outlets: {', '.join(self.outlets)}"] if self.outlets else []
        parts += [f"agencies: {', '.join(self.agencies)}"] if self.agencies else []
        parts += [f"published from {self.first}"] if self.first else []
        parts += [f"published to {self.last}"] if self.last else []
        parts += [f"where {' '.join(self.where.split())}"] if self.where else []
        return "; ".join(parts) or "everything"

    def _conditions(self) -> tuple[list[str], dict[str, object]]:
        conditions: list[str] = []
        values: dict[str, object] = {}
        if self.outlets:
            conditions.append(
                "(lower(source_id) IN (SELECT unnest($outlets)) OR lower(outlet) IN (SELECT unnest($outlets)))"
            )
            values["outlets"] = _lowered(self.outlets)
        if self.agencies:
            either = (
                f"lower({column}) IN (SELECT unnest($agencies))" for column in ("info_source", "agency", "source_tag")
            )
            conditions.append(f"({' OR '.join(either)})")
            values["agencies"] = _lowered(self.agencies)
        for name, sign, day in (("first", ">=", self.first), ("last", "<=", self.last)):
            if day:
                conditions.append(f"date_published {sign} ${name}")
                values[name] = day
        return conditions, values


def _of_condition(where: str, problem: str) -> str:
    """What is wrong with a user's own condition, without the SQL that we put around it."""
    said = problem.splitlines()[0].removeprefix(queries.REFUSAL)
    if ")" not in where:
        said = said.replace('at or near ")"', "at its end")
    return f"--where {' '.join(where.split())!r} cannot be used: {said}"


def question(table: str, *, text: bool = True) -> str:
    """The SQL that gives the chosen rows of `articles` or `article_versions`, with or without what the outlet wrote."""
    columns = "*" if text else f"* EXCLUDE ({', '.join(TEXTS)})"
    return f"SELECT {columns} FROM {table} SEMI JOIN chosen USING (article_id)"


_OUTLETS = "SELECT unnest([source_id, name]) FROM sources UNION SELECT outlet FROM articles"
_AGENCIES = "SELECT DISTINCT unnest([info_source, agency, source_tag]) FROM articles"


def _known(con: duckdb.DuckDBPyConnection, kind: str, ask: str, names: tuple[str, ...]) -> None:
    """Raise BadQuery for the first name that no article of the warehouse has."""
    spelled = sorted((str(name) for (name,) in (con.execute(ask).fetchall() if names else ()) if name), reverse=True)
    known = {name.lower(): name for name in spelled}  # of "AP" and "ap", the one with capitals: it is what was printed
    for name in names:
        if name.lower() in known:
            continue
        near = get_close_matches(name.lower(), known, n=3, cutoff=0.6)
        some = " or ".join(known[key] for key in near) or ", ".join(sorted(known.values())[:5])
        said = f"Did you mean {some}?" if near else f"There is {some} …" if some else "There is none at all."
        raise BadQuery(f"No article is of an {kind} {name!r}. {said}")


def _lowered(names: tuple[str, ...]) -> list[str]:
    return [name.lower() for name in names]
