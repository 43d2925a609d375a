"""The Prefect flow that looks after a workspace once a day: decorators around the plain functions of caring.py."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows import caring
from flows.journal import logs
from flows.journal.recorded import recorded
from flows.workspace import find


@flow(name="maintain", flow_run_name="maintain", persist_result=False, validate_parameters=False)
def maintain(workspace: str | None = None) -> dict[str, int]:
    """Load, publish, feed the search index, examine, clear old logs; what was done, counted. It fails on a fault."""
    place = find(named=Path(workspace) if workspace else None)
    with logs.kept(place), recorded(place):
        return caring.look_after(place)
