"""Tables of addresses and JSON documents as people and programs save them: encoding, delimiter, head, or none of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from flows.importing import Options, Report, bring, lines, tables
from flows.importing.claims import Claims
from flows.importing.door import Door
from flows.importing.named_fields import field
from flows.importing.records import Arrival, Listed, file_at
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


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"sep=;\nurl;date;title\n{A};2017-09-21;Boats, many\n", [(A, "2017-09-21", "Boats, many")]),
        (f"Fecha;Título;Enlace\n21/09/2017;Barcos;{A}\n", [(A, "21/09/2017", "Barcos")]),
        (f'"date de publication";"Titre";"Lien"\n21.09.2017;"Bateaux; neuf";{A}\n', [(A, "21.09.2017", "Bateaux; neuf")]),
        (f"Titolo|Data|Indirizzo\nBarche|21.09.2017|{A}\n", [(A, "21.09.2017", "Barche")]),
        (f"Export of today\n\nURL,Published at\n{A},2017-09-21\n", [(A, "2017-09-21", None)]),
        (f"{A},2017-09-21,Boats\n{B},2017-02-31,Gulls\n", [(A, "2017-09-21", "Boats"), (B, "2017-02-31", "Gulls")]),
        (f"Boats of May\t{A}\nGulls of May\t{B}\n", [(A, None, "Boats of May"), (B, None, "Gulls of May")]),
        (f"Nr,Fundstelle,Notiz\n1,{A},Boats\n2,,Gulls\n", [(A, None, None), (None, None, None)]),
        (f"# mine\n{A}/0,1518,8000,00.html\n\n{B}/0,1518,9000,00.html\n",
         [(f"{A}/0,1518,8000,00.html", None, None), (f"{B}/0,1518,9000,00.html", None, None)]),
        (f"url\n{A}\n", [(A, None, None)]),
        ("", []),
    ],
)  # fmt: skip
def test_a_table_is_known_by_its_head_or_by_what_its_columns_hold(text: str, rows: list[tuple[str | None, ...]]):
    _, found = tables.rows(iter(text.splitlines(keepends=True)))
    assert [tuple(field(row, name) for name in ("url", "published", "title")) for _, row in found] == rows


def test_a_table_without_a_head_or_with_a_strange_one_says_what_was_taken(tmp_path: Path):
    _, report = read(tmp_path / "list.csv", f"{A},2017-09-22,Boats of May\n".encode())
    assert report.notes == [
        f"{tmp_path / 'list.csv'} has no line that names its columns: these were taken (url 1, date 2, title 3)."
    ]


@pytest.mark.parametrize(
    ("text", "said", "rows"),
    [
        (f"Nr,Fundstelle\n1,{A}\n", "(url 2 'Fundstelle'); no column of dates was found: name one date; no column of titles was found: name one title.", [(A, None, None)]),
        (f"Lfd. Nr.;Überschrift der Meldung;Fundstelle im Netz;Erschienen am\n1;Neun Boote im Hafen;{A};22.09.2017\n2;Acht Möwen am Kai;{B};23.09.2017\n",
         "(url 3 'Fundstelle im Netz', date 4 'Erschienen am', title 2 'Überschrift der Meldung').",
         [(A, "Neun Boote im Hafen", "2017-09-22"), (B, "Acht Möwen am Kai", "2017-09-23")]),
        (f"Link;Erschienen am;Kopf\n{A};22.09.2017;Neun Boote im Hafen\n", "(url 1, date 2 'Erschienen am', title 3 'Kopf').", [(A, "Neun Boote im Hafen", "2017-09-22")]),
        (f"Link;Gesehen am;Erschienen am;Titel\n{A};24.09.2017;22.09.2017;Boote\n", "the columns 2, 3 may each be its date, and none was taken: name one date.", [(A, "Boote", None)]),
        (f"url,Ressort\n{A},Hafen\n", "no column of dates was found: name one date", [(A, None, None)]),
        (f"url;Kopf\n{A};船が九隻港に\n", "(url 1, title 2 'Kopf').", [(A, "船が九隻港に", None)]),
    ],
)  # fmt: skip
def test_columns_of_unknown_names_are_known_by_what_they_hold_and_what_was_taken_is_said(
    tmp_path: Path, text: str, said: str, rows: list[tuple[str | None, ...]]
):
    found, report = read(tmp_path / "list.csv", text.encode())
    assert said in report.notes[0]
    assert listed(found) == rows


@pytest.mark.parametrize(
    "text", [f"url\n{A}\n", f"Link;Datum;Titel;Ressort\n{A};;;Hafen\n", f"url,text,seen\n{A},Boats,2017-09-22\n"]
)
def test_a_head_that_names_what_is_wanted_needs_no_words(tmp_path: Path, text: str):
    found, report = read(tmp_path / "list.csv", text.encode())
    assert (len(found), report.notes) == (1, [])


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


@pytest.mark.parametrize("name", ["created", "time_added", "Timestamp", "Hinzugefügt", "saved at"])
def test_the_day_on_which_an_address_was_saved_is_not_the_date_of_the_article(tmp_path: Path, name: str):
    text = f"title,url,{name},tags\nNine boats and no gull,{A},2026-01-05T10:00:00.000Z,\nA gull was seen,{B},1767607200,\n"
    found, report = read(tmp_path / "list.csv", text.replace("1767607200", "2026-01-06").encode())
    assert listed(found) == [(A, "Nine boats and no gull", None), (B, "A gull was seen", None)]
    assert report.notes == [
        f"{tmp_path / 'list.csv'} is read as far as its columns are known; no column of dates was found: name one date."
    ]


def test_the_text_of_an_article_is_not_taken_for_its_title(tmp_path: Path):
    text = "The harbour office counted nine boats on the quay, and wrote each of them down. " * 9
    rows = "".join(f'{each}\tnull\tBoats are counted\t2017-09-22\t"{text}\n{text}"\n' for each in (A, B))
    found, report = read(tmp_path / "list.csv", rows.encode())
    assert listed(found) == [(A, "Boats are counted", "2017-09-22"), (B, "Boats are counted", "2017-09-22")]
    assert "(url 1, date 4, title 3)" in report.notes[0]
