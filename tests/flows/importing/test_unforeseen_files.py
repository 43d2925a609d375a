"""Files that nobody made for us: what other programs write beside the rules, and what their users then name."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.importing import Options, bring
from flows.workspace import Workspace
from tests.flows.importing.recorded import Recorded, chunked, page, url
from tests.flows.importing.tables import asked, headlines
from warehouse.archive import verifying

LATE = datetime(2026, 1, 5, 9)


def put(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def packed(path: Path, package: Any, **more: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("archive/data.warc.gz", Recorded().pages("one").content)
        zipped.writestr("datapackage.json", json.dumps(package))
        for name, data in more.items():
            zipped.writestr(f"{name}.json", data)
    return path


@pytest.mark.parametrize("resources", [None, 5, {"path": "x"}, [None, {"path": 5}]])
def test_a_package_that_states_its_parts_oddly_is_read(workspace: Workspace, tmp_path: Path, resources: Any):
    assert bring(workspace, [packed(tmp_path / "a.wacz", {"resources": resources})]).articles == 1


def test_a_package_is_held_against_its_own_digest(workspace: Workspace, tmp_path: Path):
    digest = json.dumps({"path": "datapackage.json", "hash": f"sha256:{'0' * 64}"}).encode()
    file = packed(tmp_path / "a.wacz", {"resources": []}, **{"datapackage-digest": digest})
    (problem,) = bring(workspace, [file]).problems
    assert "datapackage.json is not what its digest in datapackage-digest.json says" in problem


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_capture_outside_the_calendar_has_no_time(workspace: Workspace, tmp_path: Path, date: str):
    recorded = Recorded()
    recorded.answer(url("x"), page("x"), WARC_Date=date)
    file = recorded.at(tmp_path / "a.warc.gz")
    os.utime(file, (1_500_000_000, 1_500_000_000))
    assert bring(workspace, [file]).articles == 1
    assert asked(workspace, "SELECT observed_at FROM fetches") == [(datetime(2017, 7, 14, 2, 40),)]


@pytest.mark.parametrize("transfer", [[], [("Transfer-Encoding", "gzip, chunked")]])
def test_a_packed_body_whose_headers_do_not_say_so_is_read(
    workspace: Workspace, tmp_path: Path, transfer: list[tuple[str, str]]
):
    recorded, sent = Recorded(), gzip.compress(page("x"), mtime=0)
    recorded.answer(url("x"), chunked(sent) if transfer else sent, headers=transfer)
    assert bring(workspace, [recorded.at(tmp_path / "a.warc.gz")]).articles == 1
    assert headlines(workspace) == ["Boats of x"]
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


def test_a_file_whose_name_is_no_text_is_read(workspace: Workspace, tmp_path: Path):
    folder = tmp_path / "saved"
    folder.mkdir()
    with open(os.fsencode(folder) + b"/caf\xe9.html", "wb") as file:
        file.write(page("x"))
    options = Options(base=url("").rstrip("/"), link=True)
    assert bring(workspace, [folder], options).articles == 1
    assert asked(workspace, "SELECT requested_url FROM fetches") == [(url("caf%E9.html"),)]
    assert bring(workspace, [folder], options).known == 1


def test_a_page_in_utf_16_says_its_address(workspace: Workspace, tmp_path: Path):
    text = f"<!-- saved from url=(0042){url('x')} -->\r\n" + page("x").decode()
    assert bring(workspace, [put(tmp_path, "x.htm", text.encode("utf-16"))]).articles == 1
    assert asked(workspace, "SELECT url, headline FROM articles") == [(url("x"), "Boats of x")]


def self_extracting(*, whole: bool) -> bytes:
    """A page as SingleFile compresses it: HTML that unpacks itself in a browser, and a zip."""
    told = f"<!--\n Page saved with SingleFile \n url: {url('x')} \n saved date: Mon Jan 05 2026 10:00:00 GMT+0100 (CET)\n-->"
    made = io.BytesIO(b"<!doctype html><html data-sfz><meta charset=utf-8><title>Boats</title><body hidden><!--")
    made.seek(0, io.SEEK_END)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("index.html", page("x", extra=told))
        zipped.writestr("manifest.json", "{}")
    return (made.getvalue() if whole else made.getvalue()[:-90]) + b"--></body></html>"


def test_a_page_that_unpacks_itself_is_read_as_the_page_within(workspace: Workspace, tmp_path: Path):
    assert bring(workspace, [put(tmp_path, "x.html", self_extracting(whole=True))]).articles == 1
    ask = "SELECT url, valid_from, headline FROM articles"
    assert asked(workspace, ask) == [(url("x"), LATE, "Boats of x")]


def test_a_page_that_cannot_be_unpacked_is_a_problem_with_a_way_out(workspace: Workspace, tmp_path: Path):
    report = bring(workspace, [put(tmp_path, "x.html", self_extracting(whole=False))])
    assert (
        "x.html is a page that SingleFile has compressed, and no page can be taken out of it: open it"
        in report.problems[0]
    )
    assert report.unread == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"# mine\n{url('one')}\n\n{url('two')}\n"),
        ("a.txt", f"{url('one')}\t2017-09-22\n{url('two')}\t2017-09-23\n"),
        ("a.txt", f"Titel\tWebadresse\r\nNeun Boote\t{url('one')}\r\nEine Möwe\t{url('two')}\r\n".encode("utf-16")),
        ("a.txt", f"URL\tTitle\n{url('one')}\tNine boats\n{url('two')}\tA gull\n"),
        ("a.jl", f'{{"url": "{url("one")}"}}\n{{"url": "{url("two")}"}}\n'),
        ("a.jsonlines", f'{{"url": "{url("one")}"}}\n{{"url": "{url("two")}"}}\n'),
        ("a.json", json.dumps([["urlkey", "timestamp", "original"], ["a", "1", url("one")], ["b", "2", url("two")]])),
    ],
)
def test_lists_of_addresses_are_known_under_other_names_and_in_other_forms(
    workspace: Workspace, tmp_path: Path, name: str, content: str | bytes
):
    report = bring(workspace, [put(tmp_path, name, content)])
    assert (report.listed, dict(report.passed_over)) == (2, {})


def test_a_text_that_opens_with_an_address_is_no_list(workspace: Workspace, tmp_path: Path):
    report = bring(workspace, [put(tmp_path, "a.txt", f"{url('one')}\nThe harbour office counted nine boats.\n")])
    assert report.nameless == [str(tmp_path / "a.txt")]


def test_a_page_in_a_folder_that_only_browsers_read_is_counted_with_a_way_out(workspace: Workspace, tmp_path: Path):
    (tmp_path / "saved").mkdir()
    put(tmp_path / "saved", "x.webarchive", "bplist00")
    report = bring(workspace, [tmp_path / "saved"])
    assert dict(report.passed_over) == {
        "a file of another kind (.webarchive; open it in a browser and save it as HTML)": 1
    }


def test_an_index_that_is_named_with_its_file_is_no_problem(workspace: Workspace, tmp_path: Path):
    recorded = Recorded().pages("one")
    file, index = recorded.at(tmp_path / "a.warc.gz"), put(tmp_path, "a.cdx", " CDX N b a m s k r M S V g\n")
    report = bring(workspace, [file, index])
    assert (report.articles, report.problems, dict(report.passed_over)) == (1, [], {"an index of WARC files (.cdx)": 1})


def test_html_that_an_extractor_wrote_says_its_address(workspace: Workspace, tmp_path: Path):
    told = f'<meta name="sitename" content="The Paper"/><meta name="url" content="{url("x")}"/>'
    assert bring(workspace, [put(tmp_path, "x.html", page("x", extra=told))]).articles == 1
    assert asked(workspace, "SELECT url FROM articles") == [(url("x"),)]
