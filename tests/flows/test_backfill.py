"""The past of an outlet: which days are asked for, how a backfill goes on, and what a later one finds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows import backfilling, exchanges, pipeline, progress, waiting
from flows.backfilling import Order, Outcome
from flows.cli.days_display import Course
from flows.fetching import Exchange
from flows.overview import overview
from flows.run import now
from flows.sources import SourceDefinition
from flows.standing import standing
from tests.flows.discovery.outlet import Outlet, served, sitemap, story
from warehouse import ledger
from warehouse.coverage import Hole
from warehouse.locks import hold

DAILY = 'kind = "template"\nurl = "BASE/{year}/{month}/{day}/"\nlinks = "li a"'
YEARLY = 'kind = "template"\nurl = "BASE/{year}.html"\nlinks = "li a"'
DATED = '[article]\nurl = "/(?P<year>\\\\d{4})/(?P<month>\\\\d\\\\d)/(?P<day>\\\\d\\\\d)/\\\\w"\n'
FIRST, LAST = date(2017, 3, 1), date(2017, 3, 4)


@pytest.fixture
def outlet(tmp_path: Path):
    with served(tmp_path / "news") as made:
        yield made


def backfilled(outlet: Outlet, source: SourceDefinition, first: date = FIRST, last: date = LAST, **how) -> Outcome:
    """A backfill; what it asked for is in `log`, and what it told in `told`."""
    outlet.log.clear()
    outlet.told.clear()
    with progress.shown(outlet.told.append):
        return backfilling.backfill(outlet.workspace, source, Order(first, last, **how))


def listing(*hrefs: str, more: str = "") -> str:
    """A page of links."""
    return (
        f"<html><body><ul>{''.join(f'<li><a href={href}>{href}</a></li>' for href in hrefs)}</ul>{more}</body></html>"
    )


def archive_of_days(outlet: Outlet, first: date = FIRST, last: date = LAST, each: int = 2) -> list[str]:
    """A listing for every day and its articles; the paths of these."""
    paths = []
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        stories = [f"/{day:%Y/%m/%d}/story{place}.html" for place in range(each)]
        around = f'<li><a href="/{day - timedelta(1):%Y/%m/%d}/">before</a></li>'
        outlet.put(f"/{day:%Y/%m/%d}/", listing(*stories, more=f"<ul>{around}</ul>"))
        for place, path in enumerate(stories):
            outlet.put(path, story(number * 10 + place))
        paths += stories
    return paths


def dated(number: int, day: date) -> str:
    """An article whose day only its own page tells."""
    return story(number, head=f'<meta property="article:published_time" content="{day}T09:00:00+00:00">')


def test_a_backfill_that_ends_while_another_loads_waits_for_it_and_reports_what_it_has_found(outlet: Outlet):
    """As when two backfills end at once: its holes are those of a reading copy that has its own rows."""
    archive_of_days(outlet)
    source = outlet.source(DAILY, rest=DATED)
    loader, ended = outlet.workspace.folders.loader_lock, threading.Event()

    def load_for_a_while() -> None:
        with hold(loader, "the loader of another run"):
            holding.set()
            ended.wait(60)
            time.sleep(1)

    holding = threading.Event()
    other = threading.Thread(target=load_for_a_while)
    other.start()
    try:
        assert holding.wait(60)
        with progress.shown(lambda event: ended.set() if event.kind == "ended" else None):
            backfilled(outlet, source)
    finally:
        ended.set()
        other.join()
    assert backfilling.holes(outlet.workspace, source, FIRST, LAST) == []


def test_an_address_that_leads_home_again_and_again_is_gone_and_no_hole(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exchanges, "APART", timedelta())
    paths = archive_of_days(outlet, each=1)
    outlet.put("/", "<html><body>The Post</body></html>")
    outlet.move(paths[0], "/", 302)
    source = outlet.source(DAILY)
    for looks in range(exchanges.GONE_AFTER):
        backfilled(outlet, source, only_holes=looks > 0)
        is_last = looks + 1 == exchanges.GONE_AFTER
        assert len(holes(outlet, source)) == (0 if is_last else 1)
    found = outlet.rows("SELECT outcome, reason FROM address_states WHERE outcome <> 'article'")
    assert found == [("gone", "soft_404")]


def holes(outlet: Outlet, source: SourceDefinition) -> list[Hole]:
    """What is missing of the archive's days."""
    return backfilling.holes(outlet.workspace, source, FIRST, LAST)


def articles(outlet: Outlet) -> set[str]:
    """Paths of the articles that readers see."""
    return {url.removeprefix(outlet.base) for (url,) in outlet.rows("SELECT url FROM articles")}


def asked_articles(outlet: Outlet) -> list[str]:
    """Paths of pages that were asked for."""
    return [path for path, _ in outlet.log if path.endswith(".html") and path.count("/") > 1]


def test_every_day_comes_whole_and_links_to_other_days_are_no_articles(outlet: Outlet):
    paths = archive_of_days(outlet)
    source = outlet.source(DAILY)
    outcome = backfilled(outlet, source)
    assert articles(outlet) == set(paths)
    assert (outcome.tally.articles, outcome.tally.failed, outcome.cut) == (len(paths), 0, None)
    assert outlet.rows("SELECT kind, state FROM runs") == [("backfill", "completed")]
    assert holes(outlet, source) == []
    assert set(outlet.asked().values()) == {1}


def course(outlet: Outlet) -> tuple[int, int]:
    """How many days were done when the last backfill began its listings, and in the end."""
    taken = Course((LAST - FIRST).days + 1)
    for event in outlet.told:
        taken.take(event)
    return taken.before, taken.done


def test_the_days_that_are_done_come_to_all_of_them_also_by_a_sitemap_and_for_holes(outlet: Outlet):
    paths = [path for path in archive_of_days(outlet) if "/03/03/" not in path]
    outlet.put("/sitemap.xml", sitemap(*((outlet.base + path, None) for path in paths)))
    outlet.fail(paths[0], 500)
    source = outlet.source('kind = "sitemap"\nurl = "BASE/sitemap.xml"', rest=DATED)
    backfilled(outlet, source)
    assert course(outlet) == (0, 4)  # also the day of which nothing is listed
    missing = {hole.day for hole in holes(outlet, source)}
    backfilled(outlet, source, only_holes=True)
    assert course(outlet) == (4 - len(missing), 4)
    backfilled(outlet, source)
    assert course(outlet) == (4 - len(missing), 4)


def test_a_page_that_failed_is_asked_for_again_after_an_hour_and_for_holes_at_once(outlet: Outlet):
    paths = archive_of_days(outlet, each=1)
    outlet.fail(paths[0], 500)
    source = outlet.source(DAILY)
    backfilled(outlet, source)
    waits = "SELECT DISTINCT next_attempt_at - observed_at FROM fetches WHERE role = 'article' AND outcome = 'failed'"
    assert outlet.rows(waits) == [(timedelta(hours=1),)]
    backfilled(outlet, source)
    assert asked_articles(outlet) == []
    backfilled(outlet, source, only_holes=True)
    assert set(asked_articles(outlet)) == {paths[0]}


def test_a_listing_of_a_year_is_read_whole_and_only_the_days_wanted_are_fetched(outlet: Outlet):
    stories = [f"/2017/{month:02}/01/story.html" for month in range(1, 13)]
    outlet.put("/2017.html", listing(*stories))
    for number, path in enumerate(stories):
        outlet.put(path, story(number))
    source = outlet.source(YEARLY, rest=DATED)
    backfilled(outlet, source)
    assert articles(outlet) == {stories[2]}
    assert outlet.rows("SELECT count(*) FROM addresses") == [(12,)]
    assert outlet.rows("SELECT count(*) FROM address_states WHERE outcome = 'never_tried'") == [(11,)]
    backfilled(outlet, source, date(2017, 5, 1), date(2017, 6, 30))
    assert set(asked_articles(outlet)) == {stories[4], stories[5]}


def test_a_page_that_fails_is_missing_on_the_day_of_those_listed_beside_it(outlet: Outlet):
    stories = [(f"/piece{number}.html", date(2017, 3, 9 - number // 3)) for number in range(18)]
    outlet.put("/2017/03/", listing(*[path for path, _ in stories]))
    for number, (path, day) in enumerate(stories):
        outlet.put(path, dated(number, day))
    outlet.fail(stories[7][0], 500)
    outlet.fail(stories[16][0], 403)
    source = outlet.source('kind = "template"\nurl = "BASE/{year}/{month}/"\nlinks = "li a"')
    backfilled(outlet, source, date(2017, 3, 4), date(2017, 3, 9))
    found = backfilling.holes(outlet.workspace, source, date(2017, 3, 4), date(2017, 3, 9))
    assert [(hole.day, hole.state) for hole in found] == [(date(2017, 3, 4), "partial"), (date(2017, 3, 7), "partial")]
    for number in (7, 16):
        outlet.put(stories[number][0], dated(number, stories[number][1]))
    backfilled(outlet, source, date(2017, 3, 4), date(2017, 3, 9))
    assert asked_articles(outlet) == []
    backfilled(outlet, source, date(2017, 3, 4), date(2017, 3, 9), only_holes=True)
    assert len(articles(outlet)) == 18
    assert backfilling.holes(outlet.workspace, source, date(2017, 3, 4), date(2017, 3, 9)) == []


def test_it_goes_on_where_it_was_stopped(outlet: Outlet):
    paths = archive_of_days(outlet)
    source = outlet.source(DAILY)
    outcome = backfilled(outlet, source, limit=3)
    assert outcome.cut is not None
    assert outlet.rows("SELECT state FROM runs") == [("cancelled",)]
    before = outlet.asked()
    assert sum(path in paths for path in before) == 3
    backfilled(outlet, source)
    assert articles(outlet) == set(paths)
    assert not set(before) & set(outlet.asked())  # neither a page nor a listing was asked for again


@pytest.mark.parametrize(("limit", "is_cut"), [(3, False), (2, True), (4, False)])
def test_a_limit_that_is_not_reached_cuts_nothing(limit: int, is_cut: bool):
    given = [SimpleNamespace(mark=mark) for mark in "abcab"]  # the last two are in the batch that is being filled
    fake = SimpleNamespace(put_off=Counter(), listings_put_off=Counter(), cut=None)
    asked = {address.mark for address in backfilling._limited(fake, limit, given)}
    assert (len(asked), fake.cut is not None) == (min(limit, 3), is_cut)


def test_a_second_full_run_asks_for_listings_alone_and_finds_what_is_new(outlet: Outlet):
    paths = archive_of_days(outlet)
    source = outlet.source(DAILY)
    backfilled(outlet, source)
    backfilled(outlet, source)
    assert asked_articles(outlet) == []
    assert {status for _, status in outlet.log} == {304}
    late = "/2017/03/02/late.html"
    outlet.put(late, story(77))
    outlet.put("/2017/03/02/", listing(*[path for path in paths if path.startswith("/2017/03/02")], late))
    backfilled(outlet, source)
    assert asked_articles(outlet) == [late]
    assert late in articles(outlet)


def test_after_a_stop_every_listing_is_asked_for_where_that_is_wanted(outlet: Outlet):
    archive_of_days(outlet)
    source = outlet.source(DAILY)
    backfilled(outlet, source, limit=3)
    backfilled(outlet, source, rewalk=True)
    assert sum(path.endswith("/") for path, _ in outlet.log) == 4


def test_what_a_pass_left_of_a_listing_is_found_though_the_listing_is_as_it_was(outlet: Outlet):
    old, fresh = "/2017/03/02/old.html", "/today.html"
    outlet.put("/sitemap.xml", sitemap((outlet.base + old, "2017-03-02"), (outlet.base + fresh, None)))
    outlet.put(old, story(1))
    outlet.put(fresh, story(2))
    source = outlet.source('kind = "sitemap"\nurl = "BASE/sitemap.xml"')
    outlet.passed(source)
    assert articles(outlet) == {fresh}
    backfilled(outlet, source)
    assert dict(outlet.log)["/sitemap.xml"] == 304
    assert articles(outlet) == {fresh, old}


def test_addresses_that_passes_have_found_and_left_are_taken(outlet: Outlet):
    outlet.put("/", listing("/2017/03/02/left.html", "/2016/01/01/other.html"))
    outlet.put("/2017/03/02/left.html", story(1))
    source = outlet.source('kind = "index"\nurl = "BASE/"\nlinks = "li a"', rest=DATED)
    outlet.passed(source)
    assert articles(outlet) == set()
    outlet.fail("/", 500)  # nothing lists it any more
    backfilled(outlet, source)
    assert articles(outlet) == {"/2017/03/02/left.html"}


def test_pages_of_an_index_are_walked_to_the_end_whatever_a_pass_may_read(outlet: Outlet):
    pages = [f"/page/{number}" for number in range(1, 9)]
    paths = [f"/2017/03/0{1 + number % 4}/story{number}.html" for number in range(8)]
    for number, (page, path) in enumerate(zip(pages, paths, strict=True)):
        outlet.put(page, listing(path))
        outlet.put(path, story(number))
    outlet.fail("/page/4", 500)
    source = outlet.source(
        'kind = "index"\nurl = "BASE/page/1"\nlinks = "li a"\npages = "BASE/page/{page}"\nmax_pages = 2\nquiet_pages = 2\nmax_urls = 2',
        rest=DATED,
    )
    backfilled(outlet, source)
    assert articles(outlet) == {path for number, path in enumerate(paths) if number != 3}
    backfilled(outlet, source)
    assert {path for path, _ in outlet.log} == {*pages, "/page/9", "/page/10"}


def test_days_that_a_backfill_was_asked_for_are_missing_also_where_nobody_names_them_again(outlet: Outlet):
    day = LAST - timedelta(days=1)
    outlet.put("/news", listing(f"/{day:%Y/%m/%d}/story.html"))
    source = outlet.source('kind = "index"\nurl = "BASE/news"\nlinks = "li a"', rest=DATED)
    backfilled(outlet, source, FIRST, LAST)
    missing = backfilling.holes(outlet.workspace, source, FIRST, LAST)
    assert FIRST in {hole.day for hole in missing}
    assert backfilling.holes(outlet.workspace, source, None, None) == missing, (
        "what was asked for need not be said again"
    )
    assert backfilling.known_days(outlet.workspace, source) == (FIRST, LAST)


def test_the_page_after_one_that_is_missing_is_asked_conditionally_the_next_time(outlet: Outlet):
    for number in (1, 3):
        path = f"/2017/03/0{number}/story.html"
        outlet.put(f"/page/{number}", listing(path))
        outlet.put(path, story(number))
    outlet.fail("/page/2", 404)
    source = outlet.source(
        'kind = "index"\nurl = "BASE/page/1"\nlinks = "li a"\npages = "BASE/page/{page}"', rest=DATED
    )
    backfilled(outlet, source)
    backfilled(outlet, source)
    assert {path: status for path, status in outlet.log if path in ("/page/1", "/page/3")} == {"/page/1": 304, "/page/3": 304}  # fmt: skip


def test_a_dead_link_of_the_past_is_gone_and_a_broken_page_is_a_hole(outlet: Outlet):
    paths = archive_of_days(outlet)
    outlet.fail(paths[0], 404)
    outlet.fail(paths[2], 500)
    outlet.move(paths[4], "/moved.html")
    outlet.put("/moved.html", story(55))
    source = outlet.source(DAILY)
    backfilled(outlet, source)
    states = dict(outlet.rows("SELECT url, outcome FROM address_states"))
    assert states[outlet.base + paths[0]] == "gone"
    assert states[outlet.base + paths[2]] == "failed"
    assert states[outlet.base + paths[4]] == "article"
    assert {hole.day for hole in holes(outlet, source)} == {date(2017, 3, 2)}


def test_what_was_gone_is_asked_for_again_only_where_that_is_wanted(outlet: Outlet):
    paths = archive_of_days(outlet, each=1)
    mended, dead = outlet.pages[paths[0]], paths[1]
    outlet.fail(paths[0], 404)
    outlet.fail(dead, 404)
    source = outlet.source(DAILY)
    backfilled(outlet, source)
    outlet.pages[paths[0]] = mended
    backfilled(outlet, source)
    assert not {paths[0], dead} & set(outlet.asked())
    backfilled(outlet, source, gone=True)
    assert sorted(path for path, _ in outlet.log if path in paths) == [paths[0], dead], (
        "each of them once, and no other"
    )
    assert articles(outlet) == {path for path in paths if path != dead}
    assert outlet.rows("SELECT outcome FROM address_states WHERE outcome <> 'article'") == [("gone",)]


def test_holes_alone_are_tried_again_and_at_once(outlet: Outlet):
    paths = archive_of_days(outlet)
    broken, missing = paths[2], "/2017/03/03/"
    outlet.fail(broken, 500)
    kept = outlet.pages[missing]
    outlet.fail(missing, 404)
    source = outlet.source(DAILY)
    backfilled(outlet, source)
    assert {hole.day for hole in holes(outlet, source)} == {date(2017, 3, 2), date(2017, 3, 3)}
    outlet.put(broken, story(3))
    outlet.pages[missing] = kept
    backfilled(outlet, source, only_holes=True)
    assert set(outlet.asked()) == {"/2017/03/02/", missing, broken, *paths[4:6]}
    assert holes(outlet, source) == []
    assert articles(outlet) == set(paths)


def test_dead_days_of_an_archive_are_holes_and_no_failing_of_their_source(outlet: Outlet):
    archive_of_days(outlet)
    outlet.fail("/2017/03/03/", 404)
    source = outlet.source(DAILY)
    for only_holes in (False, True):
        backfilled(outlet, source, only_holes=only_holes)
        stands = standing(outlet.workspace, source)
        assert stands["state"] == "completed: 1 listing could not be read; see wireroom coverage post"
        assert overview(outlet.workspace, [source], [stands], now()).troubles == []
    assert outlet.rows("SELECT DISTINCT state FROM source_health") == [("ok",)]
    outlet.fail("/2017/03/03/", 503)
    backfilled(outlet, source, only_holes=True)
    assert standing(outlet.workspace, source)["state"] == "failed", "nobody answered"


def test_a_long_run_loads_on_its_way_and_forgets_what_readers_see(outlet: Outlet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backfilling, "PAGES_A_LOAD", 1)
    monkeypatch.setattr(backfilling, "LEAST", 2)
    monkeypatch.setattr(backfilling, "MOST", 2)
    paths = archive_of_days(outlet)
    seen: list[int] = []

    def counting(run_now, batch):
        seen.append(outlet.rows("SELECT count(*) FROM articles")[0][0])
        pipeline.take(run_now, batch)

    backfilling.backfill(outlet.workspace, outlet.source(DAILY), Order(FIRST, LAST), do=counting)
    assert seen == sorted(seen)
    assert seen[-1] > 0
    assert articles(outlet) == set(paths)
    assert set(outlet.asked().values()) == {1}
    assert outlet.rows("SELECT count(*) = count(DISTINCT url_key) FROM addresses") == [(True,)]


def resting(until) -> Exchange:
    return Exchange("f", "https://post.example/", now(), "deferred", "host_resting", "It rests.", next_attempt_at=until)


@pytest.mark.parametrize(("minutes", "attempts"), [(0, 2), (90, 1)])
def test_a_host_that_rests_for_a_while_is_waited_for_and_for_long_is_not(minutes: float, attempts: int):
    answers = [resting(now() + timedelta(minutes=minutes)), Exchange("g", "u", now(), "fetched", requests=1)]
    asked: list[str] = []
    fetcher = SimpleNamespace(get=lambda url, **conditions: (asked.append(url), answers[len(asked) - 1])[1])
    patient = SimpleNamespace(
        fetcher=fetcher,
        patience=backfilling.PATIENCE,
        stopping=SimpleNamespace(wait=lambda seconds: False),
        waits=set(),
    )
    waiting.get(patient, "https://post.example/")  # type: ignore[arg-type]
    assert len(asked) == attempts


@pytest.mark.parametrize("which", [".html", "/"])
def test_an_outlet_that_rests_for_long_ends_the_run_and_loses_nothing(
    outlet: Outlet, which: str, monkeypatch: pytest.MonkeyPatch
):
    paths = archive_of_days(outlet, each=6)
    monkeypatch.setattr(backfilling, "PUT_OFF", 3)
    source = outlet.source(DAILY)
    ask = waiting.get

    def refused(run_now, url, **conditions):
        if not url.endswith(which):
            return ask(run_now, url, **conditions)
        return resting(now() + timedelta(hours=3))

    monkeypatch.setattr(backfilling, "LEAST", 10)
    monkeypatch.setattr(backfilling, "MOST", 10)
    monkeypatch.setattr(waiting, "get", refused)
    outcome = backfilled(outlet, source)
    assert outcome.cut is not None
    assert "It rests." in outcome.cut
    monkeypatch.setattr(waiting, "get", ask)
    backfilled(outlet, source)
    assert articles(outlet) == set(paths)


def test_a_long_backlog_is_asked_for_while_the_ledger_is_read_anew(outlet: Outlet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger, "BATCH", 1)
    paths = archive_of_days(outlet, each=3)
    source = outlet.source(DAILY)
    backfilled(outlet, source, limit=1)
    outlet.fail("/2017/03/02/", 500)  # what is known of its day comes from the ledger alone
    monkeypatch.setattr(backfilling, "PAGES_A_LOAD", 1)
    monkeypatch.setattr(backfilling, "LEAST", 1)
    monkeypatch.setattr(backfilling, "MOST", 1)
    backfilled(outlet, source)
    assert set(paths[-3:]) <= articles(outlet)
    assert set(outlet.asked().values()) <= {1, 3}  # a listing that fails is tried three times


class Stopped(BaseException):
    """As a Ctrl-C, or an end that nothing announces."""


def test_being_stopped_again_and_again_costs_no_more_each_time(outlet: Outlet):
    def stop(run_now, batch) -> None:
        raise Stopped

    paths = archive_of_days(outlet)
    source = outlet.source(DAILY)
    for _ in range(6):
        with pytest.raises(Stopped):
            backfilling.backfill(outlet.workspace, source, Order(FIRST, LAST), do=stop)
    backfilled(outlet, source)
    assert articles(outlet) == set(paths)
    assert outlet.rows("SELECT max(rows) < 100 FROM loads") == [(True,)]  # it was doubled each time
