"""The Prefect flow of one scheduled pass over a source: decorators around the plain functions of pipeline.py.

python -m flows.ingest SOURCE     one recorded pass, without a server of its own
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from prefect import flow
from prefect.runtime import deployment, flow_run
from prefect.states import Cancelled, Failed

from flows import batches, health, pipeline
from flows.discovery.polling import Polling
from flows.recorded import recorded
from flows.source_files import source_named
from flows.workspace import find
from warehouse.locks import Held


@flow(name="ingest", flow_run_name="ingest {source}", persist_result=False, validate_parameters=False)
def ingest(source: str, workspace: str | None = None, wait: bool = False, polling: Polling = "due") -> dict[str, int]:
    """One pass over a source of the workspace; returns what it did, counted. It fails where the source is not well.

    `polling` is "due" for schedules: listings that are quiet are asked less often. "usual" and "now" ask them all.
    Where another run holds the source a scheduled pass ends as Skipped, and any other raises warehouse.locks.Held, unless
    `wait`.
    """
    place = find(named=Path(workspace) if workspace else None)
    try:
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
    except Held as held:
        if deployment.id is None:
            raise
        said = f"Another run is at this source: {held}. The next pass comes by itself."
        return Cancelled(name="Skipped", message=said)  # type: ignore[return-value]  # the run ends in this state
    counts = asdict(tally)
    if unwell is not None:  # nothing is lost by it: the rows are loaded
        return Failed(name="Unhealthy", message=unwell, data=health.Unhealthy(unwell, counts))  # type: ignore[return-value]
    return counts


if __name__ == "__main__":
    print(ingest(sys.argv[1], polling="usual"))
