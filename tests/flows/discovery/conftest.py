"""Passes of these tests bring a handful of pages: one parse process is enough for them."""

from __future__ import annotations

from functools import partial

import pytest

from flows import run
from flows.pool import ParsePool


@pytest.fixture(autouse=True)
def _one_parse_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ParsePool", partial(ParsePool, workers=1))
