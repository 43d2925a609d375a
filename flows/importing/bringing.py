"""Bringing files into a workspace: every page to the source that claims it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from flows.importing.claims import Claims, place_of
from flows.importing.door import Door
from flows.importing.entrances import Entrances
from flows.importing.gathering import Input, inputs
from flows.importing.inputs import items
from flows.importing.records import Arrival, Options, Report
from flows.importing.saved import Addresses, nameless
from flows.loading import load
from flows.source_files import source_named
from flows.sources import SourceDefinition, load_each
from flows.unclaimed import NAME
from flows.workspace import Workspace
from warehouse import spool

Told = Callable[[int, int], None]
"""Is told how many more bytes were read, and how many there are in all."""


def bring(
    workspace: Workspace,
    paths: Sequence[Path],
    options: Options = Options(),  # noqa: B008  (frozen)
    told: Told = lambda read, total: None,
) -> Report:
    """Import files and folders; what was found and done.

    The same call goes on where it was stopped, and brings nothing twice. Raises SourceError for a source that is not
    there, WarehouseError for a path, and Held where another run holds a source.
    """
    report = Report()
    claims = Claims(_sources(workspace, options, report), options)
    addresses = Addresses(options.base, options.addresses)
    files = inputs(paths, Door(claims, options, report))
    size = sum(file.held.size for file in files)
    done: set[str] = set()
    walks = 0
    while True:
        walks += 1
        # What is wrong with a file, or nobody's, was said in the first walk.
        said = report if walks == 1 else Report()
        with Entrances(workspace, report, options, done) as entrances:
            door = Door(claims, options, said, entrances.may_enter, again=walks > 1, kept=entrances.kept)
            for number, file in enumerate(files):
                before = sum(other.held.size for other in files[:number]) + size * (walks - 1)
                _walk(file, door, addresses, entrances, report, _progress(told, before, size * walks))
            done |= entrances.finish()
            is_left = entrances.is_left
        if walks > 1:
            report.passed_over.update(said.passed_over)
            report.undated.update(said.undated)
        if not is_left:
            break
    if report.nameless:
        report.note(nameless(report))
    if not report.taken and not options.dry_run and spool.files(workspace.folders):
        load(workspace, publish_now=True, feeds_search=False)  # of an import that was killed before it had loaded
    return report


def _walk(
    file: Input, door: Door, addresses: Addresses, entrances: Entrances, report: Report, told: Callable[[int], None]
) -> None:
    for item in items(file, door, addresses, told):
        source = door.source_of(item.url)
        if isinstance(item, Arrival):
            report.pages += 1
            report.sources[source.source_id] += 1
            report.count(report.hosts, place_of(item.url))
        entrances.offer(source, item)
    told(file.held.size)


def _progress(told: Told, before: int, total: int) -> Callable[[int], None]:
    return lambda place: told(before + place, total)


def _sources(workspace: Workspace, options: Options, report: Report) -> list[SourceDefinition]:
    """The sources that may claim pages; one that is named must be there, another that cannot be read is said."""
    named = [*options.sources, *([options.forced] if options.forced else [])]
    wanted = {name: source_named(workspace, name) for name in named}
    found, faults = load_each(workspace.sources)
    for path, fault in faults.items():
        if path.stem not in wanted:
            report.note(f"{fault} Its pages are claimed by nobody until that is mended.")
    if NAME in wanted and all(source.source_id != NAME for source in found):
        found.append(wanted[NAME])
    return [wanted.get(source.source_id, source) for source in found]
