"""What a listing says: links with their evidence, further listings, and what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urljoin, urlsplit

MAX_URL = 2_000  # characters; longer ones are traps or data, never articles


class ListingError(Exception):
    """Bytes that are no listing of the kind asked for; `reason` is the code for the ledger."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Link:
    """One link to what may be an article, with what stands beside it."""

    url: str  # absolute, http or https
    basis: str  # feed, sitemap, news-sitemap, index, list
    title: str | None = None
    published: str | None = None  # EDTF, checked: day or finer
    day: date | None = None  # of `published`, in the source's time zone
    modified: str | None = None
    modified_day: date | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A further sitemap that a sitemap index names, and the day it was last changed, where it says so."""

    url: str
    modified_day: date | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Everything one listing says, in its order."""

    links: tuple[Link, ...]
    children: tuple[Child, ...] = ()
    next_url: str | None = None
    cut_short: bool = False  # the listing ended in the middle; what was read until there is kept
    dropped: Counter[str] = field(default_factory=Counter)  # reason → links: scheme, repeated, …
    around: frozenset[str] = frozenset()  # every href on a page as written, be it of an article or not
    notes: tuple[str, ...] = ()
    is_other: bool = False  # it came at the address of a period's listing, and is another page


def absolute(href: object, base_url: str) -> str | None:
    """The http(s) address a link means on a page at `base_url`; None for anything else."""
    if not isinstance(href, str) or not href.strip() or len(href) > MAX_URL:
        return None
    try:
        url = urljoin(base_url, href.strip())
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken IPv6 host or port
        return None
    return url if fits else None
