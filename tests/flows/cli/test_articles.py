"""`wireroom parse` and `wireroom explain`: what a person sees on a terminal and a program in a pipe."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.flows.cli.conftest import WIREROOM, Run

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 12)
URL = "https://gazette.example/2026/03/02/ferry-leaves-the-quay-on-time"
STORY = f"""<html lang=en><head><title>Ferry leaves the quay on time | Gazette</title>
<meta property="og:site_name" content="Gazette"><meta name=author content="Gazette">
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Ferry on time","datePublished":"2026-03-02T10:00:00+01:00",
"isAccessibleForFree":false}}</script></head>
<body><article><h1>Ferry leaves the quay on time</h1><p>By Anna Berg</p><p>Published 9 March 2026</p>
<p>OSLO, March 2 (AP) — {TEXT}</p></article></body></html>"""
LOGIN = "<html><head><title>Log in</title></head><body><h1>Log in</h1><form><input type=password></form></body></html>"


@pytest.fixture
def story(tmp_path: Path) -> str:
    path = tmp_path / "story.html"
    path.write_text(STORY, encoding="utf-8")
    return str(path)


@pytest.fixture
def login(tmp_path: Path) -> str:
    path = tmp_path / "login.html"
    path.write_text(LOGIN, encoding="utf-8")
    return str(path)


def test_the_record_of_a_page(wireroom: Run, story: str):
    said = wireroom("parse", story, "--url", URL).stdout
    assert re.search(r"dateline_date +2026-03-02", said)
    assert re.search(r"date_published_basis +json-ld", said)
    assert re.search(r"source_tag +AP", said)
    assert "OSLO, March 2 (AP) —" in said


def test_the_record_as_json_is_one_line(wireroom: Run, story: str):
    (line,) = wireroom("parse", story, "--json").stdout.splitlines()
    record = json.loads(line)
    assert record["headline"] == "Ferry leaves the quay on time"
    assert record["published"]["day"] == "2026-03-02"


def test_a_page_that_is_no_article_ends_with_its_reason(wireroom: Run, login: str):
    done = wireroom("parse", login, "--json", code=1)
    assert json.loads(done.stdout)["reason"] == "login_wall"
    assert "log-in form" in done.stderr


def test_what_is_not_there_is_said_in_a_sentence(wireroom: Run):
    done = wireroom("explain", "nowhere.html", code=1)
    assert "nowhere.html cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_asked_is_named_once_with_the_verb_that_was_run(wireroom: Run):
    said = wireroom("explain", "http://127.0.0.1:8099/story", code=1).stderr
    assert said.count("http://127.0.0.1:8099/story") == 1
    assert "it names port 8099, and only 80 and 443 are asked. Save" in said
    assert "wireroom explain page.html --url ADDRESS" in said


def test_explain_marks_the_dateline_and_shows_who_lost(wireroom: Run, story: str):
    said = wireroom("explain", story, "--url", URL).stdout
    assert "⟦OSLO, March 2 (AP) —⟧ The ferry left the quay" in said
    assert re.search(r"✓ h1 +Ferry leaves the quay on time\n +the address of the page spells it", said)
    assert re.search(r"  json-ld +Ferry on time", said)
    assert re.search(r"✓ byline +Anna Berg", said)
    assert re.search(r"visible +2026-03-09\n +conflict: 7 days later than the date chosen", said)
    assert re.search(r"! date_published: visible says 2026-03-09", said)
    assert re.search(r"is_accessible_for_free +False", said)


def test_in_a_pipe_no_line_is_cut_or_broken(wireroom: Run, story: str):
    said = wireroom("explain", story).stdout
    assert any(len(line) > 250 for line in said.splitlines())
    assert "\x1b" not in said
    assert not any(line.endswith(" ") for line in said.splitlines())


def test_explain_as_json_keeps_everything(wireroom: Run, story: str):
    record = json.loads(wireroom("explain", story, "--url", URL, "--json").stdout)
    assert [one["value"] for one in record["fields"]["authors"]] == ["Gazette", "Anna Berg"]
    assert record["datelines"][0]["raw"].strip() == "OSLO, March 2 (AP) —"
    assert any("conflict" in warning for warning in record["warnings"])


def test_a_rejected_page_is_explained_as_well(wireroom: Run, login: str):
    done = wireroom("explain", login, code=1)
    assert done.stdout.startswith("Not an article (login_wall)\nThe page is a log-in form.")
    assert re.search(r"✓ h1 +Log in", done.stdout)
    assert json.loads(wireroom("explain", login, "--json", code=1).stdout)["reject_reason"] == "login_wall"


@pytest.mark.parametrize("width", [80, 120])
def test_on_a_terminal_no_line_is_wider_than_it(story: str, width: int):
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm-256color"}
    with subprocess.Popen(
        [WIREROOM, "explain", story, "--url", URL], stdout=slave, stderr=slave, env=environment
    ) as run:
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65_536)
            except OSError:  # the terminal is gone with the process
                break
            if not piece:
                break
            said += piece
    os.close(master)
    assert run.returncode == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", said.decode()).split("\r\n")
    assert max(map(len, lines)) <= width
    assert "\x1b[7m" in said.decode()  # the dateline, reversed
    assert "⟦" not in said.decode()
