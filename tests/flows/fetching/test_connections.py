"""Connections: kept alive and dropped, reset and retried, encrypted and not to be trusted, endless and flat."""

from __future__ import annotations

import datetime
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rawserver import PAGE, answer, fetcher, says, served

from flows.fetching import guard

KEPT = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 45\r\n\r\n" + PAGE
NONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server whose every connection is handed to `talk` as it comes, and closed when that ends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                connection.settimeout(5)
                talk(connection)
            except (OSError, ssl.SSLError):
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_connection_is_kept_and_used_again(tmp_path: Path):
    connections = []

    def talk(connection: socket.socket) -> None:
        connections.append(connection)
        while request := connection.recv(65536):
            connection.sendall(KEPT if b"GET /page" in request else NONE)

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        assert [fetch.get(f"http://{host}/page").outcome for _ in range(5)] == ["fetched"] * 5
    assert len(connections) == 1


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_a_connection_that_was_closed_between_two_requests_is_made_anew(pause: float, tmp_path: Path):
    def talk(connection: socket.socket) -> None:
        request = connection.recv(65536)
        connection.sendall(KEPT if b"GET /page" in request else NONE)  # and keeps none of its promise to stay

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        for _ in range(3):
            assert fetch.get(f"http://{host}/page").outcome == "fetched"
            time.sleep(pause)


def test_a_connection_that_dies_on_the_second_request_is_made_anew(tmp_path: Path):
    def talk(connection: socket.socket) -> None:
        connection.sendall(KEPT if b"GET /page" in connection.recv(65536) else NONE)
        connection.recv(65536)  # reads the next request, and hangs up on it

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        assert [fetch.get(f"http://{host}/page").outcome for _ in range(3)] == ["fetched"] * 3


def test_an_answer_to_nobody_is_not_taken_for_the_next_one(tmp_path: Path):
    """Behind the first answer comes another, which nobody asked for."""

    def talk(connection: socket.socket) -> None:
        while request := connection.recv(65536):
            body = KEPT.replace(b"All is well", request.split(b" ")[1][1:12].ljust(11))
            connection.sendall(body + KEPT.replace(b"All is well", b"poison     ") if b"/page" in request else NONE)

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        bodies = [fetch.get(f"http://{host}/page{number}").body for number in range(4)]
    assert [f"page{number}".encode() in body for number, body in enumerate(bodies)] == [True] * 4


def test_an_answer_before_the_question_is_an_answer(tmp_path: Path):
    def talk(connection: socket.socket) -> None:
        connection.sendall(answer())
        connection.recv(65536)

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/page")
    assert exchange.outcome in ("fetched", "failed")


def test_a_server_that_accepts_and_never_reads_costs_no_more_than_its_time(tmp_path: Path):
    listener = socket.create_server(("127.0.0.1", 0), backlog=5)
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    with listener, fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/page")
    assert (exchange.outcome, exchange.reason) == ("deferred", "robots_unreachable")
    assert exchange.seconds < 6


def certificate(folder: Path, name: str, *, days: int = 1, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate that nobody else vouches for, and its key."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def over_tls(pem: Path, key: Path) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            while request := secure.recv(65536):
                secure.sendall(KEPT if b"GET /page" in request else NONE)

    return talk


@pytest.mark.parametrize(
    ("known", "made", "outcome"),
    [
        (True, {}, "fetched"),
        (False, {}, "tls"),
        (True, {"days": -1}, "tls"),
        (True, {"host": "127.0.0.2"}, "tls"),
    ],
)
def test_certificates(known: bool, made: dict, outcome: str, tmp_path: Path):
    pem, key = certificate(tmp_path, "test", **made)
    with listening(over_tls(pem, key)) as host, fetcher(tmp_path, host) as fetch:
        fetch._session.verify = str(pem) if known else True
        exchange = fetch.get(f"https://{host}/page")
    if outcome == "fetched":
        assert exchange.outcome == "fetched", exchange.message
    else:
        assert (exchange.outcome, exchange.reason) == ("failed", "tls")


@pytest.mark.parametrize("piece", [b"", b"\x16\x03\x03\x40\x00", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_handshake_that_never_ends_or_is_none(piece: bytes, tmp_path: Path):
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        for _ in range(30):
            connection.sendall(piece[:5])
            time.sleep(0.1)

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"https://{host}/page")
    assert (exchange.outcome, exchange.reason) in (("deferred", "robots_unreachable"), ("failed", "tls"))
    assert exchange.seconds < 6


def test_the_deadline_reaches_into_an_encrypted_body(tmp_path: Path):
    pem, key = certificate(tmp_path, "test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            while request := secure.recv(65536):
                if b"GET /page" not in request:
                    secure.sendall(NONE)
                    continue
                secure.sendall(KEPT[:-20])
                for _ in range(60):
                    time.sleep(0.1)

    with listening(talk) as host, fetcher(tmp_path, host) as fetch:
        fetch._session.verify = str(pem)
        exchange = fetch.get(f"https://{host}/page")
    assert (exchange.outcome, exchange.reason) == ("failed", "too_slow"), exchange.message
    assert exchange.seconds < 6


def test_no_descriptor_is_left_behind(tmp_path: Path):
    with served({"/page": says(answer())}) as (host, _), fetcher(tmp_path, host) as fetch:
        fetch.get(f"http://{host}/page")
        before = len(list(Path("/proc/self/fd").iterdir()))
        for number in range(30):
            fetch.get(f"http://{host}/page?{number}")
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3


def test_resolving_is_left_to_a_thread_only_where_there_is_a_name():
    before = threading.active_count()
    assert guard.resolved("127.0.0.1", 80)[0][4] == ("127.0.0.1", 80)
    assert threading.active_count() == before


FLAT = """
import resource, sys
from datetime import timedelta
from pathlib import Path
from flows.fetching import Fetcher, Limits, Pace
from warehouse.folders import Folders

folder, host = sys.argv[1:]
limits = Limits(seconds=20, wire_bytes=2_000_000, decoded_bytes=4_000_000)
with Fetcher("Wireroom/test", pace=Pace(Folders(Path(folder)), timedelta(0)), allow=frozenset({host}), limits=limits) as fetch:
    fetch.get(f"http://{host}/fine")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in ("/endless", "/chunks-endless", "/headers-endless", "/header-endless", "/chunk-of-minus-one", "/moved-endless", "/bomb", "/hints-flood"):
        exchange = fetch.get(f"http://{host}{path}")
        print(path, exchange.outcome, exchange.reason, file=sys.stderr)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is counted in other units elsewhere")
def test_memory_stays_flat_whatever_is_endless(tmp_path: Path):
    from hostile import SITE

    with served(SITE) as (host, _):
        done = subprocess.run(
            [sys.executable, "-c", FLAT, tmp_path, host], capture_output=True, text=True, timeout=120, check=True
        )
    assert int(done.stdout) < 30_000, done.stderr  # kB, of bodies that are cut at 2 MB
