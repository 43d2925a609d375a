"""A backup is whole whatever goes on meanwhile or is killed, and a workspace made from it goes on as the old one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.warehouse.facts import SOURCE, key
from tests.warehouse.tables import tables
from tests.warehouse.workspaces import LATER_PAGE, Died, show
from warehouse import doctor, loader, reading_copy, spool
from warehouse.archive import Appender, segments
from warehouse.backup import MANIFEST, BadBackup, back_up, making, manifest, read, restore
from warehouse.folders import Folders
from warehouse.ledger import Ledger


@pytest.fixture
def root(pattern: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pattern, tmp_path / "workspace", symlinks=True))


def restored(source: Path, name: str = "again") -> Folders:
    restore(source, source.parent / name)
    folders = Folders(source.parent / name / "data")
    assert [result for result in doctor.examine(folders, full=True) if result.is_fault] == []
    return folders


def rows(folders: Folders) -> dict[str, list[tuple[object, ...]]]:
    with reading_copy.connect(folders) as con:
        return tables(con)


def tail(folders: Folders) -> set[str]:
    """The fetches that the next run of the source would take up."""
    with Ledger(folders, SOURCE) as ledger, Appender(folders, SOURCE, key("next")) as archive:
        return {capture.fetch_id for capture, _ in archive.unspooled(ledger.unmentioned)}


def test_what_is_restored_is_what_was_backed_up(root: Path, tmp_path: Path):
    report = back_up(root, tmp_path / "backup")
    folders = restored(tmp_path / "backup")
    assert rows(folders) == rows(Folders(root / "data"))
    assert (folders.data.parent / "sources" / f"{SOURCE}.toml").read_text() == 'name = "The Paper"\n'
    assert (report.copied, report.unchanged) == (report.files, 0)
    assert folders.warehouse.is_symlink()
    assert folders.warehouse.resolve().stat().st_mode & 0o777 == 0o444


def test_a_second_backup_copies_only_what_is_new(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    assert back_up(root, tmp_path / "backup").copied == 0
    folders = Folders(root / "data")
    show(folders, LATER_PAGE)
    loader.drain(folders, publish_now=True)
    report = back_up(root, tmp_path / "backup")
    assert report.copied == 3  # reading copy, open segment, its state
    assert report.unchanged == 1
    assert rows(restored(tmp_path / "backup")) == rows(folders)


def test_a_workspace_that_was_restored_is_no_news_to_its_backup(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    folders = restored(tmp_path / "backup")
    report = back_up(folders.data.parent, tmp_path / "backup")
    assert report.copied == 1  # the reading copy has another number


def test_rows_that_wait_in_the_spool_come_along(root: Path, tmp_path: Path):
    folders = Folders(root / "data")
    show(folders, LATER_PAGE)
    back_up(root, tmp_path / "backup")
    again = restored(tmp_path / "backup")
    assert len(spool.files(again)) == 1
    loader.drain(again, publish_now=True)
    loader.drain(folders, publish_now=True)
    assert rows(again) == rows(folders)


def test_pages_that_a_killed_run_left_are_taken_up_by_the_next_one(root: Path, tmp_path: Path):
    with pytest.raises(Died):
        show(Folders(root / "data"), LATER_PAGE, spooled=False)
    back_up(root, tmp_path / "backup")
    assert tail(restored(tmp_path / "backup")) == {key("c@3.0")}


@pytest.mark.parametrize("moment", ["spool", "warehouse.duckdb", "archive"])
@pytest.mark.parametrize("is_published", [True, False])
def test_a_run_that_goes_on_meanwhile_costs_no_page(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, is_published: bool
):
    """A whole run ends (and is loaded) at each step of the backup: its page is in the tables, the spool, or the tail."""
    folders = Folders(root / "data")
    happened = []
    take = making._Writing.take

    def taking(self, path: Path, name: str, origin: str | None = None) -> None:
        if not happened and name.startswith(moment):
            happened.append(name)
            show(folders, LATER_PAGE)
            if is_published:
                loader.drain(folders, publish_now=True)
        take(self, path, name, origin)

    show(folders, (("b", 2.0, "a waiting file"),))  # so that there is a spool file to copy
    monkeypatch.setattr(making._Writing, "take", taking)
    back_up(root, tmp_path / "backup")
    assert happened
    again = restored(tmp_path / "backup")
    left = tail(again)
    loader.drain(again, publish_now=True)
    with reading_copy.connect(again) as con:
        known = {str(name) for (name,) in con.execute("SELECT fetch_id FROM fetches").fetchall()}
    assert key("c@3.0") in known | left
    assert key("b@2.0") in known


@pytest.mark.parametrize("step", ["_check", "announce", "settle"])
def test_a_backup_that_is_killed_spoils_no_earlier_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    back_up(root, tmp_path / "backup")
    before = rows(restored(tmp_path / "backup", "first"))
    folders = Folders(root / "data")
    show(folders, LATER_PAGE)
    loader.drain(folders, publish_now=True)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, step, killed)
        with pytest.raises(KeyboardInterrupt):
            back_up(root, tmp_path / "backup")
    assert rows(restored(tmp_path / "backup", "second")) in (before, rows(folders))
    back_up(root, tmp_path / "backup")
    assert rows(restored(tmp_path / "backup", "third")) == rows(folders)


def test_one_that_is_killed_while_names_are_given_is_finished_when_it_is_read(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    back_up(root, tmp_path / "backup")
    folders = Folders(root / "data")
    show(folders, LATER_PAGE)
    loader.drain(folders, publish_now=True)
    replaced, replace = [], Path.replace

    def once(self: Path, target: Path) -> Path:
        if self.name.endswith(".new") and replaced:
            raise KeyboardInterrupt
        if self.name.endswith(".new"):
            replaced.append(self)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", once)
        with pytest.raises(KeyboardInterrupt):
            back_up(root, tmp_path / "backup")
    assert rows(restored(tmp_path / "backup")) == rows(folders)


def test_secrets_are_left_behind_unless_asked_for(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "without")
    assert not (tmp_path / "without" / ".env").exists()
    back_up(root, tmp_path / "with", secrets=True)
    folders = restored(tmp_path / "with")
    for path in (tmp_path / "with" / ".env", folders.data.parent / ".env"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("victim", ["warehouse.duckdb", "archive", f"sources/{SOURCE}.toml"])
def test_an_altered_backup_is_refused_and_nothing_is_left(root: Path, tmp_path: Path, victim: str):
    back_up(root, tmp_path / "backup")
    place = tmp_path / "backup" / victim
    place = next(place.rglob("*.warc.gz")) if place.is_dir() else place
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    with pytest.raises(BadBackup, match="checksum differs"):
        restore(tmp_path / "backup", tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "workspace"]
    with pytest.raises(BadBackup, match="does not read back"):
        back_up(root, tmp_path / "backup", check_all=True)


def test_an_incomplete_backup_is_refused(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    next((tmp_path / "backup").rglob("*.warc.gz")).unlink()
    with pytest.raises(BadBackup, match="is missing"):
        restore(tmp_path / "backup", tmp_path / "again")
    assert back_up(root, tmp_path / "backup").copied == 1  # and mended by the next one
    restored(tmp_path / "backup")


def test_a_manifest_that_leads_out_of_the_backup_is_refused(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    path = tmp_path / "backup" / MANIFEST
    written = json.loads(path.read_text())
    written["files"]["../workspace/.env"] = {"size": 1, "modified_ns": 0, "sha256": "", "origin": None}
    path.write_text(json.dumps(written))
    with pytest.raises(BadBackup, match="leads out"):
        restore(tmp_path / "backup", tmp_path / "again")


def test_archive_files_that_the_workspace_lost_stay_in_the_backup(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    lost = next(segments.files(Folders(root / "data")))
    lost.unlink()
    report = back_up(root, tmp_path / "backup")
    assert report.lost == [f"archive/{SOURCE}/{lost.name}"]
    restored(tmp_path / "backup")


def test_what_the_workspace_dropped_is_dropped_from_the_backup(root: Path, tmp_path: Path):
    show(Folders(root / "data"), LATER_PAGE)
    back_up(root, tmp_path / "backup")
    (name,) = [name for name in read(tmp_path / "backup").files if name.startswith("spool/")]
    loader.drain(Folders(root / "data"), publish_now=True)
    back_up(root, tmp_path / "backup")
    assert not (tmp_path / "backup" / name).exists()


def test_nothing_of_anybody_is_overwritten(root: Path, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("Dear")
    with pytest.raises(BadBackup, match="not empty and no backup"):
        back_up(root, tmp_path / "full")
    for place in (root / "backup", root / "data" / "backup", tmp_path):
        with pytest.raises(BadBackup, match="inside one another"):
            back_up(root, place)
    back_up(root, tmp_path / "backup")
    with pytest.raises(BadBackup, match="is not empty"):
        restore(tmp_path / "backup", tmp_path / "full")
    with pytest.raises(BadBackup, match="is no backup"):
        restore(tmp_path / "full", tmp_path / "again")
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "backup", tmp_path / "empty")


def test_another_format_is_refused(root: Path, tmp_path: Path):
    back_up(root, tmp_path / "backup")
    path = tmp_path / "backup" / MANIFEST
    path.write_text(path.read_text().replace(f'"format": {manifest.FORMAT}', '"format": 99'))
    with pytest.raises(BadBackup, match="format 99"):
        restore(tmp_path / "backup", tmp_path / "again")


def test_a_withdrawal_that_is_not_carried_out_yet_is_not_forgotten(root: Path, tmp_path: Path):
    orders = Folders(root / "data").withdrawals
    orders.mkdir()
    (orders / "order.json").write_text("{}")
    back_up(root, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")
    assert (Folders(tmp_path / "again" / "data").withdrawals / "order.json").read_text() == "{}"
