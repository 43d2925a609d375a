"""The verbs that look after a workspace, as a person and as a program see them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from flows import pipeline
from flows.cli.verbs import app
from flows.sample.site import serve
from flows.sources import load
from flows.workspace import Workspace, create
from tests.flows.cli.conftest import Done
from tests.warehouse.workspaces import LATER_PAGE, show, sound
from warehouse import doctor, reading_copy
from warehouse.folders import Folders

Run = Callable[..., Done]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sound") / "news"
    sound(root)
    return root


@pytest.fixture
def news(pattern: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wireroom: Run) -> Path:
    root = Path(shutil.copytree(pattern, tmp_path / "news", symlinks=True))
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(root))
    return root


def test_a_sound_workspace_says_so(news: Path, wireroom: Run):
    said = wireroom("doctor").stdout
    assert said.rstrip().endswith("The workspace is sound.")
    assert said.count("✓") == len(doctor.checks())


def test_a_fault_is_said_with_its_meaning_and_its_mend_and_the_mend_works(news: Path, wireroom: Run):
    (news / ".env").chmod(0o644)
    Folders(news / "data").live.unlink()
    said = wireroom("doctor", code=1).stdout
    assert "2 faults." in said
    assert f"→ chmod 600 {news / '.env'}" in said
    assert "→ wireroom load" in said
    wireroom("load")
    (news / ".env").chmod(0o600)
    wireroom("doctor", "--full")


def test_advice_is_no_fault(news: Path, wireroom: Run):
    path = news / "data" / ".left.tmp"
    path.touch()
    os.utime(path, (0, 0))
    said = wireroom("doctor").stdout
    assert "The workspace is sound. 1 thing to know of." in said
    assert f"→ rm {path}" in said


def test_a_program_reads_one_object_a_check(news: Path, wireroom: Run):
    (news / ".env").chmod(0o644)
    results = [json.loads(line) for line in wireroom("doctor", "--json", code=1).stdout.splitlines()]
    assert [result["check"] for result in results if not result["ok"]] == ["secrets"]
    (finding,) = next(result["findings"] for result in results if not result["ok"])
    assert finding.keys() == {"subject", "what", "mend", "means"}


def test_load_takes_what_waits_and_names_what_it_cannot_take(news: Path, wireroom: Run):
    folders = Folders(news / "data")
    show(folders, LATER_PAGE)
    assert "1 file loaded" in wireroom("load").stdout
    (folders.spool / "01795552305154772434.f89455ce.paper.jsonl").write_text("no header\n")
    assert "set aside" in wireroom("load", code=1).stderr
    assert json.loads(wireroom("load", "--json").stdout) == {"files": 0, "rows": 0, "problems": []}


def test_backup_and_restore_say_what_they_did(news: Path, wireroom: Run, tmp_path: Path):
    assert ".env was not taken along" in wireroom("backup", "copy").stdout
    assert json.loads(wireroom("backup", "copy", "--json").stdout)["copied"] == 0
    said = wireroom("restore", "copy", "again").stdout
    assert "again is the workspace as it was on" in said
    assert (tmp_path / "again" / ".gitignore").exists()
    assert wireroom("restore", "copy", "again", code=1).stderr.count("is not empty") == 1
    assert "is no backup" in wireroom("restore", "nowhere", "third", code=1).stderr
    assert "inside one another" in wireroom("backup", news / "data" / "copy", code=1).stderr


def test_a_folder_that_cannot_be_written_is_a_sentence(news: Path, wireroom: Run, tmp_path: Path):
    (tmp_path / "file").touch()
    said = wireroom("backup", tmp_path / "file" / "copy", code=1).stderr
    assert "cannot be written or read: Not a directory" in said


MENDS = re.compile(r'"(wireroom [^"]+)"|-- mend: (wireroom .*)|^LOAD = "(.*)"$', re.M)


def test_every_mend_is_a_command_that_exists():
    verbs = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    folder = Path(doctor.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".py", ".sql"))
    named = {shlex.split(next(filter(None, found)))[1] for found in MENDS.findall(text)} - {"{said[kind]}"}
    named |= {"ingest", "backfill", "import"}  # the kinds of a run that was killed, which is said once more
    assert named >= {"rebuild", "load", "restore"}
    assert named <= verbs


def test_a_restored_workspace_goes_on_without_fetching_anything_again(tmp_path: Path, wireroom: Run):
    with serve() as site:
        workspace = create(tmp_path / "old")
        site.write_source(workspace.sources)
        pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
        wireroom("--workspace", workspace.root, "backup", "copy")
        wireroom("restore", "copy", "new")
        wireroom("--workspace", "new", "doctor", "--full")
        site.log.clear()
        again = Workspace(tmp_path / "new")
        tally = pipeline.ingest(again, load(again.sources / "meridian.toml"))
        assert (tally.fetched, tally.found) == (0, 0)
        assert site.counts()[200] == 1  # robots.txt; every page and both listings are answered 304
        wireroom("--workspace", "new", "doctor", "--full")
    query = "SELECT url, headline, body, valid_from FROM article_versions ORDER BY ALL"
    assert _rows(workspace, query) == _rows(again, query)


def _rows(workspace: Workspace, sql: str) -> list[tuple]:
    with reading_copy.connect(workspace.folders) as con:
        return con.execute(sql).fetchall()
