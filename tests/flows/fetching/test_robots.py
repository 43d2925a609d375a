"""robots.txt by RFC 9309: what each kind of answer means, and what its rules say where parsers stumble."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from rawserver import Serve, answer, fetcher, says, served

from flows.fetching import robots
from flows.fetching.exchange import Exchange
from flows.fetching.pace import Host

KEEP_OUT = b"User-agent: *\nDisallow: /\n"
ALLOWED, DISALLOWED, UNREACHABLE = ("fetched", None), ("disallowed", "robots"), ("deferred", "robots_unreachable")


def plain(body: bytes, status: str = "200 OK", *headers: str) -> Serve:
    return says(answer(body, status, "Content-Type: text/plain", *headers))


def chain(length: int) -> dict[str, Serve]:
    """So many redirects before the rules that keep everybody out."""
    places = ["/robots.txt", *(f"/r{number}" for number in range(1, length)), "/rules"]
    site = {place: plain(b"", "302 Found", f"Location: {onward}") for place, onward in pairwise(places)}
    return {**site, "/rules": plain(KEEP_OUT)}


@pytest.mark.parametrize(
    ("site", "outcome"),
    [
        ({"/robots.txt": plain(KEEP_OUT)}, DISALLOWED),
        ({"/robots.txt": plain(b"\xef\xbb\xbf" + KEEP_OUT)}, DISALLOWED),
        ({"/robots.txt": plain(KEEP_OUT.decode().encode("utf-16"))}, DISALLOWED),
        ({"/robots.txt": plain(KEEP_OUT.replace(b"\n", b"\r"))}, DISALLOWED),
        ({"/robots.txt": plain(b"<!DOCTYPE html><html>\n" + KEEP_OUT + b"</html>")}, ALLOWED),
        ({"/robots.txt": plain(b"")}, ALLOWED),
        ({"/robots.txt": plain(b"\x00\x01\x02" * 100)}, ALLOWED),
        ({"/robots.txt": plain(KEEP_OUT, "404 Not Found")}, ALLOWED),
        ({"/robots.txt": plain(KEEP_OUT, "403 Forbidden")}, ALLOWED),
        ({"/robots.txt": plain(KEEP_OUT, "401 Unauthorized")}, ALLOWED),
        ({"/robots.txt": plain(KEEP_OUT, "410 Gone")}, ALLOWED),
        ({"/robots.txt": plain(b"", "429 Too Many Requests")}, UNREACHABLE),
        ({"/robots.txt": plain(b"", "500 Internal Server Error")}, UNREACHABLE),
        ({"/robots.txt": plain(b"", "503 Service Unavailable")}, UNREACHABLE),
        ({"/robots.txt": says(b"")}, UNREACHABLE),
        ({"/robots.txt": says(b"nonsense\r\n")}, UNREACHABLE),
        (chain(1), DISALLOWED),
        (chain(5), DISALLOWED),
        (chain(6), ALLOWED),
        ({"/robots.txt": plain(b"", "302 Found", "Location: /robots.txt")}, ALLOWED),
        ({"/robots.txt": plain(b"", "302 Found", "Location: http://169.254.169.254/")}, UNREACHABLE),
        ({"/robots.txt": plain(b"User-agent: *\nDisallow:\n" + b"# much\n" * 100_000 + b"Disallow: /\n")}, ALLOWED),
        ({"/robots.txt": plain(KEEP_OUT + b"# much\n" * 100_000)}, DISALLOWED),
    ],
)
def test_what_an_answer_means(site: dict[str, Serve], outcome: tuple[str, str | None], tmp_path: Path):
    with served({"/page": says(answer()), **site}) as (host, log), fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/page")
    assert (exchange.outcome, exchange.reason) == outcome, exchange.message
    assert any(b"GET /page" in request for _, request in log) == (outcome == ALLOWED)


def test_a_robots_of_another_host_is_followed_there(tmp_path: Path):
    with served({"/rules": plain(KEEP_OUT)}) as (other, _):
        here = {"/robots.txt": plain(b"", "301 Moved Permanently", f"Location: http://{other}/rules"), "/page": says(answer())}  # fmt: skip
        with served(here) as (host, _), fetcher(tmp_path, host, other) as fetch:
            assert fetch.get(f"http://{host}/page").outcome == "disallowed"


def test_every_host_of_a_redirect_is_asked_for_its_rules(tmp_path: Path):
    with served({"/robots.txt": plain(KEEP_OUT), "/page": says(answer())}) as (other, log):
        here = {"/go": plain(b"", "302 Found", f"Location: http://{other}/page")}
        with served(here) as (host, _), fetcher(tmp_path, host, other) as fetch:
            exchange = fetch.get(f"http://{host}/go")
    assert (exchange.outcome, exchange.requests) == ("disallowed", 1)
    assert not any(b"GET /page" in request for _, request in log)


def reached(text: str) -> Host:
    return Host(robots=text, robots_until=time.time() + 1000)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: Wireroom\nDisallow: /", "/a", False),
        ("User-agent: WIREROOM\nDisallow: /", "/a", False),
        ("User-agent: wireroom/1.0 (a reader)\nDisallow: /", "/a", False),
        ("User-agent: wireroomy\nDisallow: /", "/a", True),
        ("user-agent:wireroom\ndisallow:/", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Wireroom\nDisallow:", "/a", True),
        ("User-agent: Wireroom\nCleverness: 7\nUser-agent: Other\nDisallow: /", "/a", False),
        ("User-agent: Wireroom\n\n\nDisallow: /", "/a", False),
        ("User-agent: Wireroom # that is us\nDisallow: /a # keep out", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/a.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a.php?b", True),
        ("User-agent: *\nDisallow: /größe", "/gr%C3%B6%C3%9Fe", False),
        ("User-agent: *\nDisallow: /gr%c3%b6%c3%9fe", "/größe", False),
        ("User-agent: *\nDisallow: /%7Ejoe", "/~joe", False),
        ("User-agent: *\nDisallow: /~joe", "/%7ejoe", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        ("User-agent: *\nDisallow /a", "/a", False),
        ("User-agent: *\nDissalow: /a", "/a", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nDisallow: /x?y=1", "/x?y=1&z", False),
    ],
)
def test_what_rules_say(rules: str, path: str, allowed: bool):
    assert robots.verdict(reached(rules), f"https://x.example{path}").allowed == allowed


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        ("Crawl-delay: 7", 7.0),
        ("Crawl-delay: 0.5", 0.5),
        ("Request-rate: 1/20", 20.0),
        ("Request-rate: 2/1m\nCrawl-delay: 3", 30.0),
        ("Crawl-delay: soon", None),
        ("Crawl-delay: -5", None),
        ("Crawl-delay: nan", None),
        ("Crawl-delay: inf", None),
        ("Request-rate: 0/0", None),
    ],
)
def test_delays(rules: str, delay: float | None):
    assert robots.verdict(reached(f"User-agent: *\n{rules}\n"), "https://x.example/").delay == delay


def test_sitemaps_are_there_for_discovery():
    rules = "Sitemap: https://x.example/a.xml\nUser-agent: *\nDisallow: /\nsitemap: https://x.example/b.xml"
    assert robots.sitemaps(reached(rules)) == ("https://x.example/a.xml", "https://x.example/b.xml")


def failed(status: int | None = 500) -> Exchange:
    return Exchange("1", "https://x.example/robots.txt", None, "failed", status=status)  # type: ignore[arg-type]


def test_a_copy_that_was_good_is_kept_while_the_file_cannot_be_reached():
    host = reached("User-agent: *\nDisallow: /a")
    robots.remember(host, failed())
    assert not robots.verdict(host, "https://x.example/a").allowed
    assert robots.verdict(host, "https://x.example/b").allowed
    assert host.robots_until <= time.time() + robots.AGAIN_AFTER


def test_a_file_that_was_not_reached_for_thirty_days_counts_as_none():
    host = Host()
    robots.remember(host, failed(None))
    assert not robots.verdict(host, "https://x.example/").allowed
    host.robots_failing_since -= robots.GIVEN_UP_AFTER + 1
    robots.remember(host, failed(None))
    assert robots.verdict(host, "https://x.example/").allowed
