"""Files of rows: whole or not there, and read back as they were."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from warehouse.errors import WarehouseError
from warehouse.export import rowfiles

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_a_file_appears_whole_and_under_its_name(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    with rowfiles.finished(target) as temporary:
        temporary.write_text("a\n")
        assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("old")

    def fail() -> None:
        with rowfiles.finished(target, force=True) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_folder_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    with pytest.raises(WarehouseError, match="folder"), rowfiles.finished(tmp_path / "mine", force=True) as temporary:
        temporary.write_text("rows")
    assert (tmp_path / "mine" / "letter").read_text() == "dear"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no folder"), rowfiles.finished(tmp_path / "absent" / "rows.csv"):
        pass
    with pytest.raises(WarehouseError, match="No space"), rowfiles.finished(tmp_path / "rows.csv"):
        raise OSError(28, "No space left on device")


def test_csv_comes_back_as_it_was() -> None:
    rows = [("a,b", 'say "x"', "two\nlines", " blank ", "", None, True, 1.5, [1, "ü"], {"k": [None]}, date(2026, 1, 2))]
    file = io.StringIO()
    assert rowfiles.write_csv([f"c{i}" for i in range(11)], rows, file) == 1
    (_, row) = csv.reader(io.StringIO(file.getvalue()))
    assert row == [
        "a,b",
        'say "x"',
        "two\nlines",
        " blank ",
        "",
        "",
        "true",
        "1.5",
        '[1,"ü"]',
        '{"k":[null]}',
        "2026-01-02",
    ]


def test_json_lines_are_json_whatever_the_value() -> None:
    rows = [(float("nan"), 2**100, UUID(int=1), datetime(2026, 1, 2, 3, 4, 5), Decimal("1.50"), b"\x00", None)]
    file = io.StringIO()
    rowfiles.write_lines(list("abcdefg"), rows, file)
    row = json.loads(file.getvalue(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert (row["a"], row["b"], row["d"]) == (None, 2**100, "2026-01-02T03:04:05")


def cells(path: Path) -> list[tuple[str, str, str | None]]:
    """Place, kind and content of every cell of the first sheet, as the file has them."""
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [(cell.get("r"), cell.get("t") or "n", "".join(cell.itertext()) or None) for cell in sheet.iter(f"{MAIN}c")]


def test_a_sheet_holds_texts_numbers_and_days_and_no_formula(tmp_path: Path) -> None:
    target = tmp_path / "rows.xlsx"
    row = (
        "=1+1",
        "https://x.example/",
        7,
        2**60,
        True,
        date(2026, 1, 2),
        None,
        "",
        ["a", "b"],
        "x" * 40_000,
        float("inf"),
    )
    assert rowfiles.write_xlsx(list("abcdefghijk"), [row], target) == 1
    found = {place: (kind, text) for place, kind, text in cells(target) if place.endswith("2")}
    assert found["A2"] == ("inlineStr", "=1+1")
    assert found["B2"][0] == "inlineStr"
    assert found["C2"] == ("n", "7")
    assert found["D2"] == ("inlineStr", str(2**60))
    assert found["E2"] == ("b", "1")
    assert found["F2"] == ("n", "46024")
    assert "G2" not in found
    assert found["I2"] == ("inlineStr", "a, b")
    assert len(found["J2"][1] or "") == rowfiles.SHEET_TEXT
    assert "K2" not in found


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowfiles, "SHEET_ROWS", 3)
    with pytest.raises(WarehouseError, match="csv or parquet"):
        rowfiles.write_xlsx(["a"], [(1,), (2,), (3,)], tmp_path / "rows.xlsx")
