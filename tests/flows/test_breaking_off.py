"""Ctrl-C and SIGTERM while an outlet does not answer: over in seconds, nothing left running, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows import pipeline
from flows.sample.site import Site, serve
from flows.sources import load
from flows.workspace import Workspace, create
from tests.flows.silent import Silent

SECONDS = 30
"""A request may take 60; 15 are promised, and this machine may be busy."""

INGEST = """
import signal, sys
from pathlib import Path
from flows import pipeline
from flows.sources import load
from flows.workspace import Workspace

def stop(number, frame):
    raise {exception}

signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored where the tests run in the background
place = Path(sys.argv[1])
pipeline.ingest(Workspace(place), load(place / "sources" / "meridian.toml"))
"""


def silent(site: Site) -> Silent:
    paths = sorted(path for path in site.served if "_" in path)
    site.served = Silent(site.served, paths[len(paths) // 2])
    return site.served


@pytest.mark.parametrize(
    ("number", "exception"), [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "SystemExit(1)")]
)
def test_it_ends_soon_and_the_next_run_goes_on(tmp_path: Path, number: int, exception: str):
    workspace = create(tmp_path / "news")
    with serve() as site:
        source = site.write_source(workspace.sources)
        source.write_text(source.read_text(encoding="utf-8").replace('ages = ["0s"]', "ages = []"), encoding="utf-8")
        pages = silent(site)
        process = subprocess.Popen(
            [sys.executable, "-c", INGEST.replace("{exception}", exception), str(workspace.root)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert pages.asked.wait(120)
        os.kill(process.pid, number)
        process.wait(timeout=SECONDS)
        assert process.returncode != 0
        with closing(duckdb.connect(str(workspace.folders.warehouse), read_only=True)) as con:
            assert con.execute("SELECT state FROM runs").fetchall() == [("cancelled",)]
        pages.released.set()
        before = {asked.path for asked in site.requests() if "_" in asked.path and asked.path != pages.path}
        seen = len(site.requests())
        pipeline.ingest(Workspace(workspace.root), load(source))
        again = {asked.path for asked in site.requests()[seen:] if "_" in asked.path}
        assert before & again == set()
        with closing(duckdb.connect(str(workspace.folders.warehouse), read_only=True)) as con:
            assert con.execute("SELECT count(*), count(DISTINCT url) FROM articles").fetchall() == [(32, 32)]


def test_a_ctrl_c_in_the_words_of_duckdb_is_one_all_the_same(tmp_path: Path):
    def stop(run, batch) -> None:
        raise RuntimeError("Query interrupted")  # what DuckDB makes of it while it is at work

    workspace = create(tmp_path / "news")
    with serve() as site, pytest.raises(RuntimeError):
        pipeline.ingest(workspace, load(site.write_source(workspace.sources)), do=stop)
    with closing(duckdb.connect(str(workspace.folders.warehouse), read_only=True)) as con:
        assert con.execute("SELECT state FROM runs").fetchall() == [("cancelled",)]


class Stopped(BaseException):
    """As a Ctrl-C that comes when all is found and nothing asked."""


def test_what_two_broken_off_runs_had_found_is_asked_once(tmp_path: Path):
    """More than a batch, of which some are listed anew while the others are known from before."""

    def stop(run, batch) -> None:
        raise Stopped

    workspace = create(tmp_path / "news")
    with serve() as site:
        source = site.write_source(workspace.sources)
        source.write_text(source.read_text(encoding="utf-8").replace('ages = ["0s"]', "ages = []"), encoding="utf-8")
        for count in (12, 12):
            for _ in range(count):
                site.publish(date(2026, 11, 25))
            with pytest.raises(Stopped):
                pipeline.ingest(workspace, load(source), do=stop)
        site.publish(date(2026, 11, 25))
        pipeline.ingest(workspace, load(source))
        asked = Counter(one.path for one in site.requests() if "_" in one.path)
    assert len(asked) == 34 + 25
    assert {path for path, times in asked.items() if times > 1} == set()
