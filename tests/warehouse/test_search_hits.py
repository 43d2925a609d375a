"""Hits as records: ranking, filters, passages, copies; and shares over time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.search_facts import load, marks, names, newsroom, story
from warehouse import search
from warehouse.folders import Folders
from warehouse.search.copies import alike, sketch
from warehouse.search.filters import Filters
from warehouse.search.query import BadSearch
from warehouse.search.shares import By, over_time, start_of

WIRE = (
    "Ministers of eleven countries agreed on Monday to share the cost of a new sea wall, after a night of talks in which the "
    "smallest of them twice left the table. The wall will be built in nine years. Fishermen doubt it. Engineers say that the "
    "first stones can be laid in spring, when the storms are over and the barges have come back from the south. "
)
ENDING = "A spokeswoman declined to say who would pay for the gates, which are the dearest part of any such wall. "


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Two outlets; both print the wire story in their own way."""
    folders = newsroom(tmp_path_factory.mktemp("press"))
    load(
        folders,
        story("wire", WIRE + ENDING, headline="Sea wall agreed", info_source="ap", source_tag="AP", located_all=["OSLO"], day=date(2026, 1, 5)),
        story("fog", "Fog in the harbour. " * 5, headline="Fog", located_all=["SÃO PAULO", "OSLO"], day=date(2026, 1, 31)),
        story("other", "A wall fell in the market; nobody was hurt.", headline="Market", day=date(2026, 2, 28)),
        story("plain", "Nothing of it.", headline="Plain", day=date(2026, 2, 27)),
        story("undated", "A wall without a day.", headline="Undated", day=None),
    )  # fmt: skip
    load(
        folders,
        story("copy", WIRE.replace("Fishermen doubt it. ", ""), headline="Eleven ministers and a wall", info_source="ap", day=date(2026, 1, 6), source="herald"),
        story("quote", WIRE[:60] + "That is what they say. " + "Our own man was there and saw something else entirely happen. " * 9, headline="Seen",
              day=date(2025, 12, 29), source="herald"),
        source="herald", outlet="Der Hérald",
    )  # fmt: skip
    return folders


def test_a_word_in_the_headline_counts_for_more_and_the_newest_comes_first_among_equals(tmp_path: Path):
    folders = newsroom(tmp_path)
    load(folders, story("body", "A wall of words about other things.", headline="Words"), story("head", "Of words about other things.", headline="The wall"),
         story("old", "Same thing.", headline="Fog", day=date(2020, 1, 1)), story("new", "Same thing.", headline="Fog", day=date(2026, 1, 1)))  # fmt: skip
    assert names(search.search(folders, "wall")) == ["head", "body"]
    assert names(search.search(folders, "fog")) == ["new", "old"]


FILTERS = [
    (Filters(outlets=["paper"]), {"wire", "other", "undated"}),
    (Filters(outlets=["der herald"]), {"copy"}),
    (Filters(outlets=["herald", "The Paper"]), {"wire", "other", "undated", "copy"}),
    (Filters(agencies=["ap"]), {"wire", "copy"}),
    (Filters(agencies=["associated press"], outlets=["paper"]), {"wire"}),
    (Filters(places=["Oslo"]), {"wire"}),
    (Filters(since=date(2026, 1, 6)), {"other", "copy"}),
    (Filters(until=date(2026, 1, 5)), {"wire"}),
    (Filters(since=date(2026, 1, 5), until=date(2026, 1, 5)), {"wire"}),
    (Filters(since=date(2026, 1, 1), until=date(2026, 1, 31), agencies=["ap"], outlets=["herald"]), {"copy"}),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters(press: Folders, filters: Filters, expected: set[str]):
    found = search.search(press, "wall", filters)
    assert set(names(found)) == expected
    assert found.total == len(expected)


def test_a_place_is_found_without_regard_to_case_and_accents(press: Folders):
    assert names(search.search(press, "fog", Filters(places=["sao paulo"]))) == ["fog"]


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        (Filters(outlets=["papre"]), "Did you mean paper"),
        (Filters(agencies=["reuters"]), "There is ap"),
        (Filters(places=["OSLOO"]), "Did you mean OSLO"),
        (Filters(since=date(2026, 2, 1), until=date(2026, 1, 1)), "no day lies between"),
    ],
)
def test_a_name_that_the_index_does_not_know_is_said(press: Folders, filters: Filters, sentence: str):
    with pytest.raises(BadSearch, match=sentence):
        search.search(press, "wall", filters)


def test_copies_are_shown_once_with_where_else_they_were_printed(press: Folders):
    found = search.search(press, "wall ministers", collapse=True)
    assert found.total == 2
    (hit,) = found.hits
    assert [(copy.outlet, copy.date_published) for copy in hit.copies] in (
        [("Der Hérald", date(2026, 1, 6))], [("The Paper", date(2026, 1, 5))]
    )  # fmt: skip
    assert len(search.search(press, "wall ministers").hits) == 2


@pytest.mark.parametrize(
    ("one", "other", "copies"),
    [
        (WIRE + ENDING, WIRE + ENDING, True),
        (WIRE + ENDING, WIRE, True),
        (WIRE + ENDING, WIRE[: len(WIRE) * 2 // 3], True),
        (WIRE, WIRE.replace("Monday", "Tuesday"), True),
        (WIRE + ENDING, ENDING, False),
        (WIRE, ENDING, False),
        (WIRE, " ".join(reversed(WIRE.split())), False),
        (WIRE, WIRE[:90] + ENDING * 2, False),
        ("Photo: AP", "Photo: AP", True),
        ("", "", True),
    ],
)
def test_what_is_a_copy(one: str, other: str, copies: bool):
    assert alike(sketch(one.split()), sketch(other.split())) is copies
    assert alike(sketch(other.split()), sketch(one.split())) is copies


def test_short_texts_are_copies_only_under_one_headline():
    assert not alike(sketch(["photo"], ["a", "cat", "sleeps"]), sketch(["photo"], ["the", "king", "speaks"]))


def test_the_passage_shows_most_of_what_was_looked_for_and_marks_the_printed_words(tmp_path: Path):
    long = "Nothing here. " * 40 + "At last the Öre ferries met the harbour pilots." + " Nothing more." * 40
    folders = newsroom(tmp_path)
    load(folders, story("long", long, headline="Long", day=date(2024, 1, 1)))
    (hit,) = search.search(folders, "ore harbour pilot").hits
    assert marks(hit.passage) == ["Öre", "harbour", "pilots"]
    assert hit.passage.text.startswith("… ")
    assert hit.passage.text.endswith(" …")
    assert len(hit.passage.text) < 260
    assert hit.headline.marks == ()


def test_shares_are_of_what_the_outlet_printed_and_undated_articles_are_counted(press: Folders):
    found = over_time(press, "wall", By.month, Filters(outlets=["paper"], since=None))
    told = [(p.start, p.matches, p.articles) for p in found.periods]
    assert told == [(date(2026, 1, 1), 1, 2), (date(2026, 2, 1), 1, 2), (None, 1, 1)]
    assert [p.share for p in found.periods] == [0.5, 0.5, 1.0]
    assert found.total == 3


def test_several_outlets_are_shown_together_and_each(press: Folders):
    found = over_time(press, "ministers OR fog", By.week, Filters(since=date(2025, 12, 29), until=date(2026, 2, 1)))
    rows = [(p.source_id, p.start, p.matches, p.articles) for p in found.periods]
    assert rows == [
        (None, date(2025, 12, 29), 1, 1), (None, date(2026, 1, 5), 2, 2), (None, date(2026, 1, 26), 1, 1),
        ("herald", date(2025, 12, 29), 1, 1), ("herald", date(2026, 1, 5), 1, 1),
        ("paper", date(2026, 1, 5), 1, 1), ("paper", date(2026, 1, 26), 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "start"),
    [
        (By.day, date(2026, 1, 1)),
        (By.week, date(2025, 12, 29)),
        (By.month, date(2026, 1, 1)),
        (By.year, date(2026, 1, 1)),
    ],
)
def test_periods_begin_on_their_first_day(by: By, start: date):
    assert start_of(date(2026, 1, 1), by) == start


def test_where_very_many_match_those_that_say_it_in_the_headline_are_ranked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search, "RANKED", 10)
    folders = newsroom(tmp_path)
    load(
        folders,
        *(
            story(f"s{n:02}", "A wall.", headline="Wall" if n in (3, 7) else "Else", day=date(2026, 1, 1 + n))
            for n in range(25)
        ),
    )
    few = search.search(folders, "wall", limit=1)
    assert names(few) == ["s24"]
    assert few.total == 25
    assert few.ranked <= 10
    many = search.search(folders, "wall", limit=5)
    assert many.ranked == 10
    assert {hit.date_published for hit in many.hits} <= {date(2026, 1, day) for day in range(16, 26)}
