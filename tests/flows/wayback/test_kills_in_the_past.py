"""`kill -9` in the middle of a backfill out of an archive: the same command goes on, and nothing that came is asked for again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

import pytest
from archive_desk import Desk
from outlet import story

BACKFILL = """
import sys
from datetime import date
from pathlib import Path
from flows import backfilling
from flows.sources import load
from flows.workspace import Workspace

workspace = Workspace(Path(sys.argv[1]))
order = backfilling.Order(date(2017, 1, 1), date(2017, 3, 31))
print(backfilling.backfill(workspace, load(workspace.sources / "post.toml"), order).tally.articles)
"""
PAGES = 36


def killed_after(desk: Desk, mementos: int) -> None:
    """A backfill that is killed once so many mementos were asked for."""
    command = [sys.executable, "-c", BACKFILL, str(desk.outlet.workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        until = time.monotonic() + 120
        while len(desk.archive.mementos()) < mementos and run.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        run.kill()
        assert run.wait() == -9, run.stderr.read() if run.stderr else ""


@pytest.mark.parametrize("after", [3, 20])
def test_a_killed_backfill_goes_on(desk: Desk, after: int) -> None:
    for number in range(PAGES):
        month, day = number % 3 + 1, number // 3 + 1
        desk.keep(f"20170{month}{day:02d}", f"/2017/0{month}/{day:02d}/a", story(number))
    source = desk.source(more='late = "1d"')
    killed_after(desk, after)
    before = desk.archive.mementos()
    assert after <= len(before) < PAGES
    desk.backfilled(source, "2017-01-01", "2017-03-31")
    counted = Counter(before + desk.archive.mementos())
    assert len(counted) == PAGES
    assert sum(counted.values()) <= PAGES + 1  # the one that was under way when the run was killed
    assert desk.rows("SELECT count(*), count(DISTINCT article_id) FROM articles") == [(PAGES, PAGES)]
    assert desk.rows("SELECT count(*) FROM fetches WHERE origin = 'wayback'") == [(PAGES,)]
    desk.backfilled(source, "2017-01-01", "2017-03-31")
    assert desk.archive.mementos() == []
