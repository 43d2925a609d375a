"""What a run did, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from parsers import container
from parsers.records import Article, Rejected


@dataclass
class Tally:
    """What a run did so far, counted."""

    found: int = 0
    requests: int = 0
    fetched: int = 0
    unchanged: int = 0
    articles: int = 0
    rejected: int = 0
    failed: int = 0
    deferred: int = 0
    listings_failed: int = 0

    def __post_init__(self) -> None:
        """Begin what is counted besides, and is none of the figures that are told of a run."""
        self.contained = Counter[bool | None]()  # pages, by whether [parse] container fitted them

    def count(self, outcome: str) -> None:
        """Count what came of one request for an article."""
        name = outcome if outcome in ("fetched", "unchanged", "deferred") else "failed"
        setattr(self, name, getattr(self, name) + 1)

    def parsed(self, result: tuple[Article, ...] | Rejected) -> None:
        """Count what a page turned out to be."""
        self.contained[container.fits(result)] += 1
        if isinstance(result, Rejected):
            self.rejected += 1
        else:
            self.articles += len(result)

    def as_columns(self) -> dict[str, int]:
        """The counts that the table `runs` keeps."""
        kept = asdict(self)
        del kept["listings_failed"]
        return kept
