"""The Prefect flow of one scheduled pass over a source: decorators around the plain functions of pipeline.py.

python -m flows.ingest SOURCE     one recorded pass, by a server that ends with it where none is named
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from prefect import flow
from prefect.runtime import flow_run

from flows import batches, ending, health, pipeline
from flows.discovery.polling import Polling
from flows.journal.recorded import recorded
from flows.source_files import source_named
from flows.workspace import find


@flow(name="ingest", flow_run_name="ingest {source}", persist_result=False, validate_parameters=False)
def ingest(source: str, workspace: str | None = None, wait: bool = False, polling: Polling = "due") -> dict[str, int]:
    """One pass over a source of the workspace; returns what it did, counted. It fails where the source is not well.

    `polling` is "due" for schedules: listings that are quiet are asked less often. "usual" and "now" ask them all.
    Where another run holds the source it ends as Skipped, unless `wait`. Called as a function it raises what went wrong, as
    warehouse.locks.Held.
    """
    try:
        place = find(named=Path(workspace) if workspace else None)
        with recorded(place):
            tally = pipeline.ingest(
                place,
                source_named(place, source),
                flow_run_id=flow_run.id,
                wait=wait,
                polling=polling,
                do=batches.do,
            )
            unwell = health.failing(place, source)
    except ending.FORESEEN as problem:
        return ending.state(problem, after="The next pass comes by itself.")  # type: ignore[no-any-return]  # the run's state
    counts = asdict(tally)
    if unwell is not None:  # nothing is lost by it: the rows are loaded
        return ending.state(health.Unhealthy(unwell, counts), name="Unhealthy")  # type: ignore[no-any-return]
    return counts


if __name__ == "__main__":
    from flows.service import by_hand

    sys.exit(by_hand.main(partial(ingest, polling="usual"), "SOURCE", sys.argv[1:]))
