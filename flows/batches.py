"""Prefect's task over a batch of addresses, which a pass and a backfill share."""

from __future__ import annotations

from collections.abc import Callable

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import pipeline
from flows.due_addresses import Address
from flows.run import Run

Step = Callable[[Run, list[Address]], None]


def do(run: Run, addresses: list[Address], step: Step = pipeline.work) -> None:
    """Do a step with a batch, in one task: a task a page would cost more than the page.

    A pass spools each batch at once; a backfill only takes it, and spools it with the addresses of the next one.
    """
    _work(_Batch(run, addresses, step), len(addresses))


class _Batch:
    """A run, the addresses of one batch and what to do; opaque, so that Prefect neither walks through it nor copies it."""

    def __init__(self, run: Run, addresses: list[Address], step: Step) -> None:
        self.run, self.addresses, self.step = run, addresses, step


@task(name="batch", task_run_name="{pages} pages", cache_policy=NO_CACHE, persist_result=False)
def _work(batch: _Batch, pages: int) -> None:
    batch.step(batch.run, batch.addresses)
