"""Backfills out of a web archive: what is asked for, where its captures take their place, and what is never asked twice."""

from __future__ import annotations

import gzip

import pytest
from archive_desk import Desk
from imitation import Said
from outlet import story

ARTICLES = "SELECT regexp_extract(url, '/2\\d{3}/.*'), count(*) FROM articles GROUP BY ALL ORDER BY 1"


def test_pages_that_are_nowhere_else_come_from_the_archive(desk: Desk) -> None:
    for number in range(3):
        desk.keep(f"2017092{number}", f"/2017/09/2{number}/a", story(number))
    desk.keep("20170930", "/about", story(9))
    desk.keep("20170930", "/2017/09/29/gone", "", status=404)
    source = desk.source()
    assert desk.backfilled(source, "2017-09-01", "2017-09-30").tally.articles == 3
    assert sorted(desk.archive.mementos()) == [f"2017092{n}000000 /2017/09/2{n}/a" for n in range(3)]
    assert desk.rows(ARTICLES) == [(f"/2017/09/2{n}/a", 1) for n in range(3)]
    assert desk.rows("SELECT DISTINCT origin, how, f.etag FROM fetches AS f JOIN article_urls USING (url_key)") == [
        ("wayback", "wayback", None)
    ]
    assert desk.rows("SELECT valid_from::VARCHAR FROM article_versions ORDER BY 1 LIMIT 1") == [
        ("2017-09-20 00:00:00",)
    ]
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.archive.mementos() == []
    assert desk.outlet.asked() == {}


@pytest.mark.parametrize(
    "stated", [(("Content-Encoding", ""),), (("Content-Encoding", ""), ("Content-Encoding", "gzip")), ()]
)
def test_a_compressed_page_comes_also_where_the_archive_has_lost_its_coding(
    desk: Desk, stated: tuple[tuple[str, str], ...]
) -> None:
    """As Wayback does (edgi-govdata-archiving/web-monitoring-processing#309)."""
    desk.archive.keep("20170922", f"{desk.outlet.base}/2017/09/22/a", gzip.compress(story(1).encode()), headers=stated)
    reserved = story(2, head='<meta name="tdm-reservation" content="1">').encode()
    desk.archive.keep("20170923", f"{desk.outlet.base}/2017/09/23/b", gzip.compress(reserved), headers=stated)
    assert desk.backfilled(desk.source(), "2017-09-20", "2017-09-30").tally.articles == 1
    assert desk.rows("SELECT outcome, count(*) FROM fetches WHERE origin = 'wayback' GROUP BY ALL ORDER BY 1") == [
        ("fetched", 1),
        ("reserved", 1),
    ]


def test_an_older_capture_takes_its_place_in_the_past(desk: Desk) -> None:
    desk.outlet.put("/2017/09/22/a", story(1).replace("mole 1", "pier 1"))
    desk.outlet.put("/list", '<a href="/2017/09/22/a">A story of the harbour</a>')
    desk.keep("20170922120000", "/2017/09/22/a", story(1))
    desk.keep("20180301", "/2017/09/22/a", story(1).replace("mole 1", "quay 1"))
    index = 'kind = "index"\nurl = "BASE/list"'
    desk.backfilled(desk.source(index), "2017-09-01", "2017-09-30")
    live = desk.rows("SELECT * EXCLUDE (version) FROM articles")
    assert desk.archive.mementos() == []  # the live page is there: nothing is missing
    desk.backfilled(desk.source(index, captures="all"), "2017-09-01", "2017-09-30")
    versions = (
        "SELECT version, valid_from::DATE::VARCHAR, is_current, body LIKE '%mole 1%' FROM article_versions ORDER BY 1"
    )
    found = desk.rows(versions)
    assert [row[:2] for row in found[:2]] == [(1, "2017-09-22"), (2, "2018-03-01")]
    assert [row[2] for row in found] == [False, False, True]
    assert found[0][3] is True
    assert desk.rows("SELECT * EXCLUDE (version) FROM articles") == live
    assert desk.rows("SELECT how, count(*) FROM article_urls GROUP BY ALL") == [("requested", 1)]


def test_the_first_capture_alone(desk: Desk) -> None:
    for stamp in ("20170922", "20170925", "20171101"):
        desk.keep(stamp, "/2017/09/22/a", story(1, head=f"<!-- {stamp} -->"))
    source = desk.source(captures="first")
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.archive.mementos() == ["20170922000000 /2017/09/22/a"]
    desk.backfilled(desk.source(captures="all"), "2017-09-01", "2017-09-30")
    assert sorted(desk.archive.mementos()) == ["20170925000000 /2017/09/22/a", "20171101000000 /2017/09/22/a"]


def test_a_dead_page_of_the_outlet_is_asked_for_at_its_archive(desk: Desk) -> None:
    desk.outlet.put("/list", '<a href="/2017/09/22/dead">Dead</a> <a href="/2017/09/23/alive">Alive</a>')
    desk.outlet.put("/2017/09/23/alive", story(2))
    desk.keep("20190401101112", "/2017/09/22/dead", story(1))  # longer after its day than the index is read for
    source = desk.source('kind = "index"\nurl = "BASE/list"', more='late = "30d"')
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.archive.asked("/web/")[0].startswith("/web/20170922120000id_/")
    assert desk.rows(ARTICLES) == [("/2017/09/22/dead", 1), ("/2017/09/23/alive", 1)]
    drift = "SELECT value, note FROM field_evidence WHERE field = 'observed_at' AND chosen"
    assert desk.rows(drift) == [
        ("2019-04-01T10:11:12Z", "asked for 2017-09-22T12:00:00Z, given 555 days, 22:11:12 later")
    ]
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.archive.asked("/web/") == []


def test_what_the_archive_has_not_is_gone_for_good(desk: Desk) -> None:
    desk.outlet.put("/list", '<a href="/2017/09/22/dead">Dead</a> <a href="/2017/09/23/error">Error</a>')
    desk.keep("20170924", "/2017/09/23/error", "<p>None</p>", status=404)
    source = desk.source('kind = "index"\nurl = "BASE/list"')
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    reasons = "SELECT DISTINCT outcome, reason FROM fetches WHERE origin = 'wayback' ORDER BY 2"
    assert desk.rows(reasons) == [("gone", "archived_404"), ("gone", "not_archived")]
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.archive.asked("/web/") == []


def test_a_month_of_many_captures_comes_in_parts(desk: Desk) -> None:
    desk.archive.rows = 2
    for number in range(5):
        desk.keep(f"2017091{number}", f"/2017/09/1{number}/a", story(number))
    desk.backfilled(desk.source(), "2017-09-01", "2017-09-30")
    assert desk.rows("SELECT count(*) FROM articles") == [(5,)]
    units = "SELECT left(unit, 7) || regexp_extract(unit, '#.*'), whole, links FROM units WHERE unit LIKE '2017-09%' ORDER BY 1"
    assert desk.rows(units) == [("2017-09", True, 1), ("2017-09#1", True, 2), ("2017-09#2", True, 2)]


def test_an_index_that_fails_in_the_middle_is_not_whole_and_is_asked_again(desk: Desk) -> None:
    desk.archive.rows = 2
    for number in range(3):
        desk.keep(f"2017091{number}", f"/2017/09/1{number}/a", story(number))
    desk.archive.says("resumeKey", Said(200, b"<html><body>We are sorry.</body></html>"))
    source = desk.source()
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    states = "SELECT outcome, reason, whole FROM units WHERE regexp_matches(unit, '^2017-09 [^#]*$') ORDER BY listed_at"
    assert desk.rows(states) == [("failed", "not_an_index", False)]
    assert desk.rows("SELECT count(*) FROM articles") == [(2,)]
    desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert desk.rows(states)[-1] == ("fetched", None, True)
    assert len(desk.archive.mementos()) == 1
    assert desk.rows("SELECT count(*), count(DISTINCT url_key) FROM fetches WHERE origin = 'wayback'") == [(3, 3)]


def test_an_ingest_asks_no_archive(desk: Desk) -> None:
    desk.outlet.put("/list", '<a href="/2017/09/22/a">A</a>')
    desk.outlet.passed(desk.source('kind = "index"\nurl = "BASE/list"'))
    assert desk.archive.log == []
