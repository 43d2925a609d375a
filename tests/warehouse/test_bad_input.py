"""Spool files that are cut, altered, of another version or poisoned, and disks that are full."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouse.facts import fetched, found, reading
from tests.warehouse.tables import write
from warehouse import loader, reading_copy, spool
from warehouse.errors import DiskFull
from warehouse.folders import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    reading_copy.ensure(made)
    return made


def articles(folders: Folders) -> list[str]:
    with reading_copy.connect(folders) as con:
        return [url.rsplit("/", 1)[1] for (url,) in con.execute("SELECT url FROM articles ORDER BY url").fetchall()]


def cut_in_a_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2][:40]]


def cut_at_a_line_end(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def without_a_row(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], *lines[2:]]


def altered(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"plain", b"other") for line in lines]


def of_another_version(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"schema":1', b'"schema":99'), *lines[1:]]


def no_spool_file(lines: list[bytes]) -> list[bytes]:
    return [b"<html>nothing of the kind</html>\n"]


def empty(lines: list[bytes]) -> list[bytes]:
    return []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_in_a_line, "cut short in line 3 of 5"),
        (cut_at_a_line_end, "cut short in line 4 of 5"),
        (without_a_row, "4 lines where its header announces 5"),
        (altered, "line 5: the digest does not fit"),
        (of_another_version, "line 1: schema 99, but this version of wireroom reads 1"),
        (no_spool_file, "line 1: not a header"),
        (empty, "the file is empty"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_set_aside_whole(folders: Folders, spoil: Callable, said: str):
    bad = write(folders, found("bad"), fetched("bad"), reading("bad"))
    bad.write_bytes(b"".join(spoil(bad.read_bytes().splitlines(keepends=True))))
    write(folders, reading("good"))
    (problem,) = loader.drain(folders, publish_now=True).problems
    assert problem.startswith(bad.name)
    assert said in problem
    assert str(folders.aside) in problem
    assert articles(folders) == ["good"]
    assert {path.name for path in folders.aside.iterdir()} == {bad.name, f"{bad.name}.txt"}
    assert spool.files(folders) == []


def poisoned(folders: Folders, change: Callable[[dict], None], blank: str = "") -> Path:
    """A file of three rows whose digest fits, and whose second row is wrong."""
    path = write(folders, reading("first"), reading("bad"), reading("last"))
    lines = path.read_bytes().splitlines(keepends=True)
    row = json.loads(lines[2])
    change(row["reading"])
    lines[2] = json.dumps(row, separators=("," + blank, ":" + blank)).encode() + b"\n"
    lines[-1] = json.dumps({"digest": spool._digest(lines[:-1])}).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    return path


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("word_count", "many", "Expected `int`, got `str` - at `$.reading.word_count`"),
        ("url_key", None, "Expected `str`, got `null` - at `$.reading.url_key`"),
        ("observed_at", "yesterday", "at `$.reading.observed_at`"),
        ("url_key", "no key", "Could not convert string 'no key' to INT128"),
        ("item", 70_000, "70000"),
        ("source_id", "another", "belongs to source another"),
    ],
)
def test_a_poisoned_row_is_named_and_the_rest_loads(folders: Folders, field: str, value: object, said: str):
    path = poisoned(folders, lambda row: row.update({field: value}))
    report = loader.drain(folders, publish_now=True)
    (problem,) = report.problems
    assert problem.startswith(f"{path.name}, line 3: ")
    assert said in problem
    assert (report.files, report.rows) == (1, 2)
    assert articles(folders) == ["first", "last"]
    assert json.loads((folders.aside / f"{path.name}.rows").read_bytes())["reading"][field] == value
    assert said in (folders.aside / f"{path.name}.rows.txt").read_text(encoding="utf-8")


def test_a_misspelt_key_is_an_error_and_never_a_null(folders: Folders):
    poisoned(folders, lambda row: row.update({"recordhash": row.pop("record_hash")}))
    (problem,) = loader.drain(folders, publish_now=True).problems
    assert "line 3: Object missing required field `record_hash`" in problem
    assert articles(folders) == ["first", "last"]


def test_rows_written_by_another_hand_load_all_the_same(folders: Folders):
    poisoned(folders, lambda row: None, blank=" ")
    assert loader.drain(folders, publish_now=True).problems == []
    assert articles(folders) == ["bad", "first", "last"]


FULL = """
import resource, sys
from pathlib import Path
from warehouse import errors, loader
from warehouse.errors import DiskFull
from warehouse.folders import Folders
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    loader.drain(Folders(Path(sys.argv[1])), publish_now=True)
except errors.DiskFull as full:
    print(full)
    sys.exit(7)
"""


@pytest.mark.parametrize("share", [0.3, 0.9, 1.0, 1.2])
def test_a_full_disk_is_a_clear_stop_and_goes_on_when_there_is_room(folders: Folders, share: float):
    write(folders, reading("before"))
    loader.drain(folders, publish_now=True)
    for number in range(3):
        write(folders, *(reading(f"{number}-{name}", f"{number} {name} " * 4000) for name in range(120)))
    limit = int(folders.live.stat().st_size * share)  # a file may grow no further: the log, the database or the copy
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(folders.data), str(limit)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 7, done.stderr
    assert "no room" in done.stdout
    assert articles(folders) == ["before"]
    assert len(spool.files(folders)) == 3
    report = loader.drain(folders, publish_now=True)
    assert report.problems == []
    assert len(articles(folders)) == 361
    assert spool.files(folders) == []
    assert not list(folders.data.rglob("*.tmp"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 40 MB of its own, as nothing short of a full one fails just where that does."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40M", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("free", [50_000, 1_200_000, 5_000_000])
def test_a_disk_that_fills_up_in_any_step_is_a_clear_stop(small_disk: Path, free: int):
    folders = Folders(small_disk / "data")
    write(folders, reading("before"))
    loader.drain(folders, publish_now=True)
    for number in range(3):
        write(folders, *(reading(f"{number}-{name}", f"{number} {name} " * 400) for name in range(100)))
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - free))
    with pytest.raises(DiskFull, match="3 files wait"):
        loader.drain(folders, publish_now=True)
    filler.unlink()
    assert loader.drain(folders, publish_now=True).problems == []
    assert len(articles(folders)) == 301


def test_a_spool_file_that_finds_no_room_is_not_there_at_all(folders: Folders):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(folders, reading("a", "word " * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in folders.spool.rglob("*") if path.is_file()] == []
