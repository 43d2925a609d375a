"""Writes prefect.yaml: the deployments for people who already have Prefect, one a source and those of the care."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.deployments import HEARTBEAT, Deployment, everything
from flows.sources import SourceDefinition
from flows.workspace import VARIABLE

HEAD = """\
# For people who already have Prefect; written by `wireroom deploy --write` from sources/, so change those instead.
# Wireroom must be installed where the worker runs{where}.
# `wireroom deploy` registers all of it at PREFECT_API_URL, with the automation that ends dead runs; so does, but for the
# automation, `prefect deploy --all`. Both need the work pool: `prefect work-pool create {pool} --type process`.
"""
SET_FOLDER = "prefect.deployments.steps.set_working_directory"


def text(sources: Iterable[SourceDefinition], pool: str, folder: Path | None = None, named: str = "") -> str:
    """The file for these sources; `folder` is the workspace where the worker runs, which WIREROOM_WORKSPACE names else."""
    import yaml

    where = "" if folder else ",\n# and WIREROOM_WORKSPACE must name the workspace there"
    content = {
        "name": "wireroom",
        "prefect-version": version("prefect"),
        "pull": [{SET_FOLDER: {"directory": str(folder)}}] if folder else None,
        "deployments": [_entry(deployment, pool, folder) for deployment in everything(sources, named)],
    }
    body: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return f"{HEAD.format(where=where, pool=pool)}\n{body}"


def _entry(deployment: Deployment, pool: str, folder: Path | None) -> dict[str, Any]:
    """One deployment as Prefect's file has it."""
    entry: dict[str, Any] = {
        "name": deployment.name,
        "entrypoint": deployment.entrypoint,
        "description": deployment.description,
        "tags": deployment.tags,
        "parameters": dict(deployment.parameters),
    }
    entry["schedules"] = []
    if deployment.cron:
        schedule = {"cron": deployment.cron, "timezone": deployment.timezone, "slug": deployment.name}
        entry["schedules"] = [schedule if deployment.active else {**schedule, "active": False}]
    if deployment.limit:
        entry["concurrency_limit"] = {"limit": deployment.limit, "collision_strategy": "CANCEL_NEW"}
    environment = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT), **({VARIABLE: str(folder)} if folder else {})}
    entry["work_pool"] = {"name": pool, "job_variables": {"env": environment}}
    return entry
