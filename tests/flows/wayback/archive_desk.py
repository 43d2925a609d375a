"""An outlet on loopback and an archive of it beside, with the means to backfill the one from the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from imitation import Archive
from outlet import Outlet

from flows import backfilling, progress
from flows.sources import SourceDefinition, load

PATTERN = r"url = '/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/'"


@dataclass(slots=True)
class Desk:
    """The outlet, its archive, and who reads both."""

    outlet: Outlet
    archive: Archive

    def source(self, *finders: str, captures: str = "missing", more: str = "", rest: str = "") -> SourceDefinition:
        """A source with the outlet's own finders and, last, one for its archive."""
        table = f'kind = "wayback"\nserver = "{self.archive.server}"\ncaptures = "{captures}"\ndelay = "0s"\n{more}'
        return self.written([*finders, table], rest)

    def written(self, finders: list[str], rest: str = "", name: str = "post") -> SourceDefinition:
        """A source with these finders."""
        base = self.outlet.base
        text = f'name = "The Post"\nhome = "{base}/"\n'
        text += "".join(f"[[find]]\n{each.replace('BASE', base)}\n" for each in finders)
        text += f'[access]\nallow = ["{base.removeprefix("http://")}", "{self.archive.host}"]\n[article]\n{PATTERN}\n'
        text += '[pace]\ndelay = "0s"\n[revisit]\nages = []\n'
        path = self.outlet.workspace.sources / f"{name}.toml"
        path.write_text(text + rest, encoding="utf-8")
        return load(path)

    def backfilled(self, source: SourceDefinition, first: str, last: str, **more: bool) -> backfilling.Outcome:
        """What a backfill of these days did; what it told is in `outlet.told`."""
        self.archive.log.clear()
        self.outlet.log.clear()
        self.outlet.told.clear()
        order = backfilling.Order(date.fromisoformat(first), date.fromisoformat(last), **more)
        with progress.shown(self.outlet.told.append):
            return backfilling.backfill(self.outlet.workspace, source, order)

    def keep(self, stamp: str, path: str, body: str, **more: object) -> None:
        """Have the archive capture a page of the outlet."""
        self.archive.keep(stamp, self.outlet.base + path, body, **more)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The answer of the reading copy."""
        return self.outlet.rows(sql)
