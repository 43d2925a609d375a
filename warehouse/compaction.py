"""A database written anew, so that nothing of what was deleted is left in its free blocks."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from warehouse import schema
from warehouse.files import sync_folder


def compact(database: Path) -> None:
    """Put a copy without free blocks in the place of a database that nobody has open; a kill leaves the old or the new one."""
    temporary = database.with_name(f".{database.name}.compact.tmp")
    for left in (temporary, temporary.with_name(f"{temporary.name}.wal")):
        left.unlink(missing_ok=True)
    with closing(schema.opened(database)) as con:
        con.execute("CHECKPOINT")
        (name,) = con.execute("SELECT current_database()").fetchall()[0]
        con.execute(f"ATTACH '{_quoted(temporary)}' AS compacted (STORAGE_VERSION '{schema.STORAGE}')")
        con.execute(f'COPY FROM DATABASE "{name}" TO compacted')
        con.execute("CHECKPOINT compacted")
        con.execute("DETACH compacted")
    temporary.replace(database)
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
    sync_folder(database.parent)


def free_bytes(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes of a database's file that hold nothing any more, or what was deleted."""
    block, free = con.execute("SELECT block_size, free_blocks FROM pragma_database_size()").fetchall()[0]
    return int(block) * int(free)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
