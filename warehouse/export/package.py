"""A folder that explains itself: Parquet tables, a Frictionless descriptor, a datasheet, sources and checksums."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse import queries
from warehouse.export import datasheet, rowfiles
from warehouse.export.selection import Selection, question
from warehouse.folders import Folders

Told = Callable[[str, int, int], object]
"""Hears the name of each table before it is written, its number, and how many there are."""

Guard = Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[None]]
"""Watches over the connection while it works, so that it can be stopped."""

DESCRIPTOR = "datapackage.json"
SUMS = "SHA256SUMS"

BY_ARTICLE = ("article_urls", "datelines", "field_evidence", "changes")
BY_SOURCE = ("sources", "coverage", "rejects", "unit_states", "runs", "withdrawals")
WHOLE = ("agencies",)
KEYS = {"articles": ["article_id"], "article_versions": ["article_id", "version"], "sources": ["source_id"],
        "agencies": ["info_source"], "runs": ["run_id"]}  # fmt: skip
TO_ARTICLES = ("article_versions", "article_urls", "datelines")
EVIDENCE_TEXTS = ("value", "note")

_TYPES = (("[]", "any"), ("STRUCT", "any"), ("VARCHAR", "string"), ("BOOLEAN", "boolean"),
          ("DATE", "date"), ("TIMESTAMP", "datetime"), ("DOUBLE", "number"), ("FLOAT", "number"), ("DECIMAL", "number"),
          ("", "integer"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """What a package holds: rows by table."""

    rows: dict[str, int]

    @property
    def articles(self) -> int:
        """How many articles."""
        return self.rows["articles"]


def write(
    folders: Folders, target: Path, choice: Selection, sources: Sequence[Path], moment: datetime, *,
    text: bool = True, force: bool = False, told: Told = lambda *_: None, guard: Guard = lambda con: nullcontext(),
) -> Packed:  # fmt: skip
    """Write the package as the folder `target`, whole or not at all; without `text`, nothing that the outlets wrote.

    Raises WarehouseError where the target exists (unless `force`, and it is a package), or BadQuery.
    """
    forced = force and (target / DESCRIPTOR).is_file()
    with rowfiles.finished(target, force=forced) as folder:
        tables = {
            name: folder / f"{name}.parquet"
            for name in ("articles", "article_versions", *BY_ARTICLE, *BY_SOURCE, *WHOLE)
        }
        folder.mkdir()
        with queries.connect(folders, writable=list(tables.values()), frugal=True) as con, guard(con):
            choice.choose(con)
            rows = {}
            for place, (name, path) in enumerate(tables.items(), start=1):
                told(name, place, len(tables))
                rows[name] = rowfiles.write_parquet(con, portable(con, _question(name, text)), path)
            about = datasheet.About(target.name, moment, choice.said(), text, rows)
            (folder / "README.md").write_text(datasheet.write(con, about), encoding="utf-8")
            descriptor = _descriptor(con, about, tables)
        (folder / DESCRIPTOR).write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _copy_sources(folder / "sources", sources)
        (folder / SUMS).write_text("".join(_sums(folder)), encoding="utf-8")
    return Packed(rows)


def portable(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The same rows with ids as text: a UUID in Parquet is sixteen bare bytes to R and others."""
    kinds = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {sql})").fetchall()
    ids = [f'"{name}"::VARCHAR AS "{name}"' for name, kind in kinds if kind == "UUID"]
    return f"SELECT * REPLACE ({', '.join(ids)}) FROM ({sql})" if ids else sql


def _question(table: str, text: bool) -> str:
    """The SQL of one table of the package."""
    if table in ("articles", "article_versions"):
        loads = "load_id" if table == "articles" else "opened_load_id, closed_load_id"  # mean nothing elsewhere
        return f"SELECT * EXCLUDE ({loads}) FROM ({question(table, text=text)})"
    if table in BY_ARTICLE:
        columns = "*" if text or table != "field_evidence" else f"* EXCLUDE ({', '.join(EVIDENCE_TEXTS)})"
        return f"SELECT {columns} FROM {table} SEMI JOIN chosen USING (article_id)"
    return f"SELECT * FROM {table}" + ("" if table in WHOLE else " SEMI JOIN chosen_sources USING (source_id)")


def _descriptor(con: duckdb.DuckDBPyConnection, about: datasheet.About, tables: dict[str, Path]) -> dict[str, Any]:
    """The Data Package (version 1) descriptor, its descriptions taken from the COMMENTs of tables and columns."""
    return {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]+", "-", about.name.lower()).strip("-") or "wireroom",
        "title": f"{about.rows['articles']:,} news articles, by Wireroom",
        "description": f"Chosen: {about.choice}. "
        + ("" if about.text else "Without the outlets' texts. ")
        + "See README.md.",
        "created": about.moment.isoformat(timespec="seconds") + "Z",
        "resources": [_resource(con, name, path) for name, path in tables.items()],
    }


def _resource(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": _fields(con, name, path)}
    if name in KEYS:
        schema["primaryKey"] = KEYS[name]
    if name in TO_ARTICLES:
        reference = {"resource": "articles", "fields": ["article_id"]}
        schema["foreignKeys"] = [{"fields": ["article_id"], "reference": reference}]
    return {
        "profile": "data-resource",
        "name": name,
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": _comment(con, "duckdb_tables", "table_name", name)
        or _comment(con, "duckdb_views", "view_name", name)
        or name,
        "hash": f"sha256:{_sha256(path)}",
        "schema": schema,
    }


def _fields(con: duckdb.DuckDBPyConnection, table: str, path: Path) -> list[dict[str, Any]]:
    """The columns that the file has, with types and comments."""
    comments = dict(
        con.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = $1", [table]).fetchall()
    )
    described = con.execute(
        "SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($1))", [str(path.resolve())]
    )
    return [_field(name, kind, comments.get(name)) for name, kind in described.fetchall()]


def _field(name: str, kind: str, comment: str | None) -> dict[str, Any]:
    """A field of the schema; lists and structs are "any", for "array" and "object" mean JSON text there."""
    field = {"name": name, "type": next(word for mark, word in _TYPES if mark in kind), "duckdbType": kind}
    return field | ({"description": comment} if comment else {})


def _comment(con: duckdb.DuckDBPyConnection, function: str, column: str, name: str) -> str | None:
    found = con.execute(f"SELECT comment FROM {function}() WHERE {column} = $1", [name]).fetchall()
    return str(found[0][0]) if found and found[0][0] else None


def _copy_sources(folder: Path, sources: Sequence[Path]) -> None:
    folder.mkdir()
    for path in sources:
        shutil.copyfile(path, folder / path.name)


def _sums(folder: Path) -> Iterator[str]:
    """Lines that `sha256sum --check` reads."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
