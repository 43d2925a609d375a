"""docs/datelines.md is true: every head in its table is read as it says, every opening it refuses is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parsers.dateline import read
from parsers.records import Profile
from parsers.vocabulary import EVIDENCE, ORDERS

TEXT = (Path(__file__).parents[2] / "docs" / "datelines.md").read_text(encoding="utf-8")
BODY = {
    "latin": "The keeper had seen it first. Three boats left the harbour at dawn and came home at noon.",
    "other": "Мост открыли. Три лодки вышли из порта.",
    "wide": "大桥今天恢复通车。",
    "arabic": "أعيد فتح الجسر أمام المرور صباح اليوم.",
}
HEADS = re.findall(r"^\| `(.+?)` \| (.*?) \| (.*?) \| (.*?) \|$", TEXT.split("## When it counts")[0], re.M)
REFUSED = re.findall(r"^- .*?: `(.+)`$", TEXT.split("## What is refused")[1].split("\n## ")[0], re.M)


def body_for(head: str) -> str:
    if re.search("[\u0600-\u06ff]", head):
        return BODY["arabic"]
    if re.search("[\u3000-\u9fff\uac00-\ud7a3]", head):
        return BODY["wide"]
    return BODY["other" if re.search("[\u0400-\u04ff]", head) else "latin"]


@pytest.mark.parametrize(("head", "places", "day", "tags"), HEADS, ids=lambda part: part.strip() or "-")
def test_a_head_is_read_as_the_page_says(head: str, places: str, day: str, tags: str):
    found = read(head + body_for(head))
    assert found is not None
    assert found.raw == head
    assert list(found.places) == [p for p in places.split("; ") if p]
    assert found.date == (day or None)
    assert list(found.source_tags) == [t for t in tags.split("; ") if t]


@pytest.mark.parametrize("text", REFUSED)
def test_an_opening_is_refused_as_the_page_says(text: str):
    assert read(text) is None
    assert read(text, language="de") is None


def test_a_profile_that_leads_with_places_is_believed():
    text = "Millbrook - The library stays open on Sundays, the council has decided."
    assert read(text) is None
    found = read(text, profile=Profile(dateline=("place",)))
    assert found is not None
    assert found.places == ("Millbrook",)


def test_the_page_shows_enough():
    assert len(HEADS) >= 25
    assert len(REFUSED) >= 10


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("a tag that `parsers/data/agencies.toml` knows", "tag_known"),
        ("a date", "date"),
        ("a place in capitals", "place_capitals"),
        ("a place that `parsers/data/places.toml` knows", "place_known"),
        ("a country or state behind the place", "place_region"),
        ("a dash with blanks, an em dash, `--`, `.-`", "sep_strong"),
        ("a colon, a full stop, a bare hyphen", "sep_weak"),
        ("the source's profile names this order", "profile_order"),
        ("the text goes on in lower case", "lower_case"),
    ],
)
def test_the_weights_on_the_page_are_those_in_use(what: str, name: str):
    assert f"| {what} | {EVIDENCE[name]} |" in TEXT


def test_the_number_of_orders_is_about_what_the_page_says():
    assert 55 <= len(ORDERS) <= 95
