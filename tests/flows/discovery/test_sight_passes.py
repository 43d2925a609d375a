"""What a pass notes of listings for coverage: who else has seen an address, and which days a sitemap or an index speaks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from outlet import Outlet, now, rss, served, sitemap, story

from warehouse import reading_copy
from warehouse.ledger import Ledger

FEED = 'kind = "feed"\nurl = "BASE/feed"'
SITEMAP = 'kind = "sitemap"\nurl = "BASE/sitemap.xml"'
INDEX = 'kind = "index"\nurl = "BASE/news"\nlinks = "li a"'
PATTERN = "[article]\nurl = '/(?P<year>\\d{4})/(?P<month>\\d\\d)/(?P<day>\\d\\d)/'\n"


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        yield made


def before(ago: int) -> date:
    """The day so many days ago."""
    return now().date() - timedelta(ago)


def path_of(ago: int) -> str:
    return f"/{before(ago):%Y/%m/%d}/a{ago}"


def laid(outlet: Outlet, *ages: int) -> list[str]:
    """The paths of articles of so many days ago, laid there."""
    for ago in ages:
        outlet.put(path_of(ago), story(ago))
    return [path_of(ago) for ago in ages]


def listed(outlet: Outlet, paths: list[str]) -> None:
    outlet.put("/sitemap.xml", sitemap(*((f"{outlet.base}{path}", None) for path in paths)))
    outlet.put("/news", "<html><body><ul>" + "".join(f'<li><a href="{path}">A story {path}</a></li>' for path in paths) + "</ul></body></html>")  # fmt: skip


SIGHTS = "select finder, count(*), count(distinct url_key) from sightings group by all order by 1"


def test_a_second_finder_s_sight_is_noted_once_and_finders_are_compared(outlet: Outlet) -> None:
    paths = laid(outlet, 2, 3, 4)
    outlet.put("/feed", rss(*paths[:2]))
    listed(outlet, paths[1:])
    source = outlet.source(FEED, SITEMAP, rest=PATTERN)
    outlet.passed(source)
    assert outlet.rows(SIGHTS) == [("sitemap", 1, 1)]
    outlet.put("/feed", rss(*paths))
    listed(outlet, list(reversed(paths)))
    outlet.passed(source, "now")
    assert outlet.rows(SIGHTS) == [("feed", 1, 1), ("sitemap", 2, 2)]
    outlet.passed(source, "now")
    assert outlet.rows(SIGHTS) == [("feed", 1, 1), ("sitemap", 2, 2)]
    asked = "select finders, agreement from coverage where scope = 'day' and found > 0"
    assert outlet.rows(asked) == [(["feed", "sitemap"], 1.0)] * 3


def test_a_sitemap_speaks_for_the_days_it_lists(outlet: Outlet) -> None:
    listed(outlet, laid(outlet, 3, 4, 6))
    outlet.passed(outlet.source(SITEMAP, rest=PATTERN))
    days = f"select day, state from coverage where scope = 'day' and day <= '{before(3)}' order by day desc"
    assert outlet.rows(days) == [(before(ago), "unlisted" if ago == 5 else "complete") for ago in (3, 4, 5, 6)]


def test_a_sitemap_with_an_address_of_no_day_speaks_for_none(outlet: Outlet) -> None:
    outlet.put("/about-the-harbour", story(1))
    listed(outlet, [*laid(outlet, 3, 4), "/about-the-harbour"])
    outlet.passed(outlet.source(SITEMAP))
    assert outlet.rows("select first_day, last_day from unit_states") == [(None, None)]


def test_an_index_speaks_for_the_days_after_the_oldest_it_shows(outlet: Outlet) -> None:
    """Its next page may have more of that day, and a pass need not have asked for it."""
    listed(outlet, laid(outlet, 2, 3, 4))
    outlet.passed(outlet.source(INDEX, rest=PATTERN))
    latest = before(2)
    state = dict(outlet.rows(f"select day, state from coverage where scope = 'day' and day <= '{latest}'"))
    assert {(before(0) - day).days: said for day, said in state.items()} == {
        2: "complete",
        3: "complete",
        4: "unlisted",
    }


def test_a_ledger_opens_a_reading_copy_of_before_there_were_sights(outlet: Outlet) -> None:
    listed(outlet, laid(outlet, 2))
    source = outlet.source(SITEMAP, rest=PATTERN)
    outlet.passed(source)
    folders = outlet.workspace.folders
    with closing(duckdb.connect(str(folders.live))) as live:
        live.execute("DROP TABLE sightings")
    reading_copy.publish(folders, now=True)
    with Ledger(folders, source.source_id) as ledger:
        (known,) = ledger.known([key for (key,) in outlet.rows("select url_key::varchar from addresses")]).values()
        assert known.finder == "sitemap"
        assert ledger.sighted([known.url_key], "feed") == set()
        assert known.day == str(before(2))
