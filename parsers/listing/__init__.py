"""Links on a feed, a sitemap or an index page, out of bytes that somebody else fetched."""

from __future__ import annotations

from parsers.listing.dates import Calendar, Listed, read_date
from parsers.listing.feeds import patience, read_feed
from parsers.listing.pages import Selectors, any_page, read_page, said
from parsers.listing.records import Child, Link, Links, ListingError, absolute
from parsers.listing.sitemaps import read_robots, read_sitemap

__all__ = [
    "Calendar",
    "Child",
    "Link",
    "Links",
    "Listed",
    "ListingError",
    "Selectors",
    "absolute",
    "any_page",
    "patience",
    "read_date",
    "read_feed",
    "read_page",
    "read_robots",
    "read_sitemap",
    "said",
]
