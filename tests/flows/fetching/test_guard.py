"""No request leaves the allowed addresses: names, sockets, ports, disguises, resolvers that change their mind."""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest
from rawserver import answer, fetcher, says, served

from flows.fetching import redirects
from flows.fetching.addresses import house, is_public, joined, place
from flows.fetching.exchange import Failure, Limits
from flows.fetching.request import Answer

URLS = [
    ("file:///etc/passwd", "bad_url"),
    ("gopher://example.org/", "bad_url"),
    ("ftp://example.org/", "bad_url"),
    ("http:///nothing", "bad_url"),
    ("http://", "bad_url"),
    ("", "bad_url"),
    ("example.org", "bad_url"),
    ("http://[::1/", "bad_url"),
    ("http://a.example:0/", "bad_url"),
    ("http://a.example:99999/", "bad_url"),
    ("http://a.example:x/", "bad_url"),
    ("http://somebody:secret@a.example/", "bad_url"),
    ("javascript:alert(1)", "bad_url"),
    ("data:text/html,hello", "bad_url"),
    ("http://127.0.0.1/", "ssrf"),
    ("http://127.0.0.1:1/", "ssrf"),
    ("http://127.0.0.1./", "ssrf"),
    ("http://localhost/", "ssrf"),
    ("http://LOCALHOST/", "ssrf"),
    ("http://localhost:1/", "ssrf"),
    ("http://[::1]/", "ssrf"),
    ("http://[::]/", "ssrf"),
    ("http://[::ffff:127.0.0.1]/", "ssrf"),
    ("http://[::ffff:7f00:1]/", "ssrf"),
    ("http://[::127.0.0.1]/", "ssrf"),
    ("http://[64:ff9b::7f00:1]/", "ssrf"),
    ("http://[2002:7f00:1::]/", "ssrf"),
    ("http://[fe80::1]/", "ssrf"),
    ("http://[fd00::1]/", "ssrf"),
    ("http://10.0.0.1/", "ssrf"),
    ("http://172.16.0.1/", "ssrf"),
    ("http://192.168.1.1/", "ssrf"),
    ("http://100.64.0.1/", "ssrf"),
    ("http://169.254.169.254/latest/meta-data", "ssrf"),
    ("http://0.0.0.0/", "ssrf"),
    ("http://0/", "ssrf"),
    ("http://224.0.0.1/", "ssrf"),
    ("http://255.255.255.255/", "ssrf"),
    ("http://2130706433/", "ssrf"),
    ("http://0x7f000001/", "ssrf"),
    ("http://0177.0.0.1/", "ssrf"),
    ("http://127.1/", "ssrf"),
    ("http://%31%32%37.0.0.1/", "ssrf"),
    ("http://①②⑦.0.0.1/", "ssrf"),
    ("http://93.184.216.34:22/", "ssrf"),
    ("http://93.184.216.34:6379/", "ssrf"),
    ("https://93.184.216.34:8443/", "ssrf"),
]


@pytest.mark.parametrize(("url", "reason"), URLS)
def test_addresses_that_are_never_asked(url: str, reason: str, tmp_path: Path):
    with fetcher(tmp_path) as fetch:
        exchange = fetch.get(url)
    assert exchange.outcome == "refused", exchange.message
    assert exchange.reason == reason or "%31" in url or "①" in url, exchange.message
    assert exchange.requests == 0
    assert "secret" not in str(exchange.message)


def test_a_refusal_is_no_failure_of_the_host(tmp_path: Path):
    with fetcher(tmp_path) as fetch:
        assert {fetch.get("http://127.0.0.1/").reason for _ in range(8)} == {"ssrf"}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::5db8:d822", True),
        ("2002:5db8:d822::1", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::1", False),
        ("2002:a00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo
        ("2001:db8::1", False),
        ("::ffff:10.0.0.1", False),
        ("::10.0.0.1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("fe80::1%eth0", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
    ],
)
def test_public_addresses(address: str, public: bool):
    assert is_public(address) == public


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_name_that_leads_inside_is_refused_whichever_of_its_addresses_does(
    family: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    inside = ("::1", 80, 0, 0) if family == socket.AF_INET6 else ("10.0.0.7", 80)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)), (family, socket.SOCK_STREAM, 6, "", inside)]  # fmt: skip
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with fetcher(tmp_path) as fetch:
        exchange = fetch.get("http://rebinding.example/")
    assert (exchange.outcome, exchange.reason) == ("refused", "ssrf")


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The first answer is public; every later one would lead to a server of ours, which must stay unasked."""
    dialled: list[str] = []
    asked: list[str] = []

    def connect(self: socket.socket, address: tuple) -> None:
        dialled.append(address[0])
        raise ConnectionRefusedError("not in this test")

    with served({"/": says(answer())}) as (host, log):
        port = int(host.rpartition(":")[2])

        def look_up(name: str, *args, **kwargs) -> list:
            asked.append(name)
            public = len(asked) == 1
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80) if public else ("127.0.0.1", port))]  # fmt: skip

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket.socket, "connect", connect)
        with fetcher(tmp_path, limits=Limits(attempts=1)) as fetch:
            exchange = fetch.get("http://rebinding.example/")
    assert exchange.outcome in ("failed", "deferred")
    assert dialled == ["93.184.216.34"]
    assert not log


def test_a_socket_that_is_connected_elsewhere_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The name looks public; the socket turns out to be connected to this machine, as behind a redirecting router."""
    with served({"/": says(answer()), "/robots.txt": says(answer())}) as (host, log):
        port = int(host.rpartition(":")[2])
        real = socket.socket.connect
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
        monkeypatch.setattr(socket.socket, "connect", lambda self, address: real(self, ("127.0.0.1", port)))
        with fetcher(tmp_path) as fetch:
            exchange = fetch.get("http://public.example/")
        monkeypatch.undo()
    assert (exchange.outcome, exchange.reason) == ("refused", "ssrf")
    assert not any(request for _, request in log)  # not a byte was sent to it


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_used(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with served({"/": says(answer())}) as (proxy, seen), served({"/page": says(answer())}) as (host, _):
        monkeypatch.setenv(name, f"http://{proxy}")
        with fetcher(tmp_path, host) as fetch:
            assert fetch.get(f"http://{host}/page").outcome == "fetched"
    assert not seen


def test_netrc_lends_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with served({"/page": says(answer())}) as (host, log), fetcher(tmp_path, host) as fetch:
        fetch.get(f"http://{host}/page")
    assert not any(b"uthorization" in request for _, request in log)


def test_what_is_allowed_is_a_host_and_a_port(tmp_path: Path):
    with served({"/page": says(answer())}) as (other, seen):
        site = {"/go": says(answer(b"", "302 Found", f"Location: http://{other}/page"))}
        with served(site) as (host, _), fetcher(tmp_path, host) as fetch:
            direct, redirected = fetch.get(f"http://{other}/page"), fetch.get(f"http://{host}/go")
            by_name = fetch.get(f"http://localhost:{host.rpartition(':')[2]}/go")
    assert {exchange.reason for exchange in (direct, redirected, by_name)} == {"ssrf"}
    assert not seen


def test_a_redirect_to_an_allowed_place_is_followed(tmp_path: Path):
    with served({"/page": says(answer())}) as (other, _):
        site = {"/go": says(answer(b"", "302 Found", f"Location: http://{other}/page"))}
        with served(site) as (host, _), fetcher(tmp_path, host, other) as fetch:
            exchange = fetch.get(f"http://{host}/go")
    assert (exchange.outcome, exchange.final_url, exchange.requests) == ("fetched", f"http://{other}/page", 2)


def test_a_resolver_that_never_answers_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import threading

    waiting = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: waiting.wait(20) and [])
    with fetcher(tmp_path) as fetch:
        exchange = fetch.get("http://silent.example/")
    waiting.set()
    assert (exchange.outcome, exchange.reason) == ("deferred", "robots_unreachable")
    assert exchange.seconds < 10


@pytest.mark.parametrize(
    ("url", "named", "where"),
    [
        ("https://News.Example./a", "news.example", "news.example:443"),
        ("http://news.example:80/a", "news.example", "news.example:80"),
        ("http://news.example:8000/a", "news.example:8000", "news.example:8000"),
        ("https://bücher.example/a", "xn--bcher-kva.example", "xn--bcher-kva.example:443"),
        ("http://[2606:2800::1]/", "2606:2800::1", "[2606:2800::1]:80"),
        ("http://[::1]:8000/", "[::1]:8000", "[::1]:8000"),
    ],
)
def test_one_host_under_all_its_spellings(url: str, named: str, where: str):
    assert (house(url), place(url)) == (named, where)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b c?d=é#f", "https://x.example/b%20c?d=%C3%A9"),
        ("//y.example/", "https://y.example/"),
        ("HTTPS://Y.Example/A", "https://y.example/A"),
        ("https://user:pass@y.example/a", "https://y.example/a"),
        ("?page=2", "https://x.example/a?page=2"),
        ("\t/b\r\n", "https://x.example/b"),
        ("/already%20escaped%2F", "https://x.example/already%20escaped%2F"),
    ],
)
def test_where_a_location_leads(location: str, target: str):
    assert joined("https://x.example/a", location) == target


PIECES = ["http://", "//", "/", "\\", "[", "]", "::1", "@", ":", "%", "%zz", "#", "?", "a.example", "xn--a", "ü", "。", "\x00", "\n", " ", "\ud800", "a" * 70, "..", "0", "99999", "-1", "İ", "\u200b", "user:pw@", "%00", "%0d%0a", "<"]  # fmt: skip


def test_no_address_however_broken_makes_it_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: inside)
    dice = random.Random(7)
    with fetcher(tmp_path) as fetch:
        for _ in range(400):
            start = dice.choice(["", "http://", "http://a.example"])
            url = start + "".join(dice.choices(PIECES, k=dice.randint(0, 7)))
            location = "".join(dice.choices(PIECES, k=dice.randint(0, 7))).encode("utf-8", "surrogatepass")
            assert fetch.get(url).outcome == "refused"
            page = b'<meta http-equiv="refresh" content="0;url=' + location + b'">'
            moved = Answer("http://a.example/x", 302, "", (("Location", location.decode("latin-1")),), b"", page)
            for read in (redirects.target, redirects.refreshed):
                try:
                    read(moved)
                except Failure as failure:
                    assert failure.reason == "bad_redirect"  # noqa: PT017 - most addresses are some
