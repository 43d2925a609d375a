"""The Bulletin's stories, read from the data files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

YEARS = (2025, 2026)


@dataclass(frozen=True, slots=True)
class Story:
    """One article of the sample outlet; `paragraphs` that begin with "> " are block quotes."""

    slug: str
    day: date  # as its address says
    headline: str
    paragraphs: tuple[str, ...]
    dateline: str | None = None
    own_line: bool = False  # the dateline stands in a paragraph of its own
    byline: str | None = None
    label: str | None = None  # a line above the text
    correct: tuple[str, str] | None = None  # what a later edition puts in place of what
    correction_note: str | None = None

    @property
    def path(self) -> str:
        """The address, in the shape /pr/YYYY/YYMMDD_slug.html."""
        return f"/pr/{self.day.year}/{self.day:%y%m%d}_{self.slug}.html"

    def blocks(self, corrected: bool) -> Iterator[str]:
        """The text's paragraphs, dateline first, as this or the later edition prints them."""
        paragraphs = list(self.paragraphs)
        if corrected and self.correct:
            paragraphs = [paragraph.replace(*self.correct) for paragraph in paragraphs]
            paragraphs.append(self.correction_note or "")
        if self.dateline and self.own_line:
            yield self.dateline
        elif self.dateline:
            paragraphs[0] = self.dateline + paragraphs[0]
        yield from paragraphs


@lru_cache(maxsize=1)
def stories() -> tuple[Story, ...]:
    """Every story, in the order of publication."""
    return tuple(_story(table) for year in YEARS for table in _tables(year))


def _tables(year: int) -> list[dict[str, Any]]:
    text = files("flows.sample").joinpath(f"stories-{year}.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)["story"]
    return tables


def another(number: int, day: date) -> Story:
    """A story that is not in the files: the harbour's count of that day, each with figures of its own."""
    tons = 40_000 + 1_370 * number
    return Story(
        slug=f"harbour_count_{number}",
        day=day,
        headline=f"Harbour Count No. {number}: {tons:,} Tons Go Over the Quay",
        dateline=f"ROTTERDAM, {day:%B} {day.day} (MBNS)— ",
        paragraphs=(
            f"The harbour office counted {tons:,} tons of goods on the quays this morning, {number} more than the "
            "office had bets on, and closed the book before the gulls had finished their breakfast.",
            f"Of the {number + 11} ships in port, {number % 7 + 2} had waited for the tide. Their masters were served "
            f"coffee number {tons + number} of the year, which the office records because somebody once asked for it.",
        ),
    )


def _story(table: dict[str, Any]) -> Story:
    paragraphs = tuple(" ".join(part.split()) for part in table.pop("text").strip().split("\n\n"))
    correct = table.pop("correct", None)
    return Story(paragraphs=paragraphs, correct=(correct[0], correct[1]) if correct else None, **table)
