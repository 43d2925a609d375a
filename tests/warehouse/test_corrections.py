"""A page read again by another reader is corrected: no version comes of it, whatever part of an article is read first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.facts import SOURCE, at, fetched, found, key, reading, withdrawal
from tests.warehouse.tables import article, tables, versions
from tests.warehouse.tables import loaded as loaded_into
from warehouse import reparsing, schema
from warehouse.folders import Folders
from warehouse.rows import Reading, Row

DATABASE = schema.opened(":memory:")
QUICK = settings(
    max_examples=10, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)  # fmt: skip


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def loaded(folders: Folders, batches: Sequence[Sequence[Row]]) -> duckdb.DuckDBPyConnection:
    return loaded_into(folders, batches, DATABASE)


def read_again(page: Reading, reader: str = "r2", read: float = 48, **other: object) -> Reading:
    """What a reader makes of the page that takes another word of every text for furniture."""
    again = replace(page, reader=key(reader), read_at=at(read))
    if page.text is not None:
        again = replace(
            again, record_hash=key(f"{page.record_hash} {reader}"), content_hash=key(f"{page.content_hash} {reader}")
        )
    return replace(again, **other)


def changes(con: duckdb.DuckDBPyConnection, load_id: int) -> list[str]:
    found = con.execute("SELECT change FROM changes WHERE load_id = $1 ORDER BY ALL", [load_id]).fetchall()
    return [change for (change,) in found]


def identity(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """What a citation rests on: article, number of the version, and since when it was shown."""
    return con.execute("SELECT article_id, version, valid_from, valid_to FROM versions ORDER BY ALL").fetchall()


THREE = [reading("a", "first", hours=1), reading("a", "second", hours=2), reading("a", "third", hours=3)]


def test_a_reparse_of_all_pages_corrects_every_version_and_moves_none(folders: Folders):
    con = loaded(folders, [THREE])
    before = identity(con)
    con = loaded(folders, [THREE, [read_again(page) for page in THREE]])
    assert identity(con) == before
    assert changes(con, 2) == ["corrected"] * 3
    assert con.execute("SELECT count(*), count(*) FILTER (reader = $1) FROM versions", [key("r2")]).fetchall() == [
        (3, 3)
    ]


@pytest.mark.parametrize("again", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)])
def test_a_reparse_of_some_pages_of_an_article_keeps_its_versions(folders: Folders, again: tuple[int, ...]):
    before = identity(loaded(folders, [THREE]))
    con = loaded(folders, [THREE, [read_again(THREE[place]) for place in again]])
    assert identity(con) == before
    assert changes(con, 2) == ["corrected"] * len(again)


def test_what_the_last_common_reader_saw_decides(folders: Folders):
    """The first reader took a changing advertisement for text; the second did not, and the third has read one page only."""
    pages = [reading("a", "text ad", hours=1), reading("a", "text pitch", hours=2)]
    better = [reading("a", "text", hours=1, reader="r2", read=10), reading("a", "text", hours=2, reader="r2", read=10)]
    latest = [reading("a", "text, better", hours=2, reader="r3", read=20)]
    assert versions(loaded(folders, [pages]), "a") == [(1, "text ad"), (2, "text pitch")]
    assert versions(loaded(folders, [pages, better]), "a") == [(1, "text")]
    assert versions(loaded(folders, [pages, better, latest]), "a") == [(1, "text, better")]


def test_a_version_shows_the_page_shown_last_whichever_was_read_last(folders: Folders):
    """The byline was mended between two looks, and the older page is read anew later than the newer one."""
    older, newer = reading("a", "same", hours=1), reading("a", "same", hours=2, record_hash=key("mended"))
    con = loaded(folders, [[older, newer], [read_again(newer, read=10)], [read_again(older, read=20)]])
    assert con.execute("SELECT fetch_id::VARCHAR FROM versions").fetchall() == [(newer.fetch_id,)]


def test_a_reader_that_is_taken_up_again_counts_again(folders: Folders):
    """As where a user takes an edit of the source's file back."""
    first, other = reading("a", "first", hours=1), read_again(reading("a", "first", hours=1), read=10)
    batches = [[first], [other], [replace(first, read_at=at(20))]]
    con = loaded(folders, batches)
    assert con.execute("SELECT reader::VARCHAR FROM versions").fetchall() == [(key("r1"),)]
    assert con.execute("SELECT count(*) FROM readings").fetchall() == [(2,)]
    expected = tables(con)
    assert tables(loaded(folders, batches[::-1])) == expected
    assert tables(loaded(folders, [[row for batch in batches for row in batch]])) == expected


def test_an_article_that_is_rejected_now_is_none_any_more_and_says_why(folders: Folders):
    live = [fetched("a", hours=1), found("a", hours=0, day=date(2026, 2, 1)), reading("a", "an index page", hours=1)]
    con = loaded(folders, [live, [reading("a", None, hours=1, reader="r2", read=9, reject="index_page")]])
    assert con.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
    assert con.execute("SELECT outcome, reason FROM rejects").fetchall() == [("rejected", "index_page")]
    assert con.execute("SELECT reject_reason, article_id::VARCHAR FROM article_history").fetchall() == [
        ("index_page", article(con, "a"))
    ]
    assert changes(con, 2) == ["rejected"]


def test_an_article_whose_last_page_is_rejected_now_shows_the_one_before(folders: Folders):
    pages = [reading("a", "the text", hours=1), reading("a", "an error page", hours=2)]
    con = loaded(folders, [pages, [reading("a", None, hours=2, reader="r2", read=9), read_again(pages[0])]])
    assert identity(con)[0][1:] == (1, at(1), None)


def test_a_page_that_is_an_article_now_was_shown_when_it_was_captured(folders: Folders):
    rejected = [fetched("a", hours=1), found("a"), reading("a", None, hours=1)]
    con = loaded(folders, [rejected, [reading("a", "a text after all", hours=1, reader="r2", read=900)]])
    assert versions(con, "a") == [(1, "a text after all")]
    assert changes(con, 2) == ["new"]
    assert con.execute("SELECT count(*) FROM rejects").fetchall() == [(0,)]


def test_what_was_withdrawn_stays_gone(folders: Folders):
    live = [reading("a", "first", hours=1)]
    con = loaded(folders, [live, [withdrawal("a", hours=2)], [read_again(live[0])]])
    assert con.execute("SELECT count(*) FROM readings").fetchall() == [(0,)]


def test_a_better_date_moves_no_address_to_another_day(folders: Folders):
    live = [found("a"), fetched("a", hours=1), reading("a", "text", hours=1, published=date(2026, 2, 5))]
    better = [reading("a", "text", hours=1, reader="r2", read=9, published=date(2026, 2, 6), record_hash=key("dated"))]
    con = loaded(folders, [live, better])
    assert con.execute("SELECT day, day_basis FROM addresses").fetchall() == [(date(2026, 2, 5), "date_published")]
    assert con.execute("SELECT date_published FROM articles").fetchall() == [(date(2026, 2, 6),)]


def test_pages_by_another_reader_are_counted_by_source(folders: Folders):
    rows = [fetched("a"), reading("a"), fetched("b"), reading("b"), read_again(reading("b")), reading("c")]
    con = loaded(folders, [rows])
    assert reparsing.older_readings(con, {SOURCE: key("r2"), "other": key("r2")}) == [(SOURCE, 1)]
    assert reparsing.older_readings(con, {SOURCE: key("r3")}) == [(SOURCE, 2)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Reading]]:
    """What live runs have read of a few addresses, and a reading of some of these pages by a later reader."""
    live: list[Row] = []
    again: list[Reading] = []
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        for hours in draw(st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True)):
            words = draw(st.sampled_from(("one two three", "four five six", "seven eight nine", None)))
            page = reading(name, words, hours=hours)
            live += [fetched(name, hours=hours), page]
            if draw(st.booleans()):
                again.append(read_again(page))
    return live, again


@given(histories())
@QUICK
def test_whatever_pages_are_read_again_no_version_comes_goes_or_moves(history: tuple[list[Row], list[Reading]]):
    live, again = history
    with TemporaryDirectory() as folder:
        before = identity(loaded(Folders(Path(folder)), [live]))
        con = loaded(Folders(Path(folder)), [live, again])
        assert identity(con) == before
        assert set(changes(con, 2)) <= {"corrected"}


@given(histories(), st.integers(0, 2**32))
@QUICK
def test_accepting_before_between_or_after_live_pages_gives_the_same_tables(
    history: tuple[list[Row], list[Reading]], seed: int
):
    live, again = history
    rejected = [replace(reading("z", None), fetch_id=page.fetch_id, url_key=page.url_key, observed_at=page.observed_at,
                        reader=key("r3"), read_at=at(60)) for page in again[:1]]  # fmt: skip
    later = [
        replace(read_again(page), fetch_id=key(f"later {page.fetch_id}"), observed_at=at(50), read_at=at(50))
        for page in again[-1:]
    ]
    batches: list[list[Row]] = [live, list(again), list(rejected), list(later)]
    with TemporaryDirectory() as folder:
        expected = tables(loaded(Folders(Path(folder)), batches))
        random.Random(seed).shuffle(batches)
        assert tables(loaded(Folders(Path(folder)), batches)) == expected
