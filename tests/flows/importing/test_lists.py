"""Tables of addresses and JSON documents at the door of a source: whatever their encoding, damage, or depth; and what is said of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from flows.held import file_at
from flows.importing import Options, Report, bring, lines
from flows.importing.claims import Claims
from flows.importing.door import Door
from flows.importing.records import Arrival, Listed
from flows.importing.saved import Addresses
from flows.sources import of_text
from flows.workspace import Workspace
from tests.flows.importing.conftest import PAPER
from tests.flows.importing.recorded import page, url

A, B = url("a"), url("b")


def read(path: Path, content: bytes) -> tuple[list[Arrival | Listed], Report]:
    """What a file brings to its source's door."""
    path.write_bytes(content)
    report = Report()
    door = Door(Claims([of_text(PAPER, Path("paper.toml"))]), Options(), report)
    from_file = lines.from_json if path.suffix == ".json" else lines.from_csv
    return list(from_file(file_at(path), door, lambda place: None)), report


def listed(found: list[Arrival | Listed]) -> list[tuple[str | None, ...]]:
    return [(item.url, item.hints.title, item.hints.published) for item in found]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_a_table_is_read_in_the_encoding_it_was_saved_in_and_another_than_utf_8_is_said(
    tmp_path: Path, encoding: str, said: str | None
):
    text = f"Adresse\tDatum\tÜberschrift\r\n{A}\t22.09.2017\tNeun Boote für „Möwen“\r\n\r\n{B}\t23.09.2017\tÄrger\r\n"
    found, report = read(tmp_path / "list.csv", text.encode(encoding))
    assert listed(found) == [(A, "Neun Boote für „Möwen“", "2017-09-22"), (B, "Ärger", "2017-09-23")]
    assert [said in note for note in report.notes] == ([True] if said else [])
    assert report.is_whole


def test_what_was_guessed_of_a_table_is_noted_with_the_file(tmp_path: Path):
    found, report = read(tmp_path / "list.csv", f"{A},22.09.2017,Boats of May\n".encode())
    assert listed(found) == [(A, "Boats of May", "2017-09-22")]
    assert report.notes == [
        f"{tmp_path / 'list.csv'} has no line that names its columns: these were taken (url 1, date 2, title 3)."
    ]


@pytest.mark.parametrize("content", [b"a;b\n1;2\n", b"\x00\x01\x02,\r,\n", b"url\r" + A.encode() + b"\r"])
def test_a_table_without_addresses_is_a_problem_in_words(tmp_path: Path, content: bytes):
    _, report = read(tmp_path / "list.csv", content)
    assert not report.is_whole
    assert str(tmp_path / "list.csv") in str([*report.problems, *report.damaged])


def test_a_date_that_cannot_be_is_counted_once_and_its_address_is_listed(tmp_path: Path):
    found, report = read(tmp_path / "list.csv", f"url,date\n{A},2017-02-31\n".encode())
    assert report.passed_over == {}
    assert report.undated == {f"{tmp_path / 'list.csv'}, line 2: 2017-02-31": 1}
    assert listed(found) == [(A, None, None)]


def test_a_cell_over_several_lines_keeps_its_paragraphs(tmp_path: Path):
    told = "The harbour office counted nine boats on the quay, and wrote each of them down in its book. " * 3
    text = f'url,title,text\n{A},Boats of a,"{told.strip()}\n\nAnd then: {told.strip()}"\n'
    ((arrival,), _) = read(tmp_path / "list.csv", text.encode())
    assert b"\n\nAnd then" in arrival.body


PAGES: list[dict[str, Any]] = [{"url": url(name), "html": page(name).decode()} for name in ("one", "two")]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "document",
    [
        PAGES,
        {"status": "ok", "articles": PAGES},
        {"hits": {"total": 2, "hits": [{"_source": row} for row in PAGES]}},
        {"version": "1.1", "items": [{"url": row["url"], "content_html": row["html"]} for row in PAGES]},
        [{"link": row["url"], "content": {"rendered": row["html"]}, "title": {"rendered": ""}} for row in PAGES],
    ],
)
def test_a_json_document_is_read_as_the_rows_it_holds(tmp_path: Path, document: Any, indent: int | None):
    found, report = read(tmp_path / "dump.json", json.dumps(document, indent=indent).encode("utf-16"))
    assert report.passed_over == {}
    assert [(item.url, item.body) for item in found] == [(row["url"], row["html"].encode()) for row in PAGES]


def test_bare_addresses_in_a_json_document_are_listed(tmp_path: Path):
    found, _ = read(tmp_path / "dump.json", json.dumps({"urls": [A, B]}).encode())
    assert listed(found) == [(A, None, None), (B, None, None)]


def test_a_broken_json_document_is_one_problem_and_not_one_a_line(tmp_path: Path):
    _, report = read(tmp_path / "dump.json", json.dumps(PAGES, indent=2).encode()[:-40])
    assert (len(report.problems), report.damaged_count) == (1, 0)
    assert "JSON Lines" in report.problems[0]


@pytest.mark.parametrize("name", ["a.csv", "a.json"])
@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08\x00", gzip.compress(b"x" * 9_000, mtime=0)[:-20], b"[" * 99_999, b"\xff\xfe\x00"],
    ids=["head of a packed file", "cut packed file", "nests without end", "half a character"],
)
def test_what_is_broken_or_means_harm_ends_in_words(tmp_path: Path, name: str, content: bytes):
    found, report = read(tmp_path / name, content)
    assert not found
    assert str(tmp_path / name) in str([*report.problems, *report.damaged, *report.notes])


def test_lines_of_json_in_the_letters_of_windows_are_read_and_said(tmp_path: Path):
    found, report = read(tmp_path / "a.json", f'{{"url": "{A}", "title": "Möwen"}}\n'.encode("cp1252"))
    assert listed(found) == [(A, "Möwen", None)]
    assert "Windows-1252" in report.notes[0]


def test_the_table_of_addresses_is_read_as_every_other(tmp_path: Path):
    table = tmp_path / "table.csv"
    table.write_bytes(f"Datei;Adresse;Datum\r\nsaved.html;{A};22.09.2017\r\n".encode("utf-16"))
    said = Addresses(None, table).of(file_at(table), "saved.html")
    assert said == {"url": A, "date": "22.09.2017"}


def test_files_without_an_address_are_named_together_once(workspace: Workspace, tmp_path: Path):
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.html").write_bytes(page(str(number)))
    (note,) = bring(workspace, [folder]).notes
    assert "0.html" in note
    assert "and 2 more do not say their address: give --base" in note
