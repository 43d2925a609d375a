"""Hostile and ordinary answers on loopback, each with its stated outcome; none may hang or raise."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from flows.fetching import Exchange, Fetcher, Limits, Pace
from warehouse.folders import Folders

PAGE = b"<html><body><p>All is well.</p></body></html>"
LIMITS = Limits(seconds=1.0, connect_seconds=0.5, wire_bytes=100_000, decoded_bytes=200_000, attempts=2, backoff=0.01)
Serve = Callable[[socket.socket, bytes], None]


def answer(body: bytes = PAGE, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: text/html")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def says(reply: bytes) -> Serve:
    return lambda connection, request: connection.sendall(reply)


def drips(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n")
    for _ in range(100):
        connection.sendall(b".")
        time.sleep(0.1)


def drips_headers(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        connection.sendall(f"X-{number}: y\r\n".encode())
        time.sleep(0.1)


def endless(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def endless_redirect(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /fine\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def silent(connection: socket.socket, request: bytes) -> None:
    time.sleep(3)


def hangs_up(connection: socket.socket, request: bytes) -> None:
    return None


SITE: dict[str, Serve] = {
    "/fine": says(answer()),
    "/gzip": says(answer(gzip.compress(PAGE), "200 OK", "Content-Encoding: gzip")),
    "/text": says(answer(b"plain words", "200 OK", "Content-Type: text/plain")),
    "/typeless": says(answer(PAGE, "200 OK", "Content-Type: application/octet-stream")),
    "/chunked": says(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>Ok\r\n0\r\n\r\n"
    ),
    "/chunks-cut": says(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n<p>Ok"),
    "/cut": says(answer(length=5000)),
    "/gzip-cut": says(answer(gzip.compress(PAGE * 50)[:-20], "200 OK", "Content-Encoding: gzip")),
    "/gzip-junk": says(answer(b"no gzip at all", "200 OK", "Content-Encoding: gzip")),
    "/brotli": says(answer(b"??", "200 OK", "Content-Encoding: br")),
    "/bomb": says(answer(gzip.compress(b"0" * 5_000_000), "200 OK", "Content-Encoding: gzip")),
    "/bombs-in-bombs": says(answer(PAGE, "200 OK", "Content-Encoding: gzip, gzip, gzip, gzip")),
    "/endless": endless,
    "/drip": drips,
    "/drip-headers": drips_headers,
    "/silent": silent,
    "/hangs-up": hangs_up,
    "/huge-headers": says(answer(PAGE, "200 OK", *(f"X-{number}: {'y' * 5000}" for number in range(90)))),
    "/many-headers": says(answer(PAGE, "200 OK", *(f"X-{number}: y" for number in range(500)))),
    "/no-http": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "/empty": says(answer(b"")),
    "/pdf": says(answer(b"%PDF-1.7 ...", "200 OK", "Content-Type: application/pdf")),
    "/pdf-as-html": says(answer(b"%PDF-1.7 ...")),
    "/png-as-html": says(answer(b"\x89PNG\r\n\x1a\n....")),
    "/partial": says(answer(PAGE, "206 Partial Content")),
    "/gone": says(answer(b"", "410 Gone")),
    "/missing": says(answer(b"no", "404 Not Found")),
    "/forbidden": says(answer(b"no", "403 Forbidden")),
    "/login": says(answer(b"no", "401 Unauthorized", "WWW-Authenticate: Basic")),
    "/legal": says(answer(b"no", "451 Unavailable For Legal Reasons")),
    "/error": says(answer(b"no", "500 Internal Server Error")),
    "/not-modified": says(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"),
    "/moved": says(answer(b"", "301 Moved Permanently", "Location: /fine")),
    "/moved-relative": says(answer(b"", "302 Found", "Location: ../fine")),
    "/moved-nowhere": says(answer(b"", "302 Found")),
    "/moved-in-circles": says(answer(b"", "302 Found", "Location: /moved-in-circles")),
    "/moved-to-file": says(answer(b"", "302 Found", "Location: file:///etc/passwd")),
    "/moved-inside": says(answer(b"", "302 Found", "Location: http://127.0.0.9:1/secret")),
    "/moved-to-metadata": says(answer(b"", "302 Found", "Location: http://169.254.169.254/latest")),
    "/moved-broken": says(answer(b"", "302 Found", "Location: http://[::1/x")),
    "/moved-endless": endless_redirect,
    "/reserved": says(answer(PAGE, "200 OK", "TDM-Reservation: 1")),
    "/nul": says(answer(b"<p>a\x00b</p>")),
}
OUTCOMES = {
    "/fine": ("fetched", None),
    "/gzip": ("fetched", None),
    "/text": ("fetched", None),
    "/typeless": ("fetched", None),
    "/chunked": ("fetched", None),
    "/nul": ("fetched", None),
    "/chunks-cut": ("failed", "cut_short"),
    "/cut": ("failed", "cut_short"),
    "/gzip-cut": ("failed", "cut_short"),
    "/gzip-junk": ("failed", "bad_encoding"),
    "/brotli": ("failed", "bad_encoding"),
    "/bomb": ("failed", "too_large"),
    "/bombs-in-bombs": ("failed", "bad_encoding"),
    "/endless": ("failed", "too_large"),
    "/drip": ("failed", "too_slow"),
    "/drip-headers": ("failed", "too_slow"),
    "/silent": ("failed", "too_slow"),
    "/hangs-up": ("failed", "connection"),
    "/huge-headers": ("failed", "headers_too_large"),
    "/many-headers": ("failed", "headers_too_large"),
    "/no-http": ("failed", "bad_answer"),
    "/empty": ("failed", "empty"),
    "/pdf": ("failed", "not_text"),
    "/pdf-as-html": ("failed", "not_text"),
    "/png-as-html": ("failed", "not_text"),
    "/partial": ("failed", "status_206"),
    "/gone": ("gone", "status_410"),
    "/missing": ("failed", "status_404"),
    "/forbidden": ("refused", "status_403"),
    "/login": ("refused", "status_401"),
    "/legal": ("refused", "status_451"),
    "/error": ("failed", "status_500"),
    "/not-modified": ("failed", "status_304"),
    "/moved": ("fetched", None),
    "/moved-relative": ("fetched", None),
    "/moved-endless": ("fetched", None),
    "/moved-nowhere": ("failed", "bad_redirect"),
    "/moved-in-circles": ("failed", "too_many_redirects"),
    "/moved-to-file": ("refused", "bad_url"),
    "/moved-inside": ("refused", "ssrf"),
    "/moved-to-metadata": ("refused", "ssrf"),
    "/moved-broken": ("failed", "bad_redirect"),
    "/reserved": ("reserved", "tdm"),
}


@contextmanager
def served(site: dict[str, Serve]) -> Iterator[tuple[str, list[tuple[float, bytes]]]]:
    """A raw server on loopback: host:port, and a log of the moments and requests."""
    log: list[tuple[float, bytes]] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stop = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                connection.settimeout(5)
                request = connection.recv(65536)
                path = request.split(b" ")[1].decode() if b" " in request else ""
                log.append((time.monotonic(), request))
                site.get(path, says(answer(b"none", "404 Not Found")))(connection, request)
            except OSError:
                return  # the client hung up, as it should on hostile answers

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", log
    finally:
        stop.set()
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with served(SITE) as (name, _):
        yield name


def fetcher(folder: Path, *allow: str, delay: float = 0.0, **more) -> Fetcher:
    pace = Pace(Folders(folder), delay=timedelta(seconds=delay))
    return Fetcher("Wireroom/test", pace=pace, allow=frozenset(allow), limits=LIMITS, **more)


def test_every_answer_has_a_stated_outcome():
    assert set(OUTCOMES) == set(SITE)


@pytest.mark.parametrize("path", SITE)
def test_outcome(path: str, host: str, tmp_path: Path):
    started = time.monotonic()
    with fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}{path}")
    assert (exchange.outcome, exchange.reason) == OUTCOMES[path], exchange.message
    assert time.monotonic() - started < 6
    assert (exchange.message is None) == (exchange.outcome == "fetched")
    if exchange.outcome == "fetched":
        assert exchange.body


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "bad_url"),
        ("gopher://example.org/", "bad_url"),
        ("http:///nothing", "bad_url"),
        ("http://[::1/", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("http://127.0.0.1:1/", "ssrf"),
        ("http://localhost:1/", "ssrf"),
        ("http://[::1]:1/", "ssrf"),
        ("http://[::ffff:127.0.0.1]:1/", "ssrf"),
        ("http://10.0.0.1/", "ssrf"),
        ("http://169.254.169.254/latest/meta-data", "ssrf"),
        ("http://0.0.0.0:1/", "ssrf"),
        ("http://2130706433:1/", "ssrf"),
    ],
)
def test_addresses_that_are_never_asked(url: str, reason: str, tmp_path: Path):
    with fetcher(tmp_path) as fetch:
        exchange = fetch.get(url)
    assert (exchange.outcome, exchange.reason) == ("refused", reason), exchange.message


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
