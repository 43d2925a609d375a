"""Which date on an index page belongs to which link."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

from bs4 import BeautifulSoup, Tag

LEVELS = 60
"""How far around a link its date is looked for: on no real page is it further, and a hostile one is read in no time."""

_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "time"})


class Neighbours:
    """The dates of a page by the links they stand beside.

    A date belongs to the link that shares an element with it alone; in a row of links and dates to the link before
    or after it, as the row begins with a link or a date; a heading to all links until the next one.
    """

    def __init__(self, soup: BeautifulSoup, links: str, dates: str) -> None:
        self.links = {id(tag): tag.get("href") for tag in soup.select(links)}
        self.dates = {id(tag): tag for tag in soup.select(dates)}
        self.headings: dict[int, Tag] = {}  # link → the heading that it follows
        self.inside: dict[int, tuple[set[object], Tag | None]] = {}  # element → where its links lead, its first date
        self.rows: dict[int, dict[int, Tag]] = {}  # element → child → date
        self._survey(soup)

    def of(self, link: Tag) -> Tag | None:
        """The element that dates a link."""
        child = link
        for around in _around(link):
            targets, date = self.inside[id(around)]
            if len(targets) > 1:
                return self._row(around).get(id(child)) or self.headings.get(id(link))
            if date is not None:
                return date
            child = around
        return None

    def _survey(self, soup: BeautifulSoup) -> None:
        heading: Tag | None = None
        for tag in (soup, *soup.find_all(True)):
            self.inside[id(tag)] = (set(), None)
            if id(tag) in self.dates and tag.name not in _INLINE:
                heading = tag
            if heading is not None and id(tag) in self.links:
                self.headings[id(tag)] = heading
        for tag in soup.find_all(True):
            if id(tag) in self.links or id(tag) in self.dates:
                self._tell_parents(tag)

    def _tell_parents(self, tag: Tag) -> None:
        for around in _around(tag):
            targets, date = self.inside[id(around)]
            if id(tag) in self.links and len(targets) < 2:
                targets.add(self.links[id(tag)])
            if id(tag) in self.dates and date is None:
                self.inside[id(around)] = (targets, self.dates[id(tag)])

    def _row(self, around: Tag) -> dict[int, Tag]:
        """For each child of an element with several links: the date among its neighbours."""
        if id(around) not in self.rows:
            self.rows[id(around)] = self._paired([child for child in around.children if isinstance(child, Tag)])
        return self.rows[id(around)]

    def _paired(self, children: list[Tag]) -> dict[int, Tag]:
        told = [(child, *self.inside[id(child)]) for child in children]
        row = [(child, date) for child, targets, date in told if bool(targets) != (date is not None)]
        if not row or row[0][1] is None:
            pairs = pairwise(row)
            return {id(child): date for (child, own), (_, date) in pairs if own is None and date is not None}
        found: dict[int, Tag] = {}
        last = row[0][1]
        for child, date in row:
            last = date or last
            found[id(child)] = last
        return found


def _around(tag: Tag) -> Iterator[Tag]:
    """The element itself and those around it, the nearest first."""
    yield tag
    yield from islice(tag.parents, LEVELS)
