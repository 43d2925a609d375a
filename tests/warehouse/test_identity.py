"""Which addresses are one article, loaded for real: ids, merges, parts that split off."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from tests.warehouse.facts import key, reading, withdrawal
from tests.warehouse.tables import article, loaded, versions
from warehouse.folders import Folders
from warehouse.identity import Node, assign


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def test_a_first_address_names_its_article(folders: Folders) -> None:
    con = loaded(folders, [[reading("a"), reading("a", "second item", item=1)]])
    assert article(con, "a") == key("a")
    assert article(con, "a", item=1) == str(uuid5(UUID(key("a")), "1"))


def test_a_home_page_named_by_every_page_joins_nothing(folders: Folders) -> None:
    pages = [reading(name, f"text of {name}", canonical="home") for name in "abc"]
    con = loaded(folders, [[page] for page in pages])
    assert len({article(con, name) for name in "abc"}) == 3
    assert article(con, "home") is None


def test_swapped_canonicals_of_two_texts_join_nothing(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "one text", canonical="b")], [reading("b", "another text", canonical="a")]])
    assert article(con, "a") != article(con, "b")


def test_one_text_under_two_addresses_that_name_one_is_one_article(folders: Folders) -> None:
    con = loaded(folders, [[reading("amp", canonical="a", hours=1)], [reading("a", hours=2)]])
    assert article(con, "amp") == article(con, "a")
    assert article(con, "amp") in {key("amp"), key("a")}


def test_the_id_first_given_stays_when_two_articles_turn_out_to_be_one(folders: Folders) -> None:
    con = loaded(folders, [[reading("b", hours=2)], [reading("a", hours=1)], [reading("b", hours=3, canonical="a")]])
    assert article(con, "a") == article(con, "b") == key("b")
    assert con.execute("SELECT article_id::VARCHAR, merged_into::VARCHAR FROM merges").fetchall() == [
        (key("a"), key("b"))
    ]
    assert con.execute("SELECT change FROM changes WHERE article_id = $1 AND load_id = 3", [key("a")]).fetchall() == [
        ("merged",)
    ]


def test_a_followed_redirect_is_firm(folders: Folders) -> None:
    con = loaded(folders, [[reading("old", "first text", hours=1)], [reading("old", "later text", hours=2, final="new")],
                           [reading("new", "last text", hours=3)]])  # fmt: skip
    assert article(con, "old") == article(con, "new") == key("old")
    assert [body for _, body in versions(con, "new")] == ["first text", "later text", "last text"]
    assert con.execute("SELECT how FROM article_urls ORDER BY url_key = $1", [key("old")]).fetchall() == [
        ("requested",),
        ("requested",),
    ]


def test_a_claim_that_becomes_contested_parts_the_articles_again(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", "same", canonical="c"), reading("b", "same", canonical="c")]])
    together = article(con, "a")
    assert together == article(con, "b") == article(con, "c")
    first = [
        [reading("a", "same", canonical="c"), reading("b", "same", canonical="c")],
        [reading("d", "other", canonical="c", hours=1)],
    ]
    parted = loaded(folders, first)
    assert len({article(parted, name) for name in "abd"}) == 3
    assert together in {article(parted, "a"), article(parted, "b")}
    assert article(parted, "c") is None


def test_a_merged_id_lives_again_when_its_article_parts(folders: Folders) -> None:
    con = loaded(
        folders,
        [[reading("a", "same")], [reading("b", "same", hours=1, canonical="a")], [reading("b", "other", hours=2)]],
    )
    assert article(con, "a") == key("a")
    assert article(con, "b") == key("b")
    assert con.execute("SELECT count(*) FROM merges").fetchall() == [(0,)]


def test_an_id_survives_a_reader_that_rejects_the_page(folders: Folders) -> None:
    con = loaded(folders, [[reading("a")], [reading("a", None, reader="r2", read=5)]])
    assert article(con, "a") == key("a")
    assert con.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
    assert con.execute("SELECT change FROM changes ORDER BY load_id").fetchall() == [("new",), ("rejected",)]


def test_what_was_withdrawn_goes_and_does_not_come_back(folders: Folders) -> None:
    con = loaded(folders, [[reading("a", hours=1)], [withdrawal("a", hours=2)], [reading("a", "new text", hours=3)]])
    for table in ("readings", "texts", "versions", "articles", "article_urls", "heads"):
        assert con.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)], table
    assert con.execute("SELECT change FROM changes ORDER BY load_id").fetchall() == [("new",), ("withdrawn",)]


def test_an_address_that_was_withdrawn_from_one_source_loads_from_no_other(folders: Folders) -> None:
    other = reading("a", "of another", hours=3, source_id="another", fetch_id=key("another a"))
    con = loaded(folders, [[reading("a", hours=1)], [withdrawal("a", hours=2)], [other]])
    assert con.execute("SELECT count(*) FROM readings").fetchall() == [(0,)]
    assert con.execute("SELECT count(*) FROM texts").fetchall() == [(0,)]


def test_a_source_that_was_withdrawn_takes_nothing_from_another(folders: Folders) -> None:
    other = reading("a", "of another", hours=3, source_id="another", fetch_id=key("another a"))
    con = loaded(folders, [[reading("a", hours=1)], [withdrawal(None, hours=2)], [other]])
    assert con.execute("SELECT source_id FROM readings").fetchall() == [("another",)]


def test_a_part_without_a_free_name_is_given_a_made_one() -> None:
    node = Node(key("a"), 0, datetime(2026, 1, 1), None, None)
    given = assign([node], [], frozenset({key("a")})).articles[key("a"), 0]
    assert given != key("a")
    assert given == assign([node], [], frozenset({key("a")})).articles[key("a"), 0]


def test_every_source_keeps_its_own_article_of_an_address_they_share(folders: Folders) -> None:
    sources = ("paper", "second", "third", "fourth")
    pages = [
        reading("a", f"text of {name}", item=item, source_id=name, fetch_id=key(f"{name} a"))
        for name in sources
        for item in (0, 1)
    ]
    con = loaded(folders, [[page] for page in pages])
    held = con.execute(
        "SELECT article_id, count(DISTINCT source_id), count(*) FROM article_urls GROUP BY ALL"
    ).fetchall()
    assert len(held) == len(pages)
    assert {row[1:] for row in held} == {(1, 1)}
    assert con.execute("SELECT change, count(*) FROM changes GROUP BY ALL").fetchall() == [("new", len(pages))]


def test_the_order_in_which_sources_arrive_changes_nothing_but_ids(tmp_path: Path) -> None:
    pages = [reading("a", f"text of {name}", source_id=name, fetch_id=key(f"{name} a")) for name in ("x", "y", "z")]
    ask = "SELECT source_id, version, valid_from, valid_to, record_hash FROM versions ORDER BY ALL"
    orders = [[pages[at] for at in order] for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))]
    tables = [
        loaded(Folders(tmp_path / str(number)), [[page] for page in order]).execute(ask).fetchall()
        for number, order in enumerate(orders)
    ]
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) == len(pages)


TWIN = {
    "mobile": ("m", "one text", {"canonical": "a"}, "a"),
    "amp": ("amp", "one text", {"canonical": "a"}, "a"),
    "moved": ("a", "one text", {"final": "moved"}, "moved"),
    "moved and corrected": ("a", "one text and a correction", {"final": "moved"}, "moved"),
    "a better canonical form": ("a", "one text", {"canonical": "better"}, "better"),
    "a better form and a correction": ("a", "one text and a correction", {"canonical": "better"}, "better"),
}
"""What is seen later: the address asked for, its text, what it names, and the address seen last."""


@pytest.mark.parametrize("case", TWIN)
def test_no_later_address_changes_an_id(folders: Folders, case: str) -> None:
    asked, words, named, last = TWIN[case]
    later = reading(asked, words, hours=2, **named)
    con = loaded(folders, [[reading("a", "one text", hours=1)], [later], [reading(last, words, hours=3)]])
    assert {article(con, name) for name in {"a", asked, last}} == {key("a")}
    assert con.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]


def test_an_earlier_capture_of_another_address_changes_no_id(folders: Folders) -> None:
    con = loaded(folders, [[reading("new", "text", hours=9)], [reading("old", "text", hours=1, final="new", read=10)]])
    assert article(con, "new") == article(con, "old") == key("new")
    assert versions(con, "new") == [(1, "text")]
