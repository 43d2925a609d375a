"""`wireroom import` as it is typed: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows import run
from flows.cli.verbs import app, guarded
from flows.workspace import create
from tests.flows.importing.conftest import PAPER, Inline
from tests.flows.importing.recorded import Recorded


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace = create(tmp_path / "news")
    (workspace.sources / "paper.toml").write_text(PAPER, encoding="utf-8")
    monkeypatch.setattr(run, "ParsePool", Inline)
    monkeypatch.chdir(workspace.root)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = guarded(lambda: app(["import", *words], prog_name="wireroom"))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_summary_says_what_came_what_did_not_and_why(place: Path, capsys: pytest.CaptureFixture[str]):
    recorded = Recorded().pages("one", "two")
    recorded.answer("https://other.example/x", b"<p>not ours</p>")
    file = str(recorded.at(place / "a.warc.gz"))
    assert said(capsys, file, "--dry-run")[1].endswith("1 file read: 2 new pages would be imported.\n")
    code, out, _ = said(capsys, file)
    assert code == 0
    assert "Unclaimed, and left out: 1\n          1  other.example\n" in out
    assert out.endswith("1 file read: 2 new pages imported, 2 articles read.\n")
    assert said(capsys, file)[1].endswith("1 file read: nothing new, 2 known already.\n")
    known = said(capsys, file, "--dry-run")[1]
    assert known.endswith("1 file read: nothing new, 2 known already.\n")
    assert "Pages by host: 2\n          2  paper.example\n" in known
    assert "Pages by source: 2\n          2  paper\n" in known
    whole = json.loads(said(capsys, file, "--json")[1])
    assert (whole["known"], whole["unclaimed"], whole["damaged"]) == (2, {"other.example": 1}, [])


def test_files_of_other_kinds_are_named_in_one_sentence(place: Path, capsys: pytest.CaptureFixture[str]):
    files = [place / "a.pdf", place / "b.mht"]
    for file in files:
        file.write_bytes(b"%PDF")
    code, _, err = said(capsys, *map(str, files))
    assert code == 4
    assert err.count("none of") == 1
    assert f"{files[0]}, {files[1]} are none of" in err


def test_damage_is_said_with_file_and_offset_and_ends_with_4(place: Path, capsys: pytest.CaptureFixture[str]):
    recorded = Recorded().pages("one", "two")
    file = place / "a.warc.gz"
    file.write_bytes(recorded.content[:-9])
    code, out, err = said(capsys, str(file))
    assert code == 4
    assert f"{file}, at {recorded.places[2]:,}: The file ends inside a record." in err
    assert "1 new page imported" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["missing.warc"], "There is no missing.warc"),
        (["{file}", "--as", "papr"], "Did you mean 'paper'?"),
        (["{file}", "--source", "papr"], "Did you mean 'paper'?"),
        (["{file}", "--source", "paper", "--as", "paper"], "give one of them"),
        (["{file}", "--from", "yesterday"], "is no day"),
        (["{file}", "--base", "paper.example"], "begins with http"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
):
    file = str(Recorded().pages("one").at(place / "a.warc.gz"))
    code, _, err = said(capsys, *(word.format(file=file) for word in words))
    assert code == 1
    assert sentence in " ".join(err.split())
