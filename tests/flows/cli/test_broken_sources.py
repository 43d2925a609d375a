"""One source file that cannot be read is named, and the others are not held up by it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from flows import workspace
from flows.cli.runs import summary
from flows.cli.verbs import app, guarded

SOUND = 'name = "{0}"\nhome = "https://{0}.example/"\nlanguage = "en"\ntimezone = "Europe/Oslo"\n[[find]]\nkind = "list"\nfile = "{0}.txt"\n'


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = workspace.create(tmp_path / "news")
    (made.sources / "gull.toml").write_text('nam = "Gull"\n')
    for name in ("fog", "tide"):
        (made.sources / f"{name}.toml").write_text(SOUND.format(name))
        (made.sources / f"{name}.txt").write_text("")
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(made.root))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return made.root


def test_status_names_the_file_and_the_way_out(news: Path, capsys: pytest.CaptureFixture[str]):
    assert guarded(lambda: app(["status", "--json"], prog_name="wireroom")) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["source"] for one in found["sources"]] == ["fog", "tide"]
    assert [(trouble["command"], "gull.toml" in trouble["what"]) for trouble in found["troubles"]] == [
        ("wireroom sources check gull", True)
    ]


def test_the_others_are_done_all_the_same(news: Path, capsys: pytest.CaptureFixture[str]):
    assert guarded(lambda: app(["ingest", "--all", "--json"], prog_name="wireroom")) == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["source"] for line in printed.out.splitlines()] == ["fog", "tide"]
    assert "gull.toml" in printed.err


def test_a_broken_file_that_is_asked_for_is_an_error(news: Path, capsys: pytest.CaptureFixture[str]):
    assert guarded(lambda: app(["ingest", "gull"], prog_name="wireroom")) == 1
    assert "gull.toml" in capsys.readouterr().err


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_list_shows_all_and_its_exit_code_says_that_one_is_broken(
    news: Path, form: list[str], capsys: pytest.CaptureFixture[str]
):
    assert guarded(lambda: app(["sources", "list", *form], prog_name="wireroom")) == 1
    printed = capsys.readouterr()
    assert all(name in printed.out for name in ("fog", "tide", "gull", "broken file"))
    assert "`nam`" in printed.out + printed.err


def test_one_is_said_in_the_singular():
    counts = {"requests": 1, "articles": 1, "unchanged": 0, "rejected": 1, "failed": 0, "deferred": 0}
    said = summary("fog", {**counts, "listings_failed": 1}, 1.0)
    assert "1 request, 1 article read, 0 unchanged, 1 no article, 1 listing that could not be read" in said
    assert "2 requests, 1 article read" in summary("fog", {**counts, "requests": 2, "listings_failed": 0}, 1.0)
