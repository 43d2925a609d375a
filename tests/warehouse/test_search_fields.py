"""Fields in a search, told apart from its words."""

import pytest

from warehouse.search import BadSearch, Filters
from warehouse.search.fields import parted

PARTED = [
    ("climate AND dateline:Paris", "climate", Filters(places=("Paris",))),
    ("dateline:Paris AND climate change", "climate change", Filters(places=("Paris",))),
    ('"sea ice" OR glacier', '"sea ice" OR glacier', Filters()),
    ('summit place:"New York" agency:ap outlet:eir', "summit", Filters(places=("New York",), agencies=("ap",), outlets=("eir",))),
    ("climate AND dateline:Paris AND agency:afp AND summit", "climate AND summit", Filters(places=("Paris",), agencies=("afp",))),
    ("from:here at 10:30", "from:here at 10:30", Filters()),
    ("at 10:30", "at 10:30", Filters()),
]  # fmt: skip


@pytest.mark.parametrize(("query", "words", "filters"), PARTED)
def test_words_and_fields_are_told_apart(query: str, words: str, filters: Filters) -> None:
    assert parted(query) == (words, filters)


def test_fields_come_to_what_is_filtered_already() -> None:
    given = Filters(outlets=("eir",), places=("oslo",))
    assert parted("fog place:Bergen", given) == ("fog", Filters(outlets=("eir",), places=("oslo", "Bergen")))


@pytest.mark.parametrize(
    "query",
    ["dateline:Paris", "AND dateline:Paris", "a OR dateline:Paris", "climate -dateline:Paris", "(dateline:Paris OR b)"],
)
def test_a_field_narrows_the_whole_search_and_never_stands_alone(query: str) -> None:
    with pytest.raises(BadSearch):
        parted(query)
