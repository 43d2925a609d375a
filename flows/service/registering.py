"""Registers deployments and the heartbeat automation at a Prefect server: the workspace's own, or the user's."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.automations import AutomationCore, ChangeFlowRunState, EventTrigger, Posture
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    FlowRun,
    State,
    StateType,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled, Crashed

from flows.deployments import HEARTBEAT, TAG, Deployment
from flows.service.api import Unanswered
from flows.workspace import VARIABLE as WORKSPACE

SILENT = timedelta(seconds=4 * HEARTBEAT)
"""Without a sign of life for so long a run is taken for dead; a busy machine may be late by some."""

GRACE = timedelta(seconds=60)
"""A run that is later than this was missed: by a laptop asleep, or a service that was down."""

UNAUTHORIZED = 401
REFUSED = (
    "The server refuses the log-in. Put it as PREFECT_API_AUTH_STRING=user:password (or PREFECT_API_KEY) into .env or the "
    "environment. A server that was started in the workspace's folder has read its .env, and asks for the "
    "PREFECT_SERVER_API_AUTH_STRING that stands there."
)

PAGE = 100
"""Deployments that are asked for at once."""

AUTOMATION = "wireroom: end runs that show no sign of life"
BEAT = "prefect.flow-run.heartbeat"
ENDS = frozenset({"Completed", "Failed", "Crashed", "Cancelled", "Skipped"})


async def register(deployments: Sequence[Deployment], pool: str, environment: Mapping[str, str] | None = None) -> None:
    """Make or renew the deployments in a work pool; `environment` goes to their flow runs."""
    async with get_client() as client:
        for deployment in deployments:
            await _refuse_others(client, await _of(deployment, pool, environment or {}).aapply())


async def _refuse_others(client: PrefectClient, key: UUID) -> None:
    """Let the server refuse a parameter that the flow does not have: its run would crash with a traceback of Prefect's."""
    schema = (await client.read_deployment(key)).parameter_openapi_schema
    strict = DeploymentUpdate(parameter_openapi_schema={**(schema or {}), "additionalProperties": False})
    await client.update_deployment(key, strict)


def _of(deployment: Deployment, pool: str, environment: Mapping[str, str]) -> RunnerDeployment:
    """The deployment as Prefect takes it: never more runs of it at once than its limit, and who comes then is cancelled."""
    limit = deployment.limit and ConcurrencyLimitConfig(
        limit=deployment.limit, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
    )
    schedules = []
    if deployment.cron:
        cron = CronSchedule(cron=deployment.cron, timezone=deployment.timezone)
        schedules = [DeploymentScheduleCreate(schedule=cron, active=deployment.active, slug=deployment.name)]
    made: RunnerDeployment = RunnerDeployment.from_entrypoint(
        entrypoint=deployment.entrypoint,
        name=deployment.name,
        description=deployment.description,
        parameters=deployment.parameters,
        tags=deployment.tags,
        schedules=schedules,
        concurrency_limit=limit,
        work_pool_name=pool,
        job_variables={"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT), **environment}},
    )
    return made


def deploy(deployments: Sequence[Deployment], pool: str, folder: Path) -> list[str]:
    """Register a workspace at the server that the settings name; what that holds of it besides. Raises Unanswered."""
    return asyncio.run(_deploy(deployments, pool, str(folder)))


async def _deploy(deployments: Sequence[Deployment], pool: str, folder: str) -> list[str]:
    try:
        async with get_client() as client:
            await client.read_work_pool(pool)
            owners = await _owners(client)
            wanted = {deployment.key for deployment in deployments}
            _refuse_what_is_taken({name: owners[name] for name in wanted & owners.keys()}, folder)
            await register(deployments, pool, {WORKSPACE: folder})
            await automate(client)
            return sorted(name for name, owner in owners.items() if owner == folder and name not in wanted)
    except ObjectNotFound:
        said = f"There is no work pool {pool} there. Make one with: prefect work-pool create {pool} --type process"
        raise Unanswered(said) from None
    except (httpx.HTTPError, PrefectHTTPStatusError, RuntimeError) as problem:
        if isinstance(problem, PrefectHTTPStatusError) and problem.response.status_code == UNAUTHORIZED:
            raise Unanswered(REFUSED) from None
        said = f"It was not taken ({problem}). Does the server run, and do the log-in settings fit?"
        raise Unanswered(said) from None


async def _owners(client: PrefectClient) -> dict[str, str | None]:
    """Whose each deployment of ours at a server is, by flow and name: the workspace that its runs are told, if any."""
    return {_key(one): (one.job_variables.get("env") or {}).get(WORKSPACE) for one in await _ours(client)}


async def _ours(client: PrefectClient, pool: str | None = None) -> list[DeploymentResponse]:
    """Every deployment of ours at a server, or in one of its pools."""
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    pools = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])) if pool else None
    found: list[DeploymentResponse] = []
    while page := await client.read_deployments(
        deployment_filter=tagged, work_pool_filter=pools, limit=PAGE, offset=len(found)
    ):
        found += page
    return found


def _key(deployment: DeploymentResponse) -> str:
    """Flow and name; the flow is the tag that is not ours alone."""
    flow = next((tag for tag in deployment.tags if tag != TAG), "")
    return f"{flow}/{deployment.name}"


def _refuse_what_is_taken(owners: Mapping[str, str | None], folder: str) -> None:
    """Raise Unanswered where a name is another workspace's: registering would send its runs to ours without a word."""
    for name, owner in sorted(owners.items()):
        if owner not in (None, folder):
            said = f"{name} is there already and belongs to the workspace {owner}."
            raise Unanswered(f"{said} Give yours names of its own: wireroom deploy --name desk")


async def forget(client: PrefectClient, pool: str, wanted: Collection[str]) -> list[str]:
    """Take away our deployments of a pool but those wanted, which are keys; the keys of what went."""
    gone = {_key(one): one.id for one in await _ours(client, pool) if _key(one) not in wanted}
    for found in gone.values():
        await client.delete_deployment(found)
    return sorted(gone)


async def automate(client: PrefectClient) -> None:
    """Make or renew the automation that ends runs without heartbeat: a dead one would hold its source for ever."""
    wanted = AutomationCore(
        name=AUTOMATION,
        description="A run whose process was killed stays `Running` and keeps its source's one place taken.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(
                {"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"}
            ),
            after={BEAT},
            expect={BEAT, *(f"prefect.flow-run.{end}" for end in ENDS)},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=SILENT,
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                message=f"No sign of life for {SILENT.seconds} s.",
                force=False,
            )
        ],
    )
    known = await client.read_automations_by_name(AUTOMATION)
    if known:
        await client.update_automation(known[0].id, wanted)
    else:
        await client.create_automation(wanted)


async def end_orphans(client: PrefectClient, pool: str) -> int:
    """Mark as crashed every run of the pool that seems to go on; to be called while no worker of the pool lives."""
    runs = await _runs(client, pool, StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
    for run in runs:
        message = "Its process ended together with the worker. What it had fetched is kept; the next run goes on."
        await client.set_flow_run_state(run.id, _end_of(run, message), force=True)
    return len(runs)


def _end_of(run: FlowRun, message: str) -> State[Any]:
    return Cancelled(message=message) if run.state and run.state.is_cancelling() else Crashed(message=message)


async def drop_missed(client: PrefectClient, pool: str) -> int:
    """Of several missed runs of one deployment keep the latest: one catches up as well as many. How many were dropped."""
    before = FlowRunFilterExpectedStartTime.model_validate({"before_": datetime.now(UTC) - GRACE})
    latest: set[UUID | None] = set()
    dropped = 0
    for run in await _runs(client, pool, StateType.SCHEDULED, start=before):
        if run.deployment_id in latest and run.auto_scheduled:
            message = "Missed while nothing ran here; a later run of the same source has caught up."
            await client.set_flow_run_state(run.id, Cancelled(name="Missed", message=message), force=True)
            dropped += 1
        latest.add(run.deployment_id)
    return dropped


async def _runs(
    client: PrefectClient, pool: str, *types: StateType, start: FlowRunFilterExpectedStartTime | None = None
) -> list[FlowRun]:
    """Runs of a pool in one of the states, the one expected last first."""
    found: list[FlowRun] = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))), expected_start_time=start
        ),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=200,
    )
    return found
