"""Every moment is UTC and every day stays that day, wherever the machine and the reader are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse import schema

ROOT = Path(__file__).parent.parent.parent

LOAD_AND_ASK = """
import json, sys
from datetime import date, datetime
from pathlib import Path
import duckdb
from tests.warehouse.facts import fetched, found, reading
from tests.warehouse.tables import write
from warehouse import loader, reading_copy
from warehouse.folders import Folders
from warehouse.ledger import Ledger

folders = Folders(Path(sys.argv[1]) / "data")
reading_copy.ensure(folders)
midnight = -12.0  # 2026-03-01 00:00 UTC: the last day of February in New York
write(folders, found("a", hours=midnight, day=date(2026, 3, 1)), fetched("a", hours=midnight),
      reading("a", "first", hours=midnight, published=date(2026, 3, 1)), reading("a", "second", hours=23.99 - 12),
      fetched("a", hours=23.99 - 12), found("b", hours=midnight), fetched("b", hours=midnight),
      reading("b", "other", hours=midnight, published=date(2026, 2, 28)))
loader.drain(folders, publish_now=True)
answers = {}
with duckdb.connect(str(folders.warehouse), read_only=True) as con:  # as a user's own client: no time zone set
    for name, sql in {
        "articles": "SELECT url, valid_from, date_published FROM articles ORDER BY url",
        "versions": "SELECT url, valid_from, valid_to FROM article_versions ORDER BY ALL",
        "addresses": "SELECT url, day, day_basis, found_at FROM addresses ORDER BY url",
        "coverage": "SELECT day, found, articles FROM coverage WHERE scope = 'day' ORDER BY ALL",
        "of a day": "SELECT count(*) FROM articles WHERE valid_from::DATE = DATE '2026-03-01'",
        "as of": "SELECT body FROM articles_as_of(TIMESTAMP '2026-03-01 12:00') ORDER BY ALL",
        "today": "SELECT max(recorded_at) - (now() AT TIME ZONE 'UTC') < INTERVAL 1 HOUR AND "
                 "(now() AT TIME ZONE 'UTC') - max(recorded_at) < INTERVAL 1 HOUR FROM loads",
    }.items():
        answers[name] = con.execute(sql).fetchall()
with Ledger(folders, "paper") as ledger:
    from tests.warehouse.facts import key
    known = ledger.known([key("a")])[key("a")]
    answers["known"] = [known.day, known.first_seen_at, known.last_seen_at]
print(json.dumps(answers, default=str))
"""


def answered(folder: Path, zone: str) -> dict:
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", LOAD_AND_ASK, folder], cwd=ROOT, env={**os.environ, "TZ": zone},
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_machine_s_zone_changes_nothing(tmp_path: Path, zone: str):
    there, here = answered(tmp_path / "there", zone), answered(tmp_path / "here", "UTC")
    assert there == here
    assert here["today"] == [[True]]
    assert here["coverage"] == [["2026-02-28", 1, 1], ["2026-03-01", 1, 1]]
    assert here["of a day"] == [[2]]


def test_no_table_has_a_moment_with_a_zone():
    with schema.opened(":memory:") as con:
        types = con.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND data_type LIKE '%TIME%'"
        ).fetchall()
    assert {of for _, _, of in types} == {"TIMESTAMP"}
    assert all(name.endswith(("_at", "valid_from", "valid_to")) or "_at" in name for _, name, _ in types)


def test_a_plain_client_reads_moments_without_another_package():
    with duckdb.connect(":memory:") as con:
        assert con.execute("SELECT TIMESTAMP '2026-03-01 00:00'").fetchall()[0][0].tzinfo is None
