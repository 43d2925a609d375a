"""How a capture is packed: what came packed is stored as it came, and what no header may hold is escaped."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.warehouse.test_archive import capture, not_modified, only_file, written
from warehouse import archive
from warehouse.folders import Folders

NOISE = random.Random(3).randbytes(200_000)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 200_000])
def test_a_body_that_came_packed_is_stored_as_it_came(folders: Folders, size: int):
    body = NOISE[:size]
    written(folders, capture("a", body))
    assert next(archive.captures(only_file(folders))).body == body
    if 0 < size < 60_000:
        assert gzip.compress(body, mtime=0) in only_file(folders).read_bytes()


def test_a_body_that_came_plain_is_packed(folders: Folders):
    body = b"<p>The ferry was repaired.</p>" * 1_000
    (location,) = written(folders, replace(capture("a", body), wire=body, content_encoding=None))
    assert location.length < len(body) / 10
    assert next(archive.captures(only_file(folders))).body == body


@pytest.mark.parametrize(
    "line", ["HTTP/1.1 200 Alles in Ördnung", "HTTP/1.1 404 Página no encontrada", "ÖTTP/1.1 200 是"]
)
def test_a_status_line_with_letters_that_http_does_not_know_is_kept(folders: Folders, line: str):
    written(folders, replace(capture("a"), status_line=line), not_modified("b"))
    first, second = archive.captures(only_file(folders))
    assert (first.status_line, first.body, second.status) == (line, capture("a").body, 304)


def test_a_packed_page_within_a_damaged_record_is_no_record(folders: Folders):
    """It is a gzip member as records are, and lies in the file as it came."""
    first, _ = written(folders, capture("a"), capture("b"))
    path = only_file(folders)
    data = bytearray(path.read_bytes())
    data[first.offset + 100] ^= 0xFF
    path.write_bytes(data)
    found: list[archive.Damaged] = []
    assert [one.fetch_id for one in archive.captures(path, found.append)] == [capture("b").fetch_id]
    assert len(found) == 1
