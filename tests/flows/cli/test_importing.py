"""`wireroom import` as it is typed: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.cli.verbs import app, guarded
from flows.workspace import create
from tests.flows.importing.conftest import PAPER
from tests.flows.importing.recorded import Recorded


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace = create(tmp_path / "news")
    (workspace.sources / "paper.toml").write_text(PAPER, encoding="utf-8")
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
    files = [place / "a.pdf", place / "b.maff"]
    for file in files:
        file.write_bytes(b"%PDF")
    code, _, err = said(capsys, *map(str, files))
    assert code == 4
    assert err.count("none of") == 1
    assert f"{files[0]}, {files[1]} are none of" in err


def test_files_of_which_nothing_can_be_taken_are_not_called_known_and_end_with_4(
    place: Path, capsys: pytest.CaptureFixture[str]
):
    folder = place / "html"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.html").write_text(f"<p>{name}</p>")
    code, out, _ = said(capsys, str(folder))
    assert code == 4
    assert out.endswith("2 files read, and nothing of them could be taken: see above what is lacking.\n")
    assert "nothing new" not in out
    assert said(capsys, str(folder), "--base", "https://other.example/")[0] == 0  # whose they are is another question


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        (
            "a.jsonl",
            '{"url": "https://paper.example/2017/09/22/a", "text": "A"}\n{"url": "https://paper.ex',
            "read: see above.",
        ),
        ("a.csv", "url,date\nhttps://paper.example/2017/09/22/a,2026-02-31\n", "date that it should: see above."),
        (
            "a.csv",
            "url,date\nhttps://paper.example/2017/09/22/a,2026-02-03\n,2026-02-04\n",
            "date that it should: see above.",
        ),
        ("b.html", "<p>b</p>", "date that it should: see above."),
        (
            "a.csv",
            "url,date\nhttps://paper.example/2017/09/22/a,2026-02-03\nhttps://other.example/a,2026-02-03\n",
            "to fetch.",
        ),
    ],
    ids=[
        "a line that is cut",
        "a date that cannot be",
        "a row without an address",
        "a page without an address",
        "nothing",
    ],
)
def test_what_is_lacking_in_a_part_of_the_files_ends_with_4_whatever_they_are(
    place: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, ending: str
):
    folder = place / "brought"
    folder.mkdir()
    Recorded().pages("one").at(folder / "whole.warc.gz")
    (folder / name).write_text(content, encoding="utf-8")
    code, out, _ = said(capsys, str(folder))
    assert "2 files read: " in out
    assert "1 article read" in out or "2 articles read" in out
    assert out.partition("\nNo source claims")[0].rstrip().endswith(ending)
    assert code == (0 if ending == "to fetch." else 4)


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


def test_empty_files_are_named_beside_others_and_are_not_read(place: Path, capsys: pytest.CaptureFixture[str]):
    whole = Recorded().pages("one").at(place / "a.warc.gz")
    empty = [place / "empty.html", place / "empty.warc.gz"]
    for file in empty:
        file.touch()
    code, out, err = said(capsys, *map(str, [*empty, whole]))
    assert code == 4
    assert f"{empty[0]}, {empty[1]} are empty" in err
    assert "1 file read: 1 new page imported" in out
    code, _, err = said(capsys, str(empty[0]), "--dry-run")
    assert (code, f"{empty[0]} is empty" in err) == (4, True)


def test_empty_files_in_a_folder_are_named_where_they_would_have_been_read(
    place: Path, capsys: pytest.CaptureFixture[str]
):
    folder = place / "saved"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.html").touch()
    (folder / "note.xyz").touch()
    code, out, err = said(capsys, str(folder))
    assert code == 4
    assert f"{folder / '0.html'}, {folder / '1.html'}, {folder / '2.html'} and 2 more are empty" in err
    assert "a file of another kind (.xyz)" in out
    assert "No file could be read" in out


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.warc.gz", b"<!DOCTYPE html><html><p>Not found</p>", "it is a web page"),
        ("a.warc.gz", b"just some words", "neither compressed nor begins with WARC/"),
        ("a.warc", b"just some words", "neither compressed nor begins with WARC/"),
        ("a.wacz", b"<html>Not found", "it is a web page"),
        ("a.wacz", b"whatever", "it is no zip"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_apart(
    place: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, sentence: str
):
    folder = place / "folder"
    folder.mkdir()
    file = folder / name
    file.write_bytes(content)
    for named in (file, folder):
        code, out, err = said(capsys, str(named))
        assert code == 4
        assert str(file) in err
        assert sentence in err
        assert "Fetch it again" in err
        assert "No file could be read" in out


def test_paths_are_shown_without_detours(place: Path, capsys: pytest.CaptureFixture[str]):
    recorded = Recorded().pages("one")
    (place / "cut.warc.gz").write_bytes(recorded.content[:-9])
    (place / "b.pdf").write_bytes(b"%PDF")
    (place / "sub").mkdir()
    code, _, err = said(capsys, "../sub/../cut.warc.gz", "../b.pdf", "../sub/../b.pdf")
    assert code == 4
    assert f"! {place / 'cut.warc.gz'}, at {recorded.places[1]:,}" in err
    assert f"! {place / 'b.pdf'} is none of" in err
    assert ".." not in err


def test_a_file_that_is_named_twice_is_read_once(place: Path, capsys: pytest.CaptureFixture[str]):
    file = Recorded().pages("one").at(place / "a.warc.gz")
    (place / "link.warc.gz").symlink_to(file)
    code, out, _ = said(capsys, str(file), "../a.warc.gz", str(place / "link.warc.gz"))
    assert code == 0
    assert "1 file read: 1 new page imported, 1 article read.\n" in out


def test_a_file_of_which_nothing_could_be_read_is_not_counted_as_read(place: Path, capsys: pytest.CaptureFixture[str]):
    file = place / "a.warc.gz"
    file.write_bytes(b"\x1f\x8b\x08 noise")
    code, out, _ = said(capsys, str(file))
    assert code == 4
    assert out.endswith("No file could be read: see above.\n")
    whole = Recorded().pages("one").at(place / "b.warc.gz")
    assert "1 file read, 1 not: 1 new page imported" in said(capsys, str(file), str(whole))[1]


def test_a_folder_without_anything_to_read_says_so(place: Path, capsys: pytest.CaptureFixture[str]):
    (place / "folder").mkdir()
    code, out, _ = said(capsys, str(place / "folder"))
    assert code == 0
    assert f"Nothing in {place / 'folder'} is of a kind that is read" in out


def test_a_list_of_which_a_source_claims_some_is_not_called_unclaimed(place: Path, capsys: pytest.CaptureFixture[str]):
    file = place / "list.csv"
    file.write_text("https://paper.example/2017/09/22/a\nhttps://other.example:8081/b\n")
    code, out, _ = said(capsys, str(file), "--dry-run")
    assert code == 0
    assert "Unclaimed, and left out: 1\n          1  other.example:8081\n" in out
    assert out.endswith("1 file read: 1 new address would be listed for ingest and backfill to fetch.\n")
    file.write_text("https://other.example/a\n")
    assert "No source claims any of it" in said(capsys, str(file), "--dry-run")[1]


def test_why_a_page_is_no_article_is_said_in_words(place: Path, capsys: pytest.CaptureFixture[str]):
    recorded = Recorded().pages("one")
    recorded.answer("https://paper.example/2017/03/02/bare.html", b"<html><body><p>Two words.</p></body></html>")
    file = str(recorded.at(place / "a.warc.gz"))
    _, out, _ = said(capsys, file)
    assert "No article: 1\n          1  no headline with a text below it\n" in out
