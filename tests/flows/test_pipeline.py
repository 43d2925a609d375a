"""The whole road over the sample outlet: rows, second passes, locks, kills and readers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows import pipeline, progress
from flows.loading import load as load_spool
from flows.sample.site import Site, serve
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import reading_copy
from warehouse.locks import Held, hold

ROWS = "select * exclude (load_id) from articles order by url"


@pytest.fixture
def site():
    with serve() as served:
        yield served


@pytest.fixture
def workspace(tmp_path: Path, site: Site) -> Workspace:
    made = create(tmp_path / "news")
    site.write_source(made.sources)
    return made


def passed(workspace: Workspace) -> pipeline.Tally:
    return pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))


def asked(workspace: Workspace, sql: str) -> list[tuple]:
    with reading_copy.connect(workspace.folders) as connection:
        return connection.execute(sql).fetchall()


def test_a_pass_brings_every_article_and_names_the_rest(workspace: Workspace, site: Site):
    tally = passed(workspace)
    assert (tally.articles, tally.rejected, tally.failed) == (32, 1, 1)
    assert asked(workspace, "select count(*) from articles where dateline is null") == [(1,)]
    assert asked(workspace, "select distinct info_source from articles where source_tag = 'Reuters'") == [("reuters",)]
    assert asked(
        workspace, "select count(*) from articles where body ilike '%subscribe to%' or body ilike '%back to top%'"
    ) == [(0,)]
    assert dict(asked(workspace, "select coalesce(reason, outcome), count(*) from rejects group by 1")) == {
        "not_article": 1,
        "status_404": 1,
    }


def test_the_mislabelled_page_keeps_its_dash(workspace: Workspace, site: Site):
    passed(workspace)
    datelines = [
        dateline
        for (dateline,) in asked(
            workspace, "select dateline from articles where date_published < '2026-01-01' and dateline is not null"
        )
    ]
    assert any(dateline.endswith("—") for dateline in datelines)
    assert not any("\x97" in dateline for dateline in datelines)


def test_the_second_pass_is_conditional_and_only_the_correction_changes(workspace: Workspace, site: Site):
    passed(workspace)
    before = {row[3]: row for row in asked(workspace, ROWS)}
    site.correct()
    site.log.clear()
    tally = passed(workspace)
    assert (tally.fetched, tally.unchanged) == (1, 31)
    assert site.counts()[304] == 33  # 31 articles and both listings
    after = {row[3]: row for row in asked(workspace, ROWS)}
    assert [url for url in after if after[url] != before[url]] == [url for url in after if "corre" in url]
    assert asked(workspace, "select change, count(*) from changes group by 1 order by 1") == [
        ("new", 32),
        ("revised", 1),
    ]


def test_what_is_asked_for_is_each_article_listing_and_planted_failure_once(workspace: Workspace, site: Site):
    tally = passed(workspace)
    listed = {urlsplit(url).path for (url,) in asked(workspace, "select url from addresses")}
    manners = {"/robots.txt", "/.well-known/tdmrep.json"}
    listings = {"/pr/2025/index.html", "/pr/2026/index.html"}
    assert len(listed) == tally.articles + tally.rejected + tally.failed
    assert Counter(entry.path for entry in site.requests()) == Counter(listed | manners | listings)


def test_an_unchanged_second_pass_brings_no_body(workspace: Workspace, site: Site):
    first = passed(workspace)
    site.log.clear()
    second = passed(workspace)
    assert site.counts() == {304: first.articles + 2}
    assert (second.unchanged, second.fetched, second.failed) == (first.articles, 0, 0)
    assert asked(workspace, "select count(*) from fetches where outcome = 'unchanged' and payload_bytes > 0") == [(0,)]


def test_every_request_lies_in_the_archive(workspace: Workspace, site: Site):
    passed(workspace)
    missing = "select requested_url from fetches where status is not null and segment_id is null"
    assert asked(workspace, missing) == []
    assert asked(workspace, "select count(distinct role) from fetches") == [(3,)]  # article, listing, robots


def test_a_pass_says_that_it_spools_when_there_is_something_to_say(workspace: Workspace, site: Site):
    told: list[progress.Event] = []
    with progress.shown(told.append):
        passed(workspace)
    assert min(sum(event.more.values()) for event in told if event.kind == "spooled") > 0


def test_one_run_a_source(workspace: Workspace, site: Site):
    with hold(workspace.folders.source_lock("meridian"), "the test"), pytest.raises(Held, match="the test"):
        passed(workspace)


KILLED = """
import os, sys
from datetime import date, timedelta
from pathlib import Path
from flows import backfilling, pipeline
from flows.sources import load
from flows.workspace import Workspace
from warehouse import archive, spool, reading_copy

place, owner, name, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
target = {"archive": archive.Appender, "spool": spool, "copy": reading_copy}[owner]
original, calls = getattr(target, name), 0

def counted(*arguments, **named):
    global calls
    calls += 1
    if calls == count:
        os._exit(9)
    result = original(*arguments, **named)
    if calls == -count:
        os._exit(9)
    return result

setattr(target, name, counted)
pipeline.ingest(Workspace(place), load(place / "sources" / "meridian.toml"))
"""


@pytest.mark.parametrize(
    ("owner", "name", "count"),
    [("archive", "append", 1), ("archive", "append", 9), ("archive", "append", 30), ("archive", "append", -12),
     ("archive", "sync", 1), ("archive", "sync", 3), ("spool", "write", 1), ("spool", "write", 2), ("spool", "write", -3),
     ("copy", "publish", 1), ("copy", "publish", -1)],
)  # fmt: skip
def test_a_kill_loses_nothing_and_no_page_is_fetched_twice(
    workspace: Workspace, site: Site, owner: str, name: str, count: int
):
    command = [sys.executable, "-c", KILLED, workspace.root, owner, name, count]
    done = subprocess.run([str(part) for part in command], timeout=60, capture_output=True, text=True)
    assert done.returncode in (0, 9) if count < 0 else done.returncode == 9, done.stderr
    source = (workspace.sources / "meridian.toml").read_text().replace('ages = ["0s"]', "ages = []")
    (workspace.sources / "meridian.toml").write_text(source)  # no revisits, so that a second request is a loss
    passed(workspace)
    requests = Counter(entry.path for entry in site.requests() if "_" in entry.path and entry.status == 200)
    in_flight = (owner, name) == ("archive", "append") and count > 0  # fetched, but its record was never complete
    assert sum(requests.values()) - len(requests) <= in_flight
    assert asked(workspace, "select count(*), count(distinct url) from articles") == [(32, 32)]
    assert asked(workspace, "select count(*) from addresses where url_key not in (select url_key from fetches)") == [
        (0,)
    ]


@pytest.mark.parametrize("kind", ["ingest", "backfill"])
def test_a_run_that_is_killed_before_it_has_found_anything_is_known(workspace: Workspace, site: Site, kind: str):
    runs = {
        "ingest": "pipeline.ingest(",
        "backfill": "backfilling.backfill(order=backfilling.Order(date.today() - timedelta(30), date.today()), ",
    }
    code = KILLED.replace("pipeline.ingest(", runs[kind]).replace(
        "Workspace(place), load(", "workspace=Workspace(place), source=load("
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace.root), "archive", "append", "1"], timeout=60, check=False
    )
    assert done.returncode == 9
    load_spool(workspace, publish_now=True)
    assert asked(workspace, "select kind, state, ended_at from runs") == [(kind, "running", None)]


def test_readers_are_answered_while_a_run_is_loading(workspace: Workspace, site: Site):
    passed(workspace)
    site.correct()
    stop, answers, errors = threading.Event(), [], []

    def read() -> None:
        while not stop.is_set():
            try:
                answers.append(asked(workspace, "select source_tag, count(*) from articles group by all"))
            except Exception as error:  # noqa: BLE001  (whatever a reader may meet)
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    passed(workspace)
    stop.set()
    reader.join()
    assert len(answers) > 3
    assert errors == []


def test_the_plain_command_never_imports_prefect(workspace: Workspace, site: Site):
    code = "import sys; sys.argv = ['wireroom', 'ingest', 'meridian']\nfrom flows.cli.app import app, guarded\nimport flows.cli.verbs\n"
    code += "code = guarded(app)\nassert 'prefect' not in sys.modules\nsys.exit(code)"
    done = subprocess.run([sys.executable, "-c", code], cwd=workspace.root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "not recorded in Prefect" in done.stderr
    assert "32 articles" in done.stdout


def test_a_dead_listing_is_said_and_has_its_exit_code(workspace: Workspace, site: Site):
    source = workspace.sources / "meridian.toml"
    source.write_text(source.read_text().replace("/index.html", "/nowhere.html"))
    wireroom = Path(sys.executable).with_name("wireroom")
    done = subprocess.run(
        [wireroom, "ingest", "meridian"], cwd=workspace.root, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 4
    assert "could not be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_parser_makes_no_version_of_an_unchanged_page(workspace: Workspace, site: Site):
    passed(workspace)
    source = workspace.sources / "meridian.toml"
    source.write_text(source.read_text().replace('"clear"]', '"clear", "Night"]'))
    site.correct()
    passed(workspace)
    assert asked(workspace, "select change, count(*) from changes where change <> 'new' group by 1 order by 1") == [
        ("revised", 1)
    ]
