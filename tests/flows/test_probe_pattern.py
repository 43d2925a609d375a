"""Patterns of article addresses: what is inferred, what it leaves out, and that the day is in it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from flows.probing.pattern import infer
from parsers import urls

HOST = "https://www.post.example.org"
SHAPES = {
    "wordpress": ([f"/2026/11/{n:02}/the-{w}-opens-again/" for n, w in ((3, "ferry"), (14, "tram"), (21, "mill"))], date(2026, 11, 3)),
    "one folder a year": ([f"/pr/2026/2608{n}_some_{w}.html" for n, w in ((11, "a"), (12, "b"), (13, "c"))], date(2026, 8, 11)),
    "month in words": ([f"/2026/nov/{n}/a-story-of-{w}" for n, w in ((3, "x"), (14, "y"), (21, "z"))], date(2026, 11, 3)),
    "eight digits": ([f"/room/202611{n}IPR{n}0/{w}" for n, w in ((11, "meps-vote"), (12, "second"), (13, "third"))], date(2026, 11, 11)),
    "with hyphens": ([f"/news/2026-11-{n}-{w}.html" for n, w in ((11, "one"), (12, "two-b"), (13, "three"))], date(2026, 11, 11)),
    "month and day together": ([f"/politik/2026/11{n}/{w}.html" for n, w in ((11, "one"), (12, "two-b"), (13, "c"))], date(2026, 11, 11)),
    "number": ([f"/news/{w}-{n}.html" for n, w in ((3001, "x-y"), (3002, "tram"), (3003, "mill-z"))], None),
    "query": ([f"/news.php?id={n}" for n in (11, 12, 13)], None),
    "title alone": ([f"/the-{w}-opens-again/" for w in ("ferry", "tram", "mill")], None),
    "short number": ([f"/en/{w}/a-{n}" for n, w in ((77001, "x-y"), (77002, "tram"), (77003, "mill-z"))], None),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pattern_fits_what_it_was_made_from_and_reads_the_day(shape: str):
    paths, day = SHAPES[shape]
    found = infer([HOST + path for path in paths])
    assert found is not None
    assert (found.fits, found.of) == (3, 3)
    assert found.dated == (day is not None)
    assert urls.dates_in(HOST + paths[0], found.regex) == day


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "path", ["/", "/about/", "/news/", "/2026/", "/2026/11/", "/feed.xml", "/imprint.html", "/tag/x"]
)
def test_a_pattern_lets_no_page_in_that_is_none(shape: str, path: str):
    found = infer([HOST + one for one in SHAPES[shape][0]])
    assert found is not None
    assert not re.search(found.regex, HOST + path)


def test_tracking_parameters_do_not_matter():
    found = infer([f"{HOST}/news/a-{number}?utm_source=rss" for number in range(5)])
    assert found is not None
    assert re.search(found.regex, f"{HOST}/news/a-17?utm_source=rss")
    assert "utm" not in found.regex


def test_a_part_that_never_varies_stays_as_it_is():
    found = infer([f"{HOST}/en/press/2026/{n}/a-long-title-{w}" for n, w in ((10, "x"), (11, "y"), (12, "z"))])
    assert found is not None
    assert not re.search(found.regex, f"{HOST}/fr/press/2026/10/a-long-title-x")


def test_two_kinds_of_addresses_are_two_alternatives_and_strays_are_counted():
    dated = [f"{HOST}/2026/11/{day:02}/a-story-of-{day}/" for day in range(1, 11)]
    numbered = [f"{HOST}/live/item-{number}.html" for number in range(100, 105)]
    found = infer([*dated, *numbered, f"{HOST}/x/y/z/odd"])
    assert found is not None
    assert found.fits == 15
    assert any("/x/y/z/odd" in note for note in found.notes)
    assert urls.dates_in(dated[0], found.regex) == date(2026, 11, 1)


def test_other_links_that_fit_are_named():
    stories = [f"{HOST}/{word}" for word in ("ferry", "tram", "mill")]
    found = infer(stories, [f"{HOST}/contact", *stories])
    assert found is not None
    assert any("/contact" in note for note in found.notes)


def test_two_addresses_are_too_few():
    assert infer([f"{HOST}/a-1", f"{HOST}/a-2"]) is None
    assert infer([]) is None


def test_signs_of_expressions_in_addresses_mean_themselves():
    found = infer([f"{HOST}/a(b)+/c.d/story-{number}" for number in range(3)])
    assert found is not None
    assert found.fits == 3
    assert not re.search(found.regex, f"{HOST}/ab/cxd/story-1")
