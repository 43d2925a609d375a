"""What a search means: phrases, AND, OR, NOT, beginnings, groups; and what is said of one that means nothing."""

from __future__ import annotations

import pytest

from tests.warehouse.search_facts import load, marks, names, newsroom, story
from warehouse import search
from warehouse.folders import Folders
from warehouse.search.query import BadSearch

STORIES = {
    "fog": "Fog closes the harbour on Monday.",
    "mist": "Mist lay over the harbour; ferries were late.",
    "match": "The harbour club won its football match.",
    "closing": "The harbour closes in fog, the master said.",
    "and": "Not and, but or.",
}

ANSWERS = [
    ("fog harbour", {"fog", "closing"}),
    ("fog AND harbour", {"fog", "closing"}),
    ("fog OR mist", {"fog", "closing", "mist"}),
    ("harbour -football", {"fog", "mist", "closing"}),
    ("harbour NOT football", {"fog", "mist", "closing"}),
    ("harbour NOT (football OR mist)", {"fog", "closing"}),
    ('harbour -"fog closes"', {"mist", "match", "closing"}),
    ('"fog closes"', {"fog"}),
    ("“fog closes”", {"fog"}),
    ("„fog closes“", {"fog"}),
    ("«fog closes»", {"fog"}),
    ('"closes the harbour"', {"fog"}),
    ('"close the harbour"', set()),
    ("close harbour", {"fog", "closing"}),
    ("ferr*", {"mist"}),
    ("foot* OR ferr*", {"match", "mist"}),
    ("(fog OR mist) ferries", {"mist"}),
    ("fog OR mist ferries", {"fog", "closing", "mist"}),
    ("fog - harbour", {"fog", "closing"}),
    ("and", {"and"}),
    ("not or", {"and"}),
    ("HARBOUR, FOG!", {"fog", "closing"}),
    ("fog * harbour", {"fog", "closing"}),
]

MISTAKES = [
    ("", "Say what to look for"),
    ("-fog", "something to look for beside"),
    ("NOT fog", "something to look for beside"),
    ("fog OR -mist", "something to look for beside"),
    ("fog AND", "AND stands between two words"),
    ("AND fog", "AND stands between two words"),
    ("fog OR", "OR stands between two words"),
    ("OR fog", "OR stands between two words"),
    ("fog NOT", "NOT stands between"),
    ("(fog", "opened and not closed"),
    ("fog)", "without an opening one"),
    ("()", "a group is not empty"),
    ('"fog', "not closed"),
    ('fog "', "not closed"),
    ('"…"', "no letter or digit"),
    ("f*", "at least 2 letters"),
    ("*", "no word to look for"),
    ("…", "no word to look for"),
]


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    folders = newsroom(tmp_path_factory.mktemp("harbour"))
    load(folders, *(story(name, text) for name, text in STORIES.items()))
    return folders


@pytest.mark.parametrize(("query", "expected"), ANSWERS)
def test_what_a_search_means(harbour: Folders, query: str, expected: set[str]):
    assert set(names(search.search(harbour, query))) == expected


@pytest.mark.parametrize(("query", "sentence"), MISTAKES)
def test_a_mistake_is_answered_with_a_sentence(harbour: Folders, query: str, sentence: str):
    with pytest.raises(BadSearch, match=sentence):
        search.search(harbour, query)


@pytest.mark.parametrize(
    "query",
    [
        'fog"',
        "a:b",
        "fog^2",
        "{headline}:fog",
        "NEAR(fog harbour)",
        "fog;drop table words",
        "fog\0",
        "'fog'",
        "fog+harbour",
    ],
)
def test_signs_of_the_index_s_own_language_are_no_more_than_signs(harbour: Folders, query: str):
    try:
        found = search.search(harbour, query)
    except BadSearch:
        return
    assert found.total <= len(STORIES)


def test_what_is_left_out_is_not_marked(harbour: Folders):
    (hit,) = [hit for hit in search.search(harbour, "harbour -match").hits if hit.url.endswith("/fog")]
    assert marks(hit.passage) == ["harbour"]


def test_a_phrase_is_marked_as_a_whole_and_only_where_it_stands(harbour: Folders):
    (hit,) = search.search(harbour, '"fog closes"').hits
    assert marks(hit.passage) == ["Fog closes"]
