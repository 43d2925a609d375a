"""Fixtures of the tests about archives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "discovery"))

import imitation
import outlet as outlets
from archive_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with outlets.served(tmp_path / "news") as outlet, imitation.served() as archive:
        yield Desk(outlet, archive)
