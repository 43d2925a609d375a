"""Names out of bylines, and who among several witnesses is believed to have written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parsers
from parsers import Article, Page, Profile, Rejected, authors

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Anna Berg", ("Anna Berg",)),
        ("By Anna Berg and Bo Dahl", ("Anna Berg", "Bo Dahl")),
        ("Von Anna Berg, Bo Dahl und Cem Ek", ("Anna Berg", "Bo Dahl", "Cem Ek")),
        ("By Anna Berg, Staff Writer", ("Anna Berg",)),
        ("Anna Berg Columnist", ("Anna Berg",)),
        ("Anna Berg, MD, PhD", ("Anna Berg",)),
        ("Berg, Anna", ("Anna Berg",)),
        ("By Anna Berg Feb 6, 2024 at 12:55 pm • 1 min read", ("Anna Berg",)),
        ("By Anna Berg Updated May 3, 2024", ("Anna Berg",)),
        ("29. Juni 2017 | von Anna", ("Anna",)),
        ("By Anna Berg | 12/22/2023 05:00 AM EST | Link Copied", ("Anna Berg",)),
        ("Anna Berg The Associated Press", ("Anna Berg",)),
        ("Anna Berg Daily Echo", ("Anna Berg",)),
        ("By Anna Berg Photos by Bo Dahl", ("Anna Berg",)),
        ("© Anna Berg", ("Anna Berg",)),
        ("Anna Berg (anna@echo.example)", ("Anna Berg",)),
        ("Anna Berg https://echo.example/anna @annaberg", ("Anna Berg",)),
        ("Anna Berg1", ("Anna Berg",)),
        ("Kim Jones Jr.", ("Kim Jones Jr.",)),
        ("Por Ana María Ruiz", ("Ana María Ruiz",)),
        ("記者 王小明", ("王小明",)),
        ("Posted on May 3", ()),
        ("admin", ()),
        ("", ()),
    ],
)
def test_names_are_read_out_of_a_byline(text: str, expected: tuple[str, ...]):
    assert authors.names([text], ("Daily Echo",)) == expected


@pytest.mark.parametrize("name", ["Anna Berg", "Simone M. Scully", "Ludwig van Beethoven", "Kim Jones Jr."])
def test_persons(name: str):
    assert authors.is_person(name, ("Daily Echo",))


@pytest.mark.parametrize(
    "name",
    [
        "Daily Echo",
        "The Daily Echo",
        "Daily Echo Staff",
        "Reuters",
        "echo.example",
        "News Desk",
        "Redaktion",
        "Tricks für zu Hause",
        "dpa",
    ],
)
def test_outlets_agencies_and_desks_are_none(name: str):
    assert not authors.is_person(name, ("Daily Echo",))


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_text_raises_and_reading_a_name_again_finds_nothing_new(text: str):
    for name in authors.names([text]):
        assert 1 < len(name) <= authors.MAX_NAME


def read(head: str, body: str) -> Article:
    html = f"<html lang=en><head><title>Ferry leaves on time</title><meta property='og:site_name' content='Daily Echo'>{head}</head><body><article><h1>Ferry leaves on time</h1>{body}<p>{TEXT}</p></article></body></html>"
    result = parsers.parse(Page(html), Profile())
    assert not isinstance(result, Rejected)
    return result[0]


def ld(author: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Ferry leaves on time","author":{author}}}</script>'


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (ld('{"@type":"Person","name":"Anna Berg"}'), "<p class=byline>By Bo Dahl</p>", ("Anna Berg",)),
        (ld('{"@type":"Organization","name":"Daily Echo"}'), "<p class=byline>By Bo Dahl</p>", ("Bo Dahl",)),
        (ld('"Daily Echo Staff"'), "", ("Daily Echo Staff",)),
        ("<meta name=author content='Daily Echo'>", "<p>By Bo Dahl, Daily Echo Staff Writer</p>", ("Bo Dahl",)),
        ("", "<div class=byline><span>Anna Berg</span><span>Bo Dahl</span></div>", ("Anna Berg", "Bo Dahl")),
        ("", "<p>By <a href=/anna>Anna Berg</a></p>", ("Anna Berg",)),
        ("", "<p>By noon the tide had turned.</p>", ()),
        ("", "<div class=comments><span class=comment-author>Bo Dahl</span></div>", ()),
        (
            ld('[{"@id":"#a"}]')
            + '<script type="application/ld+json">{"@id":"#a","@type":"Person","name":"Anna Berg"}</script>',
            "",
            ("Anna Berg",),
        ),
    ],
)
def test_a_person_who_signs_goes_before_an_outlet_that_is_stated(head: str, body: str, expected: tuple[str, ...]):
    assert read(head, body).authors == expected


def test_where_two_witnesses_name_more_than_the_first_they_are_believed():
    head = ld('"Anna Berg"') + "<meta name=author content='Anna Berg, Bo Dahl'>"
    assert read(head, "<p class=byline>By Anna Berg and Bo Dahl</p>").authors == ("Anna Berg", "Bo Dahl")


def test_those_who_lost_are_kept_as_evidence():
    article = read(ld('"Daily Echo"'), "<p class=byline>By Bo Dahl</p>")
    assert {(e.value, e.chosen) for e in article.evidence if e.field == "authors"} == {
        ("Daily Echo", False),
        ("Bo Dahl", True),
    }
    assert article.byline == "By Bo Dahl"
