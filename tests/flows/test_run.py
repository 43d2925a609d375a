"""What a run holds: pages that wait for the parse processes are few, however fast an outlet answers."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows import run as running
from flows.sample.site import source_text
from flows.sources import load
from flows.workspace import create
from warehouse.archive.captures import Capture

PAGE = Capture("f", "meridian", "k", "article", "http://127.0.0.1:9/a", datetime(2026, 1, 2), "fetched", "r")


class Slow:
    """Parse processes that answer when they are told to."""

    def __init__(self) -> None:
        self.waiting: list[Future[Any]] = []

    def submit(self, page: object, profile: object) -> Future[Any]:
        self.waiting.append(Future())
        return self.waiting[-1]


def test_who_fetches_faster_than_pages_are_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "UNREAD", 4)
    made, pool = create(tmp_path / "news"), Slow()
    (made.sources / "meridian.toml").write_text(source_text("http://127.0.0.1:9"))
    run = running.Run(made, load(made.sources / "meridian.toml"), "backfill", None)
    run.pool = pool  # type: ignore[assignment]
    for _ in range(4):
        run.parse(PAGE)
    fifth = threading.Thread(target=run.parse, args=(PAGE,), daemon=True)
    fifth.start()
    pool.waiting[0].set_result(())
    fifth.join(0.2)
    assert fifth.is_alive()  # one page in its place would be too little to wake up for
    assert len(pool.waiting) == 4
    pool.waiting[1].set_result(())
    fifth.join(10)
    assert len(pool.waiting) == 5
