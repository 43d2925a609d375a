"""`wireroom search`: what is printed on a terminal, in a pipe, as JSON and CSV; and that runs feed the index."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from flows import loading, progress, workspace
from flows.cli.days import day
from tests.flows.cli.conftest import Run
from tests.warehouse.facts import key
from tests.warehouse.search_facts import story
from warehouse import spool
from warehouse.folders import Folders
from warehouse.search import index as search_index


def test_hits_in_a_pipe_are_plain_lines(wireroom: Run) -> None:
    lines = wireroom("search", "boats", "OSLO").stdout.splitlines()
    assert lines[0].split(maxsplit=1)[1].startswith("Bridge & Boats")
    assert "The Paper · 2026-02-28 · OSLO, BERGEN · AP" in lines[1]
    assert "fifty boats a day" in lines[2]
    assert lines[-1].startswith("1 article in ")
    assert "\x1b" not in "".join(lines)


def test_marks_are_coloured_on_a_terminal(wireroom: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from flows.cli import search_output

    monkeypatch.setattr(search_output, "out", Console(force_terminal=True, width=100, color_system="standard"))
    assert "\x1b[1;33mboats\x1b[0m" in wireroom("search", "boat", "fifty").stdout


def test_json_says_where_the_marks_are(wireroom: Run) -> None:
    (hit,) = [json.loads(line) for line in wireroom("search", '"fifty boats"', "--json").stdout.splitlines()]
    ((start, end),) = hit["passage"]["marks"]
    assert hit["passage"]["text"][start:end] == "fifty boats"
    assert (hit["outlet"], hit["date_published"], hit["info_source"]) == ("The Paper", "2026-02-28", "ap")


def test_csv_has_a_header_and_one_line_a_hit(wireroom: Run) -> None:
    header, *rows = csv.reader(io.StringIO(wireroom("search", "boats OR gulls", "--csv").stdout))
    assert header[0] == "article_id"
    assert len(rows) == 2


def test_over_time_prints_shares_counts_and_what_has_no_date(wireroom: Run) -> None:
    said = wireroom("search", "gulls", "--over-time", "month").stdout
    assert "2026-02  100.0% " in said
    assert "1 of 1" in said
    assert "Without a date, in no period: 1 of 1 article" in said
    rows = [
        json.loads(line) for line in wireroom("search", "gulls", "--over-time", "year", "--json").stdout.splitlines()
    ]
    assert [(row["start"], row["matches"], row["articles"], row["share"]) for row in rows] == [
        ("2026-01-01", 1, 1, 1.0),
        (None, 1, 1, 1.0),
    ]
    assert (
        wireroom("search", "gulls", "--over-time", "week", "--csv").stdout.splitlines()[1]
        == "paper,The Paper,2026-02-23,1,1,1.000000"
    )


def test_a_field_in_the_words_is_the_option_of_its_kind(wireroom: Run) -> None:
    assert "Bridge & Boats" in wireroom("search", "boats", "AND", "dateline:Oslo", "agency:ap").stdout
    assert "No dateline names a place 'Lima'" in wireroom("search", "boats dateline:Lima", code=1).stderr


def test_an_empty_answer_says_what_to_try(wireroom: Run) -> None:
    said = wireroom("search", '"no such phrase"', "--outlet", "paper").stdout
    assert "None of 2 articles" in said
    for advice in ("leave out a filter", "quotation marks", "fewer words"):
        assert advice in said
    assert "No article matches nothing" in wireroom("search", "nothing", "--over-time", "day").stdout


def test_a_word_after_a_minus_is_no_option(wireroom: Run) -> None:
    assert "Gulls" in wireroom("search", "gulls", "-boats", "-norway").stdout
    assert "Bridge" not in wireroom("search", "gulls", "-boats").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say what to look for"),
        (["fog", "--oulet", "x"], "There is no option --oulet"),
        (["fog", "--outlet", "pap"], "Did you mean paper"),
        (["fog", "--from", "2026-13"], "is no day"),
        (["fog", "--to", "yesterday"], "is no day"),
        (["fog", "AND"], "AND stands between"),
        (["fog", "--over-time", "hour"], "takes day, week, month, year"),
        (["fog", "--over-time", "week", "--collapse"], "use one of the two"),
        (["fog", "--json", "--csv"], "use one of the two"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(wireroom: Run, arguments: list[str], sentence: str) -> None:
    assert sentence in wireroom("search", *arguments, code=1).stderr


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2026", "2026-01-01", "2026-12-31"), ("2026-02", "2026-02-01", "2026-02-28"), ("2024-02", "2024-02-01", "2024-02-29"),
     ("2026-12", "2026-12-01", "2026-12-31"), ("2026-3-5", "2026-03-05", "2026-03-05"), ("9999", "9999-01-01", "9999-12-31")],
)  # fmt: skip
def test_a_month_or_a_year_is_meant_from_its_first_day_to_its_last(text: str, first: str, last: str) -> None:
    assert (str(day(text, "--from")), str(day(text, "--to", last=True))) == (first, last)


def spooled(tmp_path: Path) -> workspace.Workspace:
    made = workspace.create(tmp_path / "news")
    spool.write(made.folders, story("a", "some words"), source_id="paper", run_id=key("run"))
    return made


def test_a_run_leaves_the_index_at_the_new_reading_copy(tmp_path: Path) -> None:
    made = spooled(tmp_path)
    loading.load(made)
    assert made.folders.search.exists()
    assert search_index.feed(made.folders) == search_index.Fed(0, 0)


def test_a_run_does_not_fail_where_the_index_cannot_be_fed(tmp_path: Path) -> None:
    made = spooled(tmp_path)
    made.folders.search.write_bytes(b"spoilt " * 2000)
    told: list[progress.Event] = []
    with progress.shown(told.append):
        loading.load(made)
    assert [event.kind for event in told if event.kind in ("loaded", "warning")] == ["loaded", "warning"]
    assert "wireroom search --rebuild" in told[-1].text


def test_rebuild_makes_a_spoilt_index_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wireroom: Run) -> None:
    made = spooled(tmp_path)
    loading.load(made)
    Folders(made.folders.data).search.write_bytes(b"spoilt " * 2000)
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(made.root))
    assert "--rebuild" in wireroom("search", "words", code=1).stderr
    done = wireroom("search", "words", "--rebuild")
    assert "articles in it: 1" in done.stderr
    assert "1 article in" in done.stdout
