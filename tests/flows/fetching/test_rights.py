"""Reservations of rights: where they may stand, which of them counts, and what is recorded where they are overruled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rawserver import PAGE, answer, fetcher, says, served

from flows.fetching import rights

ANY = [{"location": "/open/*", "tdm-reservation": 0}, {"location": "/*", "tdm-reservation": 1, "tdm-policy": "https://x.example/p"}]  # fmt: skip
FILE = "/.well-known/tdmrep.json"


def site(rules: object = None, **pages) -> dict:
    found = {f"/{name}": says(reply) for name, reply in pages.items()}
    return found if rules is None else {**found, FILE: says(answer(json.dumps(rules).encode()))}


@pytest.mark.parametrize(
    ("reply", "outcome", "stated"),
    [
        (answer(), "fetched", "none"),
        (answer(PAGE, "200 OK", "tdm-reservation: 0"), "fetched", "tdm-reservation: 0 (header)"),
        (answer(PAGE, "200 OK", "TDM-Reservation: 1", "TDM-Policy: https://x.example/p"), "reserved", "tdm-reservation: 1 (header); tdm-policy: https://x.example/p"),
        (answer(b'<meta name="tdm-reservation" content="1">' + PAGE), "reserved", "tdm-reservation: 1 (page)"),
        (answer(b"<META content=1 name=TDM-Reservation>" + PAGE), "reserved", "tdm-reservation: 1 (page)"),
        (answer(b'<meta name="tdm-reservation" content="0">' + PAGE, "200 OK", "TDM-Reservation: 1"), "fetched", "tdm-reservation: 0 (page); tdm-reservation: 1 (header)"),
        (answer(b'<!-- <meta name="tdm-reservation" content="1"> -->' + PAGE), "fetched", "none"),
        (answer(b"<script>'<meta name=\"tdm-reservation\" content=\"1\">'</script>" + PAGE), "fetched", "none"),
        (answer(b'<meta name="robots" content="index, noai, NoImageAI">' + PAGE), "fetched", "noai (page); noimageai (page)"),
        (answer(PAGE, "200 OK", "X-Robots-Tag: noai", "X-Robots-Tag: otherbot: noimageai"), "fetched", "noai (header); noimageai (header)"),
        (answer(PAGE, "200 OK", "TDM-Reservation: perhaps"), "fetched", "tdm-reservation: perhaps (header)"),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(reply: bytes, outcome: str, stated: str, tmp_path: Path):
    with served(site(page=reply)) as (host, _), fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/page")
    assert (exchange.outcome, exchange.rights) == (outcome, stated)
    assert bool(exchange.body) == (outcome == "fetched")


def test_the_hosts_file_is_asked_once_and_a_reserved_page_never(tmp_path: Path):
    with served(site(ANY, a=answer(), b=answer())) as (host, log), fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/a")
        fetch.get(f"http://{host}/b")
        listed = fetch.get(f"http://{host}/a", expect="feed")
    assert (exchange.outcome, exchange.reason, exchange.requests) == ("reserved", "tdm", 0)
    assert exchange.rights == "tdm-reservation: 1 (tdmrep.json); tdm-policy: https://x.example/p"
    assert (listed.outcome, listed.rights) == ("fetched", exchange.rights)  # a listing is read, and recorded
    assert sum(FILE.encode() in request for _, request in log) == 1


def test_a_basis_overrules_and_is_recorded(tmp_path: Path):
    with served(site(ANY, a=answer())) as (host, _), fetcher(tmp_path, host, rights_basis="licence 7") as fetch:
        exchange = fetch.get(f"http://{host}/a")
    assert exchange.outcome == "fetched"
    assert str(exchange.rights).endswith("(tdmrep.json); tdm-policy: https://x.example/p, not obeyed: licence 7")


@pytest.mark.parametrize("body", [b"<html>not found</html>", b"{}", b"[1, null, []]", b"[" * 100_000, b"\xff\xfe", b""])
def test_a_file_that_is_none_reserves_nothing(body: bytes, tmp_path: Path):
    pages = {FILE: says(answer(body)), "/a": says(answer())}
    with served(pages) as (host, _), fetcher(tmp_path, host) as fetch:
        assert fetch.get(f"http://{host}/a").outcome == "fetched"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/", "/any", True),
        ("/news", "/news/1", True),
        ("/news", "/new", False),
        ("/news$", "/news/1", False),
        ("/news$", "/news", True),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x", False),
        ("/a*b*c", "/a-b-c-d", True),
        ("/a*b*c", "/a-c-b", False),
        ("*", "/any", True),
        ("/a*a$", "/a", False),
        ("/*" * 200 + "$", "/" * 500, True),
    ],
)
def test_patterns_of_paths(pattern: str, path: str, fits: bool):
    assert (rights.of_path(f"https://x.example{path}", [(pattern, True, None)]) is not None) == fits


def test_the_first_rule_that_fits_decides():
    rules = rights.read(json.dumps(ANY).encode())
    found = rights.of_path("https://x.example/open/1", rules)
    assert found is not None
    assert not found.reserved
