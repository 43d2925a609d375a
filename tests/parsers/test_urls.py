"""Addresses: one form, one key, twins and days."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from hashlib import blake2b
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import urls

PRESS_RELEASE = r"/pr/(?P<year>\d{4})/(?P<yy>\d\d)(?P<month>\d\d)(?P<day>\d\d)_"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Example.:80/a/./b/../c%7Ed?b=2&a=1#top", "http://news.example/a/c~d?a=1&b=2"),
        ("https://news.example:443", "https://news.example/"),
        ("https://news.example:8443/x", "https://news.example:8443/x"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("https://news.example/a%2fb", "https://news.example/a%2Fb"),
        ("https://news.example/a b?c=100%", "https://news.example/a%20b?c=100%25"),
        ("https://news.example/x?utm_source=feed&id=7&FBCLID=1", "https://news.example/x?id=7"),
        ("https://news.example/x?id=7&amp;utm_medium=rss", "https://news.example/x?id=7"),
        ("https://news.example/x;jsessionid=0A1B?id=7", "https://news.example/x?id=7"),
        ("https://news.example/../../x/..", "https://news.example/"),
        (
            "https://archive.example/web/2017/http://news.example/x",
            "https://archive.example/web/2017/http://news.example/x",
        ),
        ("https://news.example/#!/story/7", "https://news.example/#!/story/7"),
        ("  https://news.example/x\n", "https://news.example/x"),
        ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
        ("http://127.0.0.1:8123/x?flag", "http://127.0.0.1:8123/x?flag"),
    ],
)
def test_canonical_form(url: str, expected: str):
    assert urls.canonical(url) == expected


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "news.example/x",
        "mailto:desk@news.example",
        "https://",
        "https://[::1",
        "http://h:99999/",
        "http://h:0/",
        "https://./",
        "http://a<b/",
    ],
)
def test_what_is_no_address_is_named_in_a_sentence(broken: str):
    with pytest.raises(ValueError, match=r"^(not|an) .*(address|host)"):
        urls.canonical(broken)


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/a",
        "http://www.news.example./a",
        "https://WWW.news.example:443/a?utm_campaign=x",
        "http://news.example/b/../a#part",
        "https://news.example/a/",
        "https://news.example//a",
        "https://news.example/a?",
        "https://news.example/(S(abcdefghij0123456789abcd))/a",
        "https://news.example/a/?srsltid=AfmB&CMP=share",
    ],
)
def test_one_key_for_what_every_outlet_serves_twice(other: str):
    assert urls.key(other) == urls.key("http://news.example/a")


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/A",
        "http://news.example/",
        "http://m.news.example/a",
        "http://news.example/a?p=2",
        "http://news.example/a.html",
    ],
)
def test_different_pages_have_different_keys(other: str):
    assert urls.key(other) != urls.key("http://news.example/a")


def test_a_key_is_a_uuid_and_stays_what_it_is():
    assert str(UUID(urls.key("https://news.example/a"))) == urls.key("https://news.example/a")
    assert urls.key("https://news.example/a") == "aaea056f-4647-048f-64b3-4c84b9912cc1"


@pytest.mark.parametrize(
    ("url", "under_rule_1"),
    [
        ("https://news.example/a/", "news.example/a/"),
        ("https://news.example/a//b?x=1", "news.example/a//b?x=1"),
        ("https://news.example/a?srsltid=x", "news.example/a?srsltid=x"),
    ],
)
def test_the_key_of_an_earlier_rule_is_still_known(url: str, under_rule_1: str):
    old = str(UUID(bytes=blake2b(f"1 {under_rule_1}".encode(), digest_size=16).digest()))
    assert urls.former_keys(url) == (old,)
    assert urls.RULE == 2


def test_an_address_that_all_rules_read_alike_has_one_key():
    assert urls.former_keys("https://www.news.example/a?id=7&utm_source=x") == ()


SPELLINGS = {
    "scheme": st.sampled_from(["http://", "https://", "HTTPS://"]),
    "host": st.sampled_from(["news.example", "www.news.example", "News.EXAMPLE.", "WWW.news.example"]),
    "before": st.sampled_from(["/", "//", "/./", "/x/../"]),
    "after": st.sampled_from(["", "/", "//"]),
    "query": st.lists(st.sampled_from(["utm_source=a", "fbclid=b", "", "gclid=c", "PHPSESSID=d"]), max_size=4),
    "fragment": st.sampled_from(["", "#", "#top"]),
}
# Blanks around an address are no part of it, so that no name begins or ends in one.
NAMES = st.text("abcXYZ019-_.~é ü%", min_size=1, max_size=8).filter(
    lambda name: name.strip(". ") and name == name.strip()
)


@given(names=st.lists(NAMES, min_size=1, max_size=4), asked=st.sampled_from(["", "id=7", "b=2&a=1"]), **SPELLINGS)
def test_one_key_for_every_spelling_of_an_address(
    names: list[str], asked: str, scheme: str, host: str, before: str, after: str, query: list[str], fragment: str
):
    path = "/".join(names)
    plain = f"https://news.example/{path}" + (f"?{asked}" if asked else "")
    spelt = quote(path, safe="/%" if "%" in path else "/")
    mixed = "&".join([*query, *reversed(asked.split("&"))])
    assert urls.key(f"{scheme}{host}{before}{spelt}{after}?{mixed}{fragment}") == urls.key(plain)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://amp.news.example/a", "https://news.example/a"),
        ("https://m.news.example/a", "https://news.example/a"),
        ("https://www.news.example/a/amp/", "https://www.news.example/a"),
        ("https://news.example/amp/a", "https://news.example/a"),
        ("https://news.example/a.amp.html", "https://news.example/a.html"),
        ("https://news.example/a?outputType=amp&id=3", "https://news.example/a?id=3"),
        ("https://news-example.cdn.ampproject.org/c/s/news.example/amp/a", "https://news.example/a"),
        ("https://www.google.com/amp/s/news.example/a", "https://news.example/a"),
        ("https://news.example/a", None),
        ("https://m.example/a", None),
        ("https://news.example/ampere", None),
        ("https://news.example/guitar-amp", None),
    ],
)
def test_twins(url: str, page: str | None):
    assert urls.twin(url) == page


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.news.example/a", "http://news.example./b", True),
        ("https://m.news.example/a", "https://www.news.example/a", True),
        ("https://sport.news.example/a", "https://news.example/a", True),
        ("https://news.example/a", "https://badnews.example/a", False),
        ("http://127.0.0.1/a", "http://5.127.0.0.1/a", False),
        ("https://[::1", "https://[::1", False),
    ],
)
def test_same_site(a: str, b: str, same: bool):
    assert urls.same_site(a, b) is same
    assert urls.same_site(b, a) is same


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://larouche.example/pr/2017/170922_forum.html", date(2017, 9, 22)),
        ("https://larouche.example/pr/1999/991231_forum.html", date(1999, 12, 31)),
        ("https://larouche.example/pr/2017/171322_forum.html", None),
        ("https://larouche.example/other/2017/4438forum.html", None),
    ],
)
def test_the_day_a_source_writes_into_its_addresses(url: str, day: date | None):
    assert urls.dates_in(url, PRESS_RELEASE) == day


def test_a_year_of_two_digits_and_a_month_by_name():
    assert urls.dates_in("https://x.example/980705.html", r"/(?P<yy>\d\d)(?P<month>\d\d)(?P<day>\d\d)") == date(
        1998, 7, 5
    )
    assert urls.dates_in("https://x.example/2017/sep/22/a", r"/(?P<year>\d+)/(?P<month>\w+)/(?P<day>\d+)/") == date(
        2017, 9, 22
    )
    assert urls.dates_in("https://x.example/", None) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example/2017/09/22/forum", date(2017, 9, 22)),
        ("https://news.example/world/2017/sep/22/forum", date(2017, 9, 22)),
        ("https://news.example/forum-2017-9-2.html", date(2017, 9, 2)),
        ("https://news.example/news/20170922-forum", date(2017, 9, 22)),
        ("https://news.example/2017/0922/forum", date(2017, 9, 22)),
        ("https://news.example/forum-22.09.2017", date(2017, 9, 22)),
        ("https://news.example/2017/09/forum", None),
        ("https://news.example/forum-2017093055512", None),
        ("https://news.example/2017/02/30/forum", None),
        ("https://news.example/2017/09/22/before-2016-09-22", None),
        ("https://news.example/x?day=2017-09-22", None),
        ("no address", None),
    ],
)
def test_the_day_an_address_spells_out(url: str, day: date | None):
    assert urls.path_day(url) == day


@given(
    st.text(max_size=60),
    st.sampled_from(["http://", "https://", "", "//", "https://news.example/", "https://[", "http://n.example:"]),
)
def test_any_text_gives_one_form_or_a_value_error(tail: str, head: str):
    try:
        once = urls.canonical(head + tail)
    except ValueError:
        return
    assert urls.canonical(once) == once
    assert once.isascii()
    assert urls.key(once) == urls.key(head + tail)
    urls.twin(once)
    urls.former_keys(once)
    urls.path_day(once)
    urls.same_site(once, head + tail)


@given(st.text(max_size=80))
def test_nothing_but_a_value_error_is_ever_raised(text: str):
    for ask in (urls.canonical, urls.key, urls.former_keys, urls.twin):
        with suppress(ValueError):
            ask(text)
    assert urls.path_day(text) is None or urls.path_day(text)
    assert urls.same_site(text, "https://news.example/") in (True, False)
