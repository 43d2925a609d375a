"""What becomes a version, what a correction, and what is only kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import reading
from tests.warehouse.tables import loaded, versions
from warehouse.folders import Folders

LONG = "one two three four five six seven eight nine ten"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def changes(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    return con.execute("SELECT load_id, change FROM changes ORDER BY load_id, valid_from").fetchall()


def test_a_changed_text_is_a_new_version(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1)], [reading("a", "second", hours=2)]])
    assert versions(con, "a") == [(1, "first"), (2, "second")]
    assert con.execute("SELECT body, version FROM articles").fetchall() == [("second", 2)]
    assert changes(con) == [(1, "new"), (2, "revised")]
    assert con.execute("SELECT opened_load_id, closed_load_id FROM versions ORDER BY version").fetchall() == [
        (1, 2),
        (2, None),
    ]


def test_an_unchanged_text_is_none(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1)], [reading("a", "first", hours=2)]])
    assert versions(con, "a") == [(1, "first")]
    assert changes(con) == [(1, "new")]


def test_there_and_back_are_three_versions(folders: Folders) -> None:
    con = loaded(
        folders, [[reading("a", "first", hours=1)], [reading("a", "second", hours=2)], [reading("a", "first", hours=3)]]
    )
    assert versions(con, "a") == [(1, "first"), (2, "second"), (3, "first")]
    assert con.execute("SELECT count(*), count(*) FILTER (is_current) FROM texts").fetchall() == [(2, 1)]


def test_an_old_capture_takes_its_place_in_the_past(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "today", hours=9)], [reading("a", "years ago", hours=1, read=10)]])
    assert versions(con, "a") == [(1, "years ago"), (9, "today")]
    assert con.execute("SELECT body FROM articles").fetchall() == [("today",)]
    assert changes(con) == [(1, "new"), (2, "history")]


def test_a_better_reader_corrects_and_makes_no_version(folders: Folders) -> None:
    con = loaded(
        folders, [[reading("a", "text with furniture", hours=1)], [reading("a", "text", hours=1, reader="r2", read=5)]]
    )
    assert versions(con, "a") == [(1, "text")]
    assert changes(con) == [(1, "new"), (2, "corrected")]


def test_a_changed_page_met_by_another_reader_is_no_revision_by_itself(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "old words", hours=1)], [reading("a", "new words", hours=2, reader="r2")]])
    assert versions(con, "a") == [(1, "new words")]
    assert changes(con) == [(1, "new"), (2, "corrected")]


def test_but_it_is_one_once_the_stored_capture_was_read_anew(folders: Folders) -> None:
    both = [reading("a", "new words", hours=2, reader="r2"), reading("a", "old words", hours=1, reader="r2", read=2)]
    con = loaded(folders, [[reading("a", "old words and furniture", hours=1)], both])
    assert versions(con, "a") == [(1, "old words"), (2, "new words")]
    assert changes(con) == [(1, "new"), (2, "corrected"), (2, "revised")]


def test_an_upgraded_parser_over_unchanged_pages_changes_nothing(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1)], [reading("a", "first", hours=2, reader="r2")]])
    assert versions(con, "a") == [(1, "first")]
    assert changes(con) == [(1, "new")]


@pytest.mark.parametrize(
    ("later", "extent"),
    [("one two three", "full"), ("an advertisement for a subscription", "excerpt"), ("nothing", "none")],
)
def test_a_cut_or_walled_copy_is_kept_but_never_over_a_better_one(folders: Folders, later: str, extent: str) -> None:
    con = loaded(folders, [[reading("a", LONG, hours=1)], [reading("a", later, hours=2, extent=extent)]])
    assert versions(con, "a") == [(1, LONG)]
    assert con.execute("SELECT count(*) FILTER (weaker), count(*) FROM readings").fetchall() == [(1, 2)]


def test_a_whole_text_after_a_teaser_is_a_version(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "one two three", hours=1, extent="excerpt")], [reading("a", LONG, hours=2)]])
    assert versions(con, "a") == [(1, "one two three"), (2, LONG)]


def test_an_error_page_never_hides_an_article(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1)], [reading("a", None, hours=2)]])
    assert versions(con, "a") == [(1, "first")]
    assert con.execute("SELECT count(*) FROM rejects").fetchall() == [(0,)]


def test_of_a_digest_that_a_later_reader_splits_otherwise_only_its_items_count(folders: Folders) -> None:
    con = loaded(
        folders,
        [
            [reading("a", "one", item=0), reading("a", "two", item=1)],
            [reading("a", "one and two", item=0, reader="r2", read=5)],
        ],
    )
    assert con.execute("SELECT body FROM articles").fetchall() == [("one and two",)]


def test_articles_as_of_a_moment(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1), reading("a", "second", hours=2)]])
    asked = "SELECT body FROM articles_as_of(TIMESTAMP '2026-03-01 13:30')"
    assert con.execute(asked).fetchall() == [("first",)]


def test_the_same_file_twice_changes_nothing(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "first", hours=1)], [reading("a", "first", hours=1)]])
    assert con.execute("SELECT count(*) FROM loads").fetchall() == [(1,)]
    assert con.execute("SELECT count(*) FROM readings").fetchall() == [(1,)]
