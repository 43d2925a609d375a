"""The rows that an article has in the search sidecar: put there, and taken out word by word."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from warehouse.search import copies
from warehouse.search.wording import Wording, fold

DAY_BITS = 20
"""Bits of an id below the day: so many articles of one day find room."""

FIRST_DAY = date(1400, 1, 1).toordinal()
"""Articles without a day have ids below this day's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index takes of an article."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "article_id", "record_hash", "source_id", "info_source", "date_published", "url", "language", "source_tag",
        "located_all", "headline", "dateline", "subheadline", "byline", "abstract", "body_extent", "body",
    )  # fmt: skip

    article_id: bytes
    record_hash: bytes
    source_id: str
    info_source: str | None
    day: date | None
    url: str
    language: str | None
    source_tag: str | None
    places: tuple[str, ...]
    headline: str
    opening: str  # what stands before the body and is searched with it
    body: str

    @property
    def text(self) -> str:
        """All that is searched beside the headline."""
        return f"{self.opening} {self.body}" if self.opening else self.body

    @classmethod
    def of(cls, row: Sequence[Any]) -> Entry:
        """The entry of a row of the table `texts` with COLUMNS."""
        said = dict(zip(cls.COLUMNS, row, strict=True))
        teaser = said["abstract"] if said["body_extent"] != "full" else None
        parts = (said["subheadline"], said["byline"], teaser, said["dateline"])
        return cls(
            said["article_id"].bytes, said["record_hash"].bytes, said["source_id"], said["info_source"], said["date_published"],
            said["url"] or "", said["language"], said["source_tag"], tuple(said["located_all"] or ()), _tidy(said["headline"]),
            _tidy("\n".join(part for part in parts if part)), _tidy(said["body"]),
        )  # fmt: skip

    @property
    def first_id(self) -> int:
        """The lowest id of the article's day."""
        return (self.day.toordinal() << DAY_BITS) if self.day is not None and self.day.toordinal() >= FIRST_DAY else 0


class Shelf:
    """The index's tables, opened for writing; the caller begins and commits."""

    def __init__(self, index: sqlite3.Connection) -> None:
        self.index = index
        self._wordings: dict[str, Wording] = {}
        self._outlets = dict(index.execute("SELECT source_id, outlet FROM outlets").fetchall())
        self._agencies = dict(index.execute("SELECT info_source, agency FROM agencies").fetchall())

    def count(self) -> int:
        """How many articles are in it."""
        return int(self.index.execute("SELECT count(*) FROM articles").fetchone()[0])

    def records(self, articles: Sequence[bytes] | None) -> dict[bytes, bytes]:
        """The record that is held of each of these articles, or of all."""
        if articles is None:
            return dict(self.index.execute("SELECT article_id, record_hash FROM articles").fetchall())
        ask = "SELECT article_id, record_hash FROM articles WHERE article_id = ?"
        return dict(row for article in articles for row in self.index.execute(ask, [article]).fetchall())

    def put(self, entries: Iterable[Entry]) -> None:
        """Index articles that are not there."""
        numbered = sorted(self._numbered(entries), key=lambda pair: pair[0])  # the index takes ids in order only
        sketches = [self._index(number, entry) for number, entry in numbered]
        many = self.index.executemany
        many("INSERT INTO articles VALUES (?, ?, ?)", [(e.article_id, e.record_hash, n) for n, e in numbered])
        many("INSERT INTO facets VALUES (?, ?, ?)", [(n, self._outlet(e), self._agency(e)) for n, e in numbered])
        many("INSERT OR IGNORE INTO places VALUES (?, ?)", [(folded(p), n) for n, e in numbered for p in e.places])
        many(
            "INSERT INTO copies VALUES (?, ?)",
            [(m, n) for (n, _), s in zip(numbered, sketches, strict=True) for m in s.marks],
        )
        many("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
             [_text(n, e, s.packed()) for (n, e), s in zip(numbered, sketches, strict=True)])  # fmt: skip
        many("INSERT INTO days VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET articles = articles + 1",
             [(self._outlet(e), day_of(n)) for n, e in numbered])  # fmt: skip
        many("INSERT OR IGNORE INTO languages VALUES (?)", {(e.language or "",) for _, e in numbered})

    def _index(self, number: int, entry: Entry) -> copies.Sketch:
        """Give an article's words to the index; the sketch of its body."""
        wording = self._wording(entry.language)
        headline, opening, body = (wording.columns(text) for text in (entry.headline, entry.opening, entry.body))
        self.index.execute("INSERT INTO words(rowid, headline, body, headline_forms, body_forms) VALUES (?, ?, ?, ?, ?)",
                           [number, headline[0], f"{opening[0]} {body[0]}", headline[1], f"{opening[1]} {body[1]}"])  # fmt: skip
        return copies.sketch(body[0].split(), headline[0].split())

    def take_out(self, articles: Iterable[bytes]) -> int:
        """Take articles out, those that are not there passed over; how many were there."""
        ask = "SELECT id FROM articles WHERE article_id = ?"
        ids = sorted(number for article in articles for (number,) in self.index.execute(ask, [article]).fetchall())
        for number in ids:
            self._take_out(number)
        return len(ids)

    def name_outlets(self, names: Iterable[tuple[str, str]]) -> None:
        """Take over the outlets' names."""
        self.index.executemany("UPDATE outlets SET name = ?2 WHERE source_id = ?1", names)

    def name_agencies(self, names: Iterable[tuple[str, str]]) -> None:
        """Take over the agencies' names."""
        self.index.executemany("UPDATE agencies SET name = ?2 WHERE info_source = ?1", names)

    def _take_out(self, number: int) -> None:
        """Take out an article's rows; the index is told the very words that it was given."""
        ask = "SELECT article_id, language, places, headline, body, sketch FROM texts WHERE id = ?"
        article_id, language, places, headline, body, packed = self.index.execute(ask, [number]).fetchone()
        worded = self._worded(language, headline, inflated(body))
        self.index.execute("INSERT INTO words(words, rowid, headline, body, headline_forms, body_forms) "
                           "VALUES ('delete', ?, ?, ?, ?, ?)", [number, *worded])  # fmt: skip
        outlet = self.index.execute("SELECT outlet FROM facets WHERE id = ?", [number]).fetchone()[0]
        for place in json.loads(places):
            self.index.execute("DELETE FROM places WHERE place = ? AND id = ?", [folded(place), number])
        for mark in copies.unpacked(packed).marks:
            self.index.execute("DELETE FROM copies WHERE mark = ? AND id = ?", [mark, number])
        self.index.execute("DELETE FROM articles WHERE article_id = ?", [article_id])
        self.index.execute("DELETE FROM facets WHERE id = ?", [number])
        self.index.execute("DELETE FROM texts WHERE id = ?", [number])
        where = "WHERE outlet = ? AND day = ?"
        self.index.execute(f"UPDATE days SET articles = articles - 1 {where}", [outlet, day_of(number)])
        self.index.execute(f"DELETE FROM days {where} AND articles = 0", [outlet, day_of(number)])

    def _numbered(self, entries: Iterable[Entry]) -> Iterable[tuple[int, Entry]]:
        """Each entry with the next free id of its day."""
        last: dict[int, int] = {}
        for entry in entries:
            first = entry.first_id
            end = first + (1 << DAY_BITS) if first else FIRST_DAY << DAY_BITS
            if first not in last:
                found = self.index.execute(
                    "SELECT max(id) FROM facets WHERE id > ? AND id < ?", [first, end]
                ).fetchone()[0]
                last[first] = found or first
            last[first] += 1
            yield last[first], entry

    def _worded(self, language: str | None, headline: str, text: str) -> tuple[str, str, str, str]:
        wording = self._wording(language)
        words, forms = wording.columns(headline)
        body, body_forms = wording.columns(text)
        return words, body, forms, body_forms

    def _wording(self, language: str | None) -> Wording:
        """The wording of a language, made once: its stemmers cost a millisecond."""
        if (language or "") not in self._wordings:
            self._wordings[language or ""] = Wording(language)
        return self._wordings[language or ""]

    def _outlet(self, entry: Entry) -> int:
        if entry.source_id not in self._outlets:
            ask = "INSERT INTO outlets (source_id, name) VALUES (?, ?) RETURNING outlet"
            self._outlets[entry.source_id] = self.index.execute(ask, [entry.source_id] * 2).fetchone()[0]
        return int(self._outlets[entry.source_id])

    def _agency(self, entry: Entry) -> int | None:
        if entry.info_source is None:
            return None
        if entry.info_source not in self._agencies:
            ask = "INSERT INTO agencies (info_source, name) VALUES (?, ?) RETURNING agency"
            self._agencies[entry.info_source] = self.index.execute(ask, [entry.info_source] * 2).fetchone()[0]
        return int(self._agencies[entry.info_source])


def _tidy(text: str | None) -> str:
    """A text with composed letters, and one line end between paragraphs."""
    return re.sub(r"\s*\n\s*", "\n", unicodedata.normalize("NFC", text or "")).strip()


def folded(name: str) -> str:
    """A name of several words as it is compared: of a place, an outlet, an agency."""
    return " ".join(fold(word) for word in name.split())


def day_of(number: int) -> int:
    """The ordinal of the day in an id; 0 where the article has none."""
    return day if (day := number >> DAY_BITS) >= FIRST_DAY else 0


def inflated(data: bytes) -> str:
    """The text that was deflated."""
    return zlib.decompress(data).decode()


def _text(number: int, entry: Entry, sketch: bytes) -> tuple[object, ...]:
    return (number, entry.article_id, entry.record_hash, entry.url, entry.language, entry.source_tag, json.dumps(entry.places),
            entry.headline, zlib.compress(entry.text.encode(), 6), sketch)  # fmt: skip
