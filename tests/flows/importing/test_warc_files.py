"""WARC files of every kind: whose pages they are, what is copied, what is damaged, and nothing twice."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import shutil
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from fastwarc.stream_io import ZstdWriter
from warcio.archiveiterator import ArchiveIterator

from flows import collecting, exchanges
from flows.importing import Options, bring, take
from flows.importing.taking import Taking
from flows.importing.warcs import LOST
from flows.opening import opened
from flows.rereading.rebuild import rebuild
from flows.source_files import source_named
from flows.sources import load
from flows.unclaimed import NAME
from flows.workspace import Workspace
from parsers import urls
from tests.flows.importing.conftest import PAPER
from tests.flows.importing.recorded import MOMENT, SITE, Recorded, chunked, packed, page, url
from tests.flows.importing.tables import all_of, asked, headlines
from warehouse import archive, withdrawal
from warehouse.archive import segments, verifying
from warehouse.archive.captures import Capture, payload_hash


def copied_into(workspace: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in segments.files(workspace.folders))


def bodies(workspace: Workspace) -> dict[str, bytes]:
    paths = segments.files(workspace.folders)
    return {item.requested_url: item.body for path in paths for item in archive.captures(path)}


def test_each_page_goes_to_the_source_that_claims_it_and_its_member_is_copied_byte_for_byte(
    workspace: Workspace, tmp_path: Path
):
    recorded = Recorded().pages("one", "two")
    recorded.answer("https://other.example/2017/09/22/three", page("three"))
    recorded.answer(f"{SITE}/about", page("about us"))
    report = bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert headlines(workspace) == ["Boats of one", "Boats of two"]
    assert (report.pages, report.articles, report.records) == (2, 2, 5)
    assert report.unclaimed == {"other.example": 1, "paper.example": 1}
    assert recorded.member(1) in copied_into(workspace)
    assert recorded.member(2) in copied_into(workspace)
    assert asked(
        workspace, "SELECT DISTINCT origin, observed_at, finder FROM fetches JOIN addresses USING (url_key)"
    ) == [("warc", MOMENT, "warc")]
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))
    (path,) = segments.files(workspace.folders)
    kinds = [record.rec_type for record in ArchiveIterator(io.BytesIO(path.read_bytes()))]
    assert kinds.count("response") == 2


def test_a_second_import_makes_no_row_at_all(workspace: Workspace, tmp_path: Path):
    file = Recorded().pages("one", "two").at(tmp_path / "a.warc.gz")
    bring(workspace, [file])
    before = asked(workspace, "SELECT max(load_id), count(*) FROM loads"), copied_into(workspace)
    report = bring(workspace, [file])
    assert (report.taken, report.known) == (0, 2)
    assert (asked(workspace, "SELECT max(load_id), count(*) FROM loads"), copied_into(workspace)) == before


def test_a_dry_run_counts_and_writes_nothing(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one", "two")
    recorded.answer("https://paper.example/2017/09/22/gone", b"gone", status="404 Not Found")
    file = recorded.at(tmp_path / "a.warc.gz")
    before = sorted(path for path in workspace.root.rglob("*") if ".live" not in path.parts)
    report = bring(workspace, [file], Options(dry_run=True))
    assert (report.taken, report.sources, report.hosts) == (2, {"paper": 2}, {"paper.example": 2})
    assert sorted(path for path in workspace.root.rglob("*") if ".live" not in path.parts) == before


def test_a_damaged_record_is_named_by_its_offset_and_the_others_come(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one", "two", "three")
    content = bytearray(recorded.content)
    content[recorded.places[2] + 40 : recorded.places[2] + 60] = b"\xff" * 20
    file = tmp_path / "a.warc.gz"
    file.write_bytes(bytes(content[:-30]))
    report = bring(workspace, [file])
    assert headlines(workspace) == ["Boats of one"]
    assert [spot.offset for spot in report.damaged] == [recorded.places[2], recorded.places[3]]
    assert "ends inside a record" in report.damaged[1].message
    assert not report.is_whole


@pytest.mark.parametrize("form", ["plain", "one stream", "zstd", "arc", "1.1", "0.18"])
def test_every_form_of_the_file_gives_the_same_articles(workspace: Workspace, tmp_path: Path, form: str):
    plain = Recorded(gz=False).pages("one", "two").content
    if form == "one stream":
        content = gzip.compress(plain)
    elif form == "zstd":
        buffer = io.BytesIO()
        writer = ZstdWriter(buffer)
        writer.write(plain)
        writer.close()
        content = buffer.getvalue()
    elif form == "arc":
        content = arc("one", "two")
    elif form == "1.1":
        content = Recorded(version="1.1").pages("one", "two").content
    else:
        content = plain.replace(b"WARC/1.0", b"WARC/0.18") if form == "0.18" else plain
    file = tmp_path / "recorded.warc"
    file.write_bytes(content)
    report = bring(workspace, [file])
    assert headlines(workspace) == ["Boats of one", "Boats of two"], report
    assert report.is_whole
    assert asked(workspace, "SELECT DISTINCT observed_at FROM fetches") == [(MOMENT,)]
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))
    assert bring(workspace, [file]).known == 2


def arc(*names: str) -> bytes:
    """The format before WARC, without its version block's details."""
    said = b"filedesc://x.arc 0.0.0.0 20180304050607 text/plain 13\n1 0 Somebody\n\n"
    for name in names:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(name)
        said += f"{url(name)} 192.0.2.1 20180304050607 text/html {len(block)}\n".encode() + block + b"\n"
    return said


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        (chunked(page("x")), [("Transfer-Encoding", "chunked")]),
        (page("x"), [("Transfer-Encoding", "chunked")]),
        (packed(page("x")), [("Content-Encoding", "gzip")]),
        (chunked(packed(page("x"))), [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]),
        (page("x"), [("Content-Encoding", "gzip")]),
        (brotli.compress(page("x")), [("Content-Encoding", "br")]),
    ],
    ids=["chunks", "chunks undone", "gzip", "gzip in chunks", "gzip undone", "brotli"],
)
def test_a_body_is_read_however_far_its_recorder_has_undone_it(
    workspace: Workspace, tmp_path: Path, sent: bytes, headers: list[tuple[str, str]]
):
    recorded = Recorded()
    recorded.answer(url("x"), sent, headers=headers)
    bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert headlines(workspace) == ["Boats of x"]
    assert bodies(workspace)[url("x")] == page("x")
    assert recorded.member(1) in copied_into(workspace)
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


def test_what_is_no_page_is_counted_by_its_reason(workspace: Workspace, tmp_path: Path):
    recorded = Recorded()
    recorded.answer(url("moved"), b"", status="301 Moved", headers=[("Location", url("one"))])
    recorded.answer(url("gone"), b"<p>gone</p>", status="404 Not Found")
    recorded.answer(url("picture"), b"\x89PNG", content_type="image/png")
    recorded.answer(url("seen"), b"", kind="revisit", status="304 Not Modified",
                    WARC_Profile="http://netpreserve.org/warc/1.0/revisit/server-not-modified")  # fmt: skip
    recorded.put("request", url("one"), b"GET / HTTP/1.1\r\n\r\n", content_type="application/http; msgtype=request")
    report = bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert report.passed_over == {
        "a redirect (301)": 1,
        "an error of the outlet (404)": 1,
        "not a page (image/png)": 1,
        "not modified (304)": 1,
    }
    assert asked(workspace, "SELECT count(*) FROM fetches") == [(0,)]


def test_a_truncated_record_is_marked_and_read(workspace: Workspace, tmp_path: Path):
    recorded = Recorded()
    recorded.answer(url("long"), page("long"), WARC_Truncated="length")
    bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert asked(workspace, "SELECT reason FROM fetches") == [("truncated: length",)]


def test_a_record_that_repeats_an_earlier_page_is_that_page_at_another_time(workspace: Workspace, tmp_path: Path):
    first, second, third = page("x", "First."), page("x", "Second."), MOMENT + timedelta(days=2)
    recorded = Recorded()
    recorded.answer(url("x"), first)
    recorded.answer(url("x"), second, at=MOMENT + timedelta(days=1))
    (digest,) = [
        record.rec_headers.get_header("WARC-Payload-Digest")
        for record in ArchiveIterator(io.BytesIO(recorded.content))
        if record.rec_headers.get_header("WARC-Date") == f"{MOMENT:%Y-%m-%dT%H:%M:%SZ}"
        and record.rec_type == "response"
    ]
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    recorded.answer(url("x"), b"", at=third, kind="revisit", WARC_Profile=profile, WARC_Payload_Digest=digest)
    recorded.answer(url("y"), b"", kind="revisit", WARC_Profile=profile, WARC_Payload_Digest="sha1:" + "A" * 32)
    report = bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert asked(workspace, "SELECT version, valid_from FROM article_versions ORDER BY version") == [
        (1, MOMENT), (2, MOMENT + timedelta(days=1)), (3, third)
    ]  # fmt: skip
    assert report.passed_over == {LOST: 1}


def test_a_record_may_repeat_a_page_of_a_file_before_it(workspace: Workspace, tmp_path: Path):
    first, second, later = Recorded(), Recorded(), MOMENT + timedelta(days=1)
    first.answer(url("x"), page("x"))
    digest = "sha1:" + base64.b32encode(hashlib.sha1(page("x")).digest()).decode()
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    for address in (url("x"), url("y")):
        second.answer(address, b"", at=later, kind="revisit", WARC_Profile=profile, WARC_Payload_Digest=digest)
    files = [first.at(tmp_path / "a.warc.gz"), second.at(tmp_path / "b.warc.gz")]
    assert bring(workspace, files).taken == 3
    assert asked(workspace, "SELECT requested_url, observed_at FROM fetches ORDER BY ALL") == [
        (url("x"), MOMENT), (url("x"), later), (url("y"), later)
    ]  # fmt: skip
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))
    assert bring(workspace, files).known == 3


def test_a_page_that_is_not_what_its_digest_says_is_a_damaged_spot(workspace: Workspace, tmp_path: Path):
    recorded = Recorded(gz=False).pages("one", "two")
    content = recorded.content.replace(b"quay of two", b"quay of 2wo", 1)
    file = tmp_path / "a.warc"
    file.write_bytes(content)
    report = bring(workspace, [file])
    assert headlines(workspace) == ["Boats of one"]
    assert [(spot.offset, "WARC-Payload-Digest" in spot.message) for spot in report.damaged] == [
        (recorded.places[2], True)
    ]


def test_stopped_anywhere_the_same_call_goes_on_and_the_tables_are_the_same(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    names = [f"page-{number}" for number in range(9)]
    file = Recorded().pages(*names).at(tmp_path / "a.warc.gz")
    monkeypatch.setattr("flows.importing.taking.BATCH", 2)
    monkeypatch.setattr("flows.importing.entrances.BATCH", 2)
    monkeypatch.setattr("flows.importing.taking.SPOOLED_AFTER", 2)
    offer, seen = Taking.offer, iter(range(100))

    def stopping(self, arrival):
        if next(seen) == 5:
            raise KeyboardInterrupt
        offer(self, arrival)

    with monkeypatch.context() as patch:
        patch.setattr(Taking, "offer", stopping)
        with pytest.raises(KeyboardInterrupt):
            bring(workspace, [file])
    assert 0 < len(headlines(workspace)) < 9
    report = bring(workspace, [file])
    assert report.taken + report.known == 9
    assert report.known > 0
    assert len(headlines(workspace)) == 9
    assert asked(workspace, "SELECT kind, state FROM runs ORDER BY started_at") == [
        ("import", "cancelled"), ("import", "completed")
    ]  # fmt: skip


KILLED = """
import os, sys
from pathlib import Path
from tests.flows.inline import Inline
from flows import opening
from flows.importing import bring, entrances, taking
from flows.workspace import Workspace
from warehouse import spool
from warehouse.archive import Appender
opening.ParsePool, taking.BATCH, entrances.BATCH, taking.SPOOLED_AFTER = Inline, 3, 3, 3
place, name, last = {"note": (Appender, "note", 2), "spool": (spool, "write", 2), "load": (opening, "load", 1)}[sys.argv[3]]
whole, calls = getattr(place, name), []
def dying(*given, **named):
    calls.append(1)
    if len(calls) == last:
        os.kill(os.getpid(), 9)
    return whole(*given, **named)
setattr(place, name, dying)
bring(Workspace(Path(sys.argv[1])), [Path(sys.argv[2])])
"""


@pytest.mark.parametrize("before", ["note", "spool", "load"])
def test_killed_between_archive_and_readers_nothing_is_lost_and_nothing_comes_twice(
    workspace: Workspace, tmp_path: Path, before: str
):
    file = Recorded().pages(*(f"page-{number}" for number in range(7))).at(tmp_path / "a.warc.gz")
    done = subprocess.run([sys.executable, "-c", KILLED, str(workspace.root), str(file), before], check=False)
    assert done.returncode == -9
    report = bring(workspace, [file])
    assert len(headlines(workspace)) == 7
    assert report.known > 0
    assert asked(workspace, "SELECT count(*), count(DISTINCT fetch_id) FROM fetches") == [(7, 7)]
    assert asked(workspace, "SELECT count(*), count(DISTINCT url_key), min(finder), count(day) FROM addresses") == [
        (7, 7, "warc", 7)
    ]
    copies = [item.requested_url for path in segments.files(workspace.folders) for item in archive.captures(path)]
    assert len(copies) == len(set(copies)) == 7


def seen_live(workspace: Workspace, name: str, body: bytes, at: datetime) -> None:
    """A look at the outlet itself."""
    with opened(workspace, source_named(workspace, "paper"), "ingest") as run:
        key = urls.key(url(name))
        capture = Capture(
            fetch_id=payload_hash(f"{name} {at}".encode()), source_id="paper", url_key=key, role="article", requested_url=url(name),
            observed_at=at, outcome="fetched", run_id=run.run_id, final_url=url(name), status=200, status_line="HTTP/1.1 200 OK",
            wire=body, content_type="text/html", payload_hash=payload_hash(body), payload_bytes=len(body),
        )  # fmt: skip
        fetched = exchanges.row(capture, run.archived(capture))
        collecting.collect(run, [collecting.Parsing(capture, fetched, run.parse(capture))])


def test_an_older_capture_takes_its_place_in_the_past_whichever_came_first(workspace: Workspace, tmp_path: Path):
    recorded = Recorded()
    recorded.answer(url("x"), page("x", "As it was."))
    file = recorded.at(tmp_path / "a.warc.gz")
    other = Workspace(shutil.copytree(workspace.root, tmp_path / "other", symlinks=True))
    live = datetime(2026, 2, 3)
    seen_live(workspace, "x", page("x", "As it is."), live)
    bring(workspace, [file])
    bring(other, [file])
    seen_live(other, "x", page("x", "As it is."), live)
    versions = "SELECT version, valid_from, valid_to, is_current, contains(body, 'As it is') FROM article_versions ORDER BY version"
    assert asked(workspace, versions) == [(1, MOMENT, live, False, False), (2, live, None, True, True)]
    assert asked(other, versions) == asked(workspace, versions)


def test_an_open_run_takes_the_pages_that_its_source_claims(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one")
    recorded.answer("https://other.example/2017/09/22/two", page("two"))
    with opened(workspace, load(workspace.sources / "paper.toml"), "backfill") as run:
        report = take(run, recorded.at(tmp_path / "a.warc.gz"))
        assert take(run, tmp_path / "a.warc.gz").known == 1
    assert (report.taken, report.unclaimed) == (1, {"other.example": 1})
    assert headlines(workspace) == ["Boats of one"]


def test_pages_nobody_claims_are_kept_on_demand_and_survive_a_rebuild(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one")
    recorded.answer("https://other.example/x", page("two"))
    bring(workspace, [recorded.at(tmp_path / "a.warc.gz")], Options(keep_unclaimed=True))
    assert asked(workspace, "SELECT source_id, headline FROM articles ORDER BY ALL") == [
        ("paper", "Boats of one"), (NAME, "Boats of two")
    ]  # fmt: skip
    before = all_of(workspace)
    rebuild(workspace)
    assert all_of(workspace) == before


def test_the_closer_claim_gets_the_page_and_that_is_said_once(workspace: Workspace, tmp_path: Path):
    closer = PAPER.replace("The Paper", "Its sports").replace("url = '/", "url = '^https://paper.example/")
    (workspace.sources / "sports.toml").write_text(
        closer.replace("(?P<day>\\d\\d)/", "(?P<day>\\d\\d)/sport-"), encoding="utf-8"
    )
    file = Recorded().pages("one", "sport-two", "sport-three").at(tmp_path / "a.warc.gz")
    report = bring(workspace, [file])
    assert report.sources == {"paper": 1, "sports": 2}
    assert [note for note in report.notes if "went to sports" in note] == report.notes
    assert bring(workspace, [file], Options(dry_run=True, sources=("paper",))).sources == {"paper": 3}


def test_filters_by_host_pattern_and_the_articles_own_day(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one", "two")
    recorded.answer(url("old", "2016/01/02"), page("old"))
    recorded.answer("https://www.paper.example/2017/09/23/three", page("three"))
    file = recorded.at(tmp_path / "a.warc.gz")

    def taken(**options):
        return bring(workspace, [file], Options(dry_run=True, **options)).taken

    assert taken(match=("paper.example",)) == 4
    assert taken(match=("paper.example/2016/*",)) == 1
    assert taken(match=("*/one", "*/two")) == 2
    bring(workspace, [file], Options(first_day=date(2017, 9, 23)))
    assert headlines(workspace) == ["Boats of three"]


def test_what_was_withdrawn_stays_away(workspace: Workspace, tmp_path: Path):
    file = Recorded().pages("one", "two").at(tmp_path / "a.warc.gz")
    bring(workspace, [file])
    order = withdrawal.order("paper", [urls.key(url("one"))], "asked", datetime(2026, 1, 1))
    withdrawal.withdraw(workspace.folders, [order])
    report = bring(workspace, [file])
    assert (report.withdrawn, report.known, report.taken) == (1, 1, 0)
    assert headlines(workspace) == ["Boats of two"]


def test_more_sources_than_are_open_at_once_have_their_turns(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("flows.importing.entrances.MOST_OPEN", 1)
    recorded = Recorded().pages("one")
    for name in ("second", "third"):
        text = PAPER.replace("paper.example", f"{name}.example").replace("The Paper", name)
        (workspace.sources / f"{name}.toml").write_text(text, encoding="utf-8")
        recorded.answer(f"https://{name}.example/2017/01/02/x", page(name))
    recorded.answer("https://nobodys.example/", page("nobody"))
    recorded.answer("https://second.example/2017/01/02/y", b"", status="404 Not Found")
    report = bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert asked(workspace, "SELECT source_id FROM articles ORDER BY ALL") == [("paper",), ("second",), ("third",)]
    assert report.sources == {"paper": 1, "second": 1, "third": 1}
    assert (report.unclaimed, report.files) == ({"nobodys.example": 1}, 1)
    assert report.passed_over == {"an error of the outlet (404)": 1}
