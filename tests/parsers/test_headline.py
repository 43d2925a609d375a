"""The headline that readers see, whatever machines are told beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import headline, slugs
from parsers.headline import Candidate

BASES = ("h1", "json-ld", "og", "title", "twitter", "feed", "listing")
FERRY = "Ferry leaves the northern quay on time"


def chosen(
    *pairs: tuple[str, str], outlets: tuple[str, ...] = ("The Gazette", "gazette.example"), url: str = ""
) -> str | None:
    text, _ = headline.choose([Candidate(text, basis) for basis, text in pairs], outlets, slugs.words(url))
    return text


@pytest.mark.parametrize(
    "title",
    [
        f"{FERRY} | The Gazette",
        f"{FERRY} - The Gazette",
        f"{FERRY} — The Gazette",
        f"The Gazette: {FERRY}".replace(":", " :"),
        f"{FERRY} | News | The Gazette".replace(" | News", ""),
        f"{FERRY} » gazette.example",
        f"» {FERRY}",
        f"22.09.2017 - {FERRY}",
    ],
)
def test_outlets_marks_and_days_are_no_part_of_it(title: str):
    assert chosen(("title", title)) == FERRY


def test_quotes_at_its_ends_stay():
    assert chosen(("h1", "«Good wages alone are not enough»")) == "«Good wages alone are not enough»"


def test_a_chinese_title_ends_before_the_outlets_name():
    assert (
        chosen(("title", "武汉的声音：有英勇的你，才有英雄的城！-某某网")) == "武汉的声音：有英勇的你，才有英雄的城！"
    )


def test_the_heading_goes_before_what_is_written_for_machines():
    assert chosen(("h1", FERRY), ("og", "Ferry on time"), ("title", "Ferry on time - The Gazette")) == FERRY


def test_a_logo_in_a_heading_is_no_headline():
    assert chosen(("h1", "Harbour Post"), ("og", FERRY), ("title", f"{FERRY} l Harbour Post"), outlets=()) == FERRY


def test_the_witness_that_the_address_spells_is_believed_against_the_rest():
    pairs = (("h1", FERRY), ("json-ld", "Quay board praises ferry for its clock"), ("og", FERRY), ("title", FERRY))
    assert chosen(*pairs) == FERRY
    url = "https://gazette.example/news/quay-board-praises-ferry-for-its-clock-123456.html"
    assert chosen(*pairs, url=url) == "Quay board praises ferry for its clock"


def test_an_address_made_of_the_title_proves_nothing():
    pairs = (("h1", FERRY), ("title", "Why the ferry is never late any more"))
    assert chosen(*pairs, url="https://gazette.example/why-the-ferry-is-never-late-any-more") == FERRY


def test_a_title_is_cut_to_the_part_that_the_address_spells():
    title = "Harbour » Archive » Ferry leaves the quay"
    assert chosen(("title", title), url="https://x.example/2017/ferry-leaves-the-quay/") == "Ferry leaves the quay"


@pytest.mark.parametrize("part", [f"Transport {FERRY}", f"Transport / {FERRY}", f"Transport : {FERRY}"])
def test_a_kicker_in_the_heading_goes_where_another_witness_names_the_rest(part: str):
    heading = Candidate(part, "h1", (FERRY,))
    assert headline.choose([heading, Candidate(FERRY, "og")], ())[0] == FERRY


def test_a_kicker_stays_where_the_whole_is_stated_too():
    whole = f"Transport: {FERRY}"
    heading = Candidate(whole, "h1", (FERRY,))
    assert headline.choose([heading, Candidate(whole, "json-ld"), Candidate(FERRY, "og")], ())[0] == whole


def test_words_that_markup_glued_come_apart_where_a_witness_keeps_them_apart():
    assert chosen(("h1", "Transport:Ferry leaves"), ("og", "Transport: Ferry leaves")) == "Transport: Ferry leaves"


def test_every_candidate_is_evidence_and_one_is_chosen():
    _, evidence = headline.choose([Candidate(FERRY, "h1"), Candidate("Ferry on time", "og")], ())
    assert [(e.value, e.basis, e.chosen) for e in evidence] == [(FERRY, "h1", True), ("Ferry on time", "og", False)]


@given(st.lists(st.tuples(st.sampled_from(BASES), st.text(max_size=60)), max_size=6), st.text(max_size=60))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_nothing_raises_and_exactly_one_candidate_is_chosen(pairs: list[tuple[str, str]], path: str):
    candidates = [Candidate(text, basis) for basis, text in pairs]
    text, evidence = headline.choose(candidates, ("gazette",), slugs.words(f"https://gazette.example/{path}"))
    assert (text is None) == (not evidence)
    assert sum(e.chosen for e in evidence) == (text is not None)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://x.example/news/ferry-leaves-on-time-1234567.html", ("ferry", "leaves", "on", "time")),
        ("https://x.example/politik/gruene-fordern-mehr-faehren,AbC12xYz", ("grune", "fordern", "mehr", "fahren")),
        ("https://x.example/p/gr%C3%BCne-fordern-f%C3%A4hren", ("grune", "fordern", "fahren")),
        ("https://x.example/news/12345", ()),
        ("https://x.example/", ()),
        ("http://[", ()),
        (None, ()),
    ],
)
def test_the_words_of_an_address(url: str | None, words: tuple[str, ...]):
    assert slugs.words(url) == words


@pytest.mark.parametrize("basis", ["feed", "listing"])
def test_neither_a_listing_nor_the_address_beats_a_heading_and_title_that_agree(basis: str):
    link = "Ferry timetable for the whole of spring"
    pairs = (("h1", FERRY), ("title", f"{FERRY} | The Gazette"), (basis, link))
    assert chosen(*pairs, url="https://gazette.example/2026/ferry-timetable-for-the-whole-of-spring") == FERRY
    assert chosen(*pairs, ("og", link), url="https://gazette.example/ferry-timetable-for-the-whole-of-spring") == FERRY
