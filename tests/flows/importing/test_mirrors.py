"""Folders that mirror a site: the addresses of their files, with a base or by the name of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing import Options, bring
from flows.importing.claims import Claims
from flows.importing.mirrors import address
from flows.sources import of_text
from flows.workspace import Workspace
from tests.flows.importing.conftest import PAPER
from tests.flows.importing.recorded import SITE, page, url
from tests.flows.importing.tables import asked

REQUESTED = "SELECT replace(requested_url, 'http:', 'https:') FROM fetches ORDER BY ALL"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("2017/09/22/boats.html", "/2017/09/22/boats.html"),
        ("2017/09/22/nine boats", "/2017/09/22/nine%20boats"),
        ("2017/09/22/boats/index.html", "/2017/09/22/boats/"),
        ("index.html", "/"),
        ("2017/09/22/story?id=7&lang=en", "/2017/09/22/story?id=7&lang=en"),
        ("2017/09/22/story?id=7&lang=en.html", "/2017/09/22/story?id=7&lang=en"),
        ("2017/09/22/story@id=7&lang=en.html", "/2017/09/22/story?id=7&lang=en"),
        ("2017/09/22/index.html?p=7", "/2017/09/22/?p=7"),
        ("2017/09/22/mail@paper.html", "/2017/09/22/mail%40paper.html"),
        ("2017/09/22/caf\udce9.html", "/2017/09/22/caf%E9.html"),
    ],
)
def test_a_file_of_a_mirror_has_the_address_that_was_asked_for(inside: str, expected: str):
    assert address("https://paper.example/", inside) == SITE + expected


def mirror(folder: Path) -> Path:
    """What `wget -r` leaves of three pages, one of which says its address itself, and of one of an outlet without a source."""
    stated = page("stated", extra=f"<link rel='canonical' href='{url('stated')}'>")
    for name, content in {
        "paper.example/2017/09/22/boats/index.html": page("boats"),
        "paper.example/2017/09/22/story?id=7.html": page("story"),
        "paper.example/2017/09/22/stated.html": stated,
        "other.example/2017/09/22/boats.html": page("other"),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_folder_named_as_the_site_of_a_source_is_its_mirror(workspace: Workspace, tmp_path: Path):
    folder = mirror(tmp_path / "mirror")
    report = bring(workspace, [folder])
    addresses = [url("boats/"), url("stated"), url("story?id=7")]
    assert asked(workspace, REQUESTED) == [(each,) for each in addresses]
    assert report.nameless == [str(folder / "other.example/2017/09/22/boats.html")]
    assert f"{folder / 'paper.example'} was taken for a mirror of https://paper.example/ by its name" in report.notes[0]
    assert bring(workspace, [folder / "paper.example"]).known == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [("www.paper.example", "https://www.paper.example"), ("paper.example:81", None), ("2017", None), ("[x", None)],
)
def test_a_folder_is_named_as_a_site_with_or_without_www(name: str, expected: str | None):
    assert Claims([of_text(PAPER, Path("paper.toml"))]).site_named(name) == expected


def test_what_the_user_says_goes_before_the_name_of_the_folder(workspace: Workspace, tmp_path: Path):
    folder = mirror(tmp_path / "mirror") / "paper.example"
    report = bring(workspace, [folder], Options(base="https://paper.example/old/"))
    assert (report.taken, report.notes) == (3, [])
    assert asked(workspace, REQUESTED)[0] == (f"{SITE}/old/2017/09/22/boats/",)


def test_what_httrack_notes_of_its_work_is_no_list_of_addresses(workspace: Workspace, tmp_path: Path):
    told = b"<!-- Mirrored from paper.example/2017/09/22/x by HTTrack Website Copier/3.x, Sun, 04 Mar 2018 05:06:07 GMT -->"
    notes = f"date\tsize\tstatuscode\tURL\tlocalfile\n05:06:07\t9/9\t404\t{url('lost')}\tlost.html\n"
    for name, content in {
        "x.html": page("x") + told,
        "hts-cache/new.txt": notes.encode(),
        "hts-log.txt": b"HTTrack3.49",
    }.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    report = bring(workspace, [tmp_path / "site"])
    assert (report.articles, report.listed, report.nameless) == (1, 0, [])
