"""prefect.yaml: Prefect drops unknown keys in silence, so a misspelt one must fail here; the file is what `deploy` writes."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from flows import workspace
from flows.cli.verbs import app, guarded
from flows.deploy_file import text
from flows.sources import load_each

ROOT = Path(__file__).parent.parent
FILE = ROOT / "prefect.yaml"
ANY = None  # what lies below is the user's own
STRATEGIES = {"ENQUEUE", "CANCEL_NEW"}
SHAPE = {
    "name": ANY, "prefect-version": ANY, "build": ANY, "push": ANY,
    "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": ANY}}],
    "deployments": [{
        "name": ANY, "version": ANY, "tags": ANY, "description": ANY, "entrypoint": ANY, "parameters": ANY,
        "enforce_parameter_schema": ANY,
        "schedules": [{"cron": ANY, "timezone": ANY, "slug": ANY, "parameters": ANY, "active": ANY, "day_or": ANY}],
        "concurrency_limit": {"limit": ANY, "collision_strategy": ANY},
        "work_pool": {"name": ANY, "work_queue_name": ANY, "job_variables": {"env": ANY, "command": ANY, "working_dir": ANY}},
    }],
}  # fmt: skip
"""Every key that Prefect 3.8 reads at its place, of those that we use."""


def unknown(content, shape, place="") -> list[str]:
    """The keys of a file that its shape does not have, at every level."""
    if shape is ANY or content is None:
        return []
    if isinstance(shape, list):
        return [fault for item in content for fault in unknown(item, shape[0], place)]
    wrong = [f"{place}.{key}" for key in content if key not in shape]
    return wrong + [
        fault for key in content if key in shape for fault in unknown(content[key], shape[key], f"{place}.{key}")
    ]


CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
DEPLOYMENTS = CONTENT["deployments"]


def test_no_unknown_key_at_any_level():
    assert unknown(CONTENT, SHAPE) == []
    limits = [one["concurrency_limit"] for one in DEPLOYMENTS if "concurrency_limit" in one]
    assert {limit["collision_strategy"] for limit in limits} <= STRATEGIES


@pytest.mark.parametrize(
    "place", [[], ["schedules", 0], ["concurrency_limit"], ["work_pool"], ["work_pool", "job_variables"]]
)
def test_a_misspelt_key_is_found_wherever_it_stands(place):
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    there = content["deployments"][0]
    for step in place:
        there = there[step]
    there["concurency"] = 1
    assert unknown(content, SHAPE) == [".".join(["", "deployments", *(step for step in place if step), "concurency"])]


def test_it_is_what_deploy_writes_for_the_catalogue():
    sources, broken = load_each(ROOT / "sources")
    assert broken == {}
    assert FILE.read_text(encoding="utf-8") == text(sources, "wireroom"), (
        "Write it anew with the text() of flows.deploy_file"
    )


def test_every_source_has_its_own_schedule_and_time_zone():
    sources, _ = load_each(ROOT / "sources")
    of = {one["parameters"].get("source"): one for one in DEPLOYMENTS if one["entrypoint"] == "flows.ingest.ingest"}
    assert set(of) == {source.source_id for source in sources}
    for source in sources:
        (schedule,) = of[source.source_id]["schedules"]
        assert schedule["cron"] == source.schedule
        assert ZoneInfo(schedule["timezone"]) == ZoneInfo(source.timezone)
    assert {one["name"] for one in DEPLOYMENTS} - set(of) == {"maintain", "backfill", "reparse"}
    assert all({"wireroom"} < set(one["tags"]) for one in DEPLOYMENTS)


def test_the_past_of_one_source_does_not_keep_out_that_of_another():
    """The deployments by hand are there for all sources: the lock of each source keeps its own runs apart."""
    limits = {one["name"]: one.get("concurrency_limit", {}).get("limit") for one in DEPLOYMENTS}
    assert {name for name, limit in limits.items() if limit is None} == {"backfill", "reparse"}
    assert set(limits.values()) == {None, 1}


@pytest.mark.parametrize("deployment", DEPLOYMENTS[-4:], ids=lambda deployment: deployment["name"])
def test_every_entrypoint_is_a_flow_that_takes_the_parameters(deployment):
    from prefect.flows import Flow, load_flow_from_entrypoint

    assert {one["entrypoint"] for one in DEPLOYMENTS} == {one["entrypoint"] for one in DEPLOYMENTS[-4:]}
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    assert isinstance(flow, Flow)
    assert flow.name == deployment["tags"][-1]
    assert set(deployment["parameters"]) <= set(flow.parameters.properties)


def test_deploy_writes_the_workspaces_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    made = workspace.create(tmp_path / "news")
    (made.sources / "nasa.toml").write_text(
        (ROOT / "sources" / "nasa.toml").read_text().replace("schedule", "# schedule")
    )
    (made.sources / "eir.toml").write_text("paused = true\n" + (ROOT / "sources" / "eir.toml").read_text())
    monkeypatch.chdir(made.root)
    assert guarded(lambda: app(["deploy", "--write", "--pool", "mine"])) == 0
    content = yaml.safe_load((made.root / "prefect.yaml").read_text(encoding="utf-8"))
    assert unknown(content, SHAPE) == []
    assert content["pull"] == [{"prefect.deployments.steps.set_working_directory": {"directory": str(made.root)}}]
    of = {one["name"]: one for one in content["deployments"]}
    assert of["eir"]["schedules"][0]["active"] is False
    assert of["nasa"]["schedules"][0]["cron"].endswith(" * * * *"), "once an hour where the file does not say"
    assert {one["work_pool"]["name"] for one in content["deployments"]} == {"mine"}
    assert guarded(lambda: app(["deploy", "--write", "--name", "desk"])) == 0
    content = yaml.safe_load((made.root / "prefect.yaml").read_text(encoding="utf-8"))
    assert {one["name"] for one in content["deployments"]} == {f"desk-{name}" for name in of}
    assert guarded(lambda: app(["deploy", "--write", "--name", "a/b"])) == 1
    assert "/ % & < >" in capfd.readouterr().err


def test_deploy_without_a_prefect_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    monkeypatch.chdir(workspace.create(tmp_path / "news").root)
    assert guarded(lambda: app(["deploy"])) == 1
    assert "PREFECT_API_URL is not set" in capfd.readouterr().err
