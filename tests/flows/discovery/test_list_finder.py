"""The list finder: plain lists and CSV, read without a request."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from web import Web, paths, source, walk

LIST = 'kind = "list"\nfile = "urls.txt"'


def test_a_plain_list_keeps_other_sites_and_skips_remarks(tmp_path: Path) -> None:
    lines = (
        "# found in March\nhttps://a.example.net/1\n\nhttps://b.example.net/2\nnonsense://x\nhttps://a.example.net/1\n"
    )
    (tmp_path / "urls.txt").write_text(lines)
    web = Web({})
    (unit,) = walk(source(tmp_path, LIST), web)
    assert paths([unit]) == ["https://a.example.net/1", "https://b.example.net/2"]
    assert (unit.unit, unit.outcome, unit.whole, unit.undated) == ("urls.txt:1", "fetched", True, 2)
    assert dict(unit.dropped) == {"repeated": 1, "scheme": 1}
    assert web.asked == []


def test_a_csv_with_date_and_title(tmp_path: Path) -> None:
    lines = 'Title,URL,Date\n"Ferry, tied up",https://a.example.net/1,2017-09-22\nLock,https://a.example.net/2,2017\n'
    (tmp_path / "urls.csv").write_text("\ufeff" + lines, encoding="utf-8")
    (unit,) = walk(source(tmp_path, LIST.replace("urls.txt", "urls.csv")), Web({}))
    dated, undated = unit.candidates
    assert (dated.hints.title, dated.day, dated.day_basis) == ("Ferry, tied up", date(2017, 9, 22), "listing")
    assert (undated.day, unit.undated) == (None, 1)
    assert "2017" in unit.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_table_is_read_as_import_reads_it(tmp_path: Path, encoding: str) -> None:
    """Another encoding, separator and language made addresses of whole lines, which the outlet was then asked for."""
    lines = 'Titel;Adresse;Datum\n"Fähre, vertäut";https://a.example.net/1;22.09.2017\n'
    (tmp_path / "urls.csv").write_bytes(lines.encode(encoding))
    (unit,) = walk(source(tmp_path, LIST.replace("urls.txt", "urls.csv")), Web({}))
    (found,) = unit.candidates
    assert (found.url, found.hints.title, found.day) == ("https://a.example.net/1", "Fähre, vertäut", date(2017, 9, 22))
    assert [note for note in unit.notes if "UTF-16" in note] == list(unit.notes)


def test_a_table_without_a_head_says_what_was_taken(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("2017-09-22\thttps://a.example.net/1\n2017-09-23\thttps://a.example.net/2\n")
    (unit,) = walk(source(tmp_path, LIST), Web({}))
    assert [found.day for found in unit.candidates] == [date(2017, 9, 22), date(2017, 9, 23)]
    assert "these were taken (url 2, date 1)" in unit.notes[0]


def test_a_file_without_addresses_is_a_failure_and_asks_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("Fog over the harbour\nThe ferry is late\n")
    (unit,) = walk(source(tmp_path, LIST), Web({}))
    assert (unit.outcome, unit.reason, unit.candidates) == ("failed", "unreadable", ())
    assert "has no addresses" in unit.notes[0]


def test_addresses_under_a_head_may_be_relative(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("url\n/a/1\n# later\n/a/2\n")
    (unit,) = walk(source(tmp_path, LIST), Web({}))
    assert paths([unit]) == ["/a/1", "/a/2"]


def test_a_long_list_comes_in_parts(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("".join(f"https://a.example.net/{number}\n" for number in range(12_000)))
    units = walk(source(tmp_path, LIST), Web({}))
    assert [(unit.unit, len(unit.candidates)) for unit in units] == [
        ("urls.txt:1", 5_000),
        ("urls.txt:5001", 5_000),
        ("urls.txt:10001", 2_000),
    ]


def test_a_list_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    (unit,) = walk(source(tmp_path, LIST), Web({}))
    assert (unit.outcome, unit.reason) == ("failed", "unreadable")
    assert "urls.txt" in unit.notes[0]
