"""Questions about reading the archive anew: which pages, what counts of them now, and what waits to be accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from warehouse import proposals, reading_copy, withdrawal
from warehouse.folders import Folders
from warehouse.proposals import Proposal
from warehouse.staging import sql

Key = tuple[str, str]
"""An article's id and the hash of a record of it."""

Item = tuple[str, int]
"""A page, by its fetch, and the place of an article on it."""

MEMORY = "512MB"

_NO_LOOKS = """
CREATE OR REPLACE TABLE looks (
    fetch_id UUID, item SMALLINT, url_key UUID, url VARCHAR, article_id UUID, observed_at TIMESTAMP, outcome VARCHAR, fields VARCHAR[],
    reason VARCHAR, message VARCHAR, former_reason VARCHAR, warnings VARCHAR[], file VARCHAR
)
"""


@dataclass(frozen=True, slots=True)
class Past:
    """What counts now of one article of a page."""

    item: int
    article_id: str | None
    record_hash: str | None  # None for a reject
    reject_reason: str | None


@dataclass(frozen=True, slots=True)
class Archived:
    """A page that is to be read anew, and what counts of it now."""

    fetch_id: str
    url_key: str
    url: str
    observed_at: datetime
    file: str  # relative to the archive folder
    offset: int
    past: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What waits in a proposal, counted; articles where it does not say pages."""

    pages: int
    outcomes: dict[str, int]
    fields: dict[str, int]  # of the changed ones, the most frequent first
    reasons: dict[str, int]  # of those that are newly rejected
    warnings: dict[str, int]

    @property
    def compared(self) -> int:
        """Articles that are one before and after."""
        return self.outcomes.get("unchanged", 0) + self.outcomes.get("changed", 0)

    @property
    def differs(self) -> bool:
        """Whether anything was read otherwise than it counts now."""
        return bool(self.warnings) or any(self.outcomes.get(one) for one in ("changed", "rejected", "accepted"))


class Comparison:
    """The newest reading copy beside what waits of one source, to be entered; nothing of it grows with the texts."""

    def __init__(self, folders: Folders, source_id: str) -> None:
        self._folders = folders
        self._source_id = source_id
        self._con = duckdb.connect(
            ":memory:", config={"memory_limit": MEMORY, "temp_directory": str(folders.live.with_suffix(".reparse.tmp"))}
        )

    def __enter__(self) -> Self:
        reading_copy.attach(self._con, self._folders, "copy")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._con.close()

    def plan(self, proposal: Proposal, *, since: date | None, zone: str, everything: bool, most: int | None) -> int:
        """Choose the pages that are to be read, from a day on in a time zone; their number. What waits already is not read again."""
        self._take_looks(proposal)
        self._con.execute("CREATE OR REPLACE TABLE waiting AS SELECT DISTINCT fetch_id FROM looks")
        values = {
            "source": self._source_id, "reader": proposal.reader, "since": since, "began": since and _began(since, zone),
            "everything": everything, "most": 2**62 if most is None else most,
        }  # fmt: skip
        self._con.execute(sql("reparse/pages"), values)
        (count,) = self._con.execute("SELECT count(*) FROM pages").fetchall()[0]
        return int(count)

    def pages(self, together: int) -> Iterator[list[Archived]]:
        """The chosen pages, so many together."""
        cursor = self._con.cursor().execute("SELECT * EXCLUDE (place) FROM pages ORDER BY place")
        while found := cursor.fetchmany(together):
            yield [_archived(row) for row in found]

    def texts(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """The wide records of these articles.

        They are read by their places: a join would unpack every body of the table, and what lies together in the archive
        lies together there.
        """
        asked = [{"article_id": article_id, "record_hash": record_hash} for article_id, record_hash in keys]
        con = self._con.cursor()
        places = con.execute(sql("reparse/texts"), [msgspec.json.encode(asked).decode()]).fetchall() if keys else []
        if not places:
            return {}
        found = con.execute(
            f"SELECT * FROM copy.texts WHERE rowid IN ({', '.join(str(int(place)) for (place,) in places)})"
        )
        names = [column[0] for column in found.description or []]
        texts = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {(str(text["article_id"]), str(text["record_hash"])): text for text in texts}

    def counting(self, pages: Iterable[Item]) -> dict[Item, Key]:
        """The article and the record that count now of these articles of pages."""
        asked = [{"fetch_id": fetch_id, "item": item} for fetch_id, item in pages]
        found = self._con.execute(sql("reparse/counting"), [msgspec.json.encode(asked).decode()]).fetchall()
        return {(fetch_id, item): (article_id, record_hash) for fetch_id, item, article_id, record_hash in found}

    def summary(self, proposal: Proposal) -> Summary:
        """What waits, counted."""
        self._take_looks(proposal)
        counts: dict[str, dict[str, int]] = {"outcome": {}, "field": {}, "reason": {}, "warning": {}, "pages": {}}
        for of, name, count in self._con.execute(sql("reparse/summary")).fetchall():
            counts[of][name] = count
        return Summary(
            counts["pages"].get("", 0), counts["outcome"], counts["field"], counts["reason"], counts["warning"]
        )

    def sample(self, name: str, most: int) -> list[tuple[str, str, int]]:
        """Some articles that differ in a field, or are newly rejected or accepted: file of looks, page and item."""
        return self._con.execute(sql("reparse/sample"), [name, most]).fetchall()

    def of_article(self, beginning: str, url_key: str | None) -> list[tuple[str, str, int]]:
        """What waits of an article (the beginning of its id, or its key), oldest page first: file of looks, page and item."""
        asked = (
            "SELECT file, fetch_id::VARCHAR, item FROM looks "
            "WHERE url_key = $2 OR (length($1) >= 4 AND starts_with(replace(article_id::VARCHAR, '-', ''), $1)) ORDER BY observed_at, item"
        )
        return self._con.execute(asked, [beginning, url_key]).fetchall()

    def _take_looks(self, proposal: Proposal) -> None:
        paths = [path.with_name(proposals.looks_name(path.name)) for path in proposal.files(self._folders)]
        self._con.execute(_NO_LOOKS)
        if paths:
            try:
                self._con.execute(sql("reparse/looks"), [[str(path) for path in paths]])
            except (duckdb.InvalidInputException, duckdb.IOException):
                for path in proposal.files(self._folders):
                    proposals.looks(path)  # which names the damaged one
                raise


def _archived(row: tuple[Any, ...]) -> Archived:
    fetch_id, url_key, url, observed_at, file, offset, past = row
    return Archived(fetch_id, url_key, url, observed_at, file, offset, tuple(Past(**former) for former in past))


def older_readings(con: duckdb.DuckDBPyConnection, readers: Mapping[str, str]) -> list[tuple[str, int]]:
    """Sources and how many of their archived pages count as another reader than today's has read them.

    `readers` names today's reader of each source; `con` is an open reading copy.
    """
    asked = [{"source_id": source_id, "reader": reader} for source_id, reader in readers.items()]
    return con.execute(sql("reparse/older"), [msgspec.json.encode(asked).decode()]).fetchall()


class Withdrawn:
    """What must not join a proposal, asked for while the gate is held: orders that lie there, and those carried out."""

    def __init__(self, folders: Folders, source_id: str) -> None:
        self._folders = folders
        self._source_id = source_id
        self._edition: Path | None = None
        self._carried_out: set[str | None] = set()

    def keys(self) -> set[str | None]:
        """Keys of addresses that were withdrawn; None among them says that the whole source was."""
        pending = withdrawal.pending(self._folders)
        ordered = {key for order in pending for key in order.url_keys}
        whole = {None for order in pending if order.whole_source and order.source_id == self._source_id}
        edition = self._folders.warehouse.resolve()
        if edition != self._edition:
            with closing(reading_copy.connect(self._folders)) as con:
                asked = "SELECT url_key::VARCHAR FROM withdrawals WHERE source_id = $1 OR url_key IS NOT NULL"
                self._carried_out = {key for (key,) in con.execute(asked, [self._source_id]).fetchall()}
            self._edition = edition
        return self._carried_out | ordered | whole


def _began(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a day begins in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
