"""Fetching as its callers use it: refused addresses, robots, pace, rests, validators, cookies."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hostile import SITE
from rawserver import PAGE, answer, fetcher, says, served

from flows.fetching import Exchange
from flows.fetching.exchange import Failure


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with served(SITE) as (name, _):
        yield name


def test_wire_bytes_are_kept_as_carried(host: str, tmp_path: Path):
    with fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/gzip")
    assert gzip.decompress(exchange.wire) == exchange.body == PAGE
    assert exchange.content_encoding == "gzip"


def test_validators_are_sent_byte_for_byte_and_not_behind_a_redirect(tmp_path: Path):
    with served(SITE) as (host, log), fetcher(tmp_path, host) as fetch:
        fetch.get(f"http://{host}/moved", etag='W/"a\'b"', last_modified="Mon, 02 Nov 2026 08:00:00 GMT")
    asked = [request for _, request in log if b"robots" not in request and b"tdmrep" not in request]
    assert b'If-None-Match: W/"a\'b"' in asked[0]
    assert b"If-None-Match" not in asked[1]


def test_robots_is_obeyed_archived_once_and_its_delay_kept(tmp_path: Path):
    rules = b"User-agent: *\nDisallow: /private\nCrawl-delay: 0.3\n"
    site = {**SITE, "/robots.txt": says(answer(rules, "200 OK", "Content-Type: text/plain"))}
    seen: list[Exchange] = []
    with served(site) as (host, log), fetcher(tmp_path, host, on_robots=seen.append) as fetch:
        assert fetch.get(f"http://{host}/private/x").outcome == "disallowed"
        for _ in range(3):
            assert fetch.get(f"http://{host}/fine").robots_rule == "allowed"
    assert [exchange.requested_url.rpartition(host)[2] for exchange in seen] == [
        "/robots.txt",
        "/.well-known/tdmrep.json",
    ]
    moments = [moment for moment, request in log if b"/fine" in request]
    assert all(later - earlier >= 0.28 for earlier, later in pairwise(moments))


def test_a_basis_that_the_user_states_is_recorded(tmp_path: Path):
    site = {**SITE, "/robots.txt": says(answer(b"User-agent: *\nDisallow: /\n", "200 OK", "Content-Type: text/plain"))}
    with served(site) as (host, _), fetcher(tmp_path, host, robots_basis="own site") as fetch:
        exchange = fetch.get(f"http://{host}/fine")
    assert exchange.outcome == "fetched"
    assert exchange.robots_rule == "disallowed, not obeyed: own site"


def test_unreachable_robots_defers_everything(tmp_path: Path):
    site = {**SITE, "/robots.txt": says(answer(b"no", "500 Internal Server Error"))}
    with served(site) as (host, log), fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/fine")
    assert (exchange.outcome, exchange.reason) == ("deferred", "robots_unreachable")
    assert exchange.next_attempt_at is not None
    assert not any(b"/fine" in request for _, request in log)


def test_a_host_that_took_no_connection_is_asked_once_more_by_who_is_to(tmp_path: Path):
    def closed(*_: object) -> None:
        raise Failure("connect", "It accepts no connection.", retry=True)

    with served(SITE) as (host, log):
        with pytest.MonkeyPatch.context() as down, fetcher(tmp_path, host) as fetch:
            down.setattr("flows.fetching.guard._connected", closed)
            first = fetch.get(f"http://{host}/fine")
        assert (first.outcome, first.reason) == ("deferred", "robots_unreachable")
        assert "or at once by a run that is begun by hand" in (first.message or "")
        with fetcher(tmp_path, host) as fetch:
            assert fetch.get(f"http://{host}/fine").reason == "robots_unreachable"  # as a schedule, which comes again
        assert not log
        with fetcher(tmp_path, host, reconnects=True) as fetch:
            assert fetch.get(f"http://{host}/fine").outcome == "fetched"


def test_a_robots_txt_that_answered_badly_is_not_asked_for_once_more(tmp_path: Path):
    site = {**SITE, "/robots.txt": says(answer(b"no", "500 Internal Server Error"))}
    with served(site) as (host, log):
        for _ in range(2):
            with fetcher(tmp_path, host, reconnects=True) as fetch:
                exchange = fetch.get(f"http://{host}/fine")
        assert exchange.reason == "robots_unreachable"
        assert "by hand" not in (exchange.message or "")
        assert sum(b"/robots.txt" in request for _, request in log) == 1


@pytest.mark.parametrize("value", ["120", "Fri, 01 Jan 2100 00:00:00 GMT", "soon", ""])
def test_try_later_defers_and_rests_the_host(value: str, tmp_path: Path):
    site = {**SITE, "/busy": says(answer(b"busy", "429 Too Many Requests", f"Retry-After: {value}"))}
    with served(site) as (host, log), fetcher(tmp_path, host) as fetch:
        first = fetch.get(f"http://{host}/busy")
        second = fetch.get(f"http://{host}/fine")
    assert first.outcome == second.outcome == "deferred"
    assert second.reason == "host_resting"
    assert first.next_attempt_at is not None
    assert sum(b"GET /busy" in request for _, request in log) == 1


def test_pages_that_are_cut_short_do_not_rest_their_host(tmp_path: Path):
    with served(SITE) as (host, _), fetcher(tmp_path, host) as fetch:
        reasons = {fetch.get(f"http://{host}/cut").reason for _ in range(4)}
        assert reasons == {"cut_short"}
        assert fetch.get(f"http://{host}/fine").outcome == "fetched"


def test_a_host_that_keeps_failing_is_rested(tmp_path: Path):
    with served(SITE) as (host, _), fetcher(tmp_path, host) as fetch:
        reasons = [fetch.get(f"http://{host}/hangs-up").reason for _ in range(4)]
    assert reasons[0] == "connection"
    assert reasons[-1] == "host_resting"


def test_two_fetchers_share_one_pace(tmp_path: Path):
    with served(SITE) as (host, log):

        def visit() -> None:
            with fetcher(tmp_path, host, delay=0.15) as fetch:
                for _ in range(3):
                    fetch.get(f"http://{host}/fine")

        threads = [threading.Thread(target=visit) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    moments = sorted(moment for moment, _ in log)
    assert len(moments) == 8  # robots.txt and tdmrep.json once
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.14


def test_cookies_are_not_kept(tmp_path: Path):
    site = {**SITE, "/cookie": says(answer(PAGE, "200 OK", "Set-Cookie: a=b; Path=/"))}
    with served(site) as (host, log), fetcher(tmp_path, host) as fetch:
        fetch.get(f"http://{host}/cookie")
        fetch.get(f"http://{host}/fine")
    assert not any(b"Cookie: " in request for _, request in log)
