"""Whether any file below a folder still holds a text: raw bytes, WARC records with their bodies decoded, DuckDB and SQLite.

This is the proof of a withdrawal, so it looks into every file, whatever its name is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.archive.warc_reading import Damaged, members
from warehouse.coding import BadCoding, decode

_PIECE = 1 << 20


def traces(root: Path, text: str) -> Iterator[str]:
    """A sentence for each place below `root` where `text` stands; links are not followed, their targets are below `root`."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(root)
        if text in str(name):
            yield f"{name}: its name holds the text."
        if _in_bytes(path, text):
            yield f"{name}: its bytes hold the text."
        for place in _inside(path, text):
            yield f"{name}, {place}, holds the text."


def _in_bytes(path: Path, text: str) -> bool:
    """Whether a file holds the text as it is, or as JSON writes it."""
    needles = {text.encode(), text.encode("cp1252", "replace"), json.dumps(text)[1:-1].encode()}
    longest = max(map(len, needles))
    before = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            piece = before + piece
            if any(needle in piece for needle in needles):
                return True
            before = piece[-longest:]
    return False


def _inside(path: Path, text: str) -> Iterator[str]:
    """Where inside a file of a kind that has an inside the text stands."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"\x1f\x8b"):
        yield from _in_members(path, text)
    elif head[8:12] == b"DUCK":
        yield from _in_duckdb(path, text)
    elif head.startswith(b"SQLite format 3"):
        yield from _in_sqlite(path, text)


def _in_members(path: Path, text: str) -> Iterator[str]:
    needles = (text.encode(), text.encode("cp1252", "replace"))
    with path.open("rb") as file:
        try:
            for member in members(file):
                if any(needle in body for body in _decoded(member.content) for needle in needles):
                    yield f"the record at byte {member.offset:,}"
        except Damaged as damage:
            yield f"which is damaged at byte {damage.offset:,} ({damage}) and cannot be searched from there, perhaps"


def _decoded(record: bytes) -> Iterator[bytes]:
    """A record, and where it carries an encoded body, that too."""
    yield record
    lower = record[:8192].lower()
    for coding in (b"gzip", b"deflate"):
        if b"content-encoding: " + coding in lower or b"content-encoding: x-" + coding in lower:
            body = record.split(b"\r\n\r\n", 2)[-1].removesuffix(b"\r\n\r\n")
            try:
                yield decode(body, coding.decode())
            except BadCoding:
                return


def _in_duckdb(path: Path, text: str) -> Iterator[str]:
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException:
        yield "which another process has open and which cannot be searched, perhaps"
        return
    with closing(con):
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        for schema, table in tables:
            found = con.execute(
                f'SELECT 1 FROM "{schema}"."{table}" AS t WHERE contains(t::VARCHAR, $1) LIMIT 1', [text]
            ).fetchall()
            if found:
                yield f"table {table}"


def _in_sqlite(path: Path, text: str) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        names = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            columns = [row[1] for row in con.execute(f'PRAGMA table_info("{name}")')]
            said = " || ' ' || ".join(f"coalesce(CAST(\"{column}\" AS TEXT), '')" for column in columns)
            if said and con.execute(f'SELECT 1 FROM "{name}" WHERE instr({said}, ?) LIMIT 1', [text]).fetchone():
                yield f"table {name}"
