"""What is done with runs that nobody started in time, and with runs whose process is gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelling, Running, Scheduled

from flows.deployments import Deployment
from flows.service import registering, worker


class Server:
    """A Prefect that holds some runs."""

    def __init__(self, *runs: SimpleNamespace) -> None:
        self.runs = sorted(runs, key=lambda run: run.expected_start_time, reverse=True)
        self.asked: list[set[StateType]] = []
        self.set: dict[UUID, State] = {}

    async def read_flow_runs(self, flow_run_filter, **_):
        self.asked.append(set(flow_run_filter.state.type.any_))
        start = flow_run_filter.expected_start_time
        wanted = [run for run in self.runs if run.state.type in self.asked[-1]]
        return [run for run in wanted if start is None or run.expected_start_time <= start.before_]

    async def set_flow_run_state(self, key: UUID, state: State, force: bool):
        self.set[key] = state


def run(deployment: UUID, hours: float, state: State | None = None, auto: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        id=uuid4(), deployment_id=deployment, expected_start_time=datetime.now(UTC) - timedelta(hours=hours),
        state=state or Scheduled(), auto_scheduled=auto,
    )  # fmt: skip


def test_of_missed_runs_the_latest_of_each_source_is_kept():
    fog, tide = uuid4(), uuid4()
    late = [run(fog, hours) for hours in (1, 2, 3, 9)]
    others = [run(tide, 5), run(fog, -1), run(fog, 4, auto=False)]
    server = Server(*late, *others)
    assert asyncio.run(registering.drop_missed(server, "pool")) == 3
    assert set(server.set) == {one.id for one in late[1:]}
    assert {(state.type, state.name) for state in server.set.values()} == {(StateType.CANCELLED, "Missed")}


def test_what_is_to_come_is_left_alone():
    server = Server(*(run(uuid4(), hours) for hours in (0, -1, -24)))
    assert asyncio.run(registering.drop_missed(server, "pool")) == 0


def test_runs_without_a_worker_are_ended_as_what_they_were():
    going, stopping, coming = run(uuid4(), 1, Running()), run(uuid4(), 1, Cancelling()), run(uuid4(), 1)
    server = Server(going, stopping, coming)
    assert asyncio.run(registering.end_orphans(server, "pool")) == 2
    assert server.set[going.id].type == StateType.CRASHED
    assert server.set[stopping.id].type == StateType.CANCELLED
    assert coming.id not in server.set


def test_an_outlet_may_be_called_as_another_flow_is():
    held = [SimpleNamespace(id=flow, name="maintain", tags=["wireroom", flow]) for flow in ("ingest", "maintain")]
    gone: list[str] = []

    async def read_deployments(offset: int, **_: object) -> list[SimpleNamespace]:
        return held[offset : offset + 1]

    async def delete_deployment(key: str) -> None:
        gone.append(key)

    server = SimpleNamespace(read_deployments=read_deployments, delete_deployment=delete_deployment)
    assert asyncio.run(registering.forget(server, "pool", {"maintain/maintain"})) == ["ingest/maintain"]
    assert gone == ["ingest"]


def test_what_prefect_does_not_take_hinders_no_other(monkeypatch, capsys):
    made: list[str] = []

    async def register(deployments, pool):
        (one,) = deployments
        if one.cron == "0 9 * * 5L":
            raise ValueError("Invalid cron string")
        made.append(one.key)

    monkeypatch.setattr(registering, "register", register)
    odd, sound = (Deployment(name, "ingest", "flows.ingest.ingest", "", cron=cron) for name, cron in (("odd", "0 9 * * 5L"), ("sound", "0 9 * * 5")))  # fmt: skip
    asyncio.run(worker._register([odd, sound]))
    assert made == ["ingest/sound"]
    assert "ingest/odd is nothing that Prefect takes" in capsys.readouterr().out
