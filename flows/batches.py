"""Prefect's task over a batch of addresses, which a pass and a backfill share."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import pipeline
from flows.run import Run


def do(run: Run, addresses: list[pipeline.Address]) -> None:
    """Fetch, archive, parse and spool a batch: one task a batch, because a task a page costs more than the page."""
    _work(_Batch(run, addresses), len(addresses))


class _Batch:
    """A run and the addresses of one batch; opaque, so that Prefect neither walks through it nor copies it."""

    def __init__(self, run: Run, addresses: list[pipeline.Address]) -> None:
        self.run, self.addresses = run, addresses


@task(name="batch", task_run_name="{pages} pages", cache_policy=NO_CACHE, persist_result=False)
def _work(batch: _Batch, pages: int) -> None:
    pipeline.work(batch.run, batch.addresses)
