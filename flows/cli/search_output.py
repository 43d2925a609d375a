"""How the answers of a search look: hits with marked passages, bars of shares, CSV."""

from __future__ import annotations

import csv
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from flows.cli.app import out

if TYPE_CHECKING:
    from warehouse.search import Found, Hit, Passage
    from warehouse.search.shares import OverTime, Period

WIDEST_BAR = 40
MARK = "bold yellow"


def hits_as_text(found: Found, query: str, seconds: float, *, filtered: bool) -> None:
    """Print hits for reading, and how many there are."""
    for place, hit in enumerate(found.hits, 1):
        _hit(place, hit)
    if not found.hits:
        _print(Text(_nothing(found, query, filtered)))
        return
    shown = (
        f"{len(found.hits)} of {found.total:,} articles" if found.total > len(found.hits) else _articles(found.total)
    )
    said = f"{shown} in {seconds * 1000:.0f} ms"
    if found.ranked < found.total:
        said += f"; so many match that {found.ranked:,} were ranked: those that say it in the headline, or the newest"
    _print(Text(said, style="dim"))


def _hit(place: int, hit: Hit) -> None:
    facts = [
        hit.outlet,
        str(hit.date_published or "no date"),
        ", ".join(hit.places),
        hit.source_tag or hit.agency,
        hit.article_id[:8],
    ]
    _print(Text(f"{place:>3} ") + _marked(hit.headline, "bold"))
    _print(Text(" · ".join(fact for fact in facts if fact), style="dim"), indent=4)
    _print(_marked(hit.passage), indent=4)
    if hit.copies:
        where = "; ".join(f"{copy.outlet}, {copy.date_published or 'no date'}" for copy in hit.copies[:8])
        more = f" and {len(hit.copies) - 8} more" if len(hit.copies) > 8 else ""
        _print(Text(f"also in: {where}{more}", style="cyan"), indent=4)
    out.print()


def _marked(passage: Passage, style: str = "") -> Text:
    text = Text(passage.text, style=style)
    for start, end in passage.marks:
        text.stylize(MARK, start, end)
    return text


def _nothing(found: Found, query: str, filtered: bool) -> str:
    """A sentence that says what to try."""
    if found.articles == 0:
        return "The index holds no article yet. Read an outlet first: wireroom ingest SOURCE"
    tries = []
    if filtered:
        tries.append("leave out a filter")
    if '"' in query:
        tries.append("leave out the quotation marks, which ask for the words as they are spelt")
    if len(query.split()) > 1:
        tries.append("use fewer words, or OR between them")
    tries.append("write the beginning of a word and *, as in harb*")
    return f"None of {found.articles:,} articles matches {query}. You could {'; or '.join(tries)}."


def shares_as_text(found: OverTime, query: str) -> None:
    """Print a bar a period for each outlet, with counts; articles without a date are said apart."""
    if not found.total:
        _print(Text(f"No article matches {query}, in any {found.by}."))
        return
    greatest = max((period.share for period in found.periods if period.start), default=0.0)
    for outlet, periods in groupby(found.periods, key=lambda period: (period.source_id, period.outlet)):
        _outlet(outlet[1], list(periods), found, greatest)
    _print(
        Text(
            f"{_articles(found.total)} matching; a bar is their share of what the outlet printed in the {found.by}.",
            style="dim",
        )
    )


def _outlet(name: str, periods: list[Period], found: OverTime, greatest: float) -> None:
    _print(Text(name, style="bold"))
    for period in periods:
        if period.start is not None:
            width = round(WIDEST_BAR * 2 * period.share / greatest) if greatest else 0
            bar = "█" * (width // 2) + ("▌" if width % 2 else "")
            label = period.start.isoformat()[: {"year": 4, "month": 7}.get(found.by, 10)]
            _print(
                Text(f"  {label}  {period.share:>6.1%} ")
                + Text(bar, style="yellow")
                + Text(f" {period.matches:,} of {period.articles:,}", style="dim")
            )
        elif period.matches or period.articles:
            _print(
                Text(f"  Without a date, in no period: {period.matches:,} of {_articles(period.articles)}", style="dim")
            )
    out.print()


def hits_as_csv(found: Found) -> None:
    """Print one line a hit."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["article_id", "score", "source_id", "outlet", "info_source", "date_published", "places", "language", "url",
                     "headline", "passage", "also_in"])  # fmt: skip
    for hit in found.hits:
        writer.writerow([hit.article_id, f"{hit.score:.3f}", hit.source_id, hit.outlet, hit.info_source, hit.date_published,
                         "; ".join(hit.places), hit.language, hit.url, hit.headline.text, hit.passage.text,
                         "; ".join(copy.url for copy in hit.copies)])  # fmt: skip


def shares_as_csv(found: OverTime) -> None:
    """Print one line a period; without a start stand the articles that have no date."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["source_id", "outlet", "start", "matches", "articles", "share"])
    for period in found.periods:
        writer.writerow(
            [period.source_id, period.outlet, period.start, period.matches, period.articles, f"{period.share:.6f}"]
        )


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _print(text: Text, indent: int = 0) -> None:
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, indent), expand=False), highlight=False)
    else:
        out.print(Text(" " * indent) + text, highlight=False, soft_wrap=True)
