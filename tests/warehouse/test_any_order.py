"""Loading is a set operation: any order, any split, any repetition of the same facts gives the same tables."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.facts import at, fetched, found, key, reading, withdrawal
from tests.warehouse.tables import loaded, tables
from warehouse import schema
from warehouse.folders import Folders
from warehouse.rows import Reading, Row

DATABASE = schema.opened(":memory:")
"""Emptied for every example: making one takes longer than loading."""

NAMES = st.sampled_from("abcde")
TEXTS = (
    "one two three four five six seven",
    "one two three",
    "one two three four five six eight",
    "ten eleven twelve",
    None,
)
POINTS_TO = st.one_of(st.none(), NAMES)


@st.composite
def captures(draw: st.DrawFn) -> list[Row]:
    """One page that an address showed, and what one or two readers made of it."""
    name, hours = draw(NAMES), draw(st.integers(0, 5))
    final = draw(st.one_of(st.none(), st.none(), NAMES))
    made: list[Row] = [fetched(name, hours=hours, origin=draw(st.sampled_from(("live", "wayback", "warc", "import"))))]
    if draw(st.booleans()):
        days = st.one_of(st.none(), st.dates(date(2026, 2, 1), date(2026, 2, 3)))
        made.append(found(name, hours=draw(st.integers(0, 5)), day=draw(days)))
    for reader in draw(st.lists(st.sampled_from(("r1", "r2")), min_size=1, max_size=2, unique=True)):
        made.append(
            reading(
                name,
                draw(st.sampled_from(TEXTS)),
                hours=hours,
                reader=reader,
                read=draw(st.integers(6, 8)),
                final=final,
                canonical=draw(POINTS_TO),
                headline=draw(st.sampled_from(("One", "Two"))),
                item=draw(st.sampled_from((0, 0, 0, 1))),
                extent=draw(st.sampled_from(("full", "full", "excerpt"))),
                published=draw(st.sampled_from((None, date(2026, 2, 5)))),
            )
        )
    return made


@st.composite
def fact_sets(draw: st.DrawFn) -> list[Row]:
    """Facts without two that have one key and differ."""
    facts = {_key(row): row for capture in draw(st.lists(captures(), min_size=1, max_size=9)) for row in capture}
    gone = draw(st.one_of(st.just([]), st.just([]), st.lists(NAMES, min_size=1, max_size=2, unique=True)))
    return [*facts.values(), *(withdrawal(name, hours=9) for name in gone)]


def _key(row: Row) -> tuple[object, ...]:
    parts = (
        ("fetch_id", "item", "reader")
        if hasattr(row, "reader")
        else ("fetch_id",)
        if hasattr(row, "fetch_id")
        else ("url_key", "found_at")
    )
    return (type(row), *(getattr(row, part) for part in parts))


@given(fact_sets(), st.integers(0, 2**32))
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking a failure takes minutes, and the facts are short as they are
    suppress_health_check=list(HealthCheck),
)
def test_any_order_split_and_repetition_gives_the_same_tables(facts: list[Row], seed: int) -> None:
    shuffled = random.Random(seed)
    parts: list[list[Row]] = [[] for _ in range(shuffled.randint(1, 4))]
    for row in [*facts, *shuffled.sample(facts, len(facts) // 3)]:
        shuffled.choice(parts).append(row)
    for part in parts:
        shuffled.shuffle(part)
    with TemporaryDirectory() as folder:
        folders = Folders(Path(folder))
        at_once = tables(loaded(folders, [facts], DATABASE))
        assert tables(loaded(folders, parts, DATABASE)) == at_once


@given(fact_sets(), st.sampled_from(("another parser", "other furniture")))
@settings(
    max_examples=10, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)  # fmt: skip
def test_another_reader_of_unchanged_pages_makes_no_version(facts: list[Row], upgrade: str) -> None:
    """The same pages seen again a day later, by a reader that takes another word of each for furniture."""
    pages = [
        replace(row, final_key=None, canonical_key=None)  # two addresses of one article may show two texts in turn
        for row in facts
        if isinstance(row, Reading) and row.reader == key("r1")
    ]
    last = {page.url_key: page.fetch_id for page in sorted(pages, key=lambda page: page.observed_at)}
    stored = [_read_again(page, page.fetch_id, page.observed_at, upgrade) for page in pages]
    seen = [
        _read_again(page, key(f"again {page.fetch_id}"), page.observed_at + timedelta(days=1), upgrade)
        for page in pages
        if page.fetch_id == last[page.url_key]
    ]
    with TemporaryDirectory() as folder:
        folders = Folders(Path(folder))
        before = valid_from(loaded(folders, [pages], DATABASE))
        con = loaded(folders, [pages, stored + seen], DATABASE)
        assert valid_from(con) == before
        assert con.execute(
            "SELECT count(*) FROM changes WHERE load_id = 2 AND change IN ('new', 'revised')"
        ).fetchall() == [(0,)]


def _read_again(page: Reading, fetch_id: str, observed_at: datetime, upgrade: str) -> Reading:
    if page.text is None:
        return replace(page, fetch_id=fetch_id, observed_at=observed_at, reader=key(upgrade), read_at=at(48))
    return replace(
        page, fetch_id=fetch_id, observed_at=observed_at, reader=key(upgrade), read_at=at(48),
        record_hash=key(f"{page.record_hash} {upgrade}"), content_hash=key(f"{page.content_hash} {upgrade}"),
    )  # fmt: skip


def valid_from(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("SELECT article_id, valid_from FROM versions ORDER BY ALL").fetchall()
