"""What the grammar has read of a paragraph's opening so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.dateline import dates, places
from parsers.dateline.tokens import Tag


@dataclass(slots=True)
class Head:
    """One paragraph's opening; `tokens` are the letters of parsers/data/orders.toml in the order found."""

    view: str
    text: str
    start: int
    language: str | None
    shouting: bool  # the paragraph has no lower-case letters, so capitals say nothing
    tokens: str = ""
    places: places.Places | None = None
    date: dates.Printed | None = None
    colon: bool = False  # the outlet's country is one where papers lead with "City: Text"
    own: str | None = None  # id of the outlet's own agency: its tag is known, whoever it is
    tags: list[Tag] = field(default_factory=list)
    byline: str | None = None
    dates_at: dict[int, dates.Printed | None] = field(default_factory=dict)

    def date_at(self, at: int) -> dates.Printed | None:
        """The date printed at `at`, read once however often it is asked for."""
        if at not in self.dates_at:
            self.dates_at[at] = dates.read(self.view, at, self.language)
        return self.dates_at[at]

    @property
    def known_tag(self) -> bool:
        """Whether one of the tags names an agency of the registry."""
        return any(tag.ids for tag in self.tags)
