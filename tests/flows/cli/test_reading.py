"""`wireroom show`, `diff` and `cite`, by every name of an article."""

from __future__ import annotations

import json

import pytest

from flows.cli import comparing, reading
from tests.flows.cli.conftest import Run
from tests.warehouse.facts import key
from warehouse import lookup

URL = "https://paper.example/bridge"


@pytest.fixture
def bridge(wireroom: Run) -> dict:
    return json.loads(wireroom("show", URL, "--json").stdout)


def test_an_article_is_found_by_each_of_its_names(wireroom: Run, bridge: dict) -> None:
    for name in (
        bridge["article_id"],
        bridge["article_id"][:8].upper(),
        "http://www.paper.example/bridge",
        bridge["citation_id"],
    ):
        assert json.loads(wireroom("show", name, "--json").stdout)["article_id"] == bridge["article_id"]


def test_show_says_what_is_known_and_on_what_it_rests(wireroom: Run) -> None:
    shown = wireroom("show", URL).stdout
    for fact in (
        'Bridge & Boats: 50% {more} "traffic"', "2026-02-28 (to the day, by dateline)", "OSLO, BERGEN", "year by published",
        "Associated Press (tag AP)", "1: from 2026-03-01", "2: from 2026-03-02", "(this one)", "paper/paper-1.warc.gz at 0",
    ):  # fmt: skip
        assert fact in shown
    assert "    We shall count them next year.\n" in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_an_older_version_is_shown_when_it_is_named(wireroom: Run, bridge: dict) -> None:
    assert "fifty boats" in wireroom("show", URL).stdout
    assert "forty boats" in wireroom("show", URL, "--version", 1).stdout
    first = json.loads(wireroom("show", URL, "--version", 1, "--json").stdout)
    assert "forty boats" in wireroom("show", first["citation_id"]).stdout
    assert first["citation_id"] != bridge["citation_id"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("https://paper.example/none", "No article"),
        ("zz", "4 characters"),
        ("zzzz", "No article"),
        ("http://[", "address"),
    ],
)
def test_what_is_not_there_is_said(wireroom: Run, name: str, told: str) -> None:
    assert told in wireroom("show", name, code=1).stderr
    assert "no version 9" in wireroom("show", URL, "--version", 9, code=1).stderr


def test_a_page_that_is_not_in_the_archive_is_said(wireroom: Run) -> None:
    assert "cannot be read" in wireroom("show", URL, "--raw", code=1).stderr


def test_diff_marks_the_words_that_the_outlet_changed(wireroom: Run) -> None:
    told = wireroom("diff", URL).stdout
    assert "[-forty-]{+fifty+} boats a day" in told
    assert "{+By Ada Byron+}" in told
    assert "… 2 paragraphs unchanged …" in told
    assert "gulls" not in told


def test_diff_of_named_versions(wireroom: Run) -> None:
    assert "[-fifty-]{+forty+}" in wireroom("diff", URL, "--versions", 2, 1).stdout
    wireroom("diff", URL, "--versions", 1, 7, code=1)


def test_a_better_reading_is_no_edit_of_the_outlet(wireroom: Run) -> None:
    told = wireroom("diff", "https://paper.example/gulls").stdout
    assert "one version only" in told
    assert "--readings" in told
    assert "{+very +}many" in wireroom("diff", "https://paper.example/gulls", "--readings").stdout
    assert "No page" in wireroom("diff", URL, "--readings").stdout


def test_cite_names_the_version_that_was_asked_for(wireroom: Run) -> None:
    assert "Version 2, as shown on 2026-03-02" in wireroom("cite", URL).stdout
    cited = wireroom("cite", URL, "--version", 1, "--format", "csl-json").stdout
    assert json.loads(cited)[0]["accessed"] == {"date-parts": [[2026, 3, 1]]}
    assert f"urn:uuid:{key('bridge@0')}" in cited


def test_diff_as_json_has_the_fields_and_paragraphs_that_differ(wireroom: Run) -> None:
    told = json.loads(wireroom("diff", URL, "--json").stdout)
    assert (told["old"]["version"], told["new"]["version"], list(told["fields"])) == (1, 2, ["byline"])
    assert told["fields"]["byline"]["words"] == [{"kind": "new", "text": "By Ada Byron"}]
    pieces = [piece for line in told["paragraphs"] for piece in line]
    assert [piece["text"] for piece in pieces if piece["kind"] == "gone"] == ["forty"]
    assert json.loads(wireroom("diff", URL, "--versions", 2, 1, "--json").stdout)["new"]["version"] == 1
    assert wireroom("diff", URL, "--readings", "--json").stdout == ""


def test_readings_and_a_single_version_as_json(wireroom: Run) -> None:
    gulls = "https://paper.example/gulls"
    told = json.loads(wireroom("diff", gulls, "--json").stdout)
    assert (told["old"], told["fields"], told["paragraphs"]) == (None, {}, [])
    (read,) = map(json.loads, wireroom("diff", gulls, "--readings", "--json").stdout.splitlines())
    assert read["article_id"] == told["article_id"]
    assert read["old"]["reader"] != read["new"]["reader"]
    assert {"kind": "new", "text": "very "} in [piece for line in read["paragraphs"] for piece in line]


def test_cite_as_json_has_every_form(wireroom: Run) -> None:
    told = json.loads(wireroom("cite", URL, "--version", 1, "--json").stdout)
    assert told["version"] == 1
    assert told["text"] == wireroom("cite", URL, "--version", 1).stdout
    assert told["csl_json"] == json.loads(wireroom("cite", URL, "--version", 1, "--format", "csl-json").stdout)
    assert told["csl_json"][0]["id"] == told["citation_id"]
    assert told["bibtex"].startswith("@online{")
    assert told["ris"].startswith("TY  - NEWS")


def test_words_are_compared_as_phrases() -> None:
    line = comparing.words("The old bridge fell.", "The new stone bridge fell.")
    assert [(piece.kind, piece.text) for piece in line] == [
        ("same", "The "), ("gone", "old"), ("new", "new stone"), ("same", " bridge fell."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "new"), ("a b c", ""), ("a, b", "b, a"), ("one\n\ntwo\n\nthree", "one\n\n2\n\nthree\n\nfour"), ("x", "x")],
)
def test_a_comparison_holds_both_texts_whole(old: str, new: str) -> None:
    lines = comparing.paragraphs(old, new)
    before = [*filter(None, ("".join(p.text for p in line if p.kind != "new") for line in lines))]
    after = [*filter(None, ("".join(p.text for p in line if p.kind != "gone") for line in lines))]
    assert "\n\n".join(before) == old
    assert "\n\n".join(after) == new


def test_an_address_needs_no_scheme(wireroom: Run) -> None:
    for name in ("paper.example/bridge", "https://paper.example/bridge"):
        assert "Bridge & Boats" in wireroom("show", name).stdout
        assert "Bridge & Boats" in wireroom("cite", name).stdout
    assert wireroom("diff", "paper.example/bridge").stdout == wireroom("diff", "https://paper.example/bridge").stdout


def test_an_excerpt_is_said_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"dateline": None, "body": "The bridge carries", "credit_text": None}
    for extent in ("full", "excerpt"):
        reading._print_body({**record, "body_extent": extent})
        assert ("only the opening" in capsys.readouterr().out) is (extent == "excerpt")


@pytest.mark.parametrize("is_another", [False, True])
def test_an_article_that_has_moved_names_the_address_that_led_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_another: bool
) -> None:
    monkeypatch.setattr(reading, "_facts", lambda record: [("address", record["url"])])
    record = {"headline": "Boats", "subheadline": None, "url": URL, "dateline": None, "body": "", "credit_text": None, "body_extent": "full"}  # fmt: skip
    listed = "https://paper.example/old/bridge" if is_another else URL
    reading._print_found(lookup.Found("id", (record,), record), [{"url": listed, "how": "requested"}], 0)
    assert (f"{listed} (requested)" in capsys.readouterr().out) is is_another
