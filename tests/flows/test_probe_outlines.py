"""Lists of sites: OPML of feed readers, CSV of spreadsheets, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.probing.outlines import OutlineError, Site, sites

OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Towns"><outline text="Harbour">
<outline type="rss" text="Post" xmlUrl="https://post.example.org/feed" htmlUrl="https://post.example.org/"/></outline>
<outline type="rss" title="Gazette" text="g" xmlUrl="https://gazette.example.org/rss"/></outline>
<outline type="rss" text="Post again" xmlUrl="https://post.example.org/feed"/></body></opml>"""


def listed(folder: Path, name: str, text: str | bytes) -> list[Site]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sites(path)


def test_nested_outlines_each_feed_once(tmp_path: Path):
    assert listed(tmp_path, "feeds.opml", OPML) == [
        Site("Post", "https://post.example.org/", "https://post.example.org/feed"),
        Site("Gazette", "https://gazette.example.org/rss", "https://gazette.example.org/rss"),
    ]


@pytest.mark.parametrize(
    "text", ["name,url\nPost,https://post.example.org/\n", "\ufeffName;URL;Feed\nPost;https://post.example.org/;\n"]
)
def test_a_csv_with_commas_or_semicolons(tmp_path: Path, text: str):
    assert listed(tmp_path, "sites.csv", text) == [Site("Post", "https://post.example.org/", None)]


def test_a_csv_with_feeds_alone(tmp_path: Path):
    found = listed(tmp_path, "sites.csv", "feed\nhttps://post.example.org/feed\n\n")
    assert found == [Site(None, "https://post.example.org/feed", "https://post.example.org/feed")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.opml", "<opml><body>", "no valid XML"),
        ("a.opml", "<opml><body><outline text='x'/></body></opml>", "names no site"),
        ("a.csv", "title,address\nx,y\n", "line 1, names no column url"),
        ("a.csv", "name,url\nPost,\n", "line 2, has neither url nor feed"),
        ("a.csv", "", "names no column url"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, name: str, text: str, said: str):
    with pytest.raises(OutlineError, match=said):
        listed(tmp_path, name, text)


def test_a_missing_file_is_a_sentence(tmp_path: Path):
    with pytest.raises(OutlineError, match="cannot be read"):
        sites(tmp_path / "none.opml")


def test_entities_are_not_opened(tmp_path: Path):
    (tmp_path / "secret").write_text("https://secret.example.org/")
    text = f'<!DOCTYPE o [<!ENTITY x SYSTEM "{tmp_path}/secret">]><opml><body>&x;<outline text="P" xmlUrl="https://p.example/"/></body></opml>'
    assert [site.url for site in listed(tmp_path, "a.opml", text)] == ["https://p.example/"]
