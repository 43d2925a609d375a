"""WACZ, saved pages, texts, JSON Lines and lists: where their addresses and their times come from."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from flows.importing import Options, bring
from flows.workspace import Workspace
from tests.flows.importing.recorded import Recorded, page, url
from tests.flows.importing.tables import asked, headlines
from tests.flows.importing.test_warc_files import seen_live
from warehouse.archive import verifying
from warehouse.errors import WarehouseError


def wacz(path: Path, recorded: Recorded, *, altered: bytes | None = None, **more: bytes) -> Path:
    """A WACZ file with datapackage.json; `altered` is put in the place of the WARC file that was digested."""
    content = recorded.content
    parts = {"archive/data.warc.gz": content, **{name.replace("__", "/"): data for name, data in more.items()}}
    resources = [
        {
            "name": Path(name).name,
            "path": name,
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for name, data in parts.items()
    ]
    parts["datapackage.json"] = json.dumps({"profile": "data-package", "resources": resources}).encode()
    if altered is not None:
        parts["archive/data.warc.gz"] = altered
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in parts.items():
            zipped.writestr(name, data)
    return path


def cdxj(*offsets: int) -> bytes:
    lines = [json.dumps({"url": url("x"), "filename": "data.warc.gz", "offset": str(offset)}) for offset in offsets]
    return "".join(f"com,paper)/x 20180304050607 {line}\n" for line in lines).encode()


def test_a_wacz_file_is_read_and_its_promises_are_kept(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one", "two")
    file = wacz(tmp_path / "a.wacz", recorded, indexes__index_cdx=cdxj(*recorded.places[1:]))
    report = bring(workspace, [file])
    assert report.is_whole, report.problems
    assert headlines(workspace) == ["Boats of one", "Boats of two"]
    assert not workspace.folders.search.exists()  # the next search or pass feeds it
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


def test_a_wacz_file_that_breaks_its_promises_says_which(workspace: Workspace, tmp_path: Path):
    recorded, less = Recorded().pages("one", "two"), Recorded().pages("one")
    lost = gzip.compress(cdxj(less.places[1], 7_000_000))
    file = wacz(tmp_path / "a.wacz", recorded, altered=less.content, **{"indexes__index.cdx.gz": lost})
    report = bring(workspace, [file])
    assert any("datapackage.json" in problem for problem in report.problems)
    assert any("1 of them are not there, the first at byte 7,000,000" in problem for problem in report.problems)
    assert headlines(workspace) == ["Boats of one"]


def listing(*urls: str) -> bytes:
    lines = [{"format": "json-pages-1.0"}, *({"url": each, "title": "Boats"} for each in urls)]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def looked_into(file: Path, workspace: Workspace) -> tuple[int, list[str]]:
    report = bring(workspace, [file], Options(dry_run=True))
    return report.pages, report.problems


def test_pages_and_files_that_a_wacz_file_lists_and_lacks_are_named(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one")
    recorded.answer("http://other.example/", b"<p>Not ours.</p>")
    there = (url("one") + "#top", "https://other.example", "about:blank")
    file = wacz(tmp_path / "a.wacz", recorded, **{"pages__pages.jsonl": listing(*there)})
    assert looked_into(file, workspace) == (1, [])
    index = cdxj(recorded.places[1]).replace(b"data.warc.gz", b"more.warc.gz")
    parts = {"pages__pages.jsonl": listing(*there, url("two")), "pages__extraPages.jsonl": listing(url("three"))}
    file = wacz(tmp_path / "a.wacz", recorded, indexes__index_cdx=b"", **parts, **{"indexes__index.cdx": index})
    pages, problems = looked_into(file, workspace)
    assert (pages, len(problems)) == (1, 2)
    assert "names records (1) of more.warc.gz, which it does not hold" in problems[0]
    assert f"lists (4), 2 came in no WARC file: {url('three')}, {url('two')}." in problems[1]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_that_packs_wacz_files_is_read_as_each_of_them(workspace: Workspace, tmp_path: Path, packing: int):
    for name in ("one", "two"):
        less = wacz(tmp_path / f"{name}.wacz", Recorded().pages(name), **{"pages__pages.jsonl": listing(url(name))})
    wacz(less, Recorded().pages("two"), **{"pages__pages.jsonl": listing(url("lost"))})
    with zipfile.ZipFile(tmp_path / "all.zip", "w", packing) as zipped:
        for name in ("one", "two"):
            zipped.write(tmp_path / f"{name}.wacz", f"crawls/{name}.wacz")
    pages, (problem,) = looked_into(tmp_path / "all.zip", workspace)
    assert pages == 2
    assert problem.startswith(f"{tmp_path / 'all.zip'}/crawls/two.wacz: of the pages that it lists (1), 1 came")


def test_an_index_beside_a_file_is_held_against_it(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one")
    file = recorded.at(tmp_path / "a.warc.gz")
    head = " CDX N b a m s k r M S V g\n"
    line = "com,paper)/x 20180304050607 https://paper.example/x text/html 200 AAA - - 10 {} a.warc.gz\n"
    file.with_name("a.cdx").write_text(head + line.format(recorded.places[1]))
    assert bring(workspace, [file], Options(dry_run=True)).is_whole
    file.with_name("a.cdx").write_text(head + line.format(recorded.places[1]) + line.format(999))
    assert "the first at byte 999" in bring(workspace, [file], Options(dry_run=True)).problems[0]


@pytest.mark.parametrize("damage", ["cut", "encrypted flag", "no zip"])
def test_a_zip_that_cannot_be_read_is_a_problem_in_words(workspace: Workspace, tmp_path: Path, damage: str):
    file = wacz(tmp_path / "a.wacz", Recorded().pages("one"))
    content = bytearray(file.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "encrypted flag":
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
    else:
        content = bytearray(b"PK\x03\x04 and nothing of a zip")
    file.write_bytes(bytes(content))
    report = bring(workspace, [file])
    assert report.problems
    assert all(str(file) in problem for problem in report.problems)


SAVED = {
    "single.html": b"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://paper.example/2017/09/22/single \n"
    b" saved date: Sun Mar 04 2018 06:06:07 GMT+0100 (Central European Standard Time)\n-->" + page("single")[15:],
    "complete.html": b"<!DOCTYPE html>\n<!-- saved from url=(0040)https://paper.example/2017/09/22/complete -->\n"
    + page("complete"),
    "mirrored.html": page("mirrored")
    + b"<!-- Mirrored from paper.example/2017/09/22/mirrored by HTTrack Website Copier/3.x, Sun, 04 Mar 2018 05:06:07 GMT -->",
    "canonical.html": page("canonical", extra="<link href='https://paper.example/2017/09/22/canonical' rel=canonical>"),
    "og.htm": page("og", extra="<meta property='og:url' content='https://paper.example/2017/09/22/og'>"),
    "packed.html.gz": gzip.compress(
        page("packed", extra="<link rel='canonical' href='https://paper.example/2017/09/22/packed'>")
    ),
    "monolith.html": b"<!-- Saved from https://paper.example/2017/09/22/monolith at 2018-03-04T05:06:07Z using monolith v2.8.1 -->\n"
    + page("monolith"),
    "save-page.html": page(
        "save-page",
        extra=f"<style>{'p {} ' * 99_999}</style>"
        '<meta name="savepage-url" content="https://paper.example/2017/09/22/save-page?a=1&amp;b=2">\n<meta name="savepage-title" content="a > b">\n'
        '<meta name="savepage-date" content="Sun Mar 04 2018 13:06:07 GMT+0800 (CST)">\n',
    ),
    "text.txt": b"url: https://paper.example/2017/09/22/text\nfetched: 2018-03-04T05:06:07Z\n\nBoats of text\n\n"
    b"The harbour office counted nine boats on the quay, and wrote each of them down in the book.\n\n"
    b"Nobody has counted the gulls so far, and nobody means to do so before the end of the year.\n",
    "nameless.html": page("nameless"),
    "style.css": b"p { color: black }",
}


def test_saved_pages_say_their_address_in_many_ways(workspace: Workspace, tmp_path: Path):
    folder = tmp_path / "saved"
    folder.mkdir()
    for name, content in SAVED.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_500_000_000, 1_500_000_000))
    report = bring(workspace, [folder])
    names = ("canonical", "complete", "mirrored", "monolith", "og", "packed", "save-page?a=1&b=2", "single", "text")
    timed = ("mirrored", "monolith", "save-page?a=1&b=2", "single", "text")
    assert asked(
        workspace, "SELECT replace(requested_url, 'http:', 'https:'), observed_at FROM fetches ORDER BY 1"
    ) == [
        (
            url(name),
            datetime(2018, 3, 4, 5, 6, 7) if name in timed else datetime(2017, 7, 14, 2, 40),
        )
        for name in names
    ]
    assert len(headlines(workspace)) == len(names)
    assert report.passed_over == {"a file that does not say its address": 1, "a file of another kind (.css)": 1}
    assert "--base" in report.notes[0]
    assert asked(workspace, "SELECT DISTINCT origin FROM fetches") == [("import",)]
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))
    assert bring(workspace, [folder]).known == len(names)


@pytest.mark.parametrize("name", ["boats-on-the-quay", "boats.v2", "index.html@id=5", "boats"])
def test_a_page_is_known_by_how_it_begins_whatever_its_name(workspace: Workspace, tmp_path: Path, name: str):
    folder = tmp_path / "mirror" / "2017" / "09" / "22"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"\xef\xbb\xbf<!-- saved --> " + page("boats"))
    (folder / "drawing").write_bytes(b'<?xml version="1.0"?><svg></svg>')
    report = bring(workspace, [tmp_path / "mirror"], Options(base="https://paper.example"))
    assert (report.articles, report.passed_over) == (1, {"a file of another kind (no suffix)": 1})


def test_a_mirrored_folder_and_a_table_give_addresses(workspace: Workspace, tmp_path: Path):
    folder = tmp_path / "mirror" / "2017" / "09" / "22"
    folder.mkdir(parents=True)
    (folder / "one two.html").write_bytes(page("one"))
    bring(workspace, [tmp_path / "mirror"], Options(base="https://paper.example/"))
    assert asked(workspace, "SELECT requested_url FROM fetches") == [(url("one%20two.html"),)]
    table = tmp_path / "table.csv"
    table.write_text(f"file,url,title,date\none two.html,{url('two')},,\n")
    bring(workspace, [tmp_path / "mirror"], Options(addresses=table))
    assert asked(workspace, "SELECT count(*) FROM fetches") == [(2,)]
    table.write_text("name,address\nx,y\n")
    with pytest.raises(WarehouseError, match="file and url"):
        bring(workspace, [tmp_path / "mirror"], Options(addresses=table))


def test_a_page_of_unknown_time_is_never_later_than_a_live_look(workspace: Workspace, tmp_path: Path):
    file = tmp_path / "canonical.html"
    file.write_bytes(SAVED["canonical.html"])
    live = datetime(2020, 1, 2, 3, 4, 5)
    other = Workspace(shutil.copytree(workspace.root, tmp_path / "other", symlinks=True))
    seen_live(workspace, "canonical", page("canonical", "Live."), live)
    bring(workspace, [file])  # the file was written a moment ago, years after the look
    ask = "SELECT version, valid_from, contains(body, 'Live.') FROM article_versions ORDER BY version"
    assert asked(workspace, ask) == [(1, datetime(2020, 1, 2, 3, 4, 4), False), (2, live, True)]
    bring(other, [file])
    ((moment,),) = asked(other, "SELECT observed_at FROM fetches")
    assert moment > live


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


TEXT = "The harbour office counted nine boats on the quay, and wrote each of them down in its book. " * 4


@pytest.mark.parametrize("title", ["title: Boats of note\n", ""])
def test_the_head_lines_of_a_text_are_no_part_of_it(workspace: Workspace, tmp_path: Path, title: str):
    file = tmp_path / "note.txt"
    head = f"url: {url('note')}\n{title}date: 2017-09-22\nfetched: 2018-03-04T05:06:07Z\n\n"
    above = "" if title else "Boats of note\n\n"
    paragraphs = [f"{TEXT.strip()} It was day {day}." for day in (1, 2)]
    file.write_text(head + above + "\n\n".join(paragraphs), encoding="utf-8")
    assert bring(workspace, [file]).articles == 1
    assert asked(workspace, "SELECT headline, body FROM articles") == [("Boats of note", "\n\n".join(paragraphs))]


def test_json_lines_bring_pages_texts_and_addresses(workspace: Workspace, tmp_path: Path):
    rows = [
        {"url": url("html"), "html": page("html").decode(), "fetched_at": "2018-03-04T05:06:07Z"},
        {"url": url("text"), "maintext": TEXT, "title": "Boats of text", "date_publish": "2017-09-21 10:00:00", "date_download": "2018-03-04 05:06:07"},
        {"html": {"requested_url": url("deep"), "content": page("deep").decode(), "crawl_date": "2018-03-04T05:06:07+00:00"}},
        {"url": url("later"), "title": "To be fetched", "date": "2017-09-20"},
        {"title": "no address"},
    ]  # fmt: skip
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(*rows[:2]) + b"{broken\n[1, 2]\n" + lines(*rows[2:]))
    report = bring(workspace, [file])
    assert headlines(workspace) == ["Boats of deep", "Boats of html", "Boats of text"]
    assert (report.articles, report.listed) == (3, 1)
    assert [spot.offset for spot in report.damaged] == [3]
    assert report.passed_over == {"a JSON value that is no object": 2, "a row without an address": 1}
    assert asked(workspace, "SELECT DISTINCT observed_at FROM fetches") == [(datetime(2018, 3, 4, 5, 6, 7),)]
    ask = "SELECT published, published_basis, finder FROM addresses WHERE title = 'Boats of text'"
    assert asked(workspace, ask)[0][1:] == ("list", "import")
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    again = bring(workspace, [packed])
    assert (again.taken, again.known, again.listed_known) == (0, 3, 1)


def test_one_json_document_is_read_as_its_objects(workspace: Workspace, tmp_path: Path):
    file = tmp_path / "dump.json"
    rows = [{"url": url(name), "html": page(name).decode()} for name in ("one", "two")]
    file.write_text(json.dumps(rows, indent=2))
    assert bring(workspace, [file]).articles == 2


def test_a_list_becomes_addresses_with_hints_that_ingest_and_backfill_fetch(workspace: Workspace, tmp_path: Path):
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(
        [
            ["URL", "Date", "Title"],
            [url("one"), "2017-09-22", "Boats; and more"],
            [url("two"), "", ""],
            ["none", "", ""],
        ]
    )
    file = tmp_path / "list.csv"
    file.write_text(written.getvalue())
    report = bring(workspace, [file])
    assert (report.listed, report.passed_over) == (2, {"a row without an address": 1})
    assert asked(workspace, "SELECT url, finder, day::VARCHAR, day_basis, title FROM addresses ORDER BY url") == [
        (url("one"), "list", "2017-09-22", "url", "Boats; and more"), (url("two"), "list", "2017-09-22", "url", None)
    ]  # fmt: skip
    assert asked(workspace, "SELECT count(*) FROM fetches") == [(0,)]
    assert bring(workspace, [file]).listed_known == 2
    plain = tmp_path / "plain.csv"
    plain.write_text(f"# mine\n{url('three')}\n{url('two')}\n")
    report = bring(workspace, [plain])
    assert (report.listed, report.listed_known) == (1, 1)


def test_a_file_of_another_kind_is_named_with_a_way_out(workspace: Workspace, tmp_path: Path):
    file = tmp_path / "report.pdf"
    file.write_bytes(b"%PDF-1.7")
    report = bring(workspace, [file])
    assert "MAFF" in report.problems[0]
    assert str(file) in report.problems[0]
    with pytest.raises(WarehouseError, match="There is no"):
        bring(workspace, [tmp_path / "missing"])
