"""Finders: ways to find article addresses, one a file, all with the same signature (records.Finder)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from flows.discovery import feed, index, listing_file, sitemap, template, warc, wayback
from flows.discovery.records import (
    Candidate,
    Finder,
    Get,
    Known,
    Listing,
    ListingKind,
    Piece,
    Unit,
    Window,
    nothing_known,
)
from flows.sources import FinderSpec, SourceDefinition

__all__ = [
    "FINDERS",
    "Candidate",
    "Finder",
    "Get",
    "Known",
    "Listing",
    "ListingKind",
    "Piece",
    "Unit",
    "Window",
    "find",
    "find_all",
    "finder_of",
    "nothing_known",
]

FINDERS: Mapping[str, Finder] = MappingProxyType(
    {
        "feed": feed.find,
        "sitemap": sitemap.find,
        "index": index.find,
        "template": template.find,
        "list": listing_file.find,
        "wayback": wayback.find,
        "warc": warc.find,
    }
)


def find(
    spec: FinderSpec, source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known
) -> Iterator[Unit]:
    """The units of one finder."""
    return finder_of(spec)(spec, source, window, get, known)


def find_all(source: SourceDefinition, window: Window, get: Get, known: Known = nothing_known) -> Iterator[Unit]:
    """The units of all finders of a source, in the order of its file; an address may come from several."""
    for spec in source.finders:
        yield from find(spec, source, window, get, known)


def finder_of(spec: FinderSpec) -> Finder:
    """The finder that a `[[find]]` table asks for."""
    return FINDERS[spec.kind]
