"""Outlets that live for some weeks in a warehouse: what their ingests found, day after day, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tests.warehouse.facts import key, reading, text
from warehouse import rows

FIRST = datetime(2026, 1, 5, 6, 0)
"""A Monday morning."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a test cares about in a page; the rest is as usual."""

    words: int | None = 400  # None: no article
    layout: str | None = "a"
    dateline: bool = True
    byline: bool = True
    day: date | None = None  # None: the day it was found
    undated: bool = False
    listed: date | None = None  # the day that the listing gives; None: that of the article
    unlisted: bool = False  # the listing gives no day
    refused: tuple[str, str] | None = None  # a day that the page states and that is not believed, and why


@dataclass(slots=True)
class Outlet:
    """An outlet and what its ingests have found so far."""

    source_id: str = "paper"
    facts: list[rows.Row] = field(default_factory=list)
    numbers: int = 0
    runs: int = 0

    def expects(self, **limits: object) -> Outlet:
        """Say what is normal, as the source file does."""
        given = {
            "silence_days": None, "per": "week", "articles_min": None, "articles_max": None, "filled": [], "rejected_max": None,
            "words_min": None, "words_max": None, "judge_layout": True, "judge_history": True, "lookback_days": 7.0,
            "definition_hash": key("definition"), "noted_at": FIRST, **limits,
        }  # fmt: skip
        self.facts.append(rows.Source(self.source_id, self.source_id.title(), "https://paper.example/", "en", "UTC", None, key("definition"), FIRST))  # fmt: skip
        self.facts.append(rows.Expectation(source_id=self.source_id, **given))  # type: ignore[arg-type]
        return self

    def ingest(
        self,
        moment: datetime,
        pages: Sequence[Page] = (),
        *,
        kind: str = "ingest",
        listing: str = "fetched",
        reason: str = "timeout",
        state: str = "completed",
        failed: int = 0,
    ) -> None:
        """One run that finds and reads so many new pages."""
        self.runs += 1
        run_id = key(f"{self.source_id} run {self.runs}")
        articles = sum(page.words is not None for page in pages)
        self.facts.append(rows.Run(run_id, self.source_id, kind, state, moment, moment + timedelta(minutes=1), moment + timedelta(minutes=1), None,
                                   len(pages), len(pages) + 1, len(pages), 0, articles, len(pages) - articles, failed, 0, None))  # fmt: skip
        self.facts.append(rows.Listed(self.source_id, "feed", "feed", "https://paper.example/feed", None, None, moment, listing == "fetched", listing,
                                      None if listing == "fetched" else reason, None, len(pages), len(pages), 0, run_id))  # fmt: skip
        for page in pages:
            self.facts += self._page(page, moment + timedelta(seconds=10), run_id)

    def rest(self, moment: datetime) -> None:
        """One run in which nothing was due."""
        self.runs += 1
        self.facts.append(rows.Run(key(f"{self.source_id} run {self.runs}"), self.source_id, "ingest", "completed", moment, moment, moment, None,
                                   0, 0, 0, 0, 0, 0, 0, 0, None))  # fmt: skip

    def _page(self, page: Page, moment: datetime, run_id: str) -> Iterator[rows.Row]:
        self.numbers += 1
        name = f"{self.source_id}-{self.numbers}"
        day = page.day or moment.date()
        given = (None, None) if page.unlisted else (page.listed or day, "listing")
        yield rows.Found(self.source_id, key(name), 1, f"https://paper.example/{name}", "feed", "feed", *given, None, None, None, None,
                         moment, run_id)  # fmt: skip
        yield rows.Fetched(key(f"{name} fetch"), self.source_id, key(name), "article", f"https://paper.example/{name}", None, None, "live", moment,
                           "fetched", 200, None, 1, None, None, None, "text/html", None, None, key(f"{name} payload"), 1000, key("segment"), 0, 100,
                           0.1, run_id)  # fmt: skip
        yield self._reading(page, name, day, moment + timedelta(seconds=1))

    def _reading(self, page: Page, name: str, day: date, moment: datetime) -> rows.Reading:
        words = None if page.words is None else f"{name} has its words"
        row = replace(reading(name, words), fetch_id=key(f"{name} fetch"), source_id=self.source_id, observed_at=moment, read_at=moment,
                      layout=page.layout, evidence=[rows.EvidenceRow("date_published", page.refused[0], "meta", False, page.refused[1])]
                      if page.refused else [])  # fmt: skip
        if page.words is None or words is None:
            return replace(row, layout=None)
        wide = text(name, words, word_count=page.words, date_published=None if page.undated else day,
                    dateline="OSLO, Jan. 5 (AP)—" if page.dateline else None, byline="By Name" if page.byline else None)  # fmt: skip
        return replace(row, word_count=page.words, text=wide, record_hash=key(f"record {wide}"))
