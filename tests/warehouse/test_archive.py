"""The raw archive: whole captures or none, one writer, and files that other tools read."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tests.warehouse import facts
from tests.warehouse.facts import at, key
from warehouse import archive
from warehouse.archive import segments
from warehouse.archive.captures import Capture, payload_hash
from warehouse.archive.warc_reading import Damaged, Noted
from warehouse.folders import Folders
from warehouse.locks import Held
from warehouse.rows import Found

SOURCE = "paper"


def capture(name: str, body: bytes | None = None, **other: object) -> Capture:
    """A page as a server sent it: compressed, with a cookie that must not be kept."""
    body = f"<h1>{name}</h1>".encode() * 20 if body is None else body
    wire = gzip.compress(body, mtime=0)
    made = Capture(
        fetch_id=key(f"fetch {name}"), source_id=SOURCE, url_key=key(name), role="article",
        requested_url=f"https://paper.example/{name}", final_url=f"https://paper.example/{name}", observed_at=at(0),
        outcome="fetched", run_id=key("run"), status=200, status_line="HTTP/1.1 200 OK",
        headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", str(len(wire))),
                 ("Set-Cookie", "session=geheim"), ("ETag", '"1"')),
        wire=wire, content_encoding="gzip", content_type="text/html", etag='"1"', payload_hash=payload_hash(body),
        payload_bytes=len(body),
    )  # fmt: skip
    return replace(made, **other)


def unanswered(name: str) -> Capture:
    return replace(
        capture(name), status=None, outcome="failed", reason="timeout", wire=b"", headers=(), payload_hash=None
    )


def not_modified(name: str) -> Capture:
    made = capture(name, outcome="unchanged", status=304, status_line="HTTP/1.1 304 Not Modified")
    return replace(made, wire=b"", headers=(("ETag", '"1"'),), payload_hash=None, content_encoding=None)


def written(folders: Folders, *captures: Capture, **options: object) -> list[archive.Location]:
    with archive.Appender(folders, SOURCE, key("run"), **options) as appender:
        locations = [appender.append(item) for item in captures]
        appender.sync()
        return locations


def only_file(folders: Folders) -> Path:
    (path,) = segments.files(folders)
    return path


def names(folders: Folders) -> list[str]:
    return [item.fetch_id for path in segments.files(folders) for item in archive.captures(path)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost with the power in a test, and waiting for the disk takes most of the time of some."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def test_a_capture_comes_back_as_the_wire_carried_it_without_what_lets_somebody_in(folders: Folders):
    sent = capture("a")
    (location,) = written(folders, sent)
    back = archive.read(folders, str(only_file(folders).relative_to(folders.archive)), location.offset)
    assert (back.wire, back.body, back.headers[0], back.etag) == (sent.wire, sent.body, sent.headers[0], '"1"')
    assert back == replace(sent, headers=back.headers, location=location)
    assert b"geheim" not in b"".join(member for member in [gzip.decompress(only_file(folders).read_bytes())])


def test_the_same_body_is_stored_once_and_read_twice(folders: Folders):
    page = b"".join(bytes([n % 251, n % 241]) for n in range(9000))
    first, again = capture("a", page), capture("b", page)
    one, other = written(folders, first, again)
    assert other.length < one.length / 2
    assert [item.body for item in archive.captures(only_file(folders))] == [first.body, again.body]


def test_a_run_later_and_a_segment_later_the_body_is_found_again(folders: Folders):
    page = b"".join(bytes([n % 251, n % 241]) for n in range(9000))
    written(folders, capture("a", page))
    (later,) = written(folders, capture("b", page))
    assert later.length < 3000
    (in_new_segment,) = written(folders, capture("c", page), full=1)  # no record refers to another file
    assert in_new_segment.length > 3000


def test_cut_at_every_byte_of_the_last_record_the_rest_is_read_and_appending_goes_on(folders: Folders, quick: None):
    written(folders, capture("a"), not_modified("b"))
    path = only_file(folders)
    state = segments.beside(path).read_bytes()
    whole = path.stat().st_size
    written(folders, capture("c"))
    data = path.read_bytes()
    for length in range(whole, len(data) + 1):
        path.write_bytes(data[:length])
        segments.beside(path).write_bytes(state)
        complete = length == len(data)
        assert len(list(archive.tail(folders, SOURCE))) == complete, length
        written(folders, capture("d"))
        expected = ["a", "b", "c", "d"] if complete else ["a", "b", "d"]
        assert names(folders) == [key(f"fetch {name}") for name in expected], length


def test_cut_inside_its_head_a_segment_begins_anew(folders: Folders, quick: None):
    with suppress(KeyboardInterrupt), archive.Appender(folders, SOURCE, key("run")) as appender:
        (location,) = [appender.append(capture("a"))]
        raise KeyboardInterrupt  # so that the state is that of a run which is at it
    path = only_file(folders)
    data, state = path.read_bytes(), segments.beside(path).read_bytes()
    for length in range(location.offset + 1):
        path.write_bytes(data[:length])
        segments.beside(path).write_bytes(state)
        written(folders, capture("b"))
        assert names(folders) == [key("fetch b")], length


def test_damage_in_the_middle_is_no_tail_and_nothing_after_it_is_cut(folders: Folders):
    first, _, last = written(folders, capture("a"), capture("b"), capture("c"))
    path = only_file(folders)
    state = msgspec.json.decode(segments.beside(path).read_bytes(), type=segments.State)
    segments.save(folders, replace(state, checked=0))  # as if nothing had been handed over
    data = bytearray(path.read_bytes())
    data[first.offset + first.length + 40] ^= 0xFF
    path.write_bytes(data)
    found: list[Damaged] = []
    kept = [item.fetch_id for item in archive.captures(path, found.append)]
    assert kept == [key("fetch a"), key("fetch c")]
    assert [damage.offset for damage in found] == [first.offset + first.length]
    written(folders, capture("d"))
    assert archive.read(folders, str(path.relative_to(folders.archive)), last.offset).fetch_id == key("fetch c")


APPENDING = """
import sys
from pathlib import Path
from tests.warehouse.test_archive import SOURCE, capture
from warehouse import archive
from warehouse.folders import Folders
from warehouse.locks import Held
try:
    with archive.Appender(Folders(Path(sys.argv[1])), SOURCE, "run") as appender:
        appender.append(capture("other"))
except Held as held:
    sys.exit(str(held))
"""


def test_two_processes_cannot_append(folders: Folders):
    command = [sys.executable, "-c", APPENDING, str(folders.data)]
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        appender.append(capture("a"))
        with pytest.raises(Held), archive.Appender(folders, SOURCE, key("run")):
            pass
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert "Another run appends" in done.stderr
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    assert names(folders) == [key("fetch a"), key("fetch other")]


def test_a_full_disk_leaves_the_segment_as_it_was(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        appender.append(capture("a"))
        real = os.pwrite

        def full(descriptor: int, data: bytes, place: int) -> int:
            real(descriptor, data[: len(data) // 2], place)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="space"):
            appender.append(capture("b"))
        monkeypatch.setattr(os, "pwrite", real)
        appender.append(capture("c"))
    assert names(folders) == [key("fetch a"), key("fetch c")]


def test_two_years_of_passes_every_quarter_of_an_hour_leave_as_many_files_as_gigabytes(folders: Folders, quick: None):
    """The clock is simulated, and a gigabyte is 40 kB; one pass in a hundred is really made."""
    full, moment, passes = 40_000, [datetime(2026, 1, 1)], 0
    while moment[0] < datetime(2028, 1, 1):
        with archive.Appender(folders, SOURCE, key("run"), full=full, clock=lambda: moment[0]) as appender:
            appender.append(not_modified(f"listing {passes}"))
            if passes % 5 == 0:
                appender.append(capture(f"page {passes}"))
            appender.note([facts.found(f"page {passes}")])
            appender.segment_rows()
        passes += 1
        moment[0] += timedelta(minutes=15 * 100)
    files = list(segments.files(folders))
    size = sum(path.stat().st_size for path in files)
    assert passes > 700
    assert len(files) <= size // full + 1
    assert len(list(files[0].parent.glob("*.json"))) == 1  # that of the open segment


def test_what_no_capture_implies_is_kept_beside_the_captures(folders: Folders):
    row = facts.found("a", title="A title")
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        appender.append(capture("a"))
        appender.note([row])
    kinds = [type(entry).__name__ for entry in archive.history(folders, SOURCE)]
    assert kinds == ["Stored", "Noted"]
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        assert list(appender.noted()) == []  # a run that ended well has handed it over
    segments.beside(only_file(folders)).unlink()


def test_a_run_that_died_left_its_rows_and_captures_to_the_next(folders: Folders):
    row = facts.found("a")
    with suppress(KeyboardInterrupt), archive.Appender(folders, SOURCE, key("run"), full=2000) as appender:
        for number in range(4):  # over several segments
            appender.append(capture(f"{number}"))
        appender.note([row])
        raise KeyboardInterrupt
    assert len(list(segments.files(folders))) > 1
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        assert list(appender.noted()) == [row]
        found = [item.fetch_id for item, _ in appender.unspooled(set)]
    assert found == [key(f"fetch {number}") for number in range(4)]
    assert isinstance(row, Found)


def everything(folders: Folders) -> Path:
    """An archive with every kind of record."""
    page = b"a page" * 500
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        appender.append(capture("a", page))
        appender.append(capture("b", page))
        appender.append(not_modified("c"))
        appender.append(unanswered("d"))
        appender.append(
            capture("e", final_url="https://paper.example/ü b", redirects=((301, "https://paper.example/e"),))
        )
        appender.note([facts.found("a")])
    return only_file(folders)


def test_warcio_reads_it_without_complaint(folders: Folders, capsys: pytest.CaptureFixture[str]):
    path = everything(folders)
    with path.open("rb") as file:
        found = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _ in found].count("response") == 2
    assert [kind for kind, _ in found].count("revisit") == 2

    class Asked:
        inputs = (str(path),)
        verbose = True

    assert Checker(Asked).process_all() == 0
    assert "fail" not in capsys.readouterr().out


def test_fastwarc_finds_every_digest_right(folders: Folders):
    with everything(folders).open("rb") as file:
        for record in FastIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
            assert record.verify_block_digest()
            if record.record_type == WarcRecordType.response:
                record.parse_http()
                assert record.verify_payload_digest()


def test_each_record_is_a_gzip_member_of_its_own(folders: Folders):
    data, count = everything(folders).read_bytes(), 0
    while data:
        decoder = zlib.decompressobj(zlib.MAX_WBITS + 16)
        record = decoder.decompress(data)
        assert record.startswith(b"WARC/1.1\r\n")
        data, count = decoder.unused_data, count + 1
    assert count == 1 + 2 * 4 + 1 + 1


def test_reading_needs_no_more_memory_for_more_pages(folders: Folders):
    import tracemalloc

    noise = [bytes((n * k) % 256 for n in range(20_000)) for k in (3, 5, 7)]
    written(folders, *(capture(f"{n}", noise[n % 3] + str(n).encode()) for n in range(60)))
    tracemalloc.start()
    for entry in archive.history(folders, SOURCE):
        assert not isinstance(entry, Noted)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000  # a chunk and a few pages, whatever the file's size


def test_io_of_a_member_that_is_longer_than_a_chunk(folders: Folders):
    body = io.BytesIO()
    for number in range(40_000):
        body.write(str(number * 7919).encode())
    (location,) = written(folders, capture("long", body.getvalue()))
    assert location.length > 1 << 16
    assert next(archive.captures(only_file(folders))).body == body.getvalue()
