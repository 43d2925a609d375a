"""`wireroom up`: what it starts, whom it lets in, what it registers, and that every way to end a run leaves a state that goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from browser import browser, installed
from conftest import Newsroom, until

from flows.service import home, noted
from flows.service.registering import AUTOMATION
from flows.workspace import create
from tests.flows.silent import Silent
from warehouse import reading_copy
from warehouse.locks import hold

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def left_behind(newsroom: Newsroom) -> str:
    """A run of the source `gull` whose process was killed with -9, and that no worker knows of."""
    deployment = until(lambda: newsroom.deployments().get("gull"), "its deployment")["id"]
    pending = {"state": {"type": "PENDING"}}
    key = str(newsroom.api.post(f"/deployments/{deployment}/create_flow_run", pending)["id"])
    port = int(newsroom.service.url.rpartition(":")[2])
    with silence(newsroom) as silent:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect.engine"],
            env={**home.environment(newsroom.workspace, port), "PREFECT__FLOW_RUN_ID": key},
            cwd=newsroom.workspace.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert silent.asked.wait(180)
            beats = {
                "event": {"name": ["prefect.flow-run.heartbeat"]},
                "any_resource": {"id": [f"prefect.flow-run.{key}"]},
            }
            until(
                lambda: newsroom.api.post("/events/filter", {"filter": beats})["events"], "its first sign of life", 120
            )
        finally:
            process.kill()
            process.wait()
    return key


def test_a_run_whose_process_is_gone_seems_to_go_on(newsroom: Newsroom, left_behind: str):
    assert newsroom.run(left_behind)["state_type"] == "RUNNING"


def test_who_does_not_log_in_is_refused(newsroom: Newsroom):
    url = f"{newsroom.service.url}/api/flow_runs/filter"
    assert requests.post(url, json={}, timeout=30).status_code == 401
    assert requests.post(url, json={}, auth=("wireroom", "guessed"), timeout=30).status_code == 401
    assert requests.post(url, json={}, auth=newsroom.api.login, timeout=30).status_code == 200
    stranger = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = requests.options(url, headers=stranger, timeout=30)
    assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", "https://elsewhere.example")


def test_it_keeps_to_its_workspace_and_to_this_machine(newsroom: Newsroom):
    secrets = newsroom.workspace.root / ".env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert len(re.findall(r"^PREFECT_SERVER_API_AUTH_STRING=wireroom:\S{32}$", secrets.read_text(), re.M)) == 1
    assert list(newsroom.home.iterdir()) == [], "nothing is put into the user's home"
    assert (newsroom.workspace.prefect_home / "prefect.db").exists()
    settings = requests.get(f"{newsroom.service.url}/api/admin/settings", auth=newsroom.api.login, timeout=30).json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["api"]["host"] == "127.0.0.1"
    assert settings["home"] == str(newsroom.workspace.prefect_home)
    assert newsroom.service.url.startswith("http://127.0.0.1:")


def test_a_second_one_says_that_one_runs(newsroom: Newsroom):
    said = newsroom.wireroom("up", code=3).stderr
    assert str(newsroom.service.pid) in said
    assert "wireroom down" in said


def test_every_source_is_registered_and_changes_are_taken_up(newsroom: Newsroom):
    there = until(lambda: len(found := newsroom.deployments()) >= 2 and found, "the deployments")
    of = there["meridian"]
    assert of["schedules"][0]["schedule"] == {"cron": "0 0 1 1 *", "timezone": "Europe/London", "day_or": True}
    assert of["parameters"] == {"source": "meridian", "polling": "due"}
    assert {"wireroom", "ingest"} <= set(of["tags"])
    assert of["global_concurrency_limit"]["limit"] == 1
    assert of["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert there["maintain"]["schedules"][0]["active"] is True
    folder = newsroom.workspace.sources
    text = (folder / "meridian.toml").read_text(encoding="utf-8")
    (folder / "tide.toml").write_text(text.replace('"0 0 1 1 *"', '"5 4 * * *"'), encoding="utf-8")
    cron = until(lambda: newsroom.deployments().get("tide"), "the new source")["schedules"][0]["schedule"]["cron"]
    assert cron == "5 4 * * *"
    (folder / "tide.toml").write_text(text.replace("name ", "paused = true\nname ", 1), encoding="utf-8")
    until(lambda: newsroom.deployments()["tide"]["schedules"][0]["active"] is False, "the pause")
    (folder / "tide.toml").write_text("nam = ", encoding="utf-8")
    time.sleep(1)
    assert "tide" in newsroom.deployments(), "a file that cannot be read takes no schedule away"
    (folder / "tide.toml").unlink()
    until(lambda: "tide" not in newsroom.deployments(), "the end of the source's schedule")
    names = [one["name"] for one in newsroom.api.post("/automations/filter", {})]
    assert names == [AUTOMATION]


def test_a_run_completes_and_the_warehouse_has_its_articles(newsroom: Newsroom):
    run = newsroom.ended(newsroom.start())
    assert run["state_type"] == "COMPLETED", newsroom.logs()
    with reading_copy.connect(newsroom.workspace.folders) as con:
        asked = "SELECT count(*), count(DISTINCT url) FROM articles WHERE source_id = 'meridian'"
        assert con.execute(asked).fetchall() == [(32 + len(newsroom.site.news),) * 2]
        asked = "SELECT flow_run_id::VARCHAR FROM runs WHERE source_id = 'meridian'"
        assert con.execute(asked).fetchall() == [(run["id"],)]


def test_the_daily_care_completes(newsroom: Newsroom):
    run = newsroom.ended(newsroom.start("maintain"))
    assert (run["state_type"], run["name"]) == ("COMPLETED", "maintain"), f"{run['state']}\n{newsroom.logs()}"
    assert newsroom.workspace.folders.search.exists()


def test_who_comes_to_a_source_that_is_held_ends_as_skipped(newsroom: Newsroom):
    with hold(newsroom.workspace.folders.source_lock("meridian"), "ingest of meridian in process 1, since a while"):
        run = newsroom.ended(newsroom.start())
    assert (run["state_type"], run["state_name"]) == ("CANCELLED", "Skipped")
    assert "in process 1" in run["state"]["message"]


def test_the_second_run_of_one_source_is_cancelled(newsroom: Newsroom):
    with silence(newsroom) as silent:
        first = newsroom.start()
        assert silent.asked.wait(180)
        second = newsroom.ended(newsroom.start())
        assert second["state_type"] == "CANCELLED"
        assert newsroom.run(first)["state_type"] == "RUNNING"
        (process,) = flow_processes(newsroom)
        newsroom.api.post(f"/flow_runs/{first}/set_state", {"state": {"type": "CANCELLING"}})
        assert newsroom.ended(first, 60)["state_type"] == "CANCELLED"
        until(lambda: process not in flow_processes(newsroom), "the end of its process", 30)
    run = newsroom.ended(newsroom.start())
    assert run["state_type"] == "COMPLETED", "the source goes on"


def test_a_flow_that_is_killed_is_seen_as_crashed_and_its_source_goes_on(newsroom: Newsroom):
    with silence(newsroom) as silent:
        key = newsroom.start()
        assert silent.asked.wait(180)
        os.kill(flow_processes(newsroom)[0], signal.SIGKILL)
        assert newsroom.ended(key, 60)["state_type"] == "CRASHED"
    assert newsroom.ended(newsroom.start())["state_type"] == "COMPLETED"


def test_a_run_that_nobody_watches_any_more_does_not_keep_its_source(newsroom: Newsroom, left_behind: str):
    """As when worker and flow are killed together with their machine: only the automation can know."""
    run = newsroom.ended(left_behind)
    assert run["state_type"] == "CRASHED"
    assert "No sign of life" in run["state"]["message"]
    assert newsroom.ended(newsroom.start("gull"))["state_type"] == "COMPLETED"


def test_deploy_registers_at_a_prefect_that_is_there_already(newsroom: Newsroom, tmp_path: Path):
    other = create(tmp_path / "other")
    text = (newsroom.workspace.sources / "gull.toml").read_text(encoding="utf-8")
    (other.sources / "tern.toml").write_text(text.replace('"0 0 1 1 *"', '"9 9 * * *"'), encoding="utf-8")
    login = ":".join(newsroom.api.login or ())
    settings = f"PREFECT_API_URL={newsroom.service.url}/api\nPREFECT_API_AUTH_STRING={{}}\n"
    theirs = replace(newsroom, workspace=other)
    (other.root / ".env").write_text(settings.format(login), encoding="utf-8")
    newsroom.api.post("/work_pools/", {"name": "theirs", "type": "process"})
    done = json.loads(theirs.wireroom("deploy", "--pool", "theirs", "--json").stdout)
    assert set(done["deployments"]) == {"tern", "maintain", "backfill", "reparse"}
    assert done["others"] == []
    found = newsroom.deployments()["tern"]
    assert found["work_pool_name"] == "theirs"
    assert found["schedules"][0]["schedule"]["cron"] == "9 9 * * *"
    assert found["job_variables"]["env"]["WIREROOM_WORKSPACE"] == str(other.root)
    third = replace(newsroom, workspace=create(tmp_path / "third"))
    (third.workspace.root / ".env").write_text(settings.format(login), encoding="utf-8")
    said = third.wireroom("deploy", "--pool", "theirs", code=1).stderr
    assert f"belongs to the workspace {other.root}" in said
    done = json.loads(third.wireroom("deploy", "--pool", "theirs", "--name", "third", "--json").stdout)
    assert set(done["deployments"]) == {"third-maintain", "third-backfill", "third-reparse"}
    assert done["others"] == []
    of = newsroom.deployments()
    assert of["maintain"]["job_variables"]["env"]["WIREROOM_WORKSPACE"] == str(other.root)
    assert of["third-maintain"]["job_variables"]["env"]["WIREROOM_WORKSPACE"] == str(third.workspace.root)
    (other.root / "sources" / "tern.toml").unlink()
    assert json.loads(theirs.wireroom("deploy", "--pool", "theirs", "--json").stdout)["others"] == ["ingest/tern"]
    assert "prefect work-pool create news" in theirs.wireroom("deploy", "--pool", "news", code=1).stderr
    (other.root / ".env").write_text(settings.format("wireroom:wrong"), encoding="utf-8")
    refused = theirs.wireroom("deploy", code=1).stderr
    assert "log-in" in refused
    assert "PREFECT_API_AUTH_STRING" in refused


def test_the_ui_shows_the_runs_and_their_artifacts(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory):
    if installed() is None:
        pytest.skip("Chromium is not installed")
    login = ":".join(newsroom.api.login or ())
    with browser(tmp_path_factory.mktemp("browser")) as page:
        page.open(f"{newsroom.service.url}/runs")
        page.until("Login")
        page.type_into("input[type=password]", login)
        assert "wireroom" in page.until("ingest meridian", "Completed", "Crashed", "Skipped")
        page.open(f"{newsroom.service.url}/artifacts")
        page.until("meridian-coverage", "meridian-rejected")
        assert page.asked() == {newsroom.service.url.removeprefix("http://")}, "the UI asks nobody else"
        page.open(newsroom.service.url)
        page.until("ingest")
        assert page.asked() == {newsroom.service.url.removeprefix("http://")}


def test_status_says_so_and_down_leaves_nothing(newsroom: Newsroom):
    assert "All is well" in newsroom.wireroom("status").stdout
    service = newsroom.service
    group = [service.pid, *service.processes.values()]
    started = time.monotonic()
    newsroom.wireroom("down")
    assert time.monotonic() - started < 30
    assert [pid for pid in group if is_alive(pid)] == []
    assert noted.running(newsroom.workspace) is None
    assert "Nothing runs here" in newsroom.wireroom("down").stdout


def silence(newsroom: Newsroom) -> Silent:
    """Publish a story that the outlet does not hand out for now."""
    story = newsroom.site.publish(datetime.now(UTC).date())
    newsroom.site.served = silent = Silent(newsroom.site.served, story.path)
    return silent


def flow_processes(newsroom: Newsroom) -> list[int]:
    worker = newsroom.service.processes["worker"]
    done = subprocess.run(["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    return [int(pid) for pid, parent, command in rows if int(parent) == worker and "flow_process" in command]


def is_alive(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and "Z" not in done.stdout
