"""What is done with runs that nobody started in time, and with runs whose process is gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelling, Running, Scheduled

from flows.service import registering

NOW = datetime.now(UTC)


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
        id=uuid4(), deployment_id=deployment, expected_start_time=NOW - timedelta(hours=hours),
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
