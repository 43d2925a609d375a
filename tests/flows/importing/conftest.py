"""A workspace with an outlet, and a parse pool without processes: what they do is tested elsewhere, and they take seconds."""

from __future__ import annotations

import shutil
from concurrent.futures import Future
from pathlib import Path

import pytest

from flows import parse_child, run
from flows.workspace import Workspace, create
from parsers.records import Page, Profile

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


class Inline:
    """A parse pool that parses at once, in this process."""

    def submit(self, page: Page, profile: Profile):
        done = Future()
        done.set_result(parse_child.parse(page, profile))
        return done

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ParsePool", Inline)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = create(tmp_path_factory.mktemp("made") / "news")
    (made.sources / "paper.toml").write_text(PAPER, encoding="utf-8")
    return made


@pytest.fixture
def workspace(tmp_path: Path, _made: Workspace) -> Workspace:
    return Workspace(shutil.copytree(_made.root, tmp_path / "news", symlinks=True))
