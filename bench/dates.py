"""Dates where only a dateline, an address or the day of the capture can tell: our own pages, built around own leads.

Each page carries what misleads other tools: a copyright line, the day on which it was changed, the day of the fetch,
and teasers with days of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from parsers import Hints, Page, Profile, Rejected, parse

DATA = Path(__file__).parent / "data" / "dateline_pages.toml"
_MORE = (
    "The clerk read the letter aloud and put it back into the drawer. Then the members spoke for an hour about ropes, "
    "lamps and the price of tar, and agreed on nothing but the hour of their next meeting."
)
_SKELETONS = (
    "<html lang={lang}><head><title>{title}</title></head><body><div id=top><img alt='Subscribe'></div><h1>{title}</h1>{body}"
    "<p>© 2001–2026 The Gazette. All rights reserved.</p></body></html>",
    "<html lang={lang}><head><title>{title} | Gazette</title></head><body><main><article><h1>{title}</h1>{body}</article>"
    "<p class=foot>Page last updated: 23 November 2025</p></main></body></html>",
    "<html lang={lang}><head><title>Gazette: {title}</title></head><body><table><tr><td width=140><a href=/>Home</a></td><td><b>{title}</b>{body}</td></tr></table>"
    "<hr><small>Copyright 1999 Gazette Press</small></body></html>",
    "<html lang={lang}><head><title>{title}</title><meta property='article:modified_time' content='2025-11-23T10:00:00Z'></head>"
    "<body><article><h1>{title}</h1>{body}</article><aside class=related><h3>More</h3><ul><li>Boats sold <time>12 May 2020</time></li>"
    "<li>Ropes bought <time>14 June 2021</time></li></ul></aside></body></html>",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A page, the source it is read as, and what its record must say."""

    page: Page
    profile: Profile
    lead: str
    day: date | None
    basis: str | None
    near: int  # days by which another honest answer may differ


@dataclass(frozen=True, slots=True)
class Answer:
    """What the record said."""

    day: date | None
    basis: str | None

    def is_right(self, case: Case) -> bool:
        """Whether the day is the expected one, or within what the case leaves open, and not known where it cannot be."""
        if self.day is None or case.day is None:
            return self.day == case.day
        return abs(self.day - case.day) <= timedelta(days=case.near)


def cases() -> Iterator[Case]:
    """The pages of the set."""
    for number, row in enumerate(tomllib.loads(DATA.read_text(encoding="utf-8"))["page"]):
        yield _case(number, row)


def _case(number: int, row: dict[str, Any]) -> Case:
    language = row.get("language", "en")
    html = _SKELETONS[number % len(_SKELETONS)].format(
        lang=language, title="Harbour board meets", body=f"<p>{escape(row['lead'])}</p><p>{_MORE}</p><p>{_MORE}</p>"
    )
    seen = datetime.fromisoformat(row["seen"] + "T12:00:00") if "seen" in row else None
    hints = Hints(published=row.get("hint"), published_basis=row.get("hint_basis"))
    return Case(
        Page(html, url=row.get("url"), observed_at=seen, hints=hints),
        Profile(timezone=row.get("timezone", "UTC"), url_pattern=row.get("pattern")),
        row["lead"],
        date.fromisoformat(row["day"]) if row["day"] else None,
        row.get("basis"),
        row.get("near", 0),
    )


def answer(case: Case) -> Answer:
    """What the parser says of a page of the set."""
    result = parse(case.page, case.profile)
    stated = None if isinstance(result, Rejected) else result[0].published
    return Answer(stated.day if stated else None, stated.basis if stated else None)


def main() -> None:
    """Print how many are right, and each that is not."""
    pairs = [(case, answer(case)) for case in cases()]
    right = sum(found.is_right(case) for case, found in pairs)
    print(
        f"dates from datelines and addresses alone (own pages): right {right} of {len(pairs)}, {right / len(pairs):.1%}"
    )
    for case, found in pairs:
        if not found.is_right(case):
            print(f"  {case.lead[:60]} … {case.page.url or ''}: expected {case.day}, got {found.day} ({found.basis})")


if __name__ == "__main__":
    main()
