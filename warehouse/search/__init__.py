"""Full-text search over the reading copy: ranked hits with marked passages, copies folded, and shares over time.

    found = search(folders, '"fog closes" harbour', Filters(outlets=["eir"], since=date(2026, 1, 1)), collapse=True)

The index is brought to the newest reading copy first, unless another process is at that: then the answer is from what
is there, says so, and leaves out every hit whose article is no longer as it was indexed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from warehouse.folders import Folders
from warehouse.search import file as search_file
from warehouse.search import index as search_index
from warehouse.search.copies import alike, unpacked
from warehouse.search.filters import EVERYTHING, Condition, Filters, condition
from warehouse.search.index import Told, cleanse, feed, forget, rebuild, remove
from warehouse.search.query import BadSearch, Question, read
from warehouse.search.rows import day_of, inflated
from warehouse.search.snippets import Passage, marked, passage
from warehouse.search.wording import languages, wording

__all__ = [
    "BadSearch",
    "Copy",
    "Filters",
    "Found",
    "Hit",
    "Passage",
    "cleanse",
    "feed",
    "forget",
    "opened",
    "rebuild",
    "remove",
    "search",
]

RANKED = 10_000
"""Hits that are ranked; where more match, those that say it in the headline are, or the newest."""

LIMIT = 10


@dataclass(frozen=True, slots=True)
class Copy:
    """Where else the story of a hit was printed."""

    article_id: str
    source_id: str
    outlet: str
    date_published: date | None
    headline: str
    url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; of two hits the one with the higher score comes first."""

    article_id: str
    score: float
    source_id: str
    outlet: str
    info_source: str | None
    agency: str | None
    source_tag: str | None
    date_published: date | None
    places: tuple[str, ...]
    language: str | None
    url: str
    headline: Passage
    passage: Passage
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search."""

    hits: tuple[Hit, ...]
    total: int  # articles that match, copies counted
    ranked: int  # of them, those that were ranked
    articles: int  # in the index
    behind: bool  # the index lags behind the reading copy


def search(
    folders: Folders, query: str, filters: Filters = EVERYTHING, *, limit: int = LIMIT, collapse: bool = False
) -> Found:
    """The articles that `query` finds, best first; raises BadSearch, NoIndex, or WarehouseError where it cannot be fed."""
    behind = not opened(folders)
    with closing(search_file.reader(folders)) as index:
        return answer(folders, index, query, filters, limit, collapse, behind=behind or lags(folders, index))


def opened(folders: Folders, told: Told | None = None) -> bool:
    """Bring the index to the newest reading copy; False where another process is doing so (waited for if there is no index yet)."""
    if folders.search.exists():
        try:
            with closing(search_file.reader(folders)) as index:
                if not lags(folders, index) and search_file.state(index).get("wording") == search_file.edition():
                    return True
        except search_file.NoIndex:
            pass  # the writer says what is wrong with it
    return feed(folders, wait=not folders.search.exists(), told=told) is not None


def lags(folders: Folders, index: sqlite3.Connection) -> bool:
    """Whether the linked reading copy is another than the index was fed from."""
    return search_file.state(index).get("edition") != search_file.linked_edition(folders)


def question(index: sqlite3.Connection, query: str) -> Question:
    """What `query` asks in the languages of the index."""
    return read(query, languages(code for (code,) in index.execute("SELECT language FROM languages").fetchall()))


def answer(
    folders: Folders,
    index: sqlite3.Connection,
    query: str,
    filters: Filters,
    limit: int,
    collapse: bool,
    *,
    behind: bool,
) -> Found:
    """The answer of an index that is open."""
    asked = question(index, query)
    where = condition(index, filters)
    total = count(index, asked.expression, where)
    expression, ranked, where = _worth_ranking(index, asked.expression, where, total, limit)
    chosen: list[tuple[int, float, list[int]]] = []
    covered: set[int] = set()
    for number, score in _ranked(folders, index, expression, where, behind=behind):
        if len(chosen) == limit:
            break
        if number not in covered:
            others = _copies(index, number) if collapse else []
            covered.update(others)
            chosen.append((number, score, others))
    hits = tuple(_hit(index, asked, number, score, others) for number, score, others in chosen)
    articles = int(index.execute("SELECT coalesce(sum(articles), 0) FROM days").fetchone()[0])
    return Found(hits, total, ranked, articles, behind)


def count(index: sqlite3.Connection, expression: str, where: Condition) -> int:
    """How many articles match."""
    ask = f"SELECT count(*) FROM words {where.joins} WHERE words MATCH ? {where.sql}"
    return int(index.execute(ask, [expression, *where.values]).fetchone()[0])


def _worth_ranking(
    index: sqlite3.Connection, expression: str, where: Condition, total: int, limit: int
) -> tuple[str, int, Condition]:
    """The expression to rank by, how many it ranks, and where: ranking costs microseconds an article."""
    if total <= RANKED:
        return expression, total, where
    headlines = f"({expression}) AND {{headline headline_forms}} : ({expression})"
    try:
        said = count(index, headlines, where)
    except sqlite3.OperationalError:
        said = 0  # the expression names columns of its own
    if limit * 4 <= said <= RANKED:
        return headlines, said, where
    ask = f"SELECT words.rowid FROM words {where.joins} WHERE words MATCH ? {where.sql} ORDER BY words.rowid DESC LIMIT 1 OFFSET ?"
    oldest = index.execute(ask, [expression, *where.values, RANKED - 1]).fetchone()[0]
    return expression, RANKED, where.above(oldest)


def _ranked(
    folders: Folders, index: sqlite3.Connection, expression: str, where: Condition, *, behind: bool
) -> Iterator[tuple[int, float]]:
    """Ids and scores, best first and newest first among equals; where the index lags, only what is still as it was indexed."""
    ask = f"""
        SELECT words.rowid, -bm25(words, 10.0, 1.0, 8.0, 0.8) AS score FROM words {where.joins}
        WHERE words MATCH ? {where.sql} ORDER BY score DESC, words.rowid DESC
    """
    found = index.execute(ask, [expression, *where.values])
    while rows := found.fetchmany(100):
        yield from (_still_so(folders, index, rows) if behind else rows)


def _still_so(
    folders: Folders, index: sqlite3.Connection, rows: Sequence[tuple[int, float]]
) -> list[tuple[int, float]]:
    """The rows whose article has the record that was indexed in the newest reading copy."""
    marks = ", ".join("?" * len(rows))
    ask = f"SELECT id, article_id, record_hash FROM texts WHERE id IN ({marks})"
    held = {number: (article, record) for number, article, record in index.execute(ask, [number for number, _ in rows])}
    current = search_index.current_records(folders, [article for article, _ in held.values()])
    return [row for row in rows if current.get(held[row[0]][0]) == held[row[0]][1]]


def _copies(index: sqlite3.Connection, number: int) -> list[int]:
    """The ids of all copies of an article, oldest first."""
    own = unpacked(index.execute("SELECT sketch FROM texts WHERE id = ?", [number]).fetchone()[0])
    marks = ", ".join("?" * len(own.marks))
    ask = f"SELECT DISTINCT t.id, t.sketch FROM copies AS c JOIN texts AS t USING (id) WHERE c.mark IN ({marks}) AND t.id <> ?"
    found = index.execute(ask, [*own.marks, number]).fetchall()
    return sorted(other for other, sketch in found if alike(own, unpacked(sketch)))


_TEXT = """
SELECT t.article_id, o.source_id, o.name, a.info_source, a.name, t.source_tag, t.places, t.language, t.url, t.headline, t.body
FROM texts AS t JOIN facets AS f USING (id) JOIN outlets AS o USING (outlet) LEFT JOIN agencies AS a USING (agency)
WHERE t.id = ?
"""


def _hit(index: sqlite3.Connection, asked: Question, number: int, score: float, others: Sequence[int]) -> Hit:
    article, source_id, outlet, info_source, agency, tag, places, language, url, headline, body = index.execute(
        _TEXT, [number]
    ).fetchone()
    words = wording(language)
    return Hit(str(UUID(bytes=article)), score, source_id, outlet, info_source, agency, tag, day(number), tuple(json.loads(places)),
               language, url, marked(headline, asked.wanted, words), passage(inflated(body), asked.wanted, words),
               tuple(_copy(index, other) for other in others))  # fmt: skip


def _copy(index: sqlite3.Connection, number: int) -> Copy:
    ask = "SELECT t.article_id, o.source_id, o.name, t.headline, t.url FROM texts AS t JOIN facets USING (id) JOIN outlets AS o USING (outlet) WHERE t.id = ?"
    article, source_id, outlet, headline, url = index.execute(ask, [number]).fetchone()
    return Copy(str(UUID(bytes=article)), source_id, outlet, day(number), headline, url)


def day(number: int) -> date | None:
    """The day of publication in an id."""
    return date.fromordinal(ordinal) if (ordinal := day_of(number)) else None
