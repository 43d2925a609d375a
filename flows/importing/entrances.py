"""The runs of an import: one a source, opened only when there is something new for it, a bounded number at a time."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from flows import collecting
from flows.importing.capturing import fetch_id, known_key
from flows.importing.kept import repeated
from flows.importing.records import Arrival, Listed, Options, Report
from flows.importing.taking import BATCH, BATCH_BYTES, Taking
from flows.opening import opened
from flows.pool import ParsePool
from flows.sources import SourceDefinition
from flows.workspace import Workspace
from warehouse.archive.foreign import Head
from warehouse.ledger import Ledger

MOST_OPEN = 8
"""Sources that are imported to at once; further ones have their turn when the files are read again."""


class Entrance:
    """One source: what waits for it, and its run once there is something new."""

    def __init__(self, entrances: Entrances, source: SourceDefinition) -> None:
        self._entrances = entrances
        self._source = source
        self._waiting: list[Arrival | Listed] = []
        self._waiting_bytes = 0
        self._taking: Taking | None = None
        self._ledger: Ledger | None = None  # to look before the source's lock is taken
        self._new: set[str] = set()  # in a dry run: what was counted as new

    def offer(self, item: Arrival | Listed) -> None:
        """Take something in, or let it wait until a batch is together."""
        if self._taking is not None:
            self._give(item)
            return
        self._waiting.append(item)
        self._waiting_bytes += len(item.body) if isinstance(item, Arrival) else 0
        if len(self._waiting) >= BATCH or self._waiting_bytes >= BATCH_BYTES:
            self._look()

    def kept(self, head: Head) -> Arrival | None:
        """The page that a record repeats, where the archive has it."""
        if self._taking is not None:
            return self._taking.kept(head)
        return repeated(self._entrances.workspace.folders, self._looked_into(), self._source.source_id, head)

    def finish(self) -> None:
        """Take what waits, and wait for what is being read."""
        if self._taking is None:
            self._look()
        if self._taking is not None:
            self._taking.finish()
        self.close()

    def close(self) -> None:
        """Let go of the ledger that was only looked into."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _looked_into(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self._entrances.workspace.folders, self._source.source_id)
        return self._ledger

    def _look(self) -> None:
        """Open the run where one of those that wait is new; else count them."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if not waiting:
            return
        new = self._fresh(waiting)
        options = self._entrances.options
        if new and not options.dry_run:
            self.close()
            self._taking = self._entrances.run(self._source)
            for item in waiting:
                self._give(item)

    def _give(self, item: Arrival | Listed) -> None:
        assert self._taking is not None
        if isinstance(item, Listed):
            self._taking.enlist(item)
        else:
            self._taking.offer(item)

    def _fresh(self, waiting: list[Arrival | Listed]) -> bool:
        """Whether one of them is new; where none is, or nothing is to be written, they are counted here."""
        ledger, report = self._looked_into(), Report()
        pages = [item for item in waiting if isinstance(item, Arrival)]
        names = {fetch_id(self._source.source_id, item) for item in pages}
        fresh = ledger.unmentioned(names) - self._new if names else set()
        for item in waiting:
            key = known_key(ledger, item.url)
            if ledger.withdrawn([key]):
                report.withdrawn += 1
            elif isinstance(item, Listed):
                known = ledger.knows(key) or key in self._new
                self._new.add(key)
                report.listed_known += known
                report.listed += not known
            else:
                name = fetch_id(self._source.source_id, item)
                report.known += name not in fresh
                report.taken += name in fresh
                fresh.discard(name)
                self._new.add(name)
        is_new = bool(report.taken or report.listed)
        if not is_new or self._entrances.options.dry_run:
            self._entrances.report.counted(report)
        if not self._entrances.options.dry_run:
            self._new.clear()
        return is_new


class Entrances:
    """All sources that are imported to in one walk over the files; to be entered."""

    def __init__(self, workspace: Workspace, report: Report, options: Options, done: set[str]) -> None:
        self.workspace = workspace
        self.report = report
        self.options = options
        self._done = done  # sources that had their turn before
        self._open: dict[str, Entrance] = {}
        self.is_left = False  # whether a source was met that must wait for its turn
        self._held = ExitStack()
        self._pool: ParsePool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._held.__exit__(kind, error, trace)

    def may_enter(self, source_id: str) -> bool:
        """Whether pages of a source are taken in this walk."""
        if source_id in self._done:
            return False
        if source_id in self._open:
            return True
        if len(self._open) >= MOST_OPEN:
            self.is_left = True
            return False
        return True

    def offer(self, source: SourceDefinition, item: Arrival | Listed) -> None:
        """Hand something to its source."""
        self._entrance(source).offer(item)

    def kept(self, source: SourceDefinition, head: Head) -> Arrival | None:
        """The page that a record repeats, where its source's archive has it."""
        return self._entrance(source).kept(head)

    def _entrance(self, source: SourceDefinition) -> Entrance:
        entrance = self._open.get(source.source_id)
        if entrance is None:
            entrance = self._open[source.source_id] = Entrance(self, source)
            self._held.callback(entrance.close)
        return entrance

    def finish(self) -> set[str]:
        """Take everything that waits; the sources that had their turn."""
        for entrance in self._open.values():
            entrance.finish()
        return set(self._open)

    def run(self, source: SourceDefinition) -> Taking:
        """Open a source's run, which goes on until this is left; raises Held where another run holds the source."""
        run = self._held.enter_context(opened(self.workspace, source, "import", wait=self.options.wait))
        if self._pool is None:
            self._pool = run.pool
        run.pool = self._pool
        collecting.recover(run)
        return Taking(run, self.report, self.options)
