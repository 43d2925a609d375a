"""The one writer: transactions, checkpoints, numbers that grow, and nobody who waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import SOURCE, fetched, found, key, reading
from tests.warehouse.tables import write
from warehouse import loader, reading_copy, spool
from warehouse.folders import Folders
from warehouse.locks import hold


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    reading_copy.ensure(made)
    return made


def asked(folders: Folders, sql: str) -> list[tuple]:
    with reading_copy.connect(folders) as con:
        return con.execute(sql).fetchall()


class Counting:
    """A connection that counts what it makes durable."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.seen = con, []

    def __getattr__(self, name: str):
        return getattr(self.con, name)

    def execute(self, sql: str, *parameters: object):
        if sql == "CHECKPOINT":
            self.seen.append("checkpoint")
        return self.con.execute(sql, *parameters)

    def commit(self):
        self.seen.append("commit")
        return self.con.commit()


def test_one_transaction_a_file_and_one_checkpoint_a_drain(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    for name in "abc":
        write(folders, found(name), fetched(name), reading(name))
    opened = []
    original = loader.open_live
    monkeypatch.setattr(loader, "open_live", lambda where: opened.append(Counting(original(where))) or opened[-1])
    report = loader.drain(folders, publish_now=True)
    assert [each.seen for each in opened] == [["commit"] * 3 + ["checkpoint"]]
    assert (report.files, report.rows, report.problems) == (3, 9, [])
    assert spool.files(folders) == []


def test_every_file_has_its_number_and_what_changed_since_is_answered(folders: Folders):
    write(folders, reading("a", "first"))
    write(folders, reading("b", "other"))
    loader.drain(folders, publish_now=True)
    write(folders, reading("a", "second", hours=2))
    loader.drain(folders, publish_now=True)
    assert asked(folders, "SELECT load_id FROM loads ORDER BY recorded_at, load_id") == [(1,), (2,), (3,)]
    assert asked(folders, "SELECT load_id, change FROM changes WHERE load_id > 2") == [(3, "revised")]
    opened = "SELECT opened_load_id, closed_load_id FROM versions ORDER BY opened_load_id"
    assert asked(folders, opened) == [(1, 3), (2, None), (3, None)]


WRITER = """
import sys
from pathlib import Path
from tests.warehouse.facts import reading
from tests.warehouse.tables import write
from warehouse import loader
from warehouse.folders import Folders
folders, name = Folders(Path(sys.argv[1])), sys.argv[2]
for number in range(4):
    write(folders, reading(f"{name}{number}"))
print(loader.drain(folders))
"""


def test_flows_write_at_once_and_wait_for_no_loader(folders: Folders):
    root = Path(__file__).parent.parent.parent
    with hold(folders.loader_lock, "the test"):  # which never lets go while the flows are at work
        flows = [subprocess.Popen([sys.executable, "-c", WRITER, folders.data, name], cwd=root, text=True, stdout=-1)
                 for name in "abc"]  # fmt: skip
        assert [flow.communicate(timeout=60)[0].strip() for flow in flows] == ["None"] * 3
    report = loader.drain(folders, publish_now=True)
    assert report.files == 12
    assert asked(folders, "SELECT count(*), count(DISTINCT url) FROM articles") == [(12, 12)]


def test_a_file_goes_only_when_a_copy_that_contains_it_is_in_place(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    write(folders, reading("a"))
    with monkeypatch.context() as held:
        held.setattr(reading_copy, "publish", lambda folders, now: None)
        assert loader.drain(folders).files == 1
    assert len(spool.files(folders)) == 1
    assert asked(folders, "SELECT count(*) FROM articles") == [(0,)]
    report = loader.drain(folders, publish_now=True)
    assert report.files == 0  # loaded before, and not a second time
    assert spool.files(folders) == []
    assert asked(folders, "SELECT count(*) FROM articles") == [(1,)]
    assert asked(folders, "SELECT count(*) FROM loads") == [(1,)]


def test_a_file_that_arrives_while_another_loader_is_at_it_is_taken(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    write(folders, reading("a"))
    original = reading_copy.publish

    def publish(where: Folders, *, now: bool) -> Path | None:
        if not asked(folders, "SELECT 1 FROM articles"):
            write(folders, reading("b"))
            assert loader.drain(folders) is None  # this process holds the lock
        return original(where, now=True)

    monkeypatch.setattr(reading_copy, "publish", publish)
    assert loader.drain(folders).files == 2
    assert spool.files(folders) == []


def test_batches_of_two_sources_do_not_meet(folders: Folders):
    write(folders, reading("a", "of the paper"))
    spool.write(
        folders,
        [reading("a", "of another", source_id="another", fetch_id=key("x"))],
        source_id="another",
        run_id=key("r"),
    )
    loader.drain(folders, publish_now=True)
    assert asked(folders, "SELECT source_id, count(*) FROM versions GROUP BY ALL ORDER BY ALL") == [
        ("another", 1),
        (SOURCE, 1),
    ]
