"""What was withdrawn and is still somewhere is found, wherever that is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.warehouse.facts import key, reading, withdrawal
from tests.warehouse.tables import write
from tests.warehouse.workspaces import found_faults, tamper
from warehouse import loader
from warehouse.folders import Folders
from warehouse.ledger import Ledger


@pytest.fixture
def folders(pattern: Path, tmp_path: Path) -> Folders:
    shutil.copytree(pattern, tmp_path / "workspace", symlinks=True)
    return Folders(tmp_path / "workspace" / "data")


def withdrawn(folders: Folders) -> None:
    """Withdraw an article's address in the tables only: the loader drops its rows, and the files are left as they are."""
    write(folders, withdrawal("b", hours=5))
    loader.drain(folders, publish_now=True)


def test_a_page_that_was_withdrawn_and_is_in_the_archive_is_named(folders: Folders):
    withdrawn(folders)
    said = [finding.what for finding in found_faults(folders)["withdrawn"].findings]
    assert f"has the page of fetch {key('b@0.5')}, which was withdrawn" in said


def test_an_address_is_withdrawn_for_every_source_and_a_source_for_itself(folders: Folders):
    withdrawn(folders)
    with Ledger(folders, "another") as ledger:
        assert ledger.withdrawn([key("b")])
        assert not ledger.withdrawn([key("a")])
    write(folders, withdrawal(None, hours=6))
    loader.drain(folders, publish_now=True)
    with Ledger(folders, "another") as ledger:
        assert not ledger.withdrawn()


def test_a_withdrawn_text_in_an_older_edition_is_named(folders: Folders):
    withdrawn(folders)
    (older,) = [path for path in folders.editions.glob("*.duckdb") if path != folders.warehouse.resolve()]
    findings = found_faults(folders)["withdrawn"].findings
    assert {finding.mend for finding in findings if finding.subject == str(older)} == {f"rm {older}"}
    assert not any(finding.subject == str(folders.warehouse.resolve()) for finding in findings)


def test_a_withdrawn_text_that_came_back_into_the_tables_is_named(folders: Folders):
    withdrawn(folders)
    tamper(f"INSERT INTO readings BY NAME SELECT * REPLACE ('{key('b')}'::UUID AS url_key) FROM readings LIMIT 1")(
        folders
    )
    findings = found_faults(folders)["withdrawn"].findings
    assert any(finding.mend == "wireroom rebuild" and "a reading of paper" in finding.what for finding in findings)


def test_a_withdrawn_text_in_the_spool_is_named(folders: Folders):
    withdrawn(folders)
    path = write(folders, reading("b", "it came back", hours=9))
    findings = found_faults(folders)["withdrawn"].findings
    assert any(
        finding.subject == str(path) and finding.what == "has a reading of what was withdrawn" for finding in findings
    )


def test_an_order_that_was_not_carried_out_and_an_old_index_are_named(folders: Folders):
    withdrawn(folders)
    folders.withdrawals.mkdir()
    (folders.withdrawals / "order.json").write_text("{}")
    folders.search.touch()
    os.utime(folders.search, (0, 0))
    said = [finding.what for finding in found_faults(folders)["withdrawn"].findings]
    assert "was ordered and is not carried out to its end" in said
    assert "was made before the last withdrawal" in said


def test_a_large_archive_is_searched_only_when_asked_to(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    withdrawn(folders)
    monkeypatch.setattr("warehouse.doctor.withdrawn.SCANNED", 10)
    assert any(finding.mend == "wireroom doctor --full" for finding in found_faults(folders)["withdrawn"].findings)
    assert any(
        "which was withdrawn" in finding.what for finding in found_faults(folders, full=True)["withdrawn"].findings
    )
