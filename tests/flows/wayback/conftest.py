"""Fixtures of the tests about archives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "discovery"))

import imitation
import outlet as outlets
from archive_desk import Desk

from flows import run
from flows.pool import ParsePool


@pytest.fixture(autouse=True)
def _one_parse_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ParsePool", partial(ParsePool, workers=1))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with outlets.served(tmp_path / "news") as outlet, imitation.served() as archive:
        yield Desk(outlet, archive)
