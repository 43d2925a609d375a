"""Spool files into the warehouse, and what follows once readers see more: the search index and the feeds of saved searches."""

from __future__ import annotations

from flows import progress, telling
from flows.journal import logs
from flows.workspace import Workspace
from warehouse import draining, loader
from warehouse.search import index as search_index


def load(
    workspace: Workspace,
    *,
    publish_now: bool = False,
    feeds_search: bool = True,
    wait: bool = False,
    apart: bool = False,
) -> bool:
    """Drain the spool into the warehouse, unless another loader is at it, which takes our files too; whether readers see more.

    With `wait` such a loader is waited for. Without `feeds_search` the search index stays behind, until a search, a pass or
    maintenance brings it up to date. `apart` loads in a process of its own.
    """
    with logs.kept(workspace):
        drain = draining.drain if apart else loader.drain
        return _loaded(workspace, drain(workspace.folders, wait=wait, publish_now=publish_now), feeds_search)


def _loaded(workspace: Workspace, report: loader.Report | None, feeds_search: bool) -> bool:
    """Tell of a load and see to what follows from it; whether readers see more."""
    if report is not None:
        for event in [*telling.loaded(report), *telling.visible(report)]:
            progress.tell(event)
        for sentence in report.problems:
            progress.tell(progress.Event("warning", sentence))
        if report.edition is not None:
            if feeds_search:
                feed_search(workspace)
            renew_watches(workspace)
    return report is not None and report.edition is not None


def renew_watches(workspace: Workspace) -> None:
    """Bring the feeds of saved searches to the new reading copy, where there are any."""
    if any((workspace.root / "watches").glob("*.toml")):
        from flows import watching  # most runs have nothing to do with it

        watching.renew(workspace)


def feed_search(workspace: Workspace) -> None:
    """Bring the search index to the new reading copy; what hinders it is told, and never fails a run."""
    try:
        search_index.feed(workspace.folders)
    except Exception as problem:  # noqa: BLE001 - whatever it is: the rows are loaded, and the next run or search tries again
        progress.tell(progress.Event("warning", f"New articles are loaded, but not yet in the search index: {problem}"))
