"""Every kind of damage to the archive is told, with its file and byte, and a sound one has none."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.warehouse.facts import fetched, found, key
from tests.warehouse.test_archive import SOURCE, capture, not_modified, only_file, unanswered
from warehouse import archive, loader, spool
from warehouse.archive import verifying
from warehouse.archive.captures import Capture, Location
from warehouse.folders import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def row(item: Capture, location: Location, **other: object) -> object:
    made = fetched(
        item.requested_url, fetch_id=item.fetch_id, url_key=item.url_key, segment_id=location.segment_id,
        record_offset=location.offset, record_length=location.length,
    )  # fmt: skip
    return replace(made, **other)


def kept(folders: Folders, *, full: int = 1 << 30, **wrong: object) -> list[Location]:
    """An archive of four captures with their rows; `wrong` is what the second row says otherwise."""
    page = b"a page that is shown twice" * 100
    items = [capture("a", page), capture("b", page), not_modified("c"), unanswered("d")]
    with archive.Appender(folders, SOURCE, key("run"), full=full) as appender:
        locations = [appender.append(item) for item in items]
        appender.note([found("a")])
        rows = [
            row(*pair, **(wrong if number == 1 else {}))
            for number, pair in enumerate(zip(items, locations, strict=True))
        ]
        spool.write(folders, [*rows, *appender.segment_rows()], source_id=SOURCE, run_id=key("run"))
    loader.drain(folders, publish_now=True)
    return locations


def problems(folders: Folders) -> list[str]:
    return [problem for verdict in verifying.verify(folders) for problem in verdict.problems]


def test_a_sound_archive_has_no_problems_and_every_row_is_counted(folders: Folders):
    kept(folders)
    (verdict,) = verifying.verify(folders)
    assert (verdict.captures, verdict.rows, verdict.not_kept, verdict.problems) == (4, 4, 0, [])


def test_every_byte_read_is_told(folders: Folders):
    kept(folders)
    told: list[int] = []
    list(verifying.verify(folders, SOURCE, told.append))
    assert sum(told) == only_file(folders).stat().st_size


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fetch_id": key("another")}, "and there is another"),
        ({"record_length": 17}, "expects 17 bytes"),
        ({"record_offset": 5}, "no capture begins there"),
    ],
)
def test_a_row_that_points_elsewhere_is_told(folders: Folders, wrong: dict[str, object], said: str):
    kept(folders, **wrong)
    assert any(said in problem for problem in problems(folders))


def test_a_flipped_bit_anywhere_is_told(folders: Folders):
    kept(folders)
    path = only_file(folders)
    data = path.read_bytes()
    for place in range(30, len(data), 41):
        altered = bytearray(data)
        altered[place] ^= 4
        if not reads_the_same(altered, data):
            path.write_bytes(altered)
            assert problems(folders), place


def reads_the_same(altered: bytes, data: bytes) -> bool:
    """Whether nobody could tell: a gzip header's time and system, and the bits that fill up a last byte."""
    try:
        return gzip.decompress(altered) == gzip.decompress(data)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False


def test_a_missing_file_and_a_changed_sealed_one_are_told(folders: Folders):
    kept(folders, full=1)
    paths = sorted(folders.archive.rglob("*.warc.gz"))
    assert len(paths) == 5
    paths[1].unlink()
    sealed = paths[0]
    sealed.chmod(0o644)
    with sealed.open("ab") as file:
        file.write(paths[2].read_bytes())  # whole records, but not those that were sealed
    said = problems(folders)
    assert "The file is missing." in said
    assert "The file is not the one that was sealed: its digest differs." in said


def test_one_source_is_looked_at_alone(folders: Folders):
    kept(folders)
    assert list(verifying.verify(folders, "another")) == []
