"""Crawl files as a finder: which are of the days, fetched in pieces, taken, removed, and never fetched again."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import pytest
from archive_desk import Desk
from imitation import Said, paths
from outlet import story

from flows.fetching import Exchange, Limits
from flows.listings import downloads

LIST = "/crawl-data/CC-NEWS/2017/09/warc.paths.gz"
LATER = "/crawl-data/CC-NEWS/2017/10/warc.paths.gz"
NAMES = [f"crawl-data/CC-NEWS/2017/09/CC-NEWS-201709{day}030405-00001.warc.gz" for day in ("01", "22", "23")]


def warc(*pages: tuple[str, str], date: str = "2017-09-22T03:04:05Z") -> bytes:
    """A crawl file with these pages, one member a record."""
    return b"".join(gzip.compress(record(url, body.encode(), date)) for url, body in pages)


def record(url: str, body: bytes, date: str) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nWARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, url + date)}>\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return head.encode() + http + b"\r\n\r\n"


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PIECE", 1000)
    monkeypatch.setattr(downloads, "SPARE", 0)
    monkeypatch.setattr(downloads, "LIMITS", Limits(wire_bytes=1000, decoded_bytes=1000, backoff=0.01))


def crawl(desk: Desk) -> None:
    """Three files of September, in two of which the outlet is, and none of October."""
    others = [(f"https://elsewhere.example/{n}", story(n)) for n in range(3)]
    own = [(f"{desk.outlet.base}/2017/09/{20 + n}/a", story(n)) for n in range(2)]
    desk.archive.files["/" + NAMES[0]] = warc(*others)
    desk.archive.files["/" + NAMES[1]] = warc(*others, own[0])
    desk.archive.files["/" + NAMES[2]] = warc(own[1], *others)
    desk.archive.files[LIST] = paths(*NAMES)
    desk.archive.files[LATER] = paths()


def table(desk: Desk) -> str:
    base = desk.archive.base
    return f'kind = "warc"\nurl = "{base}/crawl-data/CC-NEWS/{{year}}/{{month}}/warc.paths.gz"\ndelay = "0s"'


def test_pages_of_the_source_are_taken_and_the_files_go(desk: Desk) -> None:
    crawl(desk)
    source = desk.written([table(desk)])
    outcome = desk.backfilled(source, "2017-09-20", "2017-09-30")
    assert outcome.tally.articles == 2
    assert desk.archive.asked(NAMES[0]) == []  # of a day before the window
    assert len(desk.archive.asked(NAMES[1])) > 1
    assert "2 of 3 files of 2017-09 are of these days" in desk.outlet.said("note")
    assert desk.rows("SELECT DISTINCT origin FROM fetches WHERE role = 'article'") == [("warc",)]
    assert desk.rows("SELECT DISTINCT valid_from::VARCHAR FROM article_versions") == [("2017-09-22 03:04:05",)]
    assert desk.rows("SELECT date_published FROM articles WHERE date_published::VARCHAR = '2017-09-22'") == []
    units = "SELECT unit, whole, links FROM units WHERE unit LIKE '%.gz' ORDER BY 1"
    assert desk.rows(units) == [(name.rsplit("/", 1)[-1], True, 1) for name in NAMES[1:]]
    assert list(downloads_of(desk)) == []
    desk.backfilled(source, "2017-09-20", "2017-09-30", rewalk=True)
    assert desk.archive.asked("CC-NEWS-") == []


def downloads_of(desk: Desk) -> list[str]:
    folder = desk.outlet.workspace.folders.downloads
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_download_goes_on_where_it_was_broken_off(desk: Desk) -> None:
    crawl(desk)
    source = desk.written([table(desk)])
    good = Said(206, desk.archive.files["/" + NAMES[1]][:1000], ())
    size = len(desk.archive.files["/" + NAMES[1]])
    good = Said(206, good.body, (("Content-Range", f"bytes 0-999/{size}"), ("ETag", '"one"')))
    desk.archive.says(NAMES[1], good, Said(404, times=1))
    outcome = desk.backfilled(source, "2017-09-20", "2017-09-30")
    assert outcome.tally.articles == 1
    assert downloads_of(desk) == [NAMES[1].rsplit("/", 1)[-1] + end for end in (".json", ".part")]
    desk.archive.ranges.clear()
    assert desk.backfilled(source, "2017-09-20", "2017-09-30").tally.articles == 1
    assert desk.archive.ranges[0].startswith("bytes=1000-")
    assert desk.archive.asked(NAMES[2]) == []
    assert downloads_of(desk) == []


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from flows import backfilling
from flows.listings import downloads
from flows.sources import load
from flows.workspace import Workspace

def kill(*_): os.kill(os.getpid(), signal.SIGKILL)

original = downloads.remove
downloads.SPARE = 0
downloads.remove = kill if sys.argv[2] == "before" else lambda path: (original(path), kill())
workspace = Workspace(Path(sys.argv[1]))
order = backfilling.Order(date(2017, 9, 20), date(2017, 9, 30))
backfilling.backfill(workspace, load(workspace.sources / "post.toml"), order)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_while_a_file_is_removed_fetches_it_no_second_time_and_leaves_nothing(desk: Desk, moment: str) -> None:
    crawl(desk)
    source = desk.written([table(desk)])
    done = subprocess.run([sys.executable, "-c", KILLED, str(desk.outlet.workspace.root), moment], timeout=120)
    assert done.returncode == -9
    assert (downloads_of(desk) != []) is (moment == "before")
    desk.backfilled(source, "2017-09-20", "2017-09-30")
    assert desk.archive.asked(NAMES[1]) == []
    assert desk.rows("SELECT count(*), count(DISTINCT article_id) FROM articles") == [(2, 2)]
    assert downloads_of(desk) == []


@pytest.mark.parametrize(
    ("status", "body", "place", "reason"),
    [
        (200, b"x" * 10, "", "no_ranges"),  # the whole file, where a later piece was asked for
        (206, b"x" * 10, "bytes 500-509/900", "wrong_piece"),
        (206, b"x" * 10, "bytes 1000-1999/9000", "wrong_piece"),
        (206, b"x" * 10, "bytes 1000-1009/1005", "wrong_piece"),
        (206, b"x" * 10, "all of it", "no_ranges"),
    ],
)
def test_an_answer_that_is_no_piece_is_a_fault(status: int, body: bytes, place: str, reason: str) -> None:
    headers = (("Content-Range", place),)
    exchange = Exchange("f1", "u", datetime(2026, 1, 1), "fetched", status=status, body=body, headers=headers)
    with pytest.raises(downloads.Fault) as fault:
        downloads._described(exchange, "u", 1000)
    assert fault.value.reason == reason


def test_a_file_that_does_not_come_leaves_its_unit_open(desk: Desk) -> None:
    crawl(desk)
    desk.archive.says(NAMES[1], Said(403, b"Slow down"))
    outcome = desk.backfilled(desk.written([table(desk)]), "2017-09-20", "2017-09-30")
    assert outcome.tally.articles == 1
    assert desk.rows(f"SELECT whole, outcome FROM units WHERE url LIKE '%{NAMES[1]}'") == [(False, "refused")]


def test_a_disk_without_room_is_said_before_anything_is_fetched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl(desk)
    monkeypatch.setattr(downloads, "SPARE", 1 << 60)
    desk.backfilled(desk.written([table(desk)]), "2017-09-20", "2017-09-30")
    assert "make room, then say the same again" in desk.outlet.said("warning")
    assert desk.rows("SELECT count(*) FROM articles") == [(0,)]


@pytest.mark.parametrize("body", [b"<html><body>Error</body></html>", b"\x1f\x8b broken", b"https://other.example/x-20170922000000.warc.gz\n"])  # fmt: skip
def test_a_list_that_is_none_leads_nowhere(desk: Desk, body: bytes) -> None:
    crawl(desk)
    desk.archive.files[LIST] = body
    desk.backfilled(desk.written([table(desk)]), "2017-09-20", "2017-09-30")
    assert desk.archive.asked("CC-NEWS-") == []
    assert desk.rows("SELECT bool_or(whole) FROM units WHERE unit = '2017-09'") == [(False,)]


def indexed(desk: Desk, *places: tuple[str, int, int]) -> None:
    """An index of pywb's kind that has these records of September, and nothing else."""
    lines = [
        {"urlkey": "k", "timestamp": "20170922030405", "url": f"{desk.outlet.base}/2017/09/{20 + n}/a", "mime": "text/html",
         "status": "200", "filename": name, "offset": str(offset), "length": str(length)}
        for n, (name, offset, length) in enumerate(places)
    ]  # fmt: skip
    desk.archive.says("from=201709", Said(200, "\n".join(map(json.dumps, lines)).encode(), times=9))
    desk.archive.says("from=201710", Said(404, b'{"message": "No Captures found for: x"}', times=9))


def test_an_index_spares_the_rest_of_a_file(desk: Desk) -> None:
    pages = [warc((f"{desk.outlet.base}/2017/09/{20 + n}/a", story(n))) for n in range(2)]
    others = warc(("https://elsewhere.example/x", story(7)))
    desk.archive.files["/" + NAMES[1]] = others + pages[0] + others + pages[1]
    first, second = len(others), 2 * len(others) + len(pages[0])
    indexed(desk, (NAMES[1], first, len(pages[0])), (NAMES[1], second, len(pages[1])))
    source = desk.written([table(desk) + f'\nindex = "{desk.archive.base}/all/cdx"'])
    assert desk.backfilled(source, "2017-09-20", "2017-09-30").tally.articles == 2
    assert sorted(desk.archive.ranges) == sorted(
        f"bytes={start}-{start + len(page) - 1}" for start, page in ((first, pages[0]), (second, pages[1]))
    )
    assert desk.rows("SELECT left(unit, 7), whole FROM units ORDER BY 1") == [("2017-09", True), ("2017-10", True)]
    assert downloads_of(desk) == []
    desk.archive.ranges.clear()
    desk.backfilled(source, "2017-09-20", "2017-09-30", rewalk=True)
    assert desk.archive.ranges == []


def test_an_index_that_names_no_places_is_told(desk: Desk) -> None:
    indexed(desk, ("https://evil.example/x.warc.gz", 0, 10), (NAMES[1], 0, 10**9))
    desk.backfilled(
        desk.written([table(desk) + f'\nindex = "{desk.archive.base}/all/cdx"']), "2017-09-20", "2017-09-30"
    )
    assert desk.archive.ranges == []
    assert desk.rows("SELECT outcome, reason, whole FROM units WHERE unit LIKE '2017-09%'") == [
        ("failed", "no_places", False)
    ]
