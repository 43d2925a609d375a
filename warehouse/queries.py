"""SQL from a user: one statement that asks, on a connection that can touch no file but those that were named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from warehouse import reading_copy
from warehouse.errors import BadQuery
from warehouse.folders import Folders

AT_ONCE = 1_000
"""Rows fetched together: memory stays flat however many there are."""

FRUGAL = "512MB"
"""Memory of a frugal connection."""

REFUSAL = "This SQL cannot be run: "
"""Before what DuckDB says of a user's SQL."""

_READERS = {".csv": "read_csv", ".tsv": "read_csv", ".parquet": "read_parquet", ".json": "read_json",
            ".jsonl": "read_json", ".ndjson": "read_json"}  # fmt: skip
_ASKING = {duckdb.StatementType.SELECT}
_EXPLAIN = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*explain\b(?:\s+analyze\b)?(?:\s*\([^)]*\)(?!\s*$))?", re.IGNORECASE | re.DOTALL
)
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")
_REFUSED = re.compile(r"\b(?:enable_logging|enable_profiling)\b", re.IGNORECASE)  # pragmas that SELECT reaches, too


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names, their DuckDB types, and the rows in blocks as they come."""

    columns: list[str]
    types: list[str]
    blocks: Iterator[list[tuple[Any, ...]]]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows one by one."""
        for block in self.blocks:
            yield from block


def connect(
    folders: Folders,
    tables: Mapping[str, Path] | None = None,
    writable: Sequence[Path] = (),
    *,
    frugal: bool = False,
) -> duckdb.DuckDBPyConnection:
    """The reading copy with named files as temporary tables; raises BadQuery where a file cannot be read.

    SQL can read and write no other file, and no setting can be changed; our own COPY may write the `writable` ones.
    A `frugal` connection keeps little of what it has read: for passing over everything once.
    """

    def prepare(con: duckdb.DuckDBPyConnection) -> None:
        for name, path in (tables or {}).items():
            _bring(con, name, path)
        if frugal:
            con.execute(f"SET memory_limit = '{FRUGAL}'")
        if writable:
            con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")  # to be asked how far
            con.execute("SET allowed_paths = $1", [[str(path.resolve()) for path in writable]])

    return reading_copy.connect(folders, prepare)


def ask(con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> Answer:
    """What a user's statement answers; raises BadQuery in a sentence where it is refused or wrong."""
    found = said_well(con, lambda: con.execute(single(con, sql), list(values)))
    description = found.description or []
    return Answer([str(column[0]) for column in description], [str(column[1]) for column in description], _blocks(con))


def single(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one asking statement that `sql` is, without its semicolon; raises BadQuery where it is none or several."""
    statements = said_well(con, lambda: con.extract_statements(sql))
    if not statements:
        raise BadQuery('There is no SQL to run. Try: wireroom query "select headline from articles limit 5"')
    kinds = [_inner(con, statement) for statement in statements if statement.query or statement.type in _ASKING]
    if len(kinds) > 1:
        raise BadQuery(f"There are {len(kinds)} statements, and one is run at a time: keep the first, or join them.")
    refused = _REFUSED.search(sql)
    if kinds[0] not in _ASKING or refused:
        what = refused.group() if refused else kinds[0].name
        raise BadQuery(
            f"{what} is not run here: the warehouse is read-only, and a query is a SELECT. "
            "Tables of your own go into a file of your own, with the warehouse attached read-only."
        )
    ends = [at for at, kind in duckdb.tokenize(sql) if sql.encode()[at : at + 1] == b";" and kind.name == "operator"]
    return sql.encode()[: ends[0]].decode() if ends else sql


def _inner(con: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> duckdb.StatementType:
    """What a statement is; of EXPLAIN what it explains, for EXPLAIN ANALYZE runs it."""
    explained = _EXPLAIN.match(statement.query) if statement.type == duckdb.StatementType.EXPLAIN else None
    if explained is None:
        return statement.type
    inner = said_well(con, lambda: con.extract_statements(statement.query[explained.end() :]))
    return inner[0].type if len(inner) == 1 else statement.type


def said_well(con: duckdb.DuckDBPyConnection, call: Callable[[], Any]) -> Any:
    """What the call returns; raises BadQuery, in a sentence with position and hint, where DuckDB refuses."""
    try:
        return call()
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        if "INTERRUPT Error" in str(error):  # of an answer under way, wrapped in what fetching it says
            raise duckdb.InterruptException(str(error)) from None
        raise BadQuery(sentence(con, str(error))) from None


def sentence(con: duckdb.DuckDBPyConnection, error: str) -> str:
    """DuckDB's error as a sentence, the place in the SQL, and names that were perhaps meant."""
    told, _, place = error.partition("\n\nLINE ")
    kind, _, message = told.strip().partition(": ")
    message, hint = _without_hint(message or kind)
    if (table := _NO_TABLE.search(message)) is not None:
        hint = _near_table(con, table.group(1))
    if not hint:
        hint = _near_miss(con, message, place)
    lines = [f"{REFUSAL}{message[:1].lower() + message[1:].rstrip('!.')}."]
    if hint:
        lines[0] += f" Did you mean {hint}?"
    if place:
        lines += ["  " + line for line in ("line " + place).rstrip().splitlines()]
    return "\n".join(lines)


def _blocks(con: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while rows := said_well(con, lambda: con.fetchmany(AT_ONCE)):
        yield rows


def _bring(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Read a file into a temporary table; raises BadQuery."""
    reader = _READERS.get(path.suffix.lower())
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise BadQuery(f"--table {name}={path}: {name!r} is no name for a table. Use letters, digits and _.")
    if reader is None:
        raise BadQuery(f"{path} is not read: a table comes from a file that ends in {', '.join(_READERS)}.")
    if not path.is_file():
        raise BadQuery(f"{path} does not exist, or is no file. Write --table NAME=FILE.")
    taken = con.execute("SELECT 1 FROM duckdb_columns() WHERE lower(table_name) = lower($1) LIMIT 1", [name]).fetchall()
    if taken:
        raise BadQuery(f"The warehouse has a table {name} already: give {path} another name.")
    try:
        con.execute(f'CREATE TEMP TABLE "{name}" AS FROM {reader}($1)', [str(path)])
    except duckdb.Error as error:
        raise BadQuery(f"{path} cannot be read as a table: {str(error).splitlines()[0]}") from None


def _without_hint(message: str) -> tuple[str, str]:
    """The message without DuckDB's own proposals, and those in our words."""
    found = re.search(r"\n(?:Candidate bindings: (.+)|Did you mean (.+?)\??)(?:\n|$)", message)
    if found is None:
        return message, ""
    names = re.findall(r'"([^"]+)"', found.group())
    return message[: found.start()] + message[found.end() :], ", ".join(names[:3])


def _near_miss(con: duckdb.DuckDBPyConnection, message: str, place: str) -> str:
    """Columns whose name is close to the one that a message says is missing, and which is therefore not meant.

    Of the tables that the line in question names, where it names any.
    """
    missing = re.search(r'does not have a column named "([^"]+)"', message)
    if missing is None:
        return ""
    asked = "SELECT lower(table_name), column_name FROM duckdb_columns() WHERE NOT internal AND lower(column_name) <> lower($1)"
    columns = con.execute(asked, [missing.group(1)]).fetchall()
    named = set(re.findall(r"\w+", place.lower()))
    names = {str(name) for table, name in columns if table in named} or {str(name) for _, name in columns}
    return ", ".join(get_close_matches(missing.group(1), sorted(names), n=3))


def _near_table(con: duckdb.DuckDBPyConnection, missing: str) -> str:
    """The table of the warehouse whose name is closest to the one that is missing; DuckDB proposes any, its own catalogue's too."""
    asked = "SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    names = [str(row[0]) for row in con.execute(asked).fetchall()]
    return ", ".join(get_close_matches(missing.lower(), names, n=1))
