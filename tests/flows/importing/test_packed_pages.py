"""Pages that a browser has packed with all that they show: MHTML, SingleFile's zips; and zips that are no page."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from quopri import encodestring

import pytest

from flows.importing import bring
from flows.importing.packed import of_mhtml
from flows.workspace import Workspace
from tests.flows.importing.recorded import page, url
from tests.flows.importing.tables import asked

SAVED = datetime(2026, 1, 5, 9)
ASKED = "SELECT url, valid_from, headline FROM articles"


def mhtml(body: bytes, *, location: str = url("x"), kind: str = "text/html", charset: str = "") -> bytes:
    """A page as Chromium saves it in a single file: a mail whose first part is the page."""
    written = encodestring(body).replace(b"\n", b"\r\n")
    return b"\r\n".join(
        [
            b"From: <Saved by Blink>",
            f"Snapshot-Content-Location: {location}".encode(),
            b"Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=",
            b"Date: Mon, 05 Jan 2026 10:00:00 +0100",
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary--x----"',
            b"\r\n",
            b"------MultipartBoundary--x----",
            f"Content-Type: {kind}{charset}".encode(),
            b"Content-Transfer-Encoding: quoted-printable",
            f"Content-Location: {location}".encode(),
            b"",
            written,
            b"------MultipartBoundary--x----",
            b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: https://paper.example/a.png\r\n",
            b"iVBORw0KGgo=",
            b"------MultipartBoundary--x------\r\n",
        ]
    )


def put(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("name", ["x.mhtml", "x.MHT"])
def test_an_mhtml_file_is_the_page_in_it_with_address_and_time(workspace: Workspace, tmp_path: Path, name: str):
    body = page("Höfen", extra='<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">')
    report = bring(workspace, [put(tmp_path / name, mhtml(body.decode().encode("cp1252")))])
    assert (report.articles, report.problems) == (1, [])
    assert asked(workspace, ASKED) == [(url("x"), SAVED, "Boats of Höfen")]
    assert bring(workspace, [tmp_path]).known == 1


def test_the_charset_that_an_mhtml_file_states_is_that_of_its_page(workspace: Workspace, tmp_path: Path):
    content = mhtml(page("Тихая").decode().encode("cp1251"), charset='; charset="windows-1251"')
    bring(workspace, [put(tmp_path / "x.mht", content)])
    assert asked(workspace, ASKED) == [(url("x"), SAVED, "Boats of Тихая")]


def test_an_mhtml_file_without_an_address_of_the_web_says_none():
    found = of_mhtml(mhtml(page("x"), location="cid:frame-1@mhtml.blink"))
    assert found is not None
    assert "url" not in found.said


def test_an_mhtml_file_without_a_page_is_a_problem_with_a_way_out(workspace: Workspace, tmp_path: Path):
    (problem,) = bring(workspace, [put(tmp_path / "x.mhtml", mhtml(b"", kind="text/css"))]).problems
    assert "x.mhtml is an MHTML file, and no page can be taken out of it: open it in a browser" in problem


def zipped(parts: dict[str, bytes], before: bytes = b"") -> bytes:
    made = io.BytesIO(before)
    made.seek(0, io.SEEK_END)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def single_file(root: str = "") -> dict[str, bytes]:
    """What SingleFile puts into a zip."""
    told = f"<!--\n Page saved with SingleFile \n url: {url('x')} \n saved date: Mon Jan 05 2026 10:00:00 GMT+0100 (CET)\n-->"
    manifest = json.dumps({"originalUrl": url("x"), "indexFilename": "index.html"}).encode()
    return {f"{root}index.html": page("x", extra=told), f"{root}manifest.json": manifest, f"{root}images/1.png": b"png"}


@pytest.mark.parametrize("root", ["", "1796005974131_0/"])
@pytest.mark.parametrize(
    ("name", "before"),
    [("x.zip", b""), ("x.u.zip.html", b""), ("x.html", b"<!doctype html><html data-sfz><body hidden><!--")],
)
def test_a_page_that_single_file_has_zipped_is_read(
    workspace: Workspace, tmp_path: Path, root: str, name: str, before: bytes
):
    assert bring(workspace, [put(tmp_path / name, zipped(single_file(root), before))]).articles == 1
    assert asked(workspace, ASKED) == [(url("x"), SAVED, "Boats of x")]


@pytest.mark.parametrize("manifest", [None, b"{broken", b'{"name": "a site that can be installed"}'])
def test_a_zipped_site_is_no_wacz_file_whatever_its_folders_are_called(
    workspace: Workspace, tmp_path: Path, manifest: bytes | None
):
    parts = {"index.html": page("x"), "archive/index.html": page("y")} | (
        {"manifest.json": manifest} if manifest else {}
    )
    (problem,) = bring(workspace, [put(tmp_path / "site.zip", zipped(parts))]).problems
    assert "an archive of another kind is to be unpacked first" in problem
