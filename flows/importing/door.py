"""The door through which every page of every file goes: whose is it, and is it wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.importing.capturing import names
from flows.importing.claims import Claims, place_of
from flows.importing.originals import Originals
from flows.importing.records import LEFT_OUT, Arrival, Options, Report
from flows.sources import SourceDefinition
from parsers.listing import Calendar
from warehouse.archive.foreign import Head


class Door:
    """What may pass, counted in the report; asked once for each page of each file."""

    def __init__(
        self,
        claims: Claims,
        options: Options,
        report: Report,
        may_enter: Callable[[str], bool] = lambda source_id: True,
        *,
        again: bool = False,
        kept: Callable[[SourceDefinition, Head], Arrival | None] = lambda source, head: None,
    ) -> None:
        self.options = options
        self.report = report
        self.originals = Originals()  # of all files of this walk
        self._claims = claims
        self._may_enter = may_enter
        self._kept = kept
        self._again = again  # whether the files were walked before, and what nobody takes is counted
        self._calendars: dict[str, Calendar] = {}

    def claim(self, url: str) -> SourceDefinition | None:
        """The source that gets the page at an address now; None where nobody wants it, or its turn comes later."""
        if not self._claims.concerns(url):
            self.refuse(LEFT_OUT)
            return None
        try:
            names(url)
        except ValueError:
            self.refuse("an address that is none")
            return None
        source = self._claims.source_of(url, self.report)
        if source is None:
            if not self._again:
                self.report.count(self.report.unclaimed, place_of(url))
            return None
        if not self._may_enter(source.source_id):
            return None
        return source

    def refuse(self, reason: str) -> None:
        """Count what does not come to any source's door."""
        if not self._again:
            self.report.passed_over[reason] += 1

    def lets_in(self, url: str) -> bool:
        """Whether the page at an address is wanted."""
        return self.claim(url) is not None

    def kept(self, head: Head) -> Arrival | None:
        """The page that a record which was let in repeats, where its source has it by now."""
        return self._kept(self.source_of(head.url or ""), head)

    def source_of(self, url: str) -> SourceDefinition:
        """The source of a page that was let in."""
        source = self._claims.source_of(url, self.report)
        assert source is not None
        return source

    def site_named(self, place: str) -> str | None:
        """The address, without a slash at its end, of the site of a source that has this host (and port) for a name."""
        return self._claims.site_named(place)

    def calendar(self, source: SourceDefinition) -> Calendar:
        """How dates of a source's lists are read."""
        if source.source_id not in self._calendars:
            today = datetime.now(ZoneInfo(source.timezone)).date()
            self._calendars[source.source_id] = Calendar(source.timezone, latest=today, language=source.language)
        return self._calendars[source.source_id]
