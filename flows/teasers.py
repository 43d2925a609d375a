"""The alarm of a subscriber: pages that come back as teasers mean that the log-in has expired."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flows import logins
from flows.sources import SourceDefinition
from parsers.records import Article, Rejected
from warehouse.archive.captures import Capture
from warehouse.ledger import Extents, Ledger

REMEMBERED = 1000
"""Addresses of teasers that are compared with what they were before."""

LEAST = 3
MANY, FEW = 0.5, 0.2
"""From how many teasers, and from which share on, a run's pages are too many where former ones were few."""

WALLS = frozenset({"login", "status_401"})


@dataclass(slots=True)
class Teasers:
    """How whole the pages of a run came back."""

    pages: int = 0
    teasers: int = 0
    keys: list[str] = field(default_factory=list)

    def asked(self, capture: Capture) -> None:
        """Count a page that was answered with a log-in instead."""
        if capture.reason in WALLS:
            self._count(capture)

    def read(self, capture: Capture, result: tuple[Article, ...] | Rejected) -> None:
        """Count a page that was read."""
        if isinstance(result, Rejected):
            return
        if any(article.body_extent == "full" for article in result):
            self.pages += 1
        else:
            self._count(capture)

    def alarm(self, ledger: Ledger, source: SourceDefinition, before: datetime) -> str | None:
        """What to say to a subscriber whose pages were whole before this run began; None where all is well."""
        if not self.teasers:
            return None
        former = ledger.extents(self.keys, before)
        if not former.whole and not self._are_many(former):
            return None
        names = " or ".join(logins.settings(source.source_id))
        return (
            f"The log-in of {source.name} seems to have expired: {self.teasers} of {self.pages} pages came back as teasers"
            + (f", and {former.whole} of them were whole before" if former.whole else "")
            + f". Renew {names} in .env."
        )

    def _count(self, capture: Capture) -> None:
        self.pages += 1
        self.teasers += 1
        if len(self.keys) < REMEMBERED:
            self.keys.append(capture.url_key)

    def _are_many(self, former: Extents) -> bool:
        few = former.articles == 0 or former.excerpts <= FEW * former.articles
        return self.teasers >= LEAST and self.teasers >= MANY * self.pages and few
