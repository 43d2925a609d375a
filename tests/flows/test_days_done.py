"""Which days a backfill says are done with."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows import days_done
from flows.discovery import Window
from flows.progress import Event
from flows.run import Run

FIRST, SECOND = date(2017, 3, 1), date(2017, 3, 2)


def test_a_day_of_which_an_address_waits_is_not_done_whatever_readers_see(monkeypatch: pytest.MonkeyPatch):
    told: list[Event] = []
    monkeypatch.setattr(days_done, "tell", told.append)
    monkeypatch.setattr(days_done, "_idle", lambda run, begun: {FIRST, SECOND})  # the copy that readers see lags behind
    source = SimpleNamespace(finders=[])
    run = cast("Run", SimpleNamespace(window=Window(FIRST, SECOND, SECOND, whole=True), source=source))
    left: list[Any] = [SimpleNamespace(known=SimpleNamespace(day=f"{SECOND}"), memento=None, url_key="a")]
    done = days_done.DaysDone(run)
    stream = done.left(lambda: left)
    next(stream)
    assert sum(event.count for event in told) == 1
    assert next(stream, None) is None
    assert sum(event.count for event in told) == 2
