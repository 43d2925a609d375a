"""A source whose file was renamed: nothing is fetched a second time, nothing is lost, and nobody is surprised."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from outlet import Outlet, rss, served, story

from flows import backfilling, pipeline
from flows.sources import SourceError, load

FEED = 'kind = "feed"\nurl = "BASE/feed"'
BY_SOURCE = "select source_id, count(*) from articles group by all order by all"


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        for number in range(5):
            made.put(f"/a{number}", story(number))
        made.put("/feed", rss("/a0", "/a1", "/a2"))
        yield made


def test_a_renamed_file_is_asked_about_before_anything_is_fetched(outlet: Outlet) -> None:
    assert outlet.passed(outlet.source(FEED)).articles == 3
    (outlet.workspace.sources / "post.toml").unlink()
    renamed = outlet.source(FEED, name="gazette")
    with pytest.raises(SourceError, match=r'was read as .post. until now \(3 articles\).*formerly = "post"'):
        outlet.passed(renamed)
    assert outlet.asked() == {}


def test_what_was_read_under_the_former_name_is_not_fetched_again_and_stays(outlet: Outlet) -> None:
    outlet.passed(outlet.source(FEED))
    before = outlet.rows("select article_id, url from articles order by all")
    (outlet.workspace.sources / "post.toml").unlink()
    path = outlet.source(FEED, name="gazette").path
    path.write_text('formerly = "post"\n' + path.read_text())
    outlet.put("/feed", rss("/a1", "/a2", "/a3"))
    renamed = load(path)
    assert outlet.passed(renamed).articles == 1
    assert outlet.asked() == {"/feed": 1, "/a3": 1}
    assert outlet.rows(BY_SOURCE) == [("gazette", 1), ("post", 3)]
    assert outlet.rows("select article_id, url from articles where source_id = 'post' order by all") == before
    outlet.passed(renamed)
    assert outlet.log == [("/feed", 304)]


def test_another_source_of_the_same_outlet_is_no_renaming(outlet: Outlet) -> None:
    outlet.passed(outlet.source(FEED))
    assert outlet.passed(outlet.source(FEED, name="gazette")).articles == 3
    (outlet.workspace.sources / "post.toml").unlink()
    outlet.passed(outlet.source(FEED, name="gazette"))
    assert outlet.log == [("/feed", 304)]


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from flows import pipeline
from flows.sources import load
from flows.workspace import Workspace
from warehouse import spool

written = spool.write

def killed(folders, taken, **how):
    kinds = {type(row).__name__ for row in taken}
    if "Found" in kinds:
        written(folders, taken, **how)
    if sys.argv[2] in kinds:
        os.kill(os.getpid(), signal.SIGKILL)
    return written(folders, taken, **how)

spool.write = killed
place = Path(sys.argv[1])
pipeline.ingest(Workspace(place), load(place / "sources" / "post.toml"))
"""


def killed_and_renamed(outlet: Outlet, kind: str) -> None:
    """Kill a pass before it spools the first row of a kind (of addresses: after), and give the source another name."""
    outlet.source(FEED)
    command = [sys.executable, "-c", KILLED, str(outlet.workspace.root), kind]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == -9
    (outlet.workspace.sources / "post.toml").unlink()
    path = outlet.source(FEED, name="gazette").path
    path.write_text('formerly = "post"\n' + path.read_text())
    outlet.put("/feed", rss("/a1", "/a2", "/a3"))


@pytest.mark.parametrize("entered", ["ingest", "backfill"])
def test_what_a_run_killed_under_the_former_name_had_fetched_is_taken_up_under_that_name(
    outlet: Outlet, entered: str
) -> None:
    killed_and_renamed(outlet, "Reading")
    assert outlet.asked() == {"/feed": 1, "/a0": 1, "/a1": 1, "/a2": 1}
    outlet.log.clear()
    path = outlet.workspace.sources / "gazette.toml"
    for _ in range(2):
        if entered == "ingest":
            pipeline.ingest(outlet.workspace, load(path))
        else:
            backfilling.backfill(outlet.workspace, load(path), backfilling.Order(date(2026, 1, 1), date(2026, 1, 2)))
    assert not {"/a0", "/a1", "/a2"} & set(outlet.asked())
    assert outlet.rows("select source_id, count(*) from articles where source_id = 'post' group by all") == [
        ("post", 3)
    ]
    assert outlet.rows("select kind, state from runs where source_id = 'post' order by started_at") == [
        ("ingest", "interrupted"),
        ("reparse", "completed"),
    ]


def test_what_was_found_under_the_former_name_and_never_asked_for_comes_under_the_new_one(outlet: Outlet) -> None:
    killed_and_renamed(outlet, "Found")
    assert outlet.asked() == {"/feed": 1}
    outlet.passed(load(outlet.workspace.sources / "gazette.toml"))
    assert outlet.asked() == {"/feed": 1, "/a1": 1, "/a2": 1, "/a3": 1}
    assert outlet.rows(BY_SOURCE) == [("gazette", 3)]
