"""Fixtures that several tests of the warehouse use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.workspaces import sound


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without a fault, which tests copy: making it costs seconds."""
    root = tmp_path_factory.mktemp("sound") / "workspace"
    sound(root)
    return root
