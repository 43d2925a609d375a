"""Pages in, records out: datelines, source tags, honest dates, bodies. Pure: no network, no clock, no database.

page = Page(html_bytes, url="https://…", observed_at=…)
result = parse(page, Profile())        # a tuple of Article, or Rejected with a reason
"""

from __future__ import annotations

from parsers.parse import parse
from parsers.reader import reader
from parsers.records import Article, Hints, Page, Profile, Rejected

__all__ = ["Article", "Hints", "Page", "Profile", "Rejected", "parse", "reader"]
