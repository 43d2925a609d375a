"""Rows as CSV, JSON, JSON Lines, Parquet or a spreadsheet: written as they come, in flat memory."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import duckdb
import msgspec

from warehouse import queries
from warehouse.errors import WarehouseError
from warehouse.files import sync_folder

Rows = Iterable[Sequence[Any]]

GROUP = 20_480
"""Rows of a row group in Parquet: of long texts, more would not fit into little memory."""

SHEET_ROWS = 1_048_576
SHEET_TEXT = 32_767
"""What a sheet of the xlsx format holds: rows, and characters in a cell."""

_NEEDS_QUOTES = frozenset(',"\r\n')


@contextmanager
def finished(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A temporary path that becomes `target` when the block ends well: a file, or a folder; else nothing is left.

    Raises WarehouseError where the target exists and is not to be replaced.
    """
    if (target.exists() or target.is_symlink()) and not force:
        raise WarehouseError(
            f"{target} is there already, and was not touched. Name another, or replace it with --force."
        )
    if not target.parent.is_dir():
        raise WarehouseError(f"There is no folder {target.parent} to write {target.name} into.")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _sync(temporary)
        _put(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise WarehouseError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink(missing_ok=True)


def _put(temporary: Path, target: Path) -> None:
    """Rename to the target's name; a folder that stands there makes way for a folder only."""
    if not target.is_dir():
        temporary.replace(target)
        return
    if not temporary.is_dir():
        raise WarehouseError(f"{target} is a folder, and was not touched. Name a file in it.")
    old = temporary.with_suffix(".old")
    target.replace(old)
    temporary.replace(target)
    shutil.rmtree(old)


def write_csv(columns: Sequence[str], rows: Rows, file: IO[str]) -> int:
    """Write CSV (UTF-8) and return the number of rows: NULL is nothing, empty text is "", lists are JSON."""
    file.write(",".join(map(_quoted, columns)) + "\n")
    count = 0
    for row in rows:
        count += 1
        file.write(",".join(["" if value is None else _quoted(as_text(value)) for value in row]) + "\n")
    return count


def write_lines(columns: Sequence[str], rows: Rows, file: IO[str]) -> int:
    """Write one JSON object a row and a line, and return the number of rows."""
    names = _distinct(columns)
    count = 0
    for row in rows:
        count += 1
        file.write(as_json(dict(zip(names, row, strict=True))) + "\n")
    return count


def write_json(columns: Sequence[str], rows: Rows, file: IO[str]) -> int:
    """Write one JSON array with an object a row, and return the number of rows."""
    file.write("[")
    names = _distinct(columns)
    count = 0
    for count, row in enumerate(rows, start=1):
        file.write(("\n" if count == 1 else ",\n") + as_json(dict(zip(names, row, strict=True))))
    file.write("\n]\n" if count else "]\n")
    return count


def write_parquet(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write what a question answers as Parquet, and return the number of rows; the connection may write there."""
    place = str(path.resolve()).replace("'", "''")
    copy = f"COPY (SELECT * FROM (\n{queries.single(con, sql)}\n)) TO '{place}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP}, USE_TMP_FILE false)"
    return int(queries.said_well(con, lambda: con.execute(copy).fetchall())[0][0])


def write_xlsx(columns: Sequence[str], rows: Rows, path: Path) -> int:
    """Write one sheet and return the number of rows; raises WarehouseError where the format holds no more.

    Texts that are longer than a cell are cut, and end in an ellipsis.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("rows")
        sheet.freeze_panes(1, 0)
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        count = 0
        for count, row in enumerate(rows, start=1):
            if count >= SHEET_ROWS:
                raise WarehouseError(f"A sheet holds {SHEET_ROWS - 1:,} rows, and there are more. Use csv or parquet.")
            for place, value in enumerate(row):
                _write_cell(sheet, count, place, value, moment)
    return count


def as_json(record: object) -> str:
    """A value as JSON on one line: dates as ISO 8601, ids as text, what is no number as null."""
    try:
        return msgspec.json.encode(record, enc_hook=str).decode()
    except (OverflowError, TypeError, ValueError):  # a whole number beyond 64 bits
        return json.dumps(record, default=_plain, ensure_ascii=False)


def as_text(value: Any) -> str:
    """A value as the text of a CSV field."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal | UUID):
        return str(value)
    return as_json(value).strip('"')


def _distinct(columns: Sequence[str]) -> list[str]:
    """The names with a number behind one that was there already: an object holds a name once."""
    names: list[str] = []
    for column in columns:
        name, number = column, 0
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _quoted(text: str) -> str:
    """A field of CSV, in quotes where it is empty or must be."""
    if text and _NEEDS_QUOTES.isdisjoint(text) and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'


def _write_cell(sheet: Any, line: int, place: int, value: Any, moment: Any) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float) and abs(value) < 2**53:
        sheet.write_number(line, place, value)
    elif isinstance(value, datetime) and value.tzinfo is None and value.year >= 1900:
        sheet.write_datetime(line, place, value, moment)
    elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(line, place, value)
    else:
        text = ", ".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
        sheet.write_string(line, place, text if len(text) <= SHEET_TEXT else text[: SHEET_TEXT - 1] + "…")


def _sync(path: Path) -> None:
    for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
