"""The Prefect flow of a backfill: decorators around the plain functions of backfilling.py.

python -m flows.backfill SOURCE 2016-01-01 2017-12-31     one recorded backfill, without a server of its own

It needs no cache of results: the ledger knows what is done, so a run that was killed is simply started again. Nor does a
zombie, of which Prefect still believes that it runs, hold up the next: the source's lock is the kernel's.
"""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows import backfilling, batches, pipeline
from flows.recorded import recorded
from flows.source_files import source_named
from flows.workspace import find


@flow(name="backfill", flow_run_name="backfill {source} {first_day}", persist_result=False, validate_parameters=False)
def backfill(
    source: str,
    first_day: str,
    last_day: str | None = None,
    holes: bool = False,
    rewalk: bool = False,
    gone: bool = False,
    limit: int | None = None,
    workspace: str | None = None,
    wait: bool = False,
) -> dict[str, Any]:
    """Fetch what is missing of a source from one day to another (today, if none is given); returns what it did, counted.

    Days are written 2016-01-31, in the source's time zone. `holes`: only what is not complete. `gone`: also pages that were
    gone. `limit`: pages at most.
    Raises warehouse.locks.Held where another run holds the source, unless `wait`.
    """
    place = find(named=Path(workspace) if workspace else None)
    definition = source_named(place, source)
    last = date.fromisoformat(last_day) if last_day else backfilling.today(definition)
    first = date.fromisoformat(first_day)
    order = backfilling.Order(first, last, only_holes=holes, rewalk=rewalk, gone=gone, limit=limit)
    with recorded(place, is_long=True):
        outcome = backfilling.backfill(
            place,
            definition,
            order,
            flow_run_id=flow_run.id,
            wait=wait,
            do=partial(batches.do, step=pipeline.take),
        )
    return outcome.as_counts()


if __name__ == "__main__":
    print(backfill(sys.argv[1], sys.argv[2], sys.argv[3] if sys.argv[3:] else None))
