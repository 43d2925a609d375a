"""Raw servers on loopback, whose answers may be anything, and a fetcher with short patience."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flows.fetching import Fetcher, Limits, Pace
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


def fetcher(folder: Path, *allow: str, delay: float = 0.0, limits: Limits = LIMITS, **more) -> Fetcher:
    pace = Pace(Folders(folder), delay=timedelta(seconds=delay))
    return Fetcher("Wireroom/test", pace=pace, allow=frozenset(allow), limits=limits, **more)
