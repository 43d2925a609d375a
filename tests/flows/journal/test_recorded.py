"""What a flow run leaves in a real Prefect server: log lines, artifacts, events, and its id in `runs`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from flows.sample.site import serve
from flows.workspace import Workspace, create
from warehouse import reading_copy

pytestmark = pytest.mark.prefect

PASSES = """
import json, pathlib, sys, time
from prefect.testing.utilities import prefect_test_harness
from flows.workspace import find
from warehouse import reading_copy

def until(ask):
    for _ in range(300):
        if (found := ask()):
            return found
        time.sleep(0.2)
    return ask()

root = pathlib.Path(sys.argv[1])

def last_load():
    with reading_copy.connect(find(named=root).folders) as con:
        return con.execute("SELECT max(load_id) FROM loads").fetchall()[0][0]

with prefect_test_harness(server_startup_timeout=300):
    from prefect.client.orchestration import get_client
    from flows.backfill import backfill
    from flows.ingest import ingest
    from flows.reparse import reparse
    ingest("meridian", str(root), False, "usual")
    backfill("meridian", "2025-01-01", workspace=str(root))
    reparse("meridian", str(root))
    (root / "sources" / "meridian.toml").write_text(sys.argv[2])
    ended = ingest("meridian", str(root), False, "usual", return_state=True)
    with get_client(sync_client=True) as api:
        def events(name):
            asked = {"filter": {"event": {"name": [name]}, "occurred": {"since": "2020-01-01T00:00:00Z"}}}
            return api._client.post("/events/filter", json=asked).json()["events"]
        loaded = lambda: events("wireroom.loaded")
        logs = lambda: [(log.level, log.message) for log in api.read_logs()]
        until(lambda: loaded() and max(event["payload"]["last_load"] for event in loaded()) == last_load())
        until(lambda: any(" failed; " in said for _, said in logs()))
        print(json.dumps({
            "runs": [str(run.id) for run in api.read_flow_runs()],
            "artifacts": [[made.key, made.type, str(made.flow_run_id), made.data] for made in api.read_artifacts()],
            "events": loaded(),
            "state": [ended.type.value, ended.name, ended.message],
            "health": until(lambda: events("wireroom.health.failed")),
            "logs": logs(),
        }))
"""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, Any]]:
    """A workspace after a pass, a backfill, a reparse, and a pass that found nobody; and what Prefect then knew."""
    place = tmp_path_factory.mktemp("recorded")
    workspace = create(place / "news")
    with (workspace.root / ".env").open("a") as settings:
        settings.write('WIREROOM_MERIDIAN_HEADERS="Authorization: Bearer open-sesame"\n')
    with serve() as site:
        path = site.write_source(workspace.sources)
        dead = path.read_text().replace(site.base, "http://127.0.0.1:9").replace(site.base[7:], "127.0.0.1:9")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WIREROOM_"))}
        done = subprocess.run(
            [sys.executable, "-c", PASSES, str(workspace.root), dead],
            env=kept | {"PREFECT_HOME": str(place / "prefect"), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return workspace, json.loads(done.stdout.splitlines()[-1])


def asked(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with reading_copy.connect(workspace.folders) as con:
        return con.execute(sql).fetchall()


def test_runs_holds_the_id_of_the_flow_run(left):
    workspace, prefect = left
    ids = [flow_run for (flow_run,) in asked(workspace, "SELECT flow_run_id::VARCHAR FROM runs")]
    assert len(set(ids)) == 3  # a reparse that is not accepted changes nothing, and is no run of the warehouse
    assert set(ids) < set(prefect["runs"])


def test_a_run_leaves_what_came_in_what_did_not_and_coverage_under_keys_that_stay(left):
    workspace, prefect = left
    ((first,),) = asked(workspace, "SELECT flow_run_id::VARCHAR FROM runs WHERE articles > 0 AND kind = 'ingest'")
    made = {key: (kind, data) for key, kind, run, data in prefect["artifacts"] if run == first}
    assert set(made) == {"meridian-came-in", "meridian-rejected", "meridian-coverage"}
    assert {kind for kind, _ in made.values()} == {"markdown"}
    assert made["meridian-came-in"][1].count("](<http://127.0.0.1:") == 32
    assert "The page has no headline with a text below it." in made["meridian-rejected"][1]
    assert "complete" in made["meridian-coverage"][1]


def test_long_runs_show_how_far_they_are(left):
    _, prefect = left
    progress = {run: data for _, kind, run, data in prefect["artifacts"] if kind == "progress"}
    assert sorted(progress.values()) == [100.0, 100.0]
    assert len(set(progress) & set(prefect["runs"])) == 2


def test_each_load_is_an_event_of_the_source(left):
    workspace, prefect = left
    ((first, last, loads, rows),) = asked(
        workspace, "SELECT min(load_id), max(load_id), count(*), sum(rows) FROM loads"
    )
    assert {event["resource"]["prefect.resource.id"] for event in prefect["events"]} == {"wireroom.source.meridian"}
    payloads = sorted((event["payload"] for event in prefect["events"]), key=lambda payload: payload["first_load"])
    assert (payloads[0]["first_load"], payloads[-1]["last_load"]) == (first, last)
    assert [one["last_load"] + 1 for one in payloads[:-1]] == [one["first_load"] for one in payloads[1:]]
    assert sum(payload["rows"] for payload in payloads) == rows
    assert sum(payload["loads"] for payload in payloads) == loads
    assert payloads[0]["counts"]["articles"] == 32
    runs = [run for (run,) in asked(workspace, "SELECT run_id::VARCHAR FROM runs ORDER BY started_at")]
    assert [run for payload in payloads for run in payload["runs"]] == runs


def test_the_log_of_the_flow_run_says_what_happened_in_few_lines_and_no_secret(left):
    _, prefect = left
    said = [message for _, message in prefect["logs"]]
    assert any("is completed: 38 requests, 32 articles" in message for message in said)
    assert any(level >= 40 and " failed; " in message for level, message in prefect["logs"])
    assert any(level == 30 and "listings were not asked for" in message for level, message in prefect["logs"])
    assert len(said) < 60
    assert not any("listing left" in message for message in said), (
        "what shows as days on a terminal is no line of a log"
    )
    assert "open-sesame" not in json.dumps(prefect)


def test_prefect_holds_no_words_of_an_article_so_that_a_withdrawal_need_not_reach_it(left):
    workspace, prefect = left
    told = json.dumps(prefect, ensure_ascii=False)
    assert [headline for (headline,) in asked(workspace, "SELECT headline FROM articles") if headline in told] == []


def test_a_source_that_is_not_well_fails_its_run_and_tells_automations(left):
    _, found = left
    kind, name, message = found["state"]
    assert (kind, name) == ("FAILED", "Unhealthy")
    assert "2 of 2 listings could not be read" in message
    (event,) = found["health"]
    assert event["resource"]["prefect.resource.id"] == "wireroom.source.meridian"
    assert {"listings", "run"} <= set(event["payload"]["failing"])
