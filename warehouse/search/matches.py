"""Which of some articles a saved search finds: asked after each load, of the articles that it touched alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from uuid import UUID

from warehouse.folders import Folders
from warehouse.search import file as search_file
from warehouse.search import question
from warehouse.search.filters import Condition, Filters, condition
from warehouse.search.query import BadSearch

AT_ONCE = 10_000
"""Articles that one statement names."""


def fed_to(folders: Folders) -> tuple[int, str | None]:
    """The last load that the index holds, and its digest."""
    with closing(search_file.reader(folders)) as index:
        said = search_file.state(index)
    return int(said.get("load_id", 0)), said.get("digest")


def matching(folders: Folders, query: str, filters: Filters, among: Iterable[str]) -> list[str]:
    """Those of these articles that `query` finds; raises BadSearch for a query that cannot be read.

    A name that the index does not know yet (a place, an agency) is one of which there is no article so far.
    """
    with closing(search_file.reader(folders)) as index:
        sought = _sought(index, query, filters)
        return list(_among(index, *sought, sorted(set(among)))) if sought else []


def newest(folders: Folders, query: str, filters: Filters, limit: int) -> list[str]:
    """The articles with the latest days that `query` finds, the newest first."""
    with closing(search_file.reader(folders)) as index:
        sought = _sought(index, query, filters)
        return _named(index, *sought, "ORDER BY words.rowid DESC LIMIT ?", [limit]) if sought else []


def _sought(index: sqlite3.Connection, query: str, filters: Filters) -> tuple[str, Condition] | None:
    """Words and filters as the index is asked for them; None where a filter names what it does not know."""
    expression = question(index, query).expression
    try:
        return expression, condition(index, filters)
    except BadSearch:
        return None


def _among(index: sqlite3.Connection, expression: str, where: Condition, articles: Sequence[str]) -> Iterator[str]:
    for at in range(0, len(articles), AT_ONCE):
        some = [UUID(name).bytes for name in articles[at : at + AT_ONCE]]
        marks = ", ".join("?" * len(some))
        only = f"AND +words.rowid IN (SELECT id FROM articles WHERE article_id IN ({marks}))"
        yield from _named(index, expression, where, only, some)


def _named(index: sqlite3.Connection, expression: str, where: Condition, more: str, values: Sequence[object]) -> list[str]:  # fmt: skip
    """The article ids of an answer. The tie to `texts` comes last, so that the index is searched once."""
    ask = f"SELECT article_id FROM (SELECT words.rowid AS number FROM words {where.joins} WHERE words MATCH ? {where.sql} {more}) JOIN texts ON id = number"
    found = index.execute(ask, [expression, *where.values, *values]).fetchall()
    return [str(UUID(bytes=article)) for (article,) in found]
