"""The worker of a workspace: keeps the schedules of its sources registered, and starts a process for each flow run.

python -m flows.service.worker SUPERVISOR AT_ONCE     settings come from the environment that home.py makes
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from flows.service.bound import end_with

if __name__ == "__main__":
    end_with(int(sys.argv[1]), group=True)  # before the imports, which take a second or more

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, PrefectHTTPStatusError
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker

from flows.deployments import Deployment, everything
from flows.service import registering
from flows.service.home import POOL
from flows.sources import load_each
from flows.workspace import Workspace, find

REGISTERING = 10.0
"""Seconds between two looks at sources/."""

WINDING_DOWN = 8.0
"""Seconds that flow runs have to end when the worker is told to."""


class Job(ProcessJobConfiguration):
    """How a flow run is started: in a process that is bound to this one."""

    def prepare_for_flow_run(self, *arguments: Any, **more: Any) -> None:
        """As Prefect does it, with our command."""
        self.command = shlex.join([sys.executable, "-P", "-m", "flows.service.flow_process", str(os.getpid())])
        super().prepare_for_flow_run(*arguments, **more)


class Worker(ProcessWorker):
    """Prefect's process worker, which drops missed runs before it looks for work, and takes none once it is stopping."""

    type = "wireroom"
    job_configuration = Job
    _display_name = "Wireroom"
    _description = "The runs of one workspace, started by wireroom up."
    stopping = False

    async def get_and_submit_flow_runs(self) -> list[Any]:
        """The runs that were taken up."""
        if self.stopping:
            return []
        await registering.drop_missed(self.client, POOL)
        return await super().get_and_submit_flow_runs()

    @property
    def runs(self) -> int:
        """How many are under way."""
        return int(self.limiter.borrowed_tokens) if self._limiter else 0


async def work(workspace: Workspace, at_once: int) -> None:
    """Work until a signal; ends this process."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with get_client() as client:
        await _make_pool(client)
        ended = await registering.end_orphans(client, POOL)
        if ended:
            print(f"{ended} runs of a worker that was killed are marked as crashed.", flush=True)
        await registering.automate(client)
        worker = Worker(POOL, name="wireroom", limit=at_once)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_registered(client, workspace))
            tasks.create_task(worker.start())
            tasks.create_task(_end_on(stop, worker))


async def _make_pool(client: PrefectClient) -> None:
    """The work pool that only the workers of `up` serve."""
    template = Worker.get_default_base_job_template()
    try:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=Worker.type, base_job_template=template))
    except ObjectAlreadyExists:
        return


async def keep_registered(client: PrefectClient, workspace: Workspace) -> None:
    """Register what sources/ holds, now and whenever it changes; a file that cannot be read changes nothing."""
    known: dict[str, Deployment] = {}
    said: dict[str, str] = {}
    while True:
        sources, broken = load_each(workspace.sources)
        faults = {f"ingest/{path.stem}": fault for path, fault in broken.items()}
        for key, fault in faults.items():
            if said.get(key) != fault:
                print(f"{fault} Its schedule stays as it was.", flush=True)
        said = faults
        wanted = {deployment.key: deployment for deployment in everything(sources)}
        wanted |= {key: known[key] for key in faults if key in known}
        new = [key for key in wanted if known.get(key) != wanted[key]]
        try:
            await _register([wanted[key] for key in new])
            gone = await registering.forget(client, POOL, wanted.keys() | faults) if known != wanted else []
        except (httpx.HTTPError, PrefectHTTPStatusError, RuntimeError) as problem:
            print(f"The schedules could not be registered now ({problem}); tried again soon.", flush=True)
        else:
            for key in new + gone:
                print(f"{'Registered' if key in wanted else 'Taken away'}: {key}", flush=True)
            known = wanted
        await asyncio.sleep(REGISTERING)


async def _register(deployments: Sequence[Deployment]) -> None:
    """Register each; one that Prefect does not take is named and hinders no other."""
    for one in deployments:
        try:
            await registering.register([one], POOL)
        except ValueError as problem:  # pydantic's, too
            print(f"{one.key} is nothing that Prefect takes, and is not read by a schedule: {problem}", flush=True)


async def _end_on(stop: asyncio.Event, worker: Worker) -> None:
    """Wait for the signal, which the flow runs get too, and then for them; this process ends here, whatever is left."""
    await stop.wait()
    worker.stopping = True
    until = time.monotonic() + WINDING_DOWN
    while worker.runs and time.monotonic() < until:
        await asyncio.sleep(0.1)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(work(find(), int(sys.argv[2])))
