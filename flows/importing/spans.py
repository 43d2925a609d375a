"""The days that are asked for with --from and --to: they are the article's own, never those of the capture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flows.pool import Parsed
from parsers import urls
from parsers.records import Rejected


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that are wanted, None for no bound."""

    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether every day is wanted, and pages without one."""
        return self.first is None and self.last is None

    def holds(self, day: date) -> bool:
        """Whether a day is wanted."""
        return (self.first or date.min) <= day <= (self.last or date.max)

    def leaves_out(self, url: str, pattern: str | None, left_out: Counter[str]) -> bool:
        """Whether a source's pattern says that the page at an address is of another day, which is then counted."""
        day = None if self.is_open else urls.dates_in(url, pattern)
        if day is None or self.holds(day):
            return False
        left_out["of other days"] += 1
        return True

    def leaves_out_read(self, result: Parsed, url: str, pattern: str | None, left_out: Counter[str]) -> bool:
        """The same of a page that was read, and whose address says nothing by the pattern."""
        if self.is_open or urls.dates_in(url, pattern):
            return False
        articles = () if isinstance(result, Rejected) else result
        days = [item.published.day for item in articles if item.published and item.published.day]
        spelt = urls.path_day(url)
        if not days and spelt is not None:
            days = [spelt]
        if any(map(self.holds, days)):
            return False
        left_out["of other days" if days else "without a date"] += 1
        return True
