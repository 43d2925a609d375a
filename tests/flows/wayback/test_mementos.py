"""What a request for a memento comes to, and which mementos are asked for: two pure functions as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flows.fetching import Exchange
from flows.wayback import drift, mementos, places
from flows.wayback.wanted import nearest, wanted
from parsers import urls
from warehouse.archive.captures import Capture
from warehouse.due import Known
from warehouse.ledger import Archived, Asked

NOW = datetime(2026, 11, 24, 12)
PAGE = "https://post.example/2017/09/22/a"
ASKED = f"https://web.archive.org/web/20170922000000id_/{PAGE}"
GIVEN = f"https://web.archive.org/web/20170925101112id_/{PAGE}"
KEY = urls.key(PAGE)
CAME = Exchange(
    "f1", ASKED, NOW, "fetched", final_url=GIVEN, status=200, body=b"<p>Text</p>", wire=b"<p>Text</p>", etag='"x"',
    headers=(("Memento-Datetime", "Mon, 25 Sep 2017 10:11:12 GMT"), ("X-Archive-Orig-Server", "press"),
             ("X-Archive-Orig-Set-Cookie", "id=1")),
)  # fmt: skip


def test_a_memento_is_the_outlets_page_of_its_moment():
    got = mementos.judged(CAME, KEY)
    assert (got.outcome, got.final_url, got.etag) == ("fetched", PAGE, None)
    assert got.observed_at == datetime(2017, 9, 25, 10, 11, 12)
    assert [name for name, _ in got.headers] == ["Memento-Datetime", "X-Archive-Orig-Server"]


def test_without_its_header_the_address_says_when_it_was_captured():
    assert mementos.judged(replace(CAME, headers=()), KEY).observed_at == datetime(2017, 9, 25, 10, 11, 12)


MEMENTO = (("memento-datetime", "Mon, 25 Sep 2017 10:11:12 GMT"),)


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({"final_url": GIVEN.replace("id_", "")}, "gone", "wrapper"),
        ({"final_url": "https://web.archive.org/save/_embed/x"}, "gone", "wrapper"),
        ({"body": b"<html><!-- BEGIN WAYBACK TOOLBAR INSERT --></html>"}, "gone", "wrapper"),
        ({"headers": (("Memento-Datetime", "Fri, 25 Sep 2099 10:11:12 GMT"),)}, "gone", "no_moment"),
        ({"headers": (("Memento-Datetime", "soon"),), "final_url": GIVEN.replace("20170925101112", "2017")}, "gone", "no_moment"),
        ({"final_url": GIVEN.replace(PAGE, "https://evil.example/a")}, "gone", "archived_redirect"),
        ({"final_url": GIVEN.replace(PAGE, "https://post.example/"), "hops": ((302, ASKED),)}, "gone", "archived_redirect"),
        ({"outcome": "failed", "status": 404, "reason": "status_404", "headers": ()}, "gone", "not_archived"),
        ({"outcome": "failed", "status": 404, "reason": "status_404", "headers": MEMENTO}, "gone", "archived_404"),
        ({"outcome": "deferred", "status": 503, "reason": "status_503", "headers": MEMENTO}, "gone", "archived_503"),
        ({"outcome": "refused", "status": 403, "reason": "status_403", "headers": MEMENTO}, "gone", "archived_403"),
        ({"outcome": "deferred", "status": 429, "reason": "status_429", "headers": ()}, "deferred", "status_429"),
        ({"outcome": "failed", "reason": "left_the_archive", "status": None}, "failed", "left_the_archive"),
        ({"outcome": "failed", "reason": "empty", "headers": MEMENTO}, "gone", "empty"),
        ({"outcome": "failed", "reason": "cut_short", "status": None, "headers": ()}, "failed", "cut_short"),
        ({"headers": (*MEMENTO, ("X-Archive-Orig-tdm-reservation", "1"))}, "reserved", "tdm"),
    ],
)  # fmt: skip
def test_what_is_no_capture_of_the_page_is_named(changed: dict[str, object], outcome: str, reason: str):
    got = mementos.judged(replace(CAME, **changed), KEY)  # type: ignore[arg-type]
    assert (got.outcome, got.reason, got.final_url) == (outcome, reason, None)


def test_the_same_page_under_http_is_no_redirect():
    assert (
        mementos.judged(replace(CAME, final_url=GIVEN.replace("https://post", "http://www.post")), KEY).outcome
        == "fetched"
    )


def test_an_archived_redirect_within_the_site_leads_to_the_article():
    moved = GIVEN.replace("/a", "/b")
    assert mementos.judged(replace(CAME, final_url=moved, hops=((301, ASKED),)), KEY).final_url == PAGE.replace(
        "/a", "/b"
    )


def test_reserved_rights_give_way_to_a_basis():
    headers = (*MEMENTO, ("X-Archive-Orig-tdm-reservation", "1"))
    assert mementos.judged(replace(CAME, headers=headers), KEY, reserves=False).outcome == "fetched"


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (GIVEN, None),
        (ASKED, "asked for 2017-09-22T00:00:00Z, given 3 days, 10:11:12 later"),
        (ASKED.replace("20170922", "20171001"), "asked for 2017-10-01T00:00:00Z, given 5 days, 13:48:48 earlier"),
    ],
)
def test_drift_is_evidence(asked: str, note: str | None):
    moment = datetime(2017, 9, 25, 10, 11, 12)
    capture = Capture("f1", "post", KEY, "article", asked, moment, "fetched", "r1", origin="wayback")
    assert [row.note for row in drift.evidence(capture)] == ([note] if note else [])
    assert drift.evidence(replace(capture, origin="live")) == []


@pytest.mark.parametrize(
    ("url", "stamp", "original", "is_original"),
    [
        (ASKED, "20170922000000", PAGE, True),
        (ASKED.replace("id_", ""), "20170922000000", PAGE, False),
        (ASKED.replace("id_", "if_"), "20170922000000", PAGE, False),
        ("https://arquivo.pt/wayback/2017id_/http:/a.example/x?y=https://b.example/", "2017", "http://a.example/x?y=https://b.example/", True),
    ],
)  # fmt: skip
def test_the_address_of_a_memento_is_taken_apart(url: str, stamp: str, original: str, is_original: bool):
    found = places.memento(url)
    assert found is not None
    assert (found.stamp, found.original, found.is_original) == (stamp, original, is_original)


@pytest.mark.parametrize(
    "url",
    [PAGE, "https://web.archive.org/web/", "https://web.archive.org/web/2017id_/", "https://post.example/2017/09"],
)
def test_other_addresses_are_no_mementos(url: str):
    assert places.memento(url) is None


STAMPS = ("20170922000000", "20170925101112", "20180101000000")
ALL = [places.address("https://web.archive.org/web/", stamp, PAGE) for stamp in STAMPS]
LIVE = Known(KEY, PAGE, outcome="fetched", reader="r1", last_asked_at=NOW)
GONE = Known(KEY, PAGE, outcome="gone", last_asked_at=NOW)
FAILING = Known(KEY, PAGE, outcome="failed", attempts=2, last_asked_at=NOW)
UNTRIED = Known(KEY, PAGE)
NEW = Archived("wayback")
OLD = Archived("feed")


def asked(number: int, outcome: str = "fetched", attempts: int = 0, **more: object) -> Asked:
    moment = places.moment_of(STAMPS[number])
    assert moment is not None
    return Asked(ALL[number], moment, outcome, attempts, **{"next_attempt_at": None, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "known", "archived", "expected"),
    [
        ("missing", None, Archived(), [0]),
        ("missing", LIVE, OLD, []),
        ("missing", GONE, OLD, [0]),
        ("missing", UNTRIED, OLD, []),  # the outlet itself is still to be asked
        ("missing", UNTRIED, NEW, [0]),
        ("missing", FAILING, OLD, []),
        ("missing", replace(FAILING, attempts=5), OLD, [0]),
        ("missing", replace(GONE, withdrawn=True), OLD, []),
        ("missing", GONE, Archived("feed", (asked(0),)), [1]),  # the first was no article
        ("missing", GONE, Archived("feed", (asked(0), asked(1), asked(2))), []),
        ("missing", GONE, Archived("feed", (asked(0, "failed", 1),)), [0]),
        ("missing", GONE, Archived("feed", (asked(0, "failed", 5),)), [1]),
        ("missing", GONE, Archived("feed", (asked(0, "failed", 1, next_attempt_at=NOW + timedelta(hours=1)),)), [1]),
        ("missing", GONE, Archived("feed", (asked(0, "deferred"),)), [0]),
        ("first", LIVE, OLD, [0]),
        ("first", LIVE, Archived("feed", (asked(0),)), []),
        ("first", LIVE, Archived("feed", (asked(1),)), [0]),
        ("first", None, Archived(), [0]),
        ("all", LIVE, OLD, [0, 1, 2]),
        ("all", LIVE, Archived("feed", (asked(1),)), [0, 2]),
        ("all", replace(LIVE, withdrawn=True), OLD, []),
    ],
)
def test_which_captures_are_asked_for(rule: str, known: Known | None, archived: Archived, expected: list[int]):
    assert wanted(rule, ALL, known, archived, 5, NOW) == [ALL[number] for number in expected]


def test_a_capture_that_was_given_for_another_is_not_asked_for_again():
    given = Asked(ASKED.replace("20170922", "20170924"), datetime(2017, 9, 25, 10, 11, 12), "fetched", 0, None)
    assert wanted("all", ALL, LIVE, Archived("feed", (given,)), 5, NOW) == [ALL[0], ALL[2]]


def test_without_an_index_the_capture_nearest_to_the_day_is_asked_for():
    begin = "https://web.archive.org/web/"
    assert nearest(replace(GONE, day="2017-09-22"), begin) == f"{begin}20170922120000id_/{PAGE}"
    assert nearest(replace(GONE, first_found_at=NOW), begin) == f"{begin}20261124120000id_/{PAGE}"
