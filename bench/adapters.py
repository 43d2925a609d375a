"""What the scorers call: the product's own functions in the scorers' shape, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from parsers import dateline as datelines


def dateline(
    lead: str, *, lang: str | None, published: date | None, url: str | None, title: str | None
) -> Mapping[str, Any] | None:
    """The dateline that opens a lead; None when there is none."""
    found = datelines.read(lead, title=title, language=lang, published=published, url=url)
    if found is None:
        return None
    return {
        "places": list(found.places),
        "date": found.date,
        "source_tags": list(found.source_tags),
        "body_start": found.end,
    }
