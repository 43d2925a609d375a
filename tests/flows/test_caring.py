"""What is done once a day: what waits is loaded and can be found, a fault ends it with a sentence, old logs go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flows import caring, pipeline
from flows.sample import warehouse as sample
from flows.sample.site import serve
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import reading_copy, spool
from warehouse.errors import WarehouseError

DAY = 86_400


@pytest.fixture
def news(tmp_path: Path) -> Workspace:
    """A workspace whose warehouse has the Bulletin, and that nobody has searched."""
    made = create(tmp_path / "news")
    (made.sources / "meridian.toml").unlink(missing_ok=True)
    made.sources.rmdir()
    sample.build(made.root)
    return made


def articles(workspace: Workspace) -> int:
    with reading_copy.connect(workspace.folders) as con:
        ((count,),) = con.execute("SELECT count(*) FROM articles").fetchall()
    return int(count)


def test_what_waits_is_loaded_and_can_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    workspace = create(tmp_path / "news")
    with serve() as site, monkeypatch.context() as patched:
        site.write_source(workspace.sources)
        patched.setattr("warehouse.loader.drain", lambda *_, **__: None)  # the process that was killed before it loaded
        pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
    assert spool.files(workspace.folders)
    done = caring.look_after(workspace)
    assert done["files"] > 0
    assert done["rows"] > 0
    assert done["indexed"] == articles(workspace) > 30
    assert spool.files(workspace.folders) == []
    again = caring.look_after(workspace)
    assert again == {"files": 0, "rows": 0, "indexed": 0, "logs_removed": 0}


def test_a_fault_ends_it_and_is_named_with_what_says_more(news: Workspace):
    assert caring.examine(news) == []
    for segment in sorted(news.folders.archive.rglob("*.warc*")):
        segment.unlink()
    with pytest.raises(WarehouseError, match="wireroom doctor") as raised:
        caring.look_after(news)
    assert "Not so: " in str(raised.value)
    assert articles(news) > 30, "what can be read is still read"


def test_old_logs_go_but_none_that_a_quiet_service_holds_open(news: Workspace):
    now = time.time()
    news.folders.logs.mkdir(parents=True, exist_ok=True)
    ages = {
        "up.log": 90,
        "up.log.1": 90,
        "wireroom.jsonl": 40,
        "wireroom.jsonl.2": 29,
        "wireroom.jsonl.3": 31,
        "notes.txt": 400,
    }
    for name, days in ages.items():
        (news.folders.logs / name).write_text("said\n")
        os.utime(news.folders.logs / name, (now - days * DAY,) * 2)
    assert caring.clear_logs(news, now) == 2
    left = {path.name for path in news.folders.logs.iterdir()}
    assert left == {"up.log", "wireroom.jsonl", "wireroom.jsonl.2", "notes.txt"}


def test_without_logs_there_is_nothing_to_clear(news: Workspace):
    assert caring.clear_logs(news, time.time()) == 0
