"""The deployment `backfill` under a real worker: two outlets at once, one run a source, a kill and a rerun, wrong parameters."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from conftest import Newsroom, until
from test_up import silence

from warehouse import reading_copy
from warehouse.locks import holder, is_held

pytestmark = pytest.mark.prefect

OUTLETS = ("heron", "tern")
FIRST = "2025-01-01"


@pytest.fixture
def outlets(newsroom: Newsroom) -> Iterator[Newsroom]:
    """The newsroom with two more sources, which nothing but a backfill reads."""
    text = (newsroom.workspace.sources / "gull.toml").read_text(encoding="utf-8")
    paths = [newsroom.workspace.sources / f"{name}.toml" for name in OUTLETS]
    for path in paths:
        path.write_text("paused = true\n" + text, encoding="utf-8")
    try:
        yield newsroom
    finally:
        for path in paths:
            path.unlink()


def begun(newsroom: Newsroom, source: str, **more: Any) -> str:
    """The id of a backfill's run that was asked for at the API."""
    key = until(lambda: newsroom.deployments().get("backfill"), "the deployment of backfills")["id"]
    body = {"parameters": {"source": source, "first_day": FIRST, **more}}
    return str(newsroom.api.post(f"/deployments/{key}/create_flow_run", body)["id"])


def process_of(newsroom: Newsroom, source: str) -> int:
    """The process that holds a source."""
    lock = newsroom.workspace.folders.source_lock(source)
    until(lambda: is_held(lock) and holder(lock), f"a run of {source}", 120)
    found = re.search(r"in process (\d+)", holder(lock))
    assert found is not None
    return int(found[1])


def rows(newsroom: Newsroom, source: str) -> list[tuple[Any, ...]]:
    """All versions of a source's articles, as readers see them, without what is each source's own."""
    sql = """SELECT canonical_url, headline, body, date_published_text, dateline, content_hash, is_current
             FROM article_versions WHERE source_id = ? ORDER BY ALL"""
    with reading_copy.connect(newsroom.workspace.folders) as con:
        return con.execute(sql, [source]).fetchall()


def test_a_kill_and_a_rerun_give_the_rows_of_an_undisturbed_run(outlets: Newsroom):
    with silence(outlets) as silent:
        first = begun(outlets, "heron")
        process = process_of(outlets, "heron")
        assert silent.asked.wait(120)
        second, other = begun(outlets, "heron"), begun(outlets, "tern")
        refused = outlets.ended(second)
        process_of(outlets, "tern")
        assert outlets.run(other)["state_type"] == "RUNNING", "the past of one outlet does not keep out another's"
        os.kill(process, signal.SIGKILL)
        assert outlets.ended(first)["state_type"] == "CRASHED"
    assert (refused["state_type"], refused["state_name"]) == ("CANCELLED", "Skipped")
    assert f"backfill of heron in process {process}" in refused["state"]["message"]
    again = begun(outlets, "heron")
    assert [outlets.ended(key)["state_type"] for key in (other, again)] == ["COMPLETED", "COMPLETED"]
    assert len(rows(outlets, "heron")) >= 32
    assert rows(outlets, "heron") == rows(outlets, "tern")
    asked = outlets.api.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [other]}}})
    assert {task["name"].partition(" ")[2] for task in asked} == {"pages"}


WRONG = [
    ({"source": "herron"}, "There is no source 'herron' in "),
    ({"first_day": "2025-13-45"}, "first_day 2025-13-45 is no day: write 2026-03-01, 2026-03 or 2026."),
    ({"last_day": "soon"}, "last_day soon is no day"),
    ({"last_day": "2024"}, "first_day 2025-01-01 is later than last_day 2024-12-31."),
    ({"first_day": "2999"}, "first_day 2999-01-01 is later than today, which is "),
    ({"limit": 0}, "limit 0 is no number of pages"),
    ({"holes": True, "gone": True}, "give gone without holes"),
]


def test_what_is_wrong_with_a_parameter_is_said_in_a_sentence(outlets: Newsroom):
    keys = [begun(outlets, **{"source": "heron", **parameters}) for parameters, _ in WRONG]
    ends = [outlets.ended(key) for key in keys]
    assert [(run["state_type"], run["state_name"]) for run in ends] == [("FAILED", "Failed")] * len(WRONG)
    for run, (_, said) in zip(ends, WRONG, strict=True):
        assert said in run["state"]["message"]
        assert "Error" not in run["state"]["message"]
    logs = {"logs": {"flow_run_id": {"any_": keys}}}
    lines = until(lambda: len(found := told(outlets, logs)) >= len(WRONG) and found, "what their logs say", 60)
    assert not [line for line in lines if "Traceback" in line]


@pytest.mark.parametrize("name", ["backfill", "reparse", "heron"])
def test_a_parameter_that_there_is_not_is_refused_at_once(outlets: Newsroom, name: str):
    """A run was made of it, which crashed with a traceback."""
    key = until(lambda: outlets.deployments().get(name), f"the deployment {name}")["id"]
    address, body = f"{outlets.api.url}/api/deployments/{key}/create_flow_run", {"source": "heron", "first_day": FIRST}
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(address, json={"parameters": {**body, "first_dya": FIRST}}, auth=outlets.api.login)
    assert answer.status_code == requests.codes.conflict
    assert "'first_dya'" in answer.json()["detail"]


def told(newsroom: Newsroom, logs: dict[str, Any]) -> list[str]:
    """The lines of flow runs that are errors."""
    return [line["message"] for line in newsroom.api.post("/logs/filter", logs) if line["level"] >= 40]
