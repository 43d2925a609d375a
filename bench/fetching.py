"""What fetching costs and how polite it is, measured at the server: python -m bench.fetching [--quick]

CPU seconds a page against plain requests in interleaved rounds; requests on the sample outlet, first pass and second;
the least gap between two requests of two runs at once; one run over 200 hosts of which most are slow.
"""

from __future__ import annotations

import gzip
import multiprocessing
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

import requests

from flows import pipeline, progress
from flows.fetching import Fetcher, Pace
from flows.sample.pages import pages
from flows.sample.site import serve
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse.folders import Folders

MOST_CPU = 1.3
"""The fetch layer may cost so many times the CPU of plain requests."""

DELAY = 0.2
HOSTS, SLOW = 200, 160
SLOW_SECONDS = 6.0
QUICK_SECONDS = 60.0
"""When the last fast host must have been answered; eight hosts at a time would have taken twice as long."""

TEXT = "<p>The city council met on Tuesday and spoke about the bridge over the river for an hour.</p>\n"
RUN = """
import sys
from pathlib import Path
from flows import pipeline
from flows.sources import load
from flows.workspace import Workspace

root, name = Path(sys.argv[1]), sys.argv[2]
pipeline.ingest(Workspace(root), load(root / "sources" / f"{name}.toml"))
"""


def main() -> int:
    """0 where every bound holds."""
    quick = "--quick" in sys.argv
    parts = [
        cpu(rounds=3 if quick else 9, count=100 if quick else 300),
        requests_made(),
        least_gap(),
        many_hosts(),
    ]
    return int(not all(parts))


def cpu(rounds: int, count: int) -> bool:
    """CPU a page of the fetcher and of a plain session on the same pages, median of the rounds' ratios."""
    ratios, ours = [], []
    with tempfile.TemporaryDirectory() as folder, _page_server() as url:
        host = url.removeprefix("http://").partition("/")[0]
        pace = Pace(Folders(Path(folder)), timedelta(0))
        with Fetcher("Wireroom/bench", pace=pace, allow=frozenset({host})) as fetcher, requests.Session() as session:
            session.trust_env = False
            for _ in range(rounds):
                plain = _cpu_of(count, lambda: session.get(url, timeout=60).content)
                guarded = _cpu_of(count, lambda: fetcher.get(url).body)
                ratios.append(guarded / plain)
                ours.append(guarded)
    ratio = statistics.median(ratios)
    print(
        f"CPU a page: {statistics.median(ours) * 1000:.2f} ms, {ratio:.2f} times plain requests"
        f" (rounds {min(ratios):.2f}–{max(ratios):.2f}; at most {MOST_CPU})"
    )
    return ratio <= MOST_CPU


def requests_made() -> bool:
    """Requests of a first and an unchanged second pass over the sample outlet."""
    with tempfile.TemporaryDirectory() as folder, serve() as site:
        workspace = create(Path(folder) / "news")
        site.write_source(workspace.sources)
        first = pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
        asked = [entry.path for entry in site.requests()]
        twice = len(asked) - len(set(asked))
        unknown = [path for path in asked if path not in pages(corrected=False)]
        site.log.clear()
        second = pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))
        bodies = [entry.path for entry in site.requests() if entry.status == 200]
    print(
        f"sample outlet, first pass: {first.requests} requests said, {len(asked)} counted, {twice} twice; answered 404: {unknown}"
    )
    print(f"second pass: {second.requests} requests, {len(bodies)} bodies")
    return first.requests == len(asked) and not twice and not bodies


def least_gap() -> bool:
    """The least time between two requests while two runs in processes of their own read one host."""
    with tempfile.TemporaryDirectory() as folder, serve() as site:
        workspace = create(Path(folder) / "news")
        text = (
            site.write_source(workspace.sources).read_text().replace('delay = "0s"', f'delay = "{DELAY * 1000:.0f}ms"')
        )
        for name in ("meridian", "twin"):
            (workspace.sources / f"{name}.toml").write_text(text)
        runs = [
            subprocess.Popen([sys.executable, "-c", RUN, str(workspace.root), name]) for name in ("meridian", "twin")
        ]
        codes = [run.wait() for run in runs]
        moments = sorted(entry.at for entry in site.requests())
    gap = min(later - earlier for earlier, later in pairwise(moments))
    print(f"two runs at once, {len(moments)} requests to one host: least gap {gap:.3f} s, delay {DELAY} s")
    return codes == [0, 0] and gap >= DELAY * 0.95  # a request may arrive a little less late than the one before it


def many_hosts() -> bool:
    """One run of a list over many hosts, most of them slow: when the fast ones were through, and what it took."""
    with tempfile.TemporaryDirectory() as folder, _hosts() as (hosts, answered):
        workspace = _listing(Path(folder), hosts)
        threads = [0]
        started, cpu_before = time.monotonic(), time.process_time()
        with progress.shown(lambda event: threads.append(threading.active_count())):
            tally = pipeline.ingest(workspace, load(workspace.sources / "many.toml"))
        seconds, spent = time.monotonic() - started, time.process_time() - cpu_before
        fast = max(moment for host, moment in answered.items() if hosts.index(host) >= SLOW) - started
    print(
        f"{HOSTS} hosts, {SLOW} of them slow by {SLOW_SECONDS:g} s a request: {tally.articles} articles in {seconds:.0f} s, "
        f"the fast ones within {fast:.0f} s; {spent:.1f} CPU-s, at most {max(threads)} threads"
    )
    return tally.articles == HOSTS and fast < QUICK_SECONDS


def _cpu_of(count: int, act: object) -> float:
    assert callable(act)
    before = time.process_time()
    for _ in range(count):
        act()
    return (time.process_time() - before) / count


@contextmanager
def _page_server() -> Iterator[str]:
    """The address of a page of 18 kB, served from a process of its own over connections that are kept."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve_page, args=(there,), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/story"
    finally:
        server.terminate()
        server.join()


def serve_page(told: Connection) -> None:
    """Answer every request with the page, and robots.txt and tdmrep.json with 404."""
    body = gzip.compress(f"<html><body>{TEXT * 200}</body></html>".encode())
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(listener.getsockname()[1])

    def talk(connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                found = b"GET /story" in request
                connection.sendall(head.encode() + body if found else b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")

    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()


@contextmanager
def _hosts() -> Iterator[tuple[list[str], dict[str, float]]]:
    """Many hosts of this machine at one port, the first of them slow, and when each was asked for its story last."""
    answered: dict[str, float] = {}
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.1.1", 0)))
        port = first.getsockname()[1]
        listeners = [first]
        for number in range(2, HOSTS + 1):
            listeners.append(stack.enter_context(socket.create_server((f"127.0.1.{number}", port))))
        hosts = [f"127.0.1.{number}:{port}" for number in range(1, HOSTS + 1)]
        for place, listener in enumerate(listeners):
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            pause = SLOW_SECONDS if place < SLOW else 0.0
            threading.Thread(target=_answer, args=(listener, hosts[place], pause, answered), daemon=True).start()
        yield hosts, answered


def _answer(listener: socket.socket, host: str, pause: float, answered: dict[str, float]) -> None:
    headline = f"<h1>What the town of {host} decided</h1>"
    page = (
        f"<html><head><title>{host}</title></head><body><article>{headline}{TEXT * 6}</article></body></html>".encode()
    )
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {len(page)}\r\n\r\n"
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            request = connection.recv(65536)
            time.sleep(pause)
            if b"GET /story" in request:
                connection.sendall(head.encode() + page)
                answered[host] = time.monotonic()
            else:
                connection.sendall(b"HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


def _listing(folder: Path, hosts: list[str]) -> Workspace:
    workspace = create(folder / "news")
    (workspace.sources / "many.txt").write_text("".join(f"http://{host}/story\n" for host in hosts))
    allowed = ", ".join(f'"{host}"' for host in hosts)
    (workspace.sources / "many.toml").write_text(
        f'name = "Many"\nhome = "http://{hosts[0]}/"\n[[find]]\nkind = "list"\nfile = "many.txt"\n'
        f'[pace]\ndelay = "0s"\n[access]\nallow = [{allowed}]\n'
    )
    return workspace


if __name__ == "__main__":
    sys.exit(main())
