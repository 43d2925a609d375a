"""Sentences and commands as they are set on a terminal, and what the codes of the ledger are called."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest
from rich.console import Console

from flows import reasons, telling
from flows.cli import prose
from flows.cli.tables import as_entries

COMMAND = "wireroom backfill meridian --from 2026-01-01 --to 2026-01-31 --holes"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize(
    ("before", "command"),
    [
        ("Try only that again with: ", COMMAND),
        ("→ ", COMMAND),
        ("ended early: the last backfill; it goes on with ", COMMAND),
        ("To save it: ", 'wireroom watch "climate AND dateline:Paris" --name paris'),
        ("", "wireroom import /mnt/archives/2017-crawl.warc.gz --source meridian"),
    ],
)
def test_a_command_at_the_end_of_a_sentence_can_be_copied_whatever_the_width(width: int, before: str, command: str):
    lines = prose.lines(before + command, width)
    text = "\n".join(lines)
    copied = text[text.index("wireroom") :].replace("\\\n", "")  # as a shell reads it
    assert shlex.split(copied) == shlex.split(command)
    assert width < 40 or max(map(len, lines)) <= width
    assert " ".join(text.replace("\\\n", "").split()) == before + command


@pytest.mark.parametrize("width", [30, 80])
def test_no_word_of_a_sentence_is_broken(width: int):
    text = "  2 never tried: 2026-01-14, 2026-01-29; see https://post.example/2017/03/01/a-rather-long-story-of-a-ferry.html for it."
    lines = prose.lines(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(line.startswith("  ") for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "The first pass after that asks again; wireroom ingest post --now asks at once.",
        "wireroom backfill post --from 2026-09 (or a larger lookback in sources/post.toml)",
        "It was stopped; wireroom backfill post --from 2026-09-01 --to 2026-09-02 goes on. All else is kept.",
    ],
)
def test_what_is_followed_by_words_is_set_as_words(text: str):
    assert "\\" not in "".join(prose.lines(text, 40))


def test_without_a_terminal_a_sentence_is_one_line():
    console = Console(file=io.StringIO(), width=40)
    prose.say(console, f"Try only that again with: {COMMAND}")
    assert console.file.getvalue() == f"Try only that again with: {COMMAND}\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [60, 80])
def test_a_table_that_has_no_room_becomes_entries_and_no_word_is_cut(monkeypatch: pytest.MonkeyPatch, width: int):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr("flows.cli.tables.out", console)
    rows = [("template", "http://127.0.0.1:8765/pr/{year}/index.html", "2026-01-01 to 2026-01-31", "1", "")]
    as_entries(["finder", "address", "reaches", "listings", "remarks"], rows, title="What each finder reaches")
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in printed
    assert "http://127.0.0.1:8765/pr/{year}/index.html" in printed
    assert "reaches: 2026-01-01 to 2026-01-31; listings: 1" in " ".join(printed.split())
    assert "remarks" not in printed  # there are none


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("1 failed (status_500), 2 gone (status_404)", "1 failed (the outlet's server failed, 500), 2 gone (not there, 404)"),
        ("its listing could not be read: template 2017-03-09 (soft_404)",
         "its listing could not be read: template 2017-03-09 (the outlet shows its home page or an error page in its place)"),
        ("its listing was not read whole: template 2017 (page_3_status_503)",
         "its listing was not read whole: template 2017 (its page 3: the outlet's server failed, 503)"),
        ("its listing is not there yet: template 2026 (http_404)", "its listing is not there yet: template 2026 (not there, 404)"),
        ("1 refused (status_418)", "1 refused (the outlet answered 418)"),
        ("strike (all of March)", "strike (all of March)"),
        (None, ""),
    ],
)  # fmt: skip
def test_codes_are_said_in_words(clause: str | None, words: str):
    assert reasons.said(clause) == words


def test_every_code_that_is_given_has_words():
    source = "\n".join(
        file.read_text(encoding="utf-8") for room in ("flows", "parsers") for file in Path(room).rglob("*.py")
    )
    given = set(re.findall(r'(?:Failure|Fault|Rejected|rejected)\(\s*"(\w+)"', source))
    given |= set(re.findall(r'\breason="(\w+)"', source)) | {"soft_404", "other_page", "max_pages", "off_site"}
    given |= set(re.findall(r'(?:unit|walk)\.\w+, "(?:deferred|failed)", "(\w+)"', source))
    assert len(given) > 25
    assert [code for code in sorted(given) if reasons.in_words(code) == code] == []


def test_a_run_that_was_stopped_is_told_as_that_and_one_of_a_thing_in_the_singular():
    told = telling.ended("backfill", "post", "cancelled", None, {"requests": 1, "articles": 2})
    assert told.text == "The backfill of post was stopped: 1 request, 2 articles."
