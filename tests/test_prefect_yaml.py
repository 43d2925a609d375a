"""prefect.yaml: Prefect drops unknown keys in silence, so a misspelt one must fail here."""

from __future__ import annotations

import importlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

FILE = Path(__file__).parent.parent / "prefect.yaml"
KEYS = {
    "": {"name", "prefect-version", "build", "push", "pull", "deployments", "definitions"},
    "deployment": {
        "name", "version", "tags", "description", "schedules", "concurrency_limit", "entrypoint", "parameters",
        "work_pool", "enforce_parameter_schema", "job_variables",
    },
    "schedule": {"cron", "timezone", "slug", "parameters", "active", "day_or", "max_scheduled_runs"},
    "concurrency_limit": {"limit", "collision_strategy"},
    "work_pool": {"name", "work_queue_name", "job_variables"},
}  # fmt: skip
DEPLOYMENTS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["deployments"]


def test_no_unknown_key():
    assert set(yaml.safe_load(FILE.read_text(encoding="utf-8"))) <= KEYS[""]
    for deployment in DEPLOYMENTS:
        assert set(deployment) <= KEYS["deployment"]
        assert set(deployment["concurrency_limit"]) <= KEYS["concurrency_limit"]
        assert set(deployment["work_pool"]) <= KEYS["work_pool"]
        for schedule in deployment["schedules"]:
            assert set(schedule) <= KEYS["schedule"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_entrypoint_is_a_flow_that_takes_the_parameters(deployment):
    from prefect import Flow

    module, _, name = deployment["entrypoint"].rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    assert isinstance(flow, Flow)
    assert set(deployment["parameters"]) <= set(flow.parameters.properties)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_schedules_are_those_of_the_source_file(deployment):
    from flows.sources import load

    source = load(FILE.parent / "sources" / f"{deployment['parameters']['source']}.toml")
    (schedule,) = deployment["schedules"]
    assert schedule["cron"] == source.schedule
    assert ZoneInfo(schedule["timezone"]) == ZoneInfo(source.timezone)
