"""Who wrote an article and who published it: what a page states, and who signs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import chain

from parsers import authors, jsonld, markup
from parsers.records import Evidence

OUTLETS = frozenset({"WebSite", "Organization", "NewsMediaOrganization", "Newspaper", "Corporation"})
"""Types of JSON-LD whose names are those of the outlet."""

_AUTHOR: list[str] = tomllib.loads(files("parsers").joinpath("data/meta_names.toml").read_text(encoding="utf-8"))[
    "author"
]


def read(
    article: jsonld.Node | None,
    nodes: tuple[jsonld.Node, ...],
    marks: markup.Markup,
    signed: list[str],
    outlets: tuple[str, ...],
) -> tuple[tuple[str, ...], str | None, tuple[Evidence, ...]]:
    """The authors, the byline that names them as printed, and every candidate."""
    people = jsonld.names(article.values.get("author") or article.values.get("creator"), nodes) if article else []
    read = [(text, authors.persons(authors.names([text], outlets), outlets)) for text in signed]
    metas = (authors.names(marks.all_metas(name), outlets) for name in _AUTHOR)
    byline, named = _first_person(read, outlets)
    stated = {"json-ld": authors.names(people, outlets), "meta": next(filter(None, metas), ()), "byline": named}
    chosen = _complete(_first_person([(basis, found) for basis, found in stated.items() if found], outlets)[0], stated)
    evidence = tuple(
        Evidence("authors", "; ".join(found), basis, basis == chosen) for basis, found in stated.items() if found
    )
    printed = " ".join(byline.replace(" | ", " ").split()) if byline else None
    return (stated[chosen] if chosen else ()), printed, evidence


def _complete(chosen: str | None, stated: dict[str, tuple[str, ...]]) -> str | None:
    """The chosen witness, or another where two others agree on its names and more: machines are often told the first."""
    others = [basis for basis in stated if basis != chosen]
    named = [{name.casefold() for name in stated[basis]} for basis in others]
    if chosen and named[0] == named[-1] and {name.casefold() for name in stated[chosen]} < named[0]:
        return others[0]
    return chosen


def _first_person(
    found: list[tuple[str, tuple[str, ...]]], outlets: tuple[str, ...]
) -> tuple[str | None, tuple[str, ...]]:
    """The first entry that names a person, else the first that names anybody: a desk signs where nobody does."""
    named = [(basis, people) for basis, people in found if people]
    persons = (entry for entry in named if any(authors.is_person(name, outlets) for name in entry[1]))
    return next(persons, next(iter(named), (None, ())))


def publisher(article: jsonld.Node | None, nodes: tuple[jsonld.Node, ...], marks: markup.Markup) -> str | None:
    named = jsonld.names(article.values.get("publisher"), nodes) if article else []
    outlets = (text for node in nodes if node.types & OUTLETS for text in jsonld.texts(node.values.get("name")))
    return next(chain(named, filter(None, [marks.meta("og:site_name")]), outlets), None)


def wire_hints(article: jsonld.Node | None, nodes: tuple[jsonld.Node, ...]) -> Iterator[tuple[str, str]]:
    for key in ("author", "creator", "publisher", "provider", "sourceOrganization", "creditText", "copyrightHolder"):
        for name in jsonld.names(article.values.get(key), nodes) if article else ():
            yield name, key
