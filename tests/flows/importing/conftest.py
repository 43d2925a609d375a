"""A workspace with an outlet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.workspace import Workspace, create

PAPER = """
name = "The Paper"
home = "https://paper.example/"
timezone = "Europe/Berlin"

[[find]]
kind = "list"
file = "paper.csv"

[article]
url = '/(?P<year>\\d{4})/(?P<month>\\d\\d)/(?P<day>\\d\\d)/'
"""


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = create(tmp_path_factory.mktemp("made") / "news")
    (made.sources / "paper.toml").write_text(PAPER, encoding="utf-8")
    return made


@pytest.fixture
def workspace(tmp_path: Path, _made: Workspace) -> Workspace:
    return Workspace(shutil.copytree(_made.root, tmp_path / "news", symlinks=True))
