"""Blanking records in place: nothing else moves, other tools go on reading, and the same page elsewhere goes too."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tests.warehouse.facts import START, fetched, found, key, reading
from tests.warehouse.test_archive import SOURCE, capture, only_file, written
from warehouse import archive, loader, schema, spool, traces, withdrawal
from warehouse.archive import batch_notes, blanks, erasing, segments, verifying
from warehouse.archive.warc_reading import Noted, Stored
from warehouse.folders import Folders

TEXT = "The harbour master of Quillport resigned on Tuesday after a long quarrel about dredging."
NOTHING = frozenset[str]()


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def page(text: str = TEXT) -> bytes:
    return f"<html><body><p>{text}</p></body></html>".encode()


@pytest.mark.parametrize("length", [*range(237, 420), 65_530, 65_535, 65_536, 65_541, 65_800, 65_801, 200_000])
def test_a_blank_has_exactly_the_length_that_is_asked_for(length: int):
    made = blanks.blank(length, START, "withdrawn")
    assert len(made) == length
    content = gzip.decompress(made)
    head, _, body = content.partition(b"\r\n\r\n")
    assert int(head.rpartition(b" ")[2]) == len(body) - 4
    assert body.startswith(b"blanked: withdrawn")


def test_there_is_no_blank_of_a_few_bytes():
    with pytest.raises(blanks.TooShort):
        blanks.blank(100, START, "withdrawn")


@pytest.mark.parametrize("more", [0, 1, 2, 300, 4095, 4096, 70_000])
def test_a_shorter_record_is_filled_up_and_read_as_before(more: int):
    member = gzip.compress(b"WARC/1.1 a record of some length", mtime=0)
    filled = blanks.refilled(member, len(member) + more, START, "withdrawn")
    assert len(filled) == len(member) + more
    decoder = zlib.decompressobj(zlib.MAX_WBITS + 16)
    assert decoder.decompress(filled) == b"WARC/1.1 a record of some length"


def several(folders: Folders, *, full: int = 1 << 30) -> list[archive.Location]:
    """A page, its revisit, another page, a listing with the page's text, ledger rows."""
    with archive.Appender(folders, SOURCE, key("run"), full=full) as appender:
        locations = [
            appender.append(capture("a", page())),
            appender.append(capture("a again", page(), url_key=key("a"))),
            appender.append(capture("b", page("Something else entirely happened in the town that day."))),
            appender.append(capture("feed", b"<rss>&lt;p&gt;" + TEXT.encode() + b"</rss>", role="listing")),
            appender.append(capture("index", b"<a href='b'>b</a>" * 50, role="listing")),
        ]
        appender.note([found("a", title="Harbour master of Quillport resigns"), found("b")])
    return locations


def blanked(folders: Folders) -> list[segments.State]:
    return erasing.erase(folders, SOURCE, frozenset({key("a")}), erasing.passages([TEXT]), START)


def captured(folders: Folders) -> dict[str, Stored]:
    entries = archive.history(folders, SOURCE)
    return {entry.capture.requested_url.rpartition("/")[2]: entry for entry in entries if isinstance(entry, Stored)}


def test_what_is_blanked_is_gone_and_every_other_offset_stays(folders: Folders):
    locations = several(folders)
    size = only_file(folders).stat().st_size
    blanked(folders)
    kept = captured(folders)
    assert list(kept) == ["b", "feed", "index"]
    assert [entry.offset for entry in kept.values()] == [location.offset for location in locations[2:]]
    assert [entry.length for entry in kept.values()] == [location.length for location in locations[2:]]
    assert kept["feed"].answer is None
    assert kept["index"].capture.body
    assert only_file(folders).stat().st_size == size
    assert list(traces.traces(folders.data, TEXT)) == []
    assert list(traces.traces(folders.data, "Quillport")) == []


def test_ledger_rows_of_other_addresses_stay(folders: Folders):
    several(folders)
    blanked(folders)
    notes = [entry for entry in archive.history(folders, SOURCE) if isinstance(entry, Noted)]
    assert [row.url_key for note in notes for row in batch_notes.rows_of(note.lines)] == [key("b")]


def test_a_sealed_file_is_sealed_again(folders: Folders):
    several(folders, full=1)
    changed = blanked(folders)
    assert len(changed) == 3  # page, the same once more (no record refers to another file), feed
    for state in changed:
        path = state.path(folders)
        assert segments.sha256(path) == state.digest
        assert path.stat().st_mode & 0o222 == 0
    assert blanked(folders) == []


def test_no_later_capture_refers_to_a_blank(folders: Folders):
    several(folders)
    blanked(folders)
    (location,) = written(folders, capture("c", page()))
    assert archive.read(folders, str(only_file(folders).relative_to(folders.archive)), location.offset).body == page()


def test_other_tools_read_on_over_blanks(folders: Folders, capsys: pytest.CaptureFixture[str]):
    several(folders)
    blanked(folders)
    path = only_file(folders)
    with path.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)].count("response") == 2
    with path.open("rb") as file:
        for record in FastIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
            assert not record.headers.get("WARC-Block-Digest") or record.verify_block_digest()

    class Asked:
        inputs = (str(path),)
        verbose = True

    assert Checker(Asked).process_all() == 0
    assert "fail" not in capsys.readouterr().out


def test_what_a_loss_of_power_tore_is_done_again(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    several(folders)
    path = only_file(folders)
    before = path.read_bytes()

    class PowerLoss(Exception):
        pass

    def torn(folders: Folders, written: list[tuple[str, int, bytes]]) -> None:
        name, place, data = written[0]
        (folders.archive / name).write_bytes(before[:place] + data[: len(data) // 2] + before[place + len(data) // 2 :])
        raise PowerLoss

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_write", torn)
        with pytest.raises(PowerLoss):
            blanked(folders)
    blanked(folders)
    assert list(captured(folders)) == ["b", "feed", "index"]
    assert list(traces.traces(folders.data, TEXT)) == []


def test_the_very_same_page_under_another_address_goes_too(folders: Folders):
    items = [capture("a", page()), capture("print", page()), capture("b", page("Another text that may stay as it is."))]
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        rows = []
        for number, item in enumerate(items):
            place = appender.append(item)
            name = ("a", "print", "b")[number]
            rows.append(fetched(name, fetch_id=item.fetch_id, payload_hash=item.payload_hash, segment_id=place.segment_id,
                                record_offset=place.offset, record_length=place.length))  # fmt: skip
            words = TEXT if number < 2 else "Another text that may stay as it is."
            rows.append(replace(reading(name, words), fetch_id=item.fetch_id, observed_at=item.observed_at))
        spool.write(folders, [*rows, *appender.segment_rows()], source_id=SOURCE, run_id=key("run"))
    loader.drain(folders, publish_now=True)
    with schema.open_live(folders) as con:
        reached = withdrawal.reach(con, SOURCE, [key("a")])
    assert set(reached) == {key("a"), key("print")}
    later = START + timedelta(days=1)
    withdrawal.withdraw(folders, [withdrawal.order(SOURCE, reached, "asked", later)])
    assert list(captured(folders)) == ["b"]
    assert [problem for verdict in verifying.verify(folders) for problem in verdict.problems] == []
    assert list(traces.traces(folders.data, "harbour master")) == []


def test_traces_look_into_every_kind_of_file(folders: Folders, tmp_path: Path):
    import sqlite3

    import duckdb

    several(folders)
    (folders.data / "spool").mkdir()
    (folders.data / "spool" / "x.jsonl").write_text('{"body": "caf\\u00e9 Quillport"}')
    with duckdb.connect(str(folders.data / "a.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT {'inner': ['Quillport', repeat('x', 5000)]} AS nested FROM range(5000)")
    with sqlite3.connect(folders.data / "a.sqlite") as index:
        index.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
        index.execute("INSERT INTO words VALUES ('in Quillport')")
    index.close()
    found_in = {place.split(",")[0].split(":")[0] for place in traces.traces(folders.data, "Quillport")}
    warc = str(only_file(folders).relative_to(folders.data))
    assert found_in == {"spool/x.jsonl", "a.duckdb", "a.sqlite", warc}
    assert list(traces.traces(folders.data, "café")) != []
    assert list(traces.traces(folders.data, "Elsewhere")) == []


def test_passages_are_found_in_a_feed_whatever_it_escapes():
    sought = erasing.passages(["Short.\nA paragraph with “quotes” & an ampersand, long enough to be known."])
    assert len(sought) == 1
    body = b"<x>&lt;p&gt;A  paragraph with &amp;ldquo;quotes&amp;rdquo; &amp;amp; an ampersand, long\nenough to be known.&lt;/p&gt;"
    assert erasing.mentions(capture("feed", body, role="listing"), sought)
    assert not erasing.mentions(capture("feed", b"<x>another</x>", role="listing"), sought)
    assert not erasing.mentions(capture("feed", body, role="listing"), NOTHING)
