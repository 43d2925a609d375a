"""Which addresses are one article, through real passes: canonicals, redirects, moves, twins, and a new rule for keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from outlet import Outlet, day, rss, served, sitemap, story

from flows.backlog import Allowance
from parsers import url_rules, urls

FEED = 'kind = "feed"\nurl = "BASE/feed"'
ARTICLES = "select count(*), count(distinct article_id) from articles"
URLS = "select url from article_urls join articles using (article_id) order by 1"


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        yield made


def test_the_home_page_as_canonical_on_every_page_joins_nothing(outlet: Outlet) -> None:
    for number in range(4):
        outlet.put(f"/a{number}", story(number, canonical=f"{outlet.base}/"))
    outlet.put("/feed", rss(*(f"/a{number}" for number in range(4))))
    source = outlet.source(FEED)
    outlet.passed(source)
    assert outlet.rows(ARTICLES) == [(4, 4)]
    outlet.passed(source)
    assert outlet.asked() == {"/feed": 1}


def test_swapped_canonicals_join_nothing(outlet: Outlet) -> None:
    outlet.put("/a1", story(1, canonical=f"{outlet.base}/a2"))
    outlet.put("/a2", story(2, canonical=f"{outlet.base}/a1"))
    outlet.put("/feed", rss("/a1", "/a2"))
    outlet.passed(outlet.source(FEED))
    assert outlet.rows(ARTICLES) == [(2, 2)]


def test_a_redirect_is_fetched_once_in_two_passes(outlet: Outlet) -> None:
    outlet.put("/a1", story(1))
    outlet.move("/short", "/a1", 302)
    outlet.put("/feed", rss("/short"))
    source = outlet.source(FEED)
    outlet.passed(source)
    assert outlet.asked() == {"/feed": 1, "/short": 1, "/a1": 1}
    outlet.passed(source)
    assert outlet.asked() == {"/feed": 1}
    assert outlet.rows(ARTICLES) == [(1, 1)]


def test_an_article_that_moves_by_301_stays_the_article(outlet: Outlet) -> None:
    outlet.put("/a1", story(1))
    outlet.put("/feed", rss("/a1"))
    source = outlet.source(FEED, ages='["0s"]')
    outlet.passed(source)
    before = outlet.rows("select article_id from articles")
    outlet.move("/a1", "/2026/a1")
    outlet.put("/2026/a1", story(1))
    outlet.put("/feed", rss("/2026/a1"))
    outlet.passed(source)
    assert outlet.rows("select article_id from articles") == before
    changes = outlet.rows(
        "select change from changes order by 1"
    )  # its address is put right; no revision by the outlet
    assert changes == [("corrected",), ("new",)]
    urls_of = "select count(distinct url_key) from article_urls where article_id = (select article_id from articles)"
    assert outlet.rows(urls_of) == [(2,)]


def test_amp_and_mobile_twins_are_one_article_whoever_is_listed_first(outlet: Outlet) -> None:
    outlet.put("/a1/amp", story(1, canonical=f"{outlet.base}/a1"))
    outlet.put("/a1", story(1, canonical=f"{outlet.base}/a1"))
    outlet.put("/feed", rss("/a1/amp"))
    source = outlet.source(FEED)
    outlet.passed(source)
    outlet.put("/feed", rss("/a1", "/a1/amp", "/a1?utm_source=rss", "/a1/#top", "//" + outlet.base[7:] + "/a1"))
    outlet.passed(source)
    assert outlet.asked() == {"/feed": 1, "/a1": 1}
    assert outlet.rows(ARTICLES) == [(1, 1)]


def test_a_new_rule_for_keys_causes_no_request(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ("/2026/a1/", "/2026//a2", "/2026/a3?srsltid=x", "/2026/a4")
    for number, path in enumerate(paths):
        outlet.put(path, story(number))
    outlet.put("/list/", rss(*paths))
    source = outlet.source('kind = "feed"\nurl = "BASE/list/"')
    with monkeypatch.context() as before:
        before.setattr(urls, "RULES", url_rules.RULES[-1:])  # as it was when there was one rule only
        assert outlet.passed(source).articles == 4
    known = outlet.rows("select url_key from addresses order by 1")
    outlet.passed(source)
    assert outlet.log == [("/list/", 304)]
    outlet.put("/list/", rss(*paths, "/2026/a4/", "/2026/a5"))
    outlet.put("/2026/a5", story(5))
    outlet.passed(source)
    assert outlet.asked() == {"/list/": 1, "/2026/a5": 1}
    assert outlet.rows("select url_key from addresses where url not like '%a5' order by 1") == known
    assert outlet.rows(ARTICLES) == [(5, 5)]


def test_an_article_known_by_an_earlier_rule_is_read_again_as_itself(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet.put("/2026/a1/", story(1, canonical=f"{outlet.base}/2026/a1/"))
    outlet.put("/feed", rss("/2026/a1/"))
    source = outlet.source(FEED, ages='["0s"]')
    with monkeypatch.context() as before:
        before.setattr(urls, "RULES", url_rules.RULES[-1:])
        outlet.passed(source)
    outlet.put("/2026/a1/", story(1, canonical=f"{outlet.base}/2026/a1").replace("mole 1", "pier 1"))
    outlet.put("/other", story(1, canonical=f"{outlet.base}/2026/a1").replace("mole 1", "pier 1"))
    outlet.put("/feed", rss("/2026/a1/", "/other"))
    outlet.passed(source)
    assert outlet.rows(ARTICLES) == [(1, 1)]
    assert outlet.rows("select change, count(*) from changes group by all order by all") == [("new", 1), ("revised", 1)]


def test_undated_entries_of_a_huge_sitemap_are_asked_for_in_parts(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.due_addresses.Allowance", partial(Allowance, 3))
    for number in range(8):
        outlet.put(f"/a{number}", story(number))
    entries = [(f"{outlet.base}/a{number}", None) for number in range(8)]
    outlet.put("/sitemap.xml", sitemap(*entries, *((f"{outlet.base}/old{n}", day(400 + n)) for n in range(5))))
    source = outlet.source('kind = "sitemap"\nurl = "BASE/sitemap.xml"')
    assert outlet.passed(source).articles == 3
    assert f"5 older addresses listed, back to {day(404)}. " in outlet.said("note")
    assert f"wireroom backfill post --from {day(404)}" in outlet.said("note")
    assert "takes the last 7 days" in outlet.said("note")
    assert "5 addresses without a date left to later passes" in outlet.said("note")
    assert outlet.passed(source).articles == 3
    assert "older" not in outlet.said("note")
    assert "2 addresses without a date" in outlet.said("note")
    assert outlet.passed(source).articles == 2
    assert outlet.said("note") == ""
