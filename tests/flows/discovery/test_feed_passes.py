"""Feeds in real passes: 304, moved, gone, no feed any more, turned over, and when a schedule asks again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from outlet import Outlet, Reply, day, rss, served, sitemap, story

from flows.loading import load
from flows.run import now
from flows.standing import finder_states, standing, without_file
from warehouse import doctor, rows, spool
from warehouse.locks import hold

FEED = 'kind = "feed"\nurl = "BASE/feed"'
SITEMAP = 'kind = "sitemap"\nurl = "BASE/sitemap.xml"'


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        for number in range(40):
            made.put(f"/a{number}", story(number))
        made.put("/feed", rss(*(f"/a{number}" for number in range(10))), content_type="application/rss+xml")
        yield made


def feed_of(outlet: Outlet, *numbers: int, days_ago: float = 0) -> None:
    outlet.put("/feed", rss(*(f"/a{number}" for number in numbers), days_ago=days_ago))


def test_a_schedule_asks_once_and_then_not_before_its_time(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    assert outlet.passed(source, "due").articles == 10
    outlet.passed(source, "due")
    assert outlet.asked() == {}
    assert "The finder is not due yet" in outlet.said("note")
    outlet.passed(source)
    assert outlet.log == [("/feed", 304)]
    assert outlet.rows("select outcome, links from units order by listed_at") == [("fetched", 10), ("unchanged", 0)]


def test_a_feed_that_has_moved_for_good_is_asked_where_it_is(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.pages["/rss/all"] = outlet.pages["/feed"]
    outlet.move("/feed", "/rss/all")
    outlet.passed(source)
    outlet.passed(source)
    assert outlet.log == [("/rss/all", 304)]
    assert f"has moved for good to {outlet.base}/rss/all" in outlet.said("note")
    outlet.passed(source)
    assert outlet.log == [("/rss/all", 304)]
    del outlet.pages["/rss/all"]
    outlet.put("/feed", rss("/a11", "/a9"))
    tally = outlet.passed(source)
    assert [path for path, _ in outlet.log][:2] == ["/rss/all", "/feed"]
    assert (tally.articles, tally.listings_failed) == (1, 0)


def test_a_feed_that_has_moved_for_a_while_is_asked_where_it_was(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.pages["/busy"] = outlet.pages["/feed"]
    outlet.move("/feed", "/busy", 302)
    outlet.passed(source)
    outlet.passed(source)
    assert outlet.log == [("/feed", 302), ("/busy", 200)]
    assert outlet.said("warning") == ""


def test_a_feed_that_is_gone_is_not_asked_again_and_every_pass_says_so(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    outlet.fail("/feed", 410)
    assert outlet.passed(source).listings_failed == 1
    for polling in ("due", "usual"):
        assert outlet.passed(source, polling).listings_failed == 1
        assert outlet.asked() == {}
        assert "gone for good (410)" in outlet.said("warning")
        assert "post.toml" in outlet.said("warning")
    outlet.put("/feed", rss("/a11", "/a9"))
    assert outlet.passed(source, "now").articles == 1
    assert outlet.passed(source).listings_failed == 0


def test_a_page_at_a_feeds_address_is_a_failure_and_said_louder_as_it_lasts(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    outlet.put("/feed", "<html><body><h1>We are working on it</h1><a href='/a11'>x</a></body></html>")
    for count in range(1, 4):
        assert outlet.passed(source).listings_failed == 1
        assert "(not_a_feed)" in outlet.said("warning")
        assert ("3 times in a row" in outlet.said("warning")) is (count == 3)
    message = outlet.rows("select message from runs order by started_at desc limit 1")
    assert "could not be read (not_a_feed)" in message[0][0]


def test_an_empty_feed_is_fine_and_said(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.put("/feed", rss())
    assert outlet.passed(source).listings_failed == 0
    assert "lists nothing" in outlet.said("note")
    feed_of(outlet, 1, 2)
    outlet.passed(source)
    assert outlet.said("warning") == ""


def test_a_feed_that_turned_over_marks_the_days_partial(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    feed_of(outlet, *range(20, 30))
    assert outlet.passed(source).articles == 10
    assert f"entries of {day(0)} went by unseen" in outlet.said("warning")
    assert f"No other finder lists {day(0)} whole: those days stay partial" in outlet.said("warning")
    assert f"wireroom backfill post --from {day(0)} --to {day(0)}" in outlet.said("warning")
    gaps = outlet.rows("select unit, whole, first_day::varchar from units where reason = 'gap' order by unit")
    assert gaps == [(f"{outlet.base}/feed", False, None), (f"{outlet.base}/feed#gap-{day(0)}", False, day(0))]
    feed_of(outlet, *range(25, 35))
    outlet.passed(source)
    assert outlet.said("warning") == ""
    state = "select state from coverage where scope = 'day' and day = current_date"
    assert outlet.rows(state) == [("partial",)]


def test_what_a_feed_lost_is_found_in_the_sitemap_due_or_not(outlet: Outlet) -> None:
    pace = '[pace]\ndelay = "0s"\npoll = "10ms"\n'  # the sitemap asks for an hour, the feed is due again at once
    source = outlet.source(SITEMAP, FEED, rest=pace)  # feeds are asked first, wherever they stand
    outlet.put(
        "/sitemap.xml",
        sitemap(*((f"{outlet.base}/a{number}", day(0)) for number in range(10))),
        cache_control="max-age=3600",
    )
    outlet.passed(source, "due")
    outlet.passed(source, "due")
    assert "/sitemap.xml" not in outlet.asked()
    feed_of(outlet, *range(20, 30))
    outlet.put("/sitemap.xml", sitemap(*((f"{outlet.base}/a{number}", day(0)) for number in range(30))))
    time.sleep(0.01)
    assert outlet.passed(source, "due").articles == 20
    assert "lists everything of" in outlet.said("note")
    assert "backfill" not in outlet.said()
    latest = "select whole, reason from units where unit like '%#gap%' order by listed_at"
    assert outlet.rows(latest) == [(False, "gap"), (True, "gap_filled")]


@pytest.mark.parametrize("ttl", ["<ttl>600</ttl>", '<sy:updatePeriod xmlns:sy="x">daily</sy:updatePeriod>'])
def test_an_outlet_may_ask_for_patience(outlet: Outlet, ttl: str) -> None:
    source = outlet.source(FEED, rest='[pace]\ndelay = "0s"\npoll = "1ms"\n')
    outlet.put("/feed", rss("/a1", more=ttl.replace(' xmlns:sy="x"', "")))
    outlet.passed(source, "due")
    outlet.passed(source, "due")
    assert outlet.asked() == {}
    assert "asks for patience" in outlet.said("note")


def test_robots_alone_stands_for_a_listing_nobody_can_reach(outlet: Outlet) -> None:
    outlet.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /feed\n", headers=(("Content-Type", "text/plain"),))
    assert outlet.passed(outlet.source(FEED)).listings_failed == 1
    assert "robots.txt of" in outlet.said("warning")


def test_an_outlet_that_rests_says_once_until_when_and_why_and_now_asks_it(outlet: Outlet) -> None:
    source = outlet.source(FEED, SITEMAP, 'kind = "index"\nurl = "BASE/index"')
    outlet.put("/sitemap.xml", sitemap((f"{outlet.base}/a1", day(0))), content_type="application/xml")
    outlet.pages["/feed"] = Reply(status=503, headers=(("Retry-After", "600"),))
    for rests in (2, 3):
        assert outlet.passed(source).listings_failed == 3
        *_, said = outlet.said("warning").splitlines()
        assert said.startswith(f"{rests} listings were not asked for: 127.0.0.1")
        assert f" UTC because {outlet.base}/feed answered 503 (Retry-After: 600)." in said
        assert said.endswith("wireroom ingest post --now asks at once.")
        assert len(outlet.said("warning").splitlines()) == 4 - rests
    assert standing(outlet.workspace, source)["state"].startswith("failing: no listing could be read since 20")
    states = [state.state for state in finder_states(outlet.workspace, source)]
    assert all(state.startswith("rests until ") for state in states)
    outlet.passed(source, "now")
    assert outlet.asked() == {"/feed": 1}  # it asks to be left alone once more
    assert "asks at once" not in outlet.said("warning")
    feed_of(outlet, 1, 2)
    assert outlet.passed(source, "now").articles == 2


def test_an_outlet_that_is_down_does_not_look_healthy(outlet: Outlet) -> None:
    source = outlet.source(FEED, SITEMAP)
    outlet.put("/sitemap.xml", sitemap((f"{outlet.base}/a1", day(0))), content_type="application/xml")
    outlet.passed(source)
    health = "select state, listings, listings_failed, failing_since_at is not null from source_health"
    assert outlet.rows(health) == [("ok", 2, 0, False)]
    del outlet.pages["/feed"]
    outlet.passed(source)
    assert outlet.rows(health) == [("failing", 2, 1, False)]
    assert standing(outlet.workspace, source)["state"] == "failing: 1 of 2 listings could not be read"
    del outlet.pages["/sitemap.xml"]
    outlet.passed(source)
    assert outlet.rows(health) == [("failing", 2, 2, True)]
    assert standing(outlet.workspace, source)["state"].startswith("failing: no listing could be read since 20")
    ((state, message),) = outlet.rows("select last_run_state, last_run_message from source_health")
    assert state == "failed"
    assert message.startswith("No listing could be read. The feed ")


def test_a_listing_that_did_not_come_is_said_in_the_fetchers_words(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.fail("/feed", 503)
    outlet.passed(source)
    assert "answered HTTP/1.1 503" in outlet.said("warning")


def test_a_private_address_is_said_with_the_way_to_let_it_in(outlet: Outlet) -> None:
    source = outlet.source('kind = "feed"\nurl = "http://127.0.0.9/feed"')
    outlet.passed(source)
    said = outlet.said("warning")
    assert "127.0.0.9 is no public address" in said
    assert 'allow = ["127.0.0.9:80"] under [access] in post.toml' in said


def test_a_source_whose_file_is_gone_is_listed_with_what_it_brought(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    assert without_file(outlet.workspace, ["post"]) == []
    source.path.unlink()
    (left,) = without_file(outlet.workspace, [])
    assert left.keys() == standing(outlet.workspace, source).keys()
    assert (left["source"], left["articles"], left["state"]) == ("post", 10, "no file: renamed or removed?")


@pytest.mark.parametrize("is_loaded", [True, False])
def test_the_next_run_closes_one_that_was_killed(outlet: Outlet, is_loaded: bool) -> None:
    source, folders = outlet.source(FEED), outlet.workspace.folders
    began = now() - timedelta(hours=1)
    counts = (1, 7, 0, 0, 0, 0, 0, 0)
    killed = rows.Run(str(uuid4()), "post", "ingest", "running", began, began, None, None, *counts, "how it goes on")
    spool.write(folders, [killed], source_id="post", run_id=killed.run_id)
    if is_loaded:
        load(outlet.workspace, publish_now=True)
    outlet.passed(source)
    asked = "SELECT state, ended_at, requests, message FROM runs ORDER BY started_at LIMIT 1"
    assert outlet.rows(asked) == [("interrupted", None, 7, "how it goes on")]
    assert outlet.rows("SELECT count(*), count(ended_at) FROM runs") == [(2, 1)]
    faults = [result.check for result in doctor.examine(folders) if result.count]
    assert "runs" not in faults


def test_a_run_that_was_killed_is_said_to_be_interrupted(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    lock = outlet.workspace.folders.source_lock("post")
    with hold(lock, "ingest of post in process 7, since 2026-11-01 12:00 UTC"):
        assert standing(outlet.workspace, source)["state"] == "running"
        killed = lock.read_text()
    assert standing(outlet.workspace, source)["state"] is None, "whoever ends by itself takes its name away"
    lock.write_text(killed)
    stands = standing(outlet.workspace, source)
    assert stands["state"] == "interrupted: go on with wireroom ingest post"
    assert stands["last_run"] == datetime(2026, 11, 1, 12)
    outlet.passed(source)
    assert standing(outlet.workspace, source)["state"] == "completed"
