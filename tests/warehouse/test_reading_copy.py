"""The file that users open: whatever they do with it, it answers, and the loader goes on."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import found, reading
from tests.warehouse.tables import write
from warehouse import compaction, loader, reading_copy, schema, spool
from warehouse.errors import WarehouseError
from warehouse.folders import Folders

WORDS = "The harbour was closed on Monday after fog had covered the coast for the third day in a row. "


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    reading_copy.ensure(made)
    return made


def load(folders: Folders, *names: str) -> None:
    """Load an article for each name and publish."""
    write(folders, *(reading(name, f"{name} {WORDS * 30}") for name in names))
    assert loader.drain(folders, publish_now=True).problems == []


def count(path: Path) -> int:
    """How many articles a client sees that opens the file as it should."""
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute("SELECT count(*) FROM articles").fetchall()[0][0]


def test_it_is_a_link_to_a_numbered_edition_that_nobody_may_write(folders: Folders):
    first = folders.warehouse.resolve()
    load(folders, "a")
    assert folders.warehouse.is_symlink()
    assert not os.readlink(folders.warehouse).startswith("/")  # so that the folder may be moved
    assert int(folders.warehouse.resolve().stem) == int(first.stem) + 1
    assert stat.S_IMODE(folders.warehouse.stat().st_mode) == 0o444


def test_who_connects_anew_sees_new_rows_and_old_editions_go(folders: Folders):
    for number in range(5):
        load(folders, f"a{number}")
        assert count(folders.warehouse) == number + 1
    assert len(list(folders.editions.iterdir())) == reading_copy.KEPT


def test_who_keeps_it_open_keeps_what_it_showed(folders: Folders):
    load(folders, "a", "b")
    with duckdb.connect(str(folders.warehouse), read_only=True) as con:
        for number in range(4):
            load(folders, f"c{number}")
            seen = con.execute("SELECT count(*), sum(length(body)) FROM articles").fetchall()
            assert seen == [(2, 2 * (2 + len(WORDS * 30)))]
    assert count(folders.warehouse) == 6


CLIENT = """
import os, sys, time
import duckdb
con = duckdb.connect(sys.argv[1])
con.execute("SET wal_autocheckpoint = '1GB'")
con.execute("CREATE TABLE mine AS SELECT 1 AS one")
print("open", flush=True)
sys.stdin.readline()
con.execute("INSERT INTO mine VALUES (2)")
print("written", flush=True)
time.sleep(60)
"""


@pytest.fixture
def client(folders: Folders):
    """A client that opened the file with defaults, as only root can, and wrote to it."""
    if os.geteuid() != 0:
        pytest.skip("only root may write to a file of mode 0444")
    load(folders, "a")
    done = subprocess.Popen([sys.executable, "-c", CLIENT, folders.warehouse], text=True, stdin=-1, stdout=-1)
    assert done.stdout.readline() == "open\n"
    yield done
    done.kill()
    done.communicate()


def test_a_client_that_opens_it_for_writing_is_refused_by_its_mode(folders: Folders, tmp_path: Path):
    code = "import os, sys, duckdb\nif os.geteuid() == 0: os.setuid(65534)\nduckdb.connect(sys.argv[1])"
    tmp_path.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            copy = Path("/var/tmp") / f"wireroom-{os.getpid()}.duckdb"
            break
    else:
        copy = tmp_path / "copy.duckdb"
    shutil.copy(folders.warehouse, copy)
    try:
        copy.chmod(0o444)
        done = subprocess.run([sys.executable, "-c", code, copy], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "Permission denied" in done.stderr or "read-only" in done.stderr
    finally:
        copy.unlink()


def test_a_client_that_writes_all_the_same_hinders_neither_readers_nor_the_loader(folders: Folders, client):
    with reading_copy.connect(folders) as con:  # another edition answers
        assert con.execute("SELECT count(*) FROM articles").fetchall()[0][0] in (0, 1)
    load(folders, "b")
    assert count(folders.warehouse) == 2
    with duckdb.connect(str(folders.warehouse), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mine'").fetchall() == [(0,)]


def test_one_that_is_killed_while_it_writes_spoils_no_later_copy(folders: Folders, client):
    client.send_signal(signal.SIGKILL)
    client.wait()
    logs = [folders.warehouse.with_name("warehouse.duckdb.wal"), *folders.editions.glob("*.wal")]
    assert any(log.exists() for log in logs)
    with reading_copy.connect(folders) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
    load(folders, "b")
    load(folders, "c")
    assert not any(log.exists() for log in logs)
    assert count(folders.warehouse) == 3


def test_one_that_writes_on_after_the_next_copy_spoils_none_of_our_answers(folders: Folders, client):
    load(folders, "b")
    client.stdin.write("\n")
    client.stdin.flush()
    assert client.stdout.readline() == "written\n"
    with reading_copy.connect(folders) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    client.kill()
    client.wait()
    with reading_copy.connect(folders) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    load(folders, "c")
    assert count(folders.warehouse) == 3


def test_several_connections_of_one_process_do_not_hinder_each_other(folders: Folders):
    load(folders, "a")
    with reading_copy.connect(folders) as one, reading_copy.connect(folders) as other:
        for con in (one, other):
            assert con.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
            with pytest.raises(duckdb.Error, match=r"disabled|locked"):
                con.execute("SELECT * FROM read_csv('/etc/passwd')")
            with pytest.raises(duckdb.Error, match="locked"):
                con.execute("SET enable_external_access = true")


def test_where_there_is_none_the_message_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(WarehouseError, match="wireroom init"):
        reading_copy.connect(Folders(tmp_path / "data"))


def test_copying_takes_no_more_than_a_twentieth_of_the_time(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    moment = [time.time()]
    slept: list[float] = []
    monkeypatch.setattr(time, "time", lambda: moment[0])
    monkeypatch.setattr(time, "monotonic", iter([0.0, 7.0] * 10).__next__)  # a copy takes seven seconds
    monkeypatch.setattr(time, "sleep", slept.append)
    loader.load_spool(folders, loader.Report())
    assert reading_copy.publish(folders) is not None
    last = (folders.live.parent / "last_copy").stat().st_mtime
    for later, is_made in ((1, False), (136, False), (138, True)):
        moment[0] = last + later
        assert (reading_copy.publish(folders) is not None) == is_made
    assert slept[-1] == pytest.approx(2, abs=0.1)  # a short while is waited for


def test_blocks_are_shared_where_the_file_system_can(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def ioctl(target: int, request: int, source: int) -> int:
        asked.append(request)
        os.sendfile(target, source, 0, os.fstat(source).st_size)  # as a clone would, for the reader
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    monkeypatch.setattr(shutil, "copyfileobj", None)
    load(folders, "a")
    assert set(asked) == {0x40049409}
    assert count(folders.warehouse) == 1


def test_a_copy_that_finds_no_room_leaves_the_old_one(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    load(folders, "a")
    write(folders, reading("b"))

    def full(read: object, write: object, length: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(shutil, "copyfileobj", full)
        disk.setattr(fcntl, "ioctl", lambda *arguments: full(None, None, 0))
        with pytest.raises(WarehouseError, match="no room on the disk"):
            loader.drain(folders, publish_now=True)
    assert count(folders.warehouse) == 1
    assert len(spool.files(folders)) == 1
    assert not list(folders.editions.glob(".*"))
    loader.drain(folders, publish_now=True)
    assert count(folders.warehouse) == 2
    assert spool.files(folders) == []


def test_bodies_are_compressed_and_stay_so_over_many_loads(folders: Folders):
    said = random.Random(1)
    words = ["".join(said.choices("abcdefghijklmnopqrstuvwxyz", k=3 + number % 7)) for number in range(5000)]
    for number in range(25):
        write(folders, *(reading(f"{number}-{name}", " ".join(said.choices(words, k=300))) for name in range(40)))
        loader.load_spool(folders, loader.Report())
    loader.drain(folders, publish_now=True)
    compressed = "SELECT DISTINCT compression FROM pragma_storage_info('texts') WHERE column_name = 'body' AND segment_type = 'VARCHAR'"
    with duckdb.connect(str(folders.warehouse), read_only=True) as con:
        assert con.execute(compressed).fetchall() == [("ZSTD",)]
        size, letters = con.execute("SELECT sum(length(body)), count(*) FROM texts").fetchall()[0]
    compaction.compact(folders.live)
    with duckdb.connect(str(folders.live), read_only=True) as con:
        assert con.execute(compressed).fetchall() == [("ZSTD",)]
        assert con.execute("SELECT sum(length(body)), count(*) FROM texts").fetchall() == [(size, letters)]


def test_much_free_space_is_given_back(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loader, "FREE_BYTES", 1_000_000)
    load(folders, "a")
    with schema.open_live(folders) as con:
        con.execute("CREATE TABLE ballast AS SELECT uuid() AS id FROM range(400_000)")
        con.execute("CHECKPOINT")
    load(folders, "x", "y")  # which lie behind it: what is free at a file's end, DuckDB cuts off
    with schema.open_live(folders) as con:
        con.execute("DROP TABLE ballast")
        con.execute("CHECKPOINT")
    before = folders.live.stat().st_size
    load(folders, "b")
    assert folders.live.stat().st_size < before / 2
    assert folders.warehouse.stat().st_size < before / 2
    assert count(folders.warehouse) == 4


def test_a_copy_of_another_version_gives_way_at_the_next_load(folders: Folders):
    write(folders, found("a"))
    loader.drain(folders, publish_now=True)
    assert not reading_copy.is_behind(folders)
    with closing(duckdb.connect(str(folders.live))) as live:
        live.execute("UPDATE schema_views SET sha256 = 'of before'; DROP VIEW coverage")
    reading_copy.publish(folders, now=True)
    assert reading_copy.is_behind(folders)
    report = loader.drain(folders, publish_now=True)
    assert report is not None
    assert report.edition is not None
    assert not reading_copy.is_behind(folders)
    with closing(reading_copy.connect(folders)) as con:
        assert con.execute("SELECT count(*) FROM coverage").fetchall() == [(1,)]
