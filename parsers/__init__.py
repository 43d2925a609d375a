"""Pages in, records out: datelines, source tags, honest dates, bodies. Pure: no network, no clock, no database.

page = Page(html_bytes, url="https://…", observed_at=…)
result = parse(page, Profile())        # a tuple of Article, or Rejected with a reason
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parsers.reader import reader
from parsers.records import Article, Hints, Page, Profile, Rejected

if TYPE_CHECKING:
    from parsers.parsing import parse

__all__ = ["Article", "Hints", "Page", "Profile", "Rejected", "parse", "reader"]


def __getattr__(name: str) -> Any:
    """The function `parse` at its first use: its tables of places and agencies cost a second that most commands save."""
    if name != "parse":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from parsers.parsing import parse

    return globals().setdefault(name, parse)
