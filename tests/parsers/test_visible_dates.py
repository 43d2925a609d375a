"""Dates that readers see: which is the page's own, and what the words beside it make of it."""

from __future__ import annotations

import pytest
from lxml import html

from parsers import visible_dates

PROSE = "The ferry left the quay at noon and came back with the tide. " * 6


def shown(body: str, language: str = "en") -> list[tuple[str, str, int]]:
    """(date, role, strength) of the dates around a headline."""
    tree = html.document_fromstring(f"<html><body><div id=page>{body}</div></body></html>")
    heading = next(iter(tree.iter("h1")), None)
    return [(d.moment.text, d.role, d.strength) for d in visible_dates.read(tree, heading, language)]


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Published 3 May 2024", "published"),
        ("Posted on May 3, 2024 by Anna Berg", "published"),
        ("Veröffentlicht am 3. Mai 2024", "published"),
        ("Dieser Beitrag wurde am 3. Mai 2024 um 10 Uhr veröffentlicht", "published"),
        ("Updated: 3 May 2024", "modified"),
        ("Stand: 03.05.2024", "modified"),
        ("Mis à jour le 3 mai 2024", "modified"),
        ("3 May 2024", "unknown"),
    ],
)
def test_the_words_beside_a_date_say_what_it_is(line: str, role: str):
    assert {(day[:10], said) for day, said, _ in shown(f"<h1>Ferry</h1><p>{line}</p><p>{PROSE}</p>", "")} == {
        ("2024-05-03", role)
    }


@pytest.mark.parametrize(
    "line",
    [
        "Copyright 3 May 2024",
        "Born 3 May 1964",
        "Event: 3 May 2024",
        "Member since 3 May 2014",
        "Der nächste Stammtisch findet am 3. Mai 2024 ab 19:00 Uhr statt",
    ],
)
def test_days_of_other_things_are_left_alone(line: str):
    assert shown(f"<h1>Ferry</h1><p>{line}</p><p>{PROSE}</p>") == []


def test_both_dates_of_one_line_are_told_apart():
    found = shown("<h1>Ferry</h1><p>Published 3 May 2024, 10:00. Updated 4 May 2024, 11:00</p>")
    assert [(day, role) for day, role, _ in found] == [
        ("2024-05-03T10:00", "published"),
        ("2024-05-04T11:00", "modified"),
    ]


def test_the_date_nearest_to_the_headline_is_its_own():
    teasers = "".join(f"<div><b>Boat {day} sold</b><span>{day} June 2021</span></div>" for day in range(1, 6))
    found = shown(f"<h1>Ferry</h1><p>3 May 2024</p><p>{PROSE}</p><div>{teasers}</div>")
    assert [(day, strength) for day, _, strength in found if strength == 2] == [("2024-05-03", 2)]


def test_a_date_right_above_the_headline_belongs_to_it():
    found = shown(
        f"<div><div><div><time datetime=2024-05-03T10:00>3.5.2024</time></div></div></div><h1>Ferry</h1><p>{PROSE}</p>"
    )
    assert ("2024-05-03T10:00", "unknown", 1) in found
    assert max(strength for *_, strength in found) == 2


@pytest.mark.parametrize("opening", ["03.05.2024 – ", "(3 May 2024) ", "3 May 2024: "])
def test_a_text_that_opens_with_a_day_set_apart_is_dated_by_it(opening: str):
    assert [day for day, *_ in shown(f"<h1>Ferry</h1><p>{opening}{PROSE}</p>", "de")] == ["2024-05-03"]


def test_a_day_told_in_prose_dates_nothing():
    assert shown(f"<h1>Ferry</h1><p>On 3 May 2024 the ferry sank. {PROSE}</p>") == []


@pytest.mark.parametrize(
    "place", ["<nav>{}</nav>", "<div class='comment-list'>{}</div>", "<div class=related>{}</div>"]
)
def test_navigation_comments_and_teasers_date_nothing(place: str):
    assert shown(f"<h1>Ferry</h1><p>{PROSE}</p>{place.format('<p>3 May 2024</p>')}") == []
