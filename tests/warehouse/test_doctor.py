"""Each fault is planted in a sound workspace and must be seen, named, and told how to mend."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import SOURCE, fetched, found, key
from tests.warehouse.tables import write
from tests.warehouse.workspaces import Plant, found_faults, run, tamper
from warehouse import doctor, loader, reading_copy, schema
from warehouse.archive import segments
from warehouse.folders import Folders
from warehouse.locks import hold


@pytest.fixture
def folders(pattern: Path, tmp_path: Path) -> Folders:
    shutil.copytree(pattern, tmp_path / "workspace", symlinks=True)
    return Folders(tmp_path / "workspace" / "data")


def test_a_sound_workspace_has_no_fault_and_every_check_is_made(folders: Folders):
    results = list(doctor.examine(folders, full=True))
    assert [result.check for result in results if result.count] == []
    assert [result.skipped for result in results if result.skipped] == []
    assert len({result.check for result in results}) == len(results) >= 20


A = f"'{key('a')}'"
FIRST = f"'{key('a@0.0')}'"
TABLES: list[tuple[str, Plant, str]] = [
    ("current", tamper(f"UPDATE versions SET valid_to = NULL WHERE article_id = {A}"), "2 current versions"),
    ("current", tamper(f"UPDATE texts SET is_current = true WHERE article_id = {A}"), "not that of its current version"),
    ("texts", tamper(f"DELETE FROM texts WHERE article_id = {A} AND NOT is_current"), "version 1 has no text"),
    ("unique", tamper("INSERT INTO addresses SELECT * FROM addresses LIMIT 1"), "2 rows where there may be one"),
    ("unique", tamper("INSERT INTO readings SELECT * FROM readings LIMIT 1"), "2 rows where there may be one"),
    ("unique", tamper("INSERT INTO loads SELECT * FROM loads LIMIT 1"), "2 rows where there may be one"),
    ("periods", tamper(f"UPDATE versions SET valid_to = valid_to - INTERVAL 1 MINUTE WHERE article_id = {A} AND version = 1"),
     "does not end where the next begins"),
    ("periods", tamper(f"UPDATE versions SET valid_to = valid_from WHERE article_id = {A} AND version = 1"), "ends before it begins"),
    ("periods", tamper(f"UPDATE versions SET version = 7 WHERE article_id = {A} AND version = 2"), "stands in place 2"),
    ("future", tamper(f"UPDATE texts SET date_published = DATE '2099-01-01' WHERE article_id = {A}"), "dated 2099-01-01"),
    ("clocks", tamper(f"UPDATE readings SET observed_at = TIMESTAMP '2099-01-01' WHERE fetch_id = {FIRST}"), "observed 2099"),
    ("clocks", tamper("UPDATE loads SET recorded_at = TIMESTAMP '2099-01-01'"), "yet to come"),
    ("merged", tamper("INSERT INTO merges VALUES (uuid(), uuid(), now()::TIMESTAMP, 1)"), "which has no address"),
    ("merged", tamper(f"INSERT INTO merges VALUES ({A}, '{key('b')}', now()::TIMESTAMP, 1)"), "has addresses of its own"),
    ("evidence", tamper(f"UPDATE fetches SET segment_id = NULL WHERE fetch_id = {FIRST}"), "was not archived"),
    ("evidence", tamper(f"DELETE FROM fetches WHERE fetch_id = {FIRST}"), "a request that the ledger does not have"),
    ("evidence", tamper(f"DELETE FROM readings WHERE fetch_id = {FIRST}"), "rests on no reading"),
    ("evidence", tamper("UPDATE segments SET segment_id = uuid()"), "an archive file that the ledger does not have"),
    ("ledger", tamper("DELETE FROM addresses"), "was asked for and never found"),
    ("ledger", tamper(f"DELETE FROM readings WHERE url_key = '{key('b')}'"), "was fetched and never read"),
    ("ledger", tamper(f"DELETE FROM fetches WHERE fetch_id = {FIRST}"), "has no request"),
    ("runs", tamper("UPDATE runs SET state = 'running', ended_at = NULL"), "never ended"),
    ("schema", tamper("UPDATE schema_migrations SET sha256 = 'other' WHERE version = 1"), "not the text that made these tables"),
    ("schema", tamper("INSERT INTO schema_migrations VALUES (9999, 'later', '', now()::TIMESTAMP, '')"), "not known to this version"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "plant", "said"), TABLES, ids=[f"{case[0]}: {case[2]}" for case in TABLES])
def test_a_fault_in_the_tables_is_named(folders: Folders, check: str, plant: Plant, said: str):
    plant(folders)
    findings = found_faults(folders)[check].findings
    assert any(said in finding.what for finding in findings), findings
    assert all(finding.mend and finding.means and "{" not in finding.mend for finding in findings)


def only_segment(folders: Folders) -> Path:
    (path,) = segments.files(folders)
    path.chmod(0o644)
    return path


def scratch(folders: Folders) -> None:
    """Change bytes in the middle of the archive: a page is damaged, lengths are not."""
    path = only_segment(folders)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8] = b"scratch!"
    path.write_bytes(content)


def swap_bodies(folders: Folders) -> None:
    with duckdb.connect(str(folders.live)) as con:
        con.execute(f"UPDATE fetches SET payload_hash = '{key('another')}' WHERE fetch_id = {FIRST}")
    reading_copy.publish(folders, now=True)


def broken_spool_file(folders: Folders) -> None:
    path = write(folders, found("c"))
    path.write_bytes(path.read_bytes()[:-20])


def set_aside(folders: Folders) -> None:
    broken_spool_file(folders)
    loader.drain(folders, publish_now=True)


def old_spool_file(folders: Folders) -> None:
    path = write(folders, found("c"))
    os.utime(path, (time.time() - 90_000,) * 2)


def lost_rows(folders: Folders) -> None:
    """The live database goes back to an earlier state, as after a copy of it was put in its place."""
    older = folders.live.read_bytes()
    write(folders, found("c"), fetched("c", outcome="gone"))
    loader.drain(folders, publish_now=True)
    folders.live.write_bytes(older)


def unseen_rows(folders: Folders) -> None:
    """Loaded, and the spool file removed before a reading copy contained it."""
    write(folders, found("c"), fetched("c", outcome="gone"))
    for path in loader.load_spool(folders, loader.Report()):
        path.unlink()


def writable(folders: Folders) -> None:
    folders.warehouse.resolve().chmod(0o644)


def log_beside(folders: Folders) -> None:
    folders.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"")


def broken_copy(folders: Folders) -> None:
    edition = folders.warehouse.resolve()
    edition.chmod(0o644)
    edition.write_bytes(b"no database")


def broken_live(folders: Folders) -> None:
    folders.live.write_bytes(b"no database")


def unknown_segment(folders: Folders) -> None:
    path = only_segment(folders)
    shutil.copy(path, path.with_name(path.name.replace(path.name[-16:-8], "deadbeef")))


def old_temporary(folders: Folders) -> None:
    path = folders.spool / ".left.tmp"
    path.touch()
    os.utime(path, (time.time() - 90_000,) * 2)


FILES: list[tuple[str, Plant, str]] = [
    ("copy", broken_copy, "does not lead to an edition that opens"),
    ("copy", lambda folders: folders.warehouse.unlink(), "does not lead to an edition that opens"),
    ("copy", writable, "is writable"),
    ("copy", log_beside, "lies beside the reading copy"),
    ("live", broken_live, "does not open"),
    ("live", lambda folders: folders.live.unlink(), "is missing"),
    ("live", lost_rows, "lacks 1 loads of the reading copy"),
    ("live", unseen_rows, "lacks 1 loads of the live database"),
    ("spool", broken_spool_file, "cut short"),
    ("spool", old_spool_file, "waiting for half a day"),
    ("aside", set_aside, "was set aside: "),
    ("leftovers", old_temporary, "was left by a process that was killed"),
    ("secrets", lambda folders: (folders.data.parent / ".env").chmod(0o644), "can be read by others"),
    ("segments", lambda folders: only_segment(folders).unlink(), "is missing"),
    ("segments", unknown_segment, "is not in the ledger"),
    ("pages", scratch, "is not at byte"),
    ("pages", swap_bodies, "its content is not what was fetched"),
]


@pytest.mark.parametrize(("check", "plant", "said"), FILES, ids=[f"{case[0]}: {case[2]}" for case in FILES])
def test_a_fault_in_the_files_is_named(folders: Folders, check: str, plant: Plant, said: str):
    plant(folders)
    findings = found_faults(folders)[check].findings
    assert any(said in finding.what for finding in findings), findings
    assert all(finding.mend for finding in findings)


def test_a_sealed_segment_that_changed_its_size_is_named(folders: Folders):
    tamper("UPDATE segments SET state = 'sealed', size = 12")(folders)
    for state in folders.archive.rglob("*.json"):
        state.unlink()
    assert "and 12 when it was sealed" in found_faults(folders)["segments"].findings[0].what


def test_a_full_disk_is_foreseen(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(folders.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    assert "0.0 GB free" in found_faults(folders)["disk"].findings[0].what


def test_a_run_that_holds_its_lock_for_a_day_is_named(folders: Folders):
    path = folders.source_lock(SOURCE)
    with hold(path, "ingest of paper in process 12345"):
        os.utime(path, (time.time() - 90_000,) * 2)
        result = found_faults(folders)["locks"]
    assert result.level == "advice"
    assert "process 12345" in result.findings[0].what
    assert "locks" not in found_faults(folders)  # the kernel frees it


def test_a_run_that_was_killed_before_it_spooled_anything_is_named(folders: Folders):
    path = folders.source_lock(SOURCE)
    with hold(path, f"ingest of {SOURCE} in process 12345, since 2026-03-02 08:00 UTC"):
        assert "killed" not in found_faults(folders)  # it is still at it
        said = path.read_text(encoding="utf-8")
    assert "killed" not in found_faults(folders)  # it ended by itself, and the tables will know it
    path.write_text(said, encoding="utf-8")
    result = found_faults(folders)["killed"]
    assert (result.level, result.findings[0].mend) == ("advice", f"wireroom ingest {SOURCE}")
    path.write_text(said.replace("02 08:00", "01 12:00"), encoding="utf-8")
    assert "killed" in found_faults(
        folders
    )  # of that minute the tables know one that ended well, and took its name away
    tamper("UPDATE runs SET state = 'failed'")(folders)
    assert "killed" not in found_faults(folders)  # the one that the tables know


def test_a_page_that_only_a_full_look_reaches(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("warehouse.doctor.archive.SAMPLE", 0)
    scratch(folders)
    assert "pages" not in found_faults(folders)
    assert "pages" in found_faults(folders, full=True)


def test_without_a_reading_copy_the_tables_are_not_judged(folders: Folders):
    broken_copy(folders)
    skipped = [result.check for result in doctor.examine(folders) if result.skipped]
    assert {"current", "unique", "pages", "live"} <= set(skipped)


def test_many_findings_are_counted_and_a_few_listed(folders: Folders):
    tamper("INSERT INTO merges SELECT uuid(), uuid(), now()::TIMESTAMP, 1 FROM range(25)")(folders)
    result = found_faults(folders)["merged"]
    assert (result.count, len(result.findings)) == (25, 10)


def test_a_live_database_that_is_missing_is_made_of_the_reading_copy(folders: Folders):
    folders.live.unlink()
    write(folders, run("completed"), found("c"), fetched("c", outcome="gone"))
    loader.drain(folders, publish_now=True)
    with reading_copy.connect(folders) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
        assert con.execute("SELECT outcome FROM rejects").fetchall() == [("gone",)]
    assert found_faults(folders) == {}


def test_the_mends_for_a_spoilt_live_database_work(folders: Folders):
    lost_rows(folders)
    folders.live.rename(folders.live.with_suffix(".older"))
    loader.drain(folders, publish_now=True)
    assert found_faults(folders) == {}
    with schema.opened(folders.live) as con:
        assert con.execute("SELECT count(*) FROM addresses").fetchall() == [(3,)]
