"""What a pass lists and leaves alone: addresses from before its window, counted and told once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flows.discovery.records import Unit, Window
from flows.plural import counted

SEEN = re.compile(r"(?P<count>[\d,]+) older address(?:es)? listed.*, back to (?P<day>\d{4}-\d\d-\d\d)\. ")
"""What a first pass says of what it left alone: kept as the message of its run, where `wireroom status` finds it."""


@dataclass(slots=True)
class Older:
    """What lies before the window of a pass."""

    addresses: int = 0
    sitemaps: int = 0  # left unread, since nothing in them is of the window
    oldest: date | None = None  # the earliest day stated

    def listed(self, unit: Unit, first_day: date, *, first: bool) -> None:
        """Count what a unit leaves out; after the first pass that is known."""
        if not first:
            return
        self.addresses += unit.outside
        self.sitemaps += dict(unit.dropped).get("sitemap_outside", 0)
        if unit.oldest and unit.oldest < first_day:
            self._reach(unit.oldest)

    def met(self, day: date | None, *, is_new: bool) -> None:
        """Count an address that is noted for a backfill."""
        self.addresses += is_new
        if day and is_new:
            self._reach(day)

    def sentences(self, source_id: str, window: Window, postponed: int, *, first: bool) -> Iterator[str]:
        """What is told at the end of a pass."""
        since = f", back to {self.oldest}" if self.oldest else ""
        begin = f" --from {self.oldest}" if self.oldest else " --from DAY"
        way = f"{since}. To fetch them: wireroom backfill {source_id}{begin}"
        unread = f", and {counted(self.sitemaps, 'older sitemap')} left unread" if self.sitemaps else ""
        if first and (self.addresses or self.sitemaps):
            days = (window.last_day - window.first_day).days
            listed = f"{counted(self.addresses, 'older address', 'older addresses')} listed{unread}"
            yield f"This first pass takes the last {counted(days, 'day')}, from {window.first_day} on; {listed}{way}"
        elif self.addresses:
            new = counted(self.addresses, "new address", "new addresses")
            yield f"{new} from before {window.first_day} left alone{way}"
        if postponed:
            yield f"{counted(postponed, 'address', 'addresses')} without a date left to later passes, 500 to each of them."

    def _reach(self, day: date) -> None:
        self.oldest = min(day, self.oldest or day)
