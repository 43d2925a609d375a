"""The Prefect flow of a backfill: decorators around the plain functions of backfilling.py.

python -m flows.backfill SOURCE 2016-01-01 2017-12-31     one recorded backfill, by a server that ends with it where none is named

It needs no cache of results: the ledger knows what is done, so a run that was killed is simply started again. Nor does a
zombie, of which Prefect still believes that it runs, hold up the next: the source's lock is the kernel's.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows import backfilling, batches, ending, orders, pipeline
from flows.journal.recorded import recorded
from flows.source_files import source_named
from flows.workspace import find

AFTER = "Start this one again once that has ended; with wait = true it would have waited."


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

    Days are written 2016-01-31, 2016-01 or 2016, in the source's time zone. `holes`: only what is not complete. `gone`: also
    pages that were gone. `limit`: pages at most. Where another run holds the source it ends as Skipped, unless `wait`; what
    is wrong with a parameter is the message of its state. Called as a function it raises what went wrong, as Held.
    """
    try:
        place = find(named=Path(workspace) if workspace else None)
        definition = source_named(place, source)
        order = orders.backfill(definition, first_day, last_day, holes=holes, rewalk=rewalk, gone=gone, limit=limit)
        with recorded(place, is_long=True):
            outcome = backfilling.backfill(
                place,
                definition,
                order,
                flow_run_id=flow_run.id,
                wait=wait,
                do=partial(batches.do, step=pipeline.take),
            )
    except ending.FORESEEN as problem:
        return ending.state(problem, after=AFTER)  # type: ignore[no-any-return]  # the run ends in this state
    return outcome.as_counts()


if __name__ == "__main__":
    from flows.service import by_hand

    sys.exit(by_hand.main(backfill, "SOURCE FIRST_DAY [LAST_DAY]", sys.argv[1:]))
