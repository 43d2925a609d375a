"""Templates: what their placeholders become, and which periods a window touches."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.periods import fill, has_placeholder, names, periods, shape, size_of

DAY = date(2017, 9, 5)


@pytest.mark.parametrize(
    ("url", "filled", "size"),
    [
        ("/{year}/", "/2017/", "year"),
        ("/{yy}/", "/17/", "year"),
        ("/{year}/{month}/", "/2017/09/", "month"),
        ("/{year}/{month:d}/{day:d}", "/2017/9/5", "day"),
        ("/{year}{month}{day}", "/20170905", "day"),
        ("/{date:%Y-%m-%d}", "/2017-09-05", "day"),
        ("/{date:%Y/%B}", "/2017/September", "month"),
        ("/{date:%Y}-%20x", "/2017-%20x", "year"),
        ("/{date:%Y/%j}", "/2017/248", "day"),
        ("/{other}/{year}", "/{other}/2017", "year"),
    ],
)
def test_placeholders(url: str, filled: str, size: str) -> None:
    assert (fill(url, DAY), size_of(url)) == (filled, size)
    assert has_placeholder(url)


def test_an_address_without_a_period() -> None:
    assert not has_placeholder("https://example.org/{page}/%Y")


def test_periods_come_latest_first_with_their_bounds() -> None:
    found = list(periods("/{year}/{month}", date(2016, 12, 31), date(2017, 2, 1)))
    assert [(period.unit, period.url) for period in found] == [
        ("2017-02", "/2017/02"),
        ("2017-01", "/2017/01"),
        ("2016-12", "/2016/12"),
    ]
    assert (found[0].first_day, found[0].last_day) == (date(2017, 2, 1), date(2017, 2, 28))


def test_an_empty_window_has_no_period() -> None:
    assert list(periods("/{year}", date(2017, 2, 1), date(2017, 1, 1))) == []


@given(st.dates(), st.integers(0, 500), st.sampled_from(["/{year}", "/{year}/{month}", "/{year}/{month}/{day}"]))
def test_periods_cover_the_window_without_overlap(first: date, length: int, url: str) -> None:
    last = first + timedelta(days=length) if first < date(9998, 1, 1) else first
    found = list(periods(url, first, last))[::-1]
    assert found[0].first_day <= first
    assert found[-1].last_day >= last
    for before, after in pairwise(found):
        assert before.last_day + timedelta(days=1) == after.first_day


@pytest.mark.parametrize(
    ("template", "alike", "other"),
    [
        ("https://post.example/{year}/{month}/{day}/", "/2017/09/22/", "/2017/09/22/a-story"),
        ("https://post.example/{year}/{month:d}.html", "/2017/9.html", "/2017/about.html"),
        ("https://post.example/a?day={date:%Y-%m-%d}", "/a?day=2017-09-22", "/a?day=friday-at-sea"),
        ("https://post.example/{date:%d-%b-%Y}", "/22-Sep-2017", "/22-boats-2017"),
    ],
)
def test_the_listings_of_other_periods_are_told_from_articles(template: str, alike: str, other: str):
    found = shape(template)
    assert found is not None
    assert found.fullmatch(alike)
    assert not found.fullmatch(other)


def test_a_period_that_is_spelt_in_a_way_we_cannot_tell_has_no_shape():
    assert shape("https://post.example/{date:%c}") is None


ELEVENTH = date(2016, 11, 11)


@pytest.mark.parametrize(
    ("address", "is_named"),
    [
        ("/2016/11/11", True),
        ("/20161111.html", True),
        ("/161111/", True),
        ("/archive?d=11.11.2016", True),
        ("/11-nov-2016", True),
        ("/", False),
        ("/2026/11/25/", False),
        ("/2016/11/25/", False),  # one 11, and two are needed
        ("/login", False),
    ],
)
def test_an_address_that_names_a_period(address: str, is_named: bool) -> None:
    assert names(f"https://x.example{address}", "https://x.example/{year}/{month}/{day}/", ELEVENTH) is is_named


def test_days_of_the_year_are_named_as_the_template_writes_them() -> None:
    template = "https://x.example/{date:%Y/%j}"
    assert names("https://www.x.example/2016/316/", template, ELEVENTH)
    assert not names("https://www.x.example/2016/", template, ELEVENTH)
