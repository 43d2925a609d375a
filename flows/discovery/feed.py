"""The finder for feeds: one listing, RSS, Atom or JSON Feed."""

from __future__ import annotations

from collections.abc import Iterator

from flows.discovery.records import Get, Known, Listing, Unit, Window, nothing_known
from flows.discovery.walk import Walk
from flows.sources import FinderSpec, SourceDefinition
from parsers.listing import Links, read_feed


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """One unit, named by the feed's address; an error page there is a failure, never an empty feed."""
    assert spec.url is not None
    walk = Walk(spec, source, window, get, known)

    def read(listing: Listing) -> Links:
        return read_feed(listing.content, listing.final_url, walk.calendar, listing.content_type)

    yield walk.look(spec.url, "feed", read).unit
