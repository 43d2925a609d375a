"""What the usual questions cost at growing sizes, in CPU milliseconds of one thread, the best of three.

python -m bench.views [ROWS …]
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from bench.warehouse import RUN, START, _load, fill
from warehouse import reading_copy, rows, spool
from warehouse.doctor import tables
from warehouse.folders import Folders

ONE = "(SELECT article_id FROM texts WHERE url = 'https://bench.example/5000')"
QUESTIONS = {
    "count": "SELECT count(*) FROM articles",
    "count by outlet and agency": "SELECT outlet, agency, count(*) FROM articles GROUP BY ALL",
    "one by id": "SELECT * FROM articles WHERE article_id = '{one}'",
    "one by address": "SELECT * FROM articles WHERE url = 'https://bench.example/5000'",
    "ten days with bodies": "SELECT headline, body FROM articles WHERE date_published BETWEEN '2026-01-01' AND '2026-01-10'",
    "a month by agency": "SELECT agency, count(*) FROM articles WHERE date_published BETWEEN '2026-01-01' AND '2026-01-31' GROUP BY ALL",
    "latest ten": "SELECT headline FROM articles ORDER BY date_published DESC LIMIT 10",
    "versions of one": "SELECT * FROM versions_of('{one}')",
    "diff of one": "SELECT * FROM diff_of('{one}')",
    "history of one": "SELECT * FROM article_history WHERE article_id = '{one}'",
    "evidence of one": "SELECT * FROM field_evidence WHERE article_id = '{one}'",
    "as of a moment": "SELECT count(*) FROM articles_as_of(TIMESTAMP '2026-01-03')",
    "changes since the last load": "SELECT * FROM changes_since((SELECT max(load_id) - 1 FROM loads)) LIMIT 100",
    "by agency and month": "SELECT * FROM articles_by_agency('month')",
    "coverage of a month": "SELECT * FROM coverage_of('bench', '2026-01')",
    "coverage of everything": "SELECT state, count(*) FROM coverage GROUP BY ALL",
    "rejects": "SELECT count(*) FROM rejects",
    "source health": "SELECT * FROM source_health",
}


def main(sizes: list[int]) -> None:
    """Print a column a size; the last line is all of doctor's questions to the tables."""
    with tempfile.TemporaryDirectory() as name:
        folders = Folders(Path(name) / "data")
        reading_copy.ensure(folders)
        spool.write(folders, _frame(), source_id="bench", run_id=RUN)
        have, columns = 0, []
        for size in sizes:
            fill(folders, have, size)
            _load(folders)
            have = size
            columns.append(measured(folders))
    for question in columns[0]:
        print(f"{question:<28}" + "".join(f"{column[question]:>12,.1f}" for column in columns))


def measured(folders: Folders) -> dict[str, float]:
    """CPU milliseconds of every question."""
    with closing(duckdb.connect(str(folders.live), read_only=True, config={"threads": "1"})) as con:
        ((one,),) = con.execute(ONE).fetchall()
        cost = {name: _milliseconds(con, sql.replace("{one}", str(one))) for name, sql in QUESTIONS.items()}
        cost["doctor's tables"] = sum(_milliseconds(con, sql) for sql in tables.statements().values())
    return cost


def _milliseconds(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        con.execute(sql).fetchall()
        best = min(best, (time.process_time() - started) * 1000)
    return best


def _frame() -> list[rows.Row]:
    """The outlet, an agency, and listings that cover two years month by month."""
    first = date(2026, 1, 1)
    known: list[rows.Row] = [
        rows.Source("bench", "Bench", "https://bench.example/", "en", "UTC", "bench", RUN, START),
        rows.Agency("ap", "Associated Press", "agency", START),
        rows.Run(RUN, "bench", "ingest", "completed", START, START, START, None, 1, 1, 1, 1, 1, 0, 0, 0, None),
    ]
    while first.year < 2028:
        following = (first + timedelta(days=31)).replace(day=1)
        listing = "https://bench.example/archive"
        known.append(rows.Listed("bench", "index", f"{first:%Y-%m}", listing, first, following - timedelta(days=1),
                                 datetime(2028, 1, 1), True, "fetched", None, RUN, 1000, 0, 0, RUN))  # fmt: skip
        first = following
    return known


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
