"""The feed finder: an error page is a failure, an unchanged feed is no work, dates come with their basis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from web import HOME, Web, paths, source, walk

FEED = f'kind = "feed"\nurl = "{HOME}/feed"'
ARTICLES = "[article]\nurl = '/(?P<year>\\d{4})/(?P<month>\\d\\d)/(?P<day>\\d\\d)/'"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items)}</channel></rss>".encode()


def item(link: str, when: str = "", title: str = "T") -> str:
    dated = f"<pubDate>{when}</pubDate>" if when else ""
    return f"<item><title>{title}</title><link>{link}</link>{dated}</item>"


def test_one_unit_with_candidates_and_their_evidence(tmp_path: Path) -> None:
    web = Web({"/feed": rss(item("/2026/11/20/a", "Sat, 21 Nov 2026 09:00:00 GMT"), item("/2026/x", "", "U"))})
    (unit,) = walk(source(tmp_path, FEED, "[article]\nurl = '/(?P<year>20\\d\\d)/'"), web)
    assert (unit.finder, unit.unit, unit.outcome, unit.whole) == ("feed", HOME + "/feed", "fetched", True)
    dated, undated = unit.candidates
    assert (dated.day, dated.day_basis) == (date(2026, 11, 21), "listing")
    assert dated.hints.published == "2026-11-21T09:00:00Z"
    assert dated.hints.published_basis == "feed"
    assert (undated.day, undated.day_basis, undated.hints.title) == (None, None, "U")
    assert unit.undated == 1


def test_the_day_in_the_address_comes_before_the_feeds(tmp_path: Path) -> None:
    web = Web({"/feed": rss(item("/2026/11/20/a", "Sat, 21 Nov 2026 09:00:00 GMT"))})
    (unit,) = walk(source(tmp_path, FEED, ARTICLES), web)
    assert (unit.candidates[0].day, unit.candidates[0].day_basis) == (date(2026, 11, 20), "url")


def test_an_address_from_the_future_is_not_believed(tmp_path: Path) -> None:
    web = Web({"/feed": rss(item("/2031/11/20/a"))})
    (unit,) = walk(source(tmp_path, FEED, ARTICLES), web)
    assert unit.candidates[0].day is None


def test_links_elsewhere_and_pages_that_are_no_articles_are_counted(tmp_path: Path) -> None:
    web = Web(
        {
            "/feed": rss(
                item("/2026/11/20/a"),
                item("/about"),
                item("https://other.example.net/2026/11/20/x"),
                item("https://archive.example.net/2026/11/20/y"),
                item(HOME.replace("https", "http") + "/2026/11/20/a"),
            )
        }
    )
    (unit,) = walk(source(tmp_path, FEED, ARTICLES + '\nhosts = ["archive.example.net"]'), web)
    assert paths([unit]) == ["/2026/11/20/a", "https://archive.example.net/2026/11/20/y"]
    assert dict(unit.dropped) == {"not_article": 1, "off_site": 1, "repeated": 1}


@pytest.mark.parametrize("page", [b"<html>Maintenance</html>", b"", b"{}"])
def test_what_is_no_feed_is_a_failure(tmp_path: Path, page: bytes) -> None:
    (unit,) = walk(source(tmp_path, FEED), Web({"/feed": page}))
    assert (unit.outcome, unit.reason, unit.whole, unit.candidates) == ("failed", "not_a_feed", False, ())


@pytest.mark.parametrize(("status", "outcome"), [(404, "gone"), (503, "failed")])
def test_a_failed_request_is_given_back_as_it_was(tmp_path: Path, status: int, outcome: str) -> None:
    (unit,) = walk(source(tmp_path, FEED), Web({"/feed": status}))
    assert (unit.outcome, unit.reason) == (outcome, f"http_{status}")


def test_an_unchanged_feed_has_no_candidates(tmp_path: Path) -> None:
    (unit,) = walk(source(tmp_path, FEED), Web({}, unchanged={"/feed"}))
    assert (unit.outcome, unit.candidates) == ("unchanged", ())


def test_the_digest_tells_whether_anything_listed_has_changed(tmp_path: Path) -> None:
    definition = source(tmp_path, FEED)

    def digest(*items: str) -> str | None:
        return walk(definition, Web({"/feed": rss(*items)}))[0].digest

    when = "Sat, 21 Nov 2026 09:00:00 GMT"
    assert digest(item("/a", when)) == digest(item("/a", when, "Another title"))
    assert digest(item("/a", when)) != digest(item("/a", when), item("/b"))


def test_the_budget_of_addresses_leaves_the_unit_incomplete(tmp_path: Path) -> None:
    web = Web({"/feed": rss(*(item(f"/{number}") for number in range(5)))})
    (unit,) = walk(source(tmp_path, FEED + "\nmax_urls = 2"), web)
    assert (len(unit.candidates), unit.whole, unit.reason) == (2, False, "max_urls")
    assert dict(unit.dropped) == {"max_urls": 3}


def test_a_feed_cut_in_the_middle_is_incomplete(tmp_path: Path) -> None:
    web = Web({"/feed": rss(item("/a"), item("/b"))[:-40]})
    (unit,) = walk(source(tmp_path, FEED), web)
    assert (unit.whole, unit.reason) == (False, "cut_short")
    assert unit.candidates
