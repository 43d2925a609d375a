"""Coverage as one page for any browser: a heat map by day, and each day's pages with what came of them.

The page needs nothing from outside and allows nothing from outside: its policy names its own script and style by hash. The
data lie in it as compressed JSON.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any

from flows import reasons
from warehouse.coverage import Day, Hole, PageState

LISTED = 500
"""Holes that stand in the page itself, for print and for browsers without script; the map shows them all."""


@dataclass(slots=True)
class Words:
    """Texts that occur often, each written once."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str | None) -> int:
        """The number of a text; the empty one is 0."""
        return self.places.setdefault(text or "", len(self.places))


def page(
    name: str,
    source_id: str,
    days: Sequence[Day],
    states: Mapping[date, str],
    words: Mapping[str, str],
    pages: Sequence[PageState],
    holes: Sequence[Hole],
    doubt: str | None = None,
    dayless: str | None = None,
) -> str:
    """The HTML of the page; `states` is how each day is to be shown, `words` what those states are called, `doubt` a warning above all.

    `dayless` is a sentence on the pages that have no place on the map.
    """
    style, script = _part("page.css"), _part("page.js")
    values = {
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "data": _packed(compact(source_id, days, states, words, pages)),
        "title": escape(f"{name}: coverage"),
        "name": escape(name),
        "span": escape(f"{days[0].day} to {days[-1].day}") if days else "",
        "doubt": f'<p id="doubt"><strong>{escape(doubt)}</strong></p>' if doubt else "",
        "dayless": f'<p id="dayless" class="quiet">{escape(dayless)}</p>' if dayless else "",
        "holes": "".join(_rows(holes, words)),
        "count": f"{len(holes):,} {'hole' if len(holes) == 1 else 'holes'}" if holes else "Nothing is missing",
        "lacks": "" if holes else " hidden",
        "again": escape(
            f"wireroom backfill {source_id} --from {days[0].day} --to {days[-1].day} --holes" if days else ""
        ),
    }
    text = _part("page.html")
    for key, value in values.items():
        text = text.replace(f"<!--{key}-->", value)
    return text


def compact(
    source_id: str,
    days: Sequence[Day],
    states: Mapping[date, str],
    words: Mapping[str, str],
    pages: Sequence[PageState],
) -> dict[str, Any]:
    """What the script needs; texts are numbers of `texts`, whose first is empty."""
    texts, outcomes = Words({"": 0}), Words()
    by_day = {one: list(found) for one, found in groupby(pages, lambda found: found.day)}
    shown = list(words)
    return {
        "source": source_id,
        "first": days[0].day.isoformat() if days else None,
        "states": [[state, words[state]] for state in shown],
        "days": [
            [
                shown.index(states[one.day]), texts.place(reasons.said(one.reason)), texts.place(", ".join(one.witnesses)),
                texts.place(", ".join(one.finders)), one.agreement, one.level, one.articles,
            ]
            for one in days
        ],
        "pages": [[_page(found, texts, outcomes) for found in by_day.get(one.day, ())] for one in days],
        "outcomes": list(outcomes.places),
        "words": {one: reasons.outcome(one) for one in outcomes.places},
        "texts": list(texts.places),
    }  # fmt: skip


def _page(one: PageState, texts: Words, outcomes: Words) -> list[Any]:
    return [one.url, one.title or "", outcomes.place(one.outcome), texts.place(reasons.in_words(one.reason or ""))]


def _rows(holes: Sequence[Hole], words: Mapping[str, str]) -> Iterator[str]:
    for hole in holes[:LISTED]:
        name = hole.day.isoformat() if hole.day else f"{hole.finder or ''} {hole.unit or ''}"
        # Of a day whose listing was not read nobody knows how many there are.
        articles = (
            f"{hole.articles:,} of {hole.found:,}" if hole.missing else f"{hole.articles:,}" if hole.articles else ""
        )
        cells = (escape(cell) for cell in (words[hole.state], reasons.said(hole.reason), articles))
        kind = "when" if hole.day else "listing"
        yield f'<tr><td class="{kind}">{escape(name)}</td>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"
    if len(holes) > LISTED:
        yield f'<tr><td colspan="4">… and {len(holes) - LISTED:,} more.</td></tr>\n'


def _packed(data: dict[str, Any]) -> str:
    """JSON, compressed, in letters that mean nothing to HTML."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode()


def _part(name: str) -> str:
    return (files("flows") / "coverage_page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
