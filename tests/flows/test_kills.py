"""`kill -9` at every eleventh durable step of a run, and now and then besides; `make bench` does every step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from flows import pipeline
from flows.sample.site import Site, serve
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import reading_copy, spool

ROOT = Path(__file__).parent.parent.parent


def test_no_kill_loses_doubles_or_fetches_anything_twice(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.kills", "--every", "11", "--random", "2"],
        cwd=ROOT, env={"TMPDIR": str(tmp_path), "PYTHONWARNINGS": "error"}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["steps"] > 100  # a write for each of 36 requests, and what every batch, load and copy needs
    assert report["kills"] == report["steps"] // 11 + 2
    assert {name: report[name] for name in ("unreadable", "different", "fetched_twice", "left")} == {
        "unreadable": [], "different": [], "fetched_twice": [], "left": [],
    }  # fmt: skip


HELD_BACK = """
import os, signal, sys
from pathlib import Path
from flows import pipeline
from flows.sources import load
from flows.workspace import Workspace
from warehouse import loader

original = loader.drain

def drained_and_killed(folders, **how):
    assert original(folders, **how).edition is None
    os.kill(os.getpid(), signal.SIGKILL)

loader.drain = drained_and_killed
place = Path(sys.argv[1])
pipeline.ingest(Workspace(place), load(place / "sources" / "meridian.toml"))
"""


def held_back(workspace: Workspace) -> None:
    """Let no copy be made for an hour, as after a copy that took three minutes."""
    (workspace.folders.live.parent / "last_copy").write_text("3600", encoding="ascii")


def without_revisits(site: Site, workspace: Workspace) -> None:
    source = site.write_source(workspace.sources)
    source.write_text(source.read_text(encoding="utf-8").replace('ages = ["0s"]', "ages = []"), encoding="utf-8")


def pages(site: Site) -> list[str]:
    return [asked.path for asked in site.requests() if "_" in asked.path]


def test_what_is_loaded_and_in_no_copy_yet_is_not_fetched_again(tmp_path: Path):
    with serve() as site:
        workspace = create(tmp_path / "news")
        without_revisits(site, workspace)
        held_back(workspace)
        done = subprocess.run(
            [sys.executable, "-c", HELD_BACK, str(workspace.root)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == -9, done.stderr
        assert len(pages(site)) == 34
        assert spool.files(workspace.folders) != []  # loaded, and kept until a copy contains them
        for _ in range(2):
            held_back(workspace)
            tally = pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
            assert (tally.found, tally.fetched) == (0, 0)
        assert len(pages(site)) == 34
        (workspace.folders.live.parent / "last_copy").write_text("0", encoding="ascii")
        pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
        assert len(pages(site)) == 34
        with reading_copy.connect(workspace.folders) as con:
            assert con.execute("SELECT count(*), count(DISTINCT url) FROM articles").fetchall() == [(32, 32)]
        assert spool.files(workspace.folders) == []
