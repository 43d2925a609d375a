"""The log: one line an event with source, run and address, no body and no secret, for any number of writers at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from flows import pipeline, progress
from flows.journal import logs
from flows.progress import Event
from flows.sample.site import Site, source_text
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import reading_copy

WIREROOM = Path(sys.executable).with_name("wireroom")


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory, site: Site) -> tuple[Workspace, list[dict]]:
    """A workspace after one pass, and the lines of its log."""
    made = create(tmp_path_factory.mktemp("logs") / "news")
    site.write_source(made.sources)
    pipeline.ingest(made, load(made.sources / "meridian.toml"))
    return made, lines(made.folders.logs / logs.NAME)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_names_time_level_event_source_and_run(news):
    workspace, said = news
    with reading_copy.connect(workspace.folders) as con:
        ((run,),) = con.execute("SELECT run_id::VARCHAR FROM runs").fetchall()
    assert {line["source"] for line in said} == {"meridian"}
    assert {line["run"] for line in said} == {run}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in said)
    assert {line["level"] for line in said} <= {"debug", "info", "warning", "error"}
    events = [line["event"] for line in said]
    assert events[0] == "begun"
    assert events[-3:] == ["ended", "loaded", "visible"]
    assert said == sorted(said, key=lambda line: datetime.fromisoformat(line["time"]))


def test_every_request_and_every_reading_has_a_line_with_its_address_and_what_came_of_it(news):
    workspace, said = news
    with reading_copy.connect(workspace.folders) as con:
        fetched = con.execute("SELECT requested_url, outcome, status FROM fetches WHERE role = 'article'").fetchall()
        rejected = con.execute("SELECT url, reason FROM rejects WHERE outcome = 'rejected'").fetchall()
    pages = [(line["url"], line["outcome"], line["status"]) for line in said if line["event"] == "page"]
    assert sorted(pages) == sorted(fetched)
    assert [(line["url"], line["reason"]) for line in said if line.get("outcome") == "rejected"] == rejected
    assert {line["outcome"] for line in said if line["event"] == "unit"} == {"fetched"}
    assert all("index.html" in line["url"] for line in said if line["event"] == "unit")


def test_no_line_carries_a_body(news):
    workspace, _ = news
    with reading_copy.connect(workspace.folders) as con:
        (body,) = con.execute("SELECT body FROM articles ORDER BY word_count DESC").fetchall()[0]
    text = (workspace.folders.logs / logs.NAME).read_text(encoding="utf-8")
    assert not [part for part in body.split("\n") if len(part) > 40 and part in text]
    assert max(map(len, text.splitlines())) < 1_500


def test_the_end_says_what_the_run_counted_and_what_readers_now_see(news):
    workspace, said = news
    ended, visible = (next(line for line in said if line["event"] == name) for name in ("ended", "visible"))
    assert (ended["outcome"], ended["articles"], ended["rejected"], ended["failed"]) == ("completed", 32, 1, 1)
    with reading_copy.connect(workspace.folders) as con:
        loads = con.execute("SELECT min(load_id), max(load_id), count(*), sum(rows) FROM loads").fetchall()
    assert [(visible["first_load"], visible["last_load"], visible["loads"], visible["rows"])] == loads


def test_a_run_that_fails_says_so_as_an_error(tmp_path: Path):
    made = create(tmp_path / "news")
    source = made.sources / "meridian.toml"
    source.write_text(source_text("http://127.0.0.1:9"))  # nobody answers there
    pipeline.ingest(made, load(source))
    said = lines(made.folders.logs / logs.NAME)
    (failed,) = [line for line in said if line["level"] == "error"]
    assert (failed["event"], failed["outcome"], failed["source"]) == ("failed", "failed", "meridian")
    (warning,) = [line["text"] for line in said if line["level"] == "warning"]
    assert warning.startswith("2 listings were not asked for: robots.txt of 127.0.0.1:9 cannot be reached")


def test_under_log_json_standard_error_is_the_log_and_nothing_else(tmp_path: Path, site: Site):
    made = create(tmp_path / "news")
    site.write_source(made.sources)
    with (made.root / ".env").open("a") as settings:
        settings.write('WIREROOM_MERIDIAN_HEADERS="Authorization: Bearer open-sesame"\n')
    done = wireroom(made, "--log-json", "ingest", "meridian")
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in said].count("page") == 34
    assert "ended" in {line["event"] for line in said}
    assert "32 articles" in done.stdout
    assert "open-sesame" not in done.stderr + (made.folders.logs / logs.NAME).read_text()
    refused = wireroom(made, "--log-json", "ingest", "nothing", code=1)
    (line,) = [json.loads(line) for line in refused.stderr.splitlines()]
    assert (line["level"], line["event"]) == ("error", "failed")
    assert "no source 'nothing'" in line["text"]


def test_the_variable_does_what_the_option_does(tmp_path: Path):
    made = create(tmp_path / "news")
    done = wireroom(made, "ingest", "nothing", code=1, WIREROOM_LOG_JSON="1")
    assert json.loads(done.stderr)["level"] == "error"


def wireroom(workspace: Workspace, *words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [WIREROOM, *words], cwd=workspace.root, env=os.environ | more, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_secret_in_an_address_or_a_sentence_is_masked(tmp_path: Path):
    made = create(tmp_path / "news")
    (made.root / ".env").write_text("WIREROOM_TOWN_HEADERS='X-Reader: reader-4711'\n")
    with logs.kept(made), progress.about("town", "run-1"):
        progress.tell(Event("page", "", url="https://ann:pw77@town.example/a?token=t0k3n", outcome="fetched"))
        progress.tell(Event("warning", "The server said: reader-4711 is unknown", reason="reader-4711"))
        progress.tell(Event("page", "", more={"message": "It leads to https://town.example/?sid=t0k3n", "status": 302}))
    text = (made.folders.logs / logs.NAME).read_text()
    assert not [secret for secret in ("pw77", "t0k3n", "reader-4711") if secret in text]


def test_an_event_of_many_lines_is_one_line_and_a_long_one_is_cut(tmp_path: Path):
    made = create(tmp_path / "news")
    with logs.kept(made):
        progress.tell(Event("warning", 'first\n{"level": "forged"}\nthird\x1b[31m'))
        progress.tell(Event("read", "x" * 100_000, url="https://town.example/" + "y" * 100_000))
    forged, long = lines(made.folders.logs / logs.NAME)
    assert forged["level"] == "warning"
    assert len(long["text"]) == len(long["url"]) == logs.LONGEST


def test_the_log_is_written_once_however_often_it_is_asked_for(tmp_path: Path):
    made = create(tmp_path / "news")
    with logs.kept(made), logs.kept(made):
        progress.tell(Event("note", "once"))
    assert [line["text"] for line in lines(made.folders.logs / logs.NAME)] == ["once"]


def test_full_files_are_put_aside_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "LARGEST", 1_000)
    file = logs.File(tmp_path / "logs" / logs.NAME)
    for number in range(500):
        file.write(f"{number:04} " + "x" * 95)
    aside = sorted(logs.put_aside(file.path), key=lambda path: int(path.suffix[1:]))
    assert [path.name for path in aside] == [f"{logs.NAME}.{number}" for number in range(1, logs.KEPT + 1)]
    kept = "".join(path.read_text() for path in [*reversed(aside), file.path] if path.exists())
    numbers = [int(line[:4]) for line in kept.splitlines()]
    assert numbers == list(range(numbers[0], 500))
    assert max(path.stat().st_size for path in aside) < 1_200


def test_many_writers_lose_no_line_while_files_are_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "LARGEST", 20_000)
    path = tmp_path / logs.NAME

    def write(writer: int) -> None:
        file = logs.File(path)
        for number in range(200):
            file.write(json.dumps({"writer": writer, "number": number}))

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(write, range(8)))
    found = [line for file in [path, *logs.put_aside(path)] if file.exists() for line in lines(file)]
    assert sorted((line["writer"], line["number"]) for line in found) == [(w, n) for w in range(8) for n in range(200)]


def test_a_log_that_cannot_be_written_hinders_no_run(tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]):
    made = create(tmp_path / "news")
    made.folders.logs.rmdir()
    made.folders.logs.write_text("a file where the folder should be")
    site.write_source(made.sources)
    assert pipeline.ingest(made, load(made.sources / "meridian.toml")).articles == 32
    said = capsys.readouterr().err
    assert said.count("cannot be written") == 1
    assert "The run goes on." in said
