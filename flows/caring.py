"""What is done for a workspace once a day, as plain functions: load, publish, feed the search index, examine, clear up."""

from __future__ import annotations

import time
from datetime import timedelta

from flows import telling
from flows.progress import Event, tell
from flows.workspace import Workspace
from warehouse import doctor, loader
from warehouse.errors import WarehouseError
from warehouse.files import sweep
from warehouse.search import index as search_index

LOGS_KEPT = timedelta(days=30)
"""Age at which a log that was put aside is removed; those that are written to are bounded in size."""


def look_after(workspace: Workspace) -> dict[str, int]:
    """Do all of it; what was done, counted. Raises WarehouseError where the examination finds a fault."""
    report = loader.drain(workspace.folders, wait=True, publish_now=True)
    assert report is not None  # we waited
    for event in [*telling.loaded(report), *telling.visible(report)]:
        tell(event)
    for sentence in report.problems:
        tell(Event("warning", sentence))
    fed = search_index.feed(workspace.folders, wait=True)
    removed = clear_logs(workspace, time.time())
    faults = examine(workspace)
    if faults:
        raise WarehouseError(" ".join([*faults, "wireroom doctor says more, and what mends it."]))
    return {"files": report.files, "rows": report.rows, "indexed": fed.indexed if fed else 0, "logs_removed": removed}


def examine(workspace: Workspace) -> list[str]:
    """The checks of wireroom doctor that found a fault, as sentences; of a large archive a sample is read."""
    return [
        f"Not so: {result.proves} ({result.count})."
        for result in doctor.examine(workspace.folders)
        if result.level == "fault" and result.count
    ]


def clear_logs(workspace: Workspace, now: float) -> int:
    """Remove logs put aside long ago; how many. One without a number may be held open by a service that has been quiet."""
    folder = workspace.folders.logs
    aside = [path for path in folder.glob("*.*") if path.suffix[1:].isdigit()]
    old = [path for path in aside if path.stat().st_mtime < now - LOGS_KEPT.total_seconds()]
    for path in old:
        path.unlink(missing_ok=True)
    sweep(folder)
    return len(old)
