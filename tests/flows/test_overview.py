"""The front door: what is well, what needs the user and which command comes next."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from flows import overview as front
from flows.cli import status
from flows.cli.verbs import app, guarded
from flows.overview import overview, sizes
from flows.sample.warehouse import MORNING, build
from flows.service import noted
from flows.service.api import Api, Unanswered
from flows.sources import SourceDefinition, load
from flows.standing import standing
from flows.workspace import Workspace
from warehouse.health import Verdict
from warehouse.locks import hold

NOW = datetime.fromisoformat("2026-11-03T12:00")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("overview") / "news"
    build(root)
    return Workspace(root)


@pytest.fixture(autouse=True)
def found_unwell(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    """What health says, which has tests of its own."""
    said: list[Verdict] = []
    monkeypatch.setattr("warehouse.health.verdicts", lambda con, source_id=None, moment=None: said)
    return said


@pytest.fixture
def source(made: Workspace) -> SourceDefinition:
    return load(made.sources / "meridian.toml")


def stands(state: str | None = "completed", **more: Any) -> dict[str, Any]:
    return {"source": "meridian", "articles": 32, "rejected": 0, "last_run": MORNING, "state": state, **more}


def commands(found: front.Overview) -> list[str]:
    return [trouble.command for trouble in found.troubles]


def test_all_is_well_and_nothing_runs(made: Workspace, source: SourceDefinition):
    found = overview(made, [source], [stands()], NOW)
    assert found.troubles == []
    assert found.service is None
    assert found.sizes == sizes(made)
    assert found.sizes["archive"] > 1000


@pytest.mark.parametrize(
    ("state", "said", "command"),
    [
        ("failed", "failed", "wireroom ingest meridian"),
        ("interrupted: go on with wireroom ingest meridian", "was interrupted", "wireroom ingest meridian"),
        (
            "interrupted: go on with wireroom backfill meridian --from … --to …",
            "was interrupted",
            "wireroom backfill meridian --from … --to …",
        ),
        ("failing: 1 of 1 listing could not be read", "1 of 1 listing", "wireroom status meridian"),
    ],
)
def test_a_run_that_did_not_end_well_is_named(
    made: Workspace, source: SourceDefinition, state: str, said: str, command: str
):
    found = overview(made, [source], [stands(state)], NOW)
    assert commands(found) == [command]
    assert said in found.troubles[0].what


def test_a_pass_that_was_stopped_needs_nobody_and_status_says_when_it_goes_on(
    made: Workspace, source: SourceDefinition, monkeypatch: pytest.MonkeyPatch
):
    found = overview(made, [source], [stands("cancelled")], NOW)
    assert (found.troubles, found.stopped) == ([], ["meridian"])
    assert "it goes on by itself once wireroom up runs again, or now: wireroom ingest meridian" in status._goes_on(
        "meridian", found
    )
    coming = front.Pass("meridian", datetime(2026, 11, 29, 22, 40))
    found = replace(found, service=service(), following=[coming])
    assert "goes on by itself at 22:40 UTC" in status._goes_on("meridian", found)


@pytest.mark.parametrize("later", ["running", "completed"])
def test_a_backfill_without_end_is_named_until_one_ends_also_after_a_pass(later: str):
    command = "wireroom backfill meridian --from 2026-01-01 --to 2026-01-31"
    last = {"meridian": ("ingest", later == "running", command)}
    found = list(front._of_runs([stands()], last, set(), set()))
    assert [one.command for one in found] == [command] * (later == "running")


def test_a_backfill_that_failed_is_gone_on_with_as_a_backfill():
    (found,) = front._of_runs([stands("failed")], {"meridian": ("backfill", False, None)}, set(), set())
    assert found.command == "wireroom backfill meridian --from … --to …"


def test_which_backfill_has_no_end_is_read_from_the_runs():
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE runs (source_id VARCHAR, kind VARCHAR, state VARCHAR, started_at TIMESTAMP, message VARCHAR)"
    )
    rows = [
        ("a", "backfill", "interrupted", 1, "W"),
        ("a", "ingest", "completed", 2, None),
        ("b", "backfill", "running", 1, "W"),
    ]
    rows += [("b", "backfill", "completed", 2, None), ("c", "ingest", "completed", 1, None)]
    con.executemany("INSERT INTO runs VALUES (?, ?, ?, make_timestamp(?), ?)", rows)
    found = {name: (kind, bool(is_open)) for name, kind, is_open, _ in con.execute(front.LAST_RUNS).fetchall()}
    assert found == {"a": ("ingest", True), "b": ("backfill", False), "c": ("ingest", False)}


@pytest.mark.parametrize("state", ["paused", "running", None, "completed"])
def test_what_is_as_it_should_be_is_no_trouble(made: Workspace, source: SourceDefinition, state: str | None):
    assert overview(made, [source], [stands(state)], NOW).troubles == []


def test_an_up_that_was_killed_is_named(made: Workspace, source: SourceDefinition):
    noted.write(made, service())
    try:
        assert commands(overview(made, [source], [stands()], NOW)) == ["wireroom up --detach"]
    finally:
        noted.clear(made)


def test_a_source_that_is_not_well_is_named_once_and_in_the_words_of_health(
    made: Workspace, source: SourceDefinition, found_unwell: list[Verdict]
):
    found_unwell += [
        Verdict("meridian", "silence", "failing", "Nothing came for six days.", "6 days", "4 days or less", None),
        Verdict("meridian", "layout", "ok", "As ever.", "", "", None),
        Verdict("gone", "silence", "failing", "Its file is no more.", "", "", None),
    ]
    found = overview(made, [source], [stands("failing: 1 of 1 listings could not be read")], NOW)
    assert [(one.what, one.command) for one in found.troubles] == [
        ("meridian: Nothing came for six days.", "wireroom health meridian")
    ]
    advised = "None of 9 pages was one. wireroom sources check meridian shows what comes of a few."
    found_unwell[:] = [Verdict("meridian", "rejected", "failing", advised, "", "", None)]
    assert commands(overview(made, [source], [stands()], NOW)) == ["wireroom sources check meridian"]


def service(**restarts: int) -> noted.Service:
    return noted.Service(os.getpid(), "2026-11-03T08:00:00", "http://127.0.0.1:1", "running", {}, restarts)


@pytest.fixture
def up(made: Workspace, monkeypatch: pytest.MonkeyPatch):
    """An `up` that answers what the test puts into the list."""
    answers: list[dict[str, Any]] = []
    monkeypatch.setattr(Api, "post", lambda self, path, body: answers)
    noted.write(made, service(worker=4, server=0))
    with hold(noted.lock(made), "wireroom up in this test"):
        yield answers
    noted.clear(made)


def run(state: str, moment: str, source: str = "meridian") -> dict[str, Any]:
    parameters = {"source": source}
    start = moment if state == "RUNNING" else None
    return {
        "name": "x",
        "parameters": parameters,
        "state_type": state,
        "start_time": start,
        "expected_start_time": moment,
    }


def test_what_runs_what_is_next_and_what_is_late(made: Workspace, source: SourceDefinition, up: list[dict[str, Any]]):
    up += [run("SCHEDULED", "2026-11-03T11:00:00Z"), run("SCHEDULED", "2026-11-03T12:30:00+00:00")]
    up += [run("RUNNING", "2026-11-03T11:59:00Z", "tide"), run("SCHEDULED", "2026-11-03T10:00:00Z", "gone")]
    found = overview(made, [source], [stands()], NOW)
    assert [(one.source, f"{one.at:%H:%M}") for one in found.running] == [("tide", "11:59")]
    assert [(one.source, f"{one.at:%H:%M}") for one in found.late] == [("meridian", "11:00")]
    assert [one.source for one in found.following] == ["meridian"]
    assert [trouble.command.partition(" ")[0] for trouble in found.troubles] == ["tail"], (
        "the worker was restarted often"
    )
    del up[2]
    assert commands(overview(made, [source], [stands()], NOW))[-1] == "wireroom down; wireroom up", "nothing runs"


def test_a_server_that_does_not_answer_is_named(made: Workspace, source: SourceDefinition, up: list, monkeypatch):
    def silent(self, path, body):
        raise Unanswered("nothing came")

    monkeypatch.setattr(Api, "post", silent)
    assert "wireroom down; wireroom up" in commands(overview(made, [source], [stands()], NOW))


def test_a_server_that_is_being_started_again_is_waited_for(
    made: Workspace, source: SourceDefinition, up: list, monkeypatch
):
    monkeypatch.undo()
    found = overview(made, [source], [stands()], NOW)  # nobody listens at port 1
    (said,) = [one for one in found.troubles if "server" in one.what]
    assert "is being started again" in said.what
    assert "HTTP" not in said.what
    assert said.command == "wireroom status"


def test_a_disk_that_is_nearly_full_is_named(
    made: Workspace, source: SourceDefinition, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(front, "SCARCE", 10**18)
    assert commands(overview(made, [source], [stands()], NOW)) == [f"df -h {made.folders.data}"]


def test_what_an_earlier_parser_has_read_is_counted(
    made: Workspace, source: SourceDefinition, monkeypatch: pytest.MonkeyPatch
):
    assert overview(made, [source], [stands()], NOW).older == {}
    another = replace(source, profile=replace(source.profile, furniture=("Something else",)))
    assert overview(made, [another], [stands()], NOW).older == {
        "meridian": 34
    }  # with the reject, and both states of one


def test_the_command_fits_eighty_columns_and_its_exit_code_says_whether_all_is_well(
    made: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(made.root)
    assert guarded(lambda: app(["status"])) == 0
    said = capsys.readouterr().out
    assert said.startswith("✓ All is well: 1 source, 32 articles.")
    assert all(word in said for word in ("Service", "Sizes", "wireroom up"))
    assert guarded(lambda: app(["status", "--json"])) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    noted.write(made, service())
    try:
        assert guarded(lambda: app(["status"])) == 1
        assert "✗ 1 thing needs you" in capsys.readouterr().out
        assert guarded(lambda: app(["status", "--json"])) == 1
        assert json.loads(capsys.readouterr().out)["troubles"][0]["command"] == "wireroom up --detach"
    finally:
        noted.clear(made)


def test_articles_of_a_source_whose_file_is_broken_are_counted_all_the_same(made: Workspace, capsys, monkeypatch):
    monkeypatch.chdir(made.root)
    path = made.sources / "meridian.toml"
    sound = path.read_text(encoding="utf-8")
    path.write_text("name = ", encoding="utf-8")
    try:
        assert guarded(lambda: app(["status"])) == 1
    finally:
        path.write_text(sound, encoding="utf-8")
    said = capsys.readouterr().out
    assert "(1 source, 32 articles)" in said
    assert "file cannot be read" in said


@pytest.mark.parametrize(
    ("last_run", "rejected", "command"),
    [
        (None, 0, "wireroom ingest meridian"),
        (MORNING, 0, "wireroom backfill"),
        (MORNING, 3, "wireroom sources check meridian"),
    ],
)
def test_where_nothing_has_come_yet_the_next_command_is_said(
    last_run: datetime | None, rejected: int, command: str, capsys
):
    status._print_verdict(front.Overview(), [stands(articles=0, rejected=rejected) | {"last_run": last_run}])
    said = capsys.readouterr().out
    assert "no article has come yet" in said.lower()
    assert ("Of 3 pages read of meridian, none was an article" in said) is bool(rejected)
    assert f"→ {command}" in said


def test_of_an_archive_that_has_ended_the_next_command_reaches_its_last_days(source: SourceDefinition, capsys):
    ended = [replace(spec, last_day=date(2026, 3, 31)) for spec in source.finders]
    one = replace(source, finders=tuple(ended))
    status._print_verdict(front.Overview(), [stands(articles=0)], [one])
    assert "→ wireroom backfill meridian --from 2026-01 --to 2026-03-31" in " ".join(capsys.readouterr().out.split())


def test_a_run_that_was_killed_in_the_minute_of_the_last_one_is_told_of(made: Workspace, source: SourceDefinition):
    lock = made.folders.source_lock("meridian")
    before = standing(made, source)
    command = "wireroom backfill meridian --from 2026-01-01 --to 2026-01-31"
    with hold(lock, f"backfill of meridian in process 1, since {before['last_run']:%Y-%m-%d %H:%M} UTC: {command}"):
        said = lock.read_text(encoding="utf-8")
    assert standing(made, source)["state"] == before["state"]
    lock.write_text(said, encoding="utf-8")  # as one leaves it that was killed
    try:
        assert standing(made, source)["state"] == f"interrupted: go on with {command}"
    finally:
        lock.write_text("", encoding="utf-8")


def test_where_the_first_pass_is_under_way_or_comes_by_itself_no_command_is_needed(capsys):
    for found in (
        front.Overview(running=[front.Pass("meridian", NOW)]),
        front.Overview(service=service(), following=[front.Pass("meridian", NOW)]),
    ):
        status._print_verdict(found, [stands(articles=0)])
        said = capsys.readouterr().out
        assert "no article has come yet" in said
        assert "meridian" in said
        assert "→" not in said


def test_eighty_columns_have_room_for_last_run_and_state(capsys, monkeypatch: pytest.MonkeyPatch):
    state = "interrupted: go on with wireroom ingest meridian"
    row = stands(state) | {"due_now": 1, "waiting": 2, "rejected": 3, "failed": 0, "gone": 4, "in_spool": 0}
    for width in (80, 40):
        monkeypatch.setattr(status, "out", console := Console(width=width, force_terminal=True, color_system=None))
        monkeypatch.setattr("flows.cli.tables.out", console)
        status._print_sources(Path("news"), [row])
        said = capsys.readouterr().out
        assert f"{MORNING:%m-%d %H:%M}" in said
        assert state in " ".join(said.split())
        assert "…" not in said
        assert ("failed" in said, "gone" in said) == (False, True)


def test_a_warehouse_that_an_earlier_version_made_is_said_to_be_one(
    made: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(made.root)
    monkeypatch.setattr("flows.standing.COUNTS", "SELECT a_column_of_today, $source_id, $first_day FROM runs")
    assert guarded(lambda: app(["status"])) == 1
    assert "wireroom load" in capsys.readouterr().err
