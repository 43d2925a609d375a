"""The Prefect flow of reading an archive anew: decorators around the plain functions of rereading/.

python -m flows.reparse SOURCE     one recorded reading, by a server that ends with it where none is named
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows import ending, orders
from flows.journal import logs
from flows.journal.recorded import recorded
from flows.rereading import accepting, reparsing
from flows.source_files import source_named
from flows.workspace import find


@flow(name="reparse", flow_run_name="reparse {source}", persist_result=False, validate_parameters=False)
def reparse(
    source: str, workspace: str | None = None, since: str | None = None, limit: int | None = None, accept: bool = False
) -> dict[str, Any]:
    """Read a source's archive with today's parsers; returns what was read, and what was accepted where `accept` says so.

    Without `accept` the results wait, and nothing in the warehouse changes. `since` is a day of the articles, as 2017-09-22.
    Where the archive is being read anew already, or a run holds the source that accepts, it ends as Skipped. Called as a
    function it raises what went wrong, as warehouse.locks.Held.
    """
    try:
        place = find(named=Path(workspace) if workspace else None)
        outlet = source_named(place, source)
        first = orders.day("since", since) if since else None
        with logs.kept(place), recorded(place, is_long=True):
            report = reparsing.read(place, outlet, since=first, most=limit)
            done: dict[str, Any] = {
                "planned": report.planned,
                "read": report.read,
                "unreadable": len(report.unreadable),
            }
            if accept and report.proposal.files(place.folders):
                done["accepted"] = asdict(accepting.accept(place, outlet, flow_run_id=flow_run.id))
    except ending.FORESEEN as problem:
        return ending.state(problem)  # type: ignore[no-any-return]  # the run ends in this state
    return done


if __name__ == "__main__":
    from flows.service import by_hand

    sys.exit(by_hand.main(reparse, "SOURCE", sys.argv[1:]))
