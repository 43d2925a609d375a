"""The Bulletin's web server: loopback only, with validators and a log of what was asked."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.sample.pages import Reply, pages
from flows.sample.serving import LoopbackServer, serving
from flows.sample.stories import Story, another

SOURCE_ID = "meridian"
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")
_MODIFIED = {False: "Mon, 02 Nov 2026 08:00:00 GMT", True: "Tue, 03 Nov 2026 08:00:00 GMT"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request the site answered."""

    path: str
    status: int
    conditional: bool
    agent: str
    at: float  # seconds of a monotonic clock


@dataclass(slots=True)
class Site:
    """The outlet while it is being served."""

    base: str  # http://127.0.0.1:PORT, without a slash
    host: str  # 127.0.0.1:PORT
    served: Mapping[str, Reply]
    before: Mapping[str, Reply]
    log: list[Asked] = field(default_factory=list)
    corrected: bool = False
    news: list[Story] = field(default_factory=list)  # that came out while it was being served

    def correct(self) -> None:
        """From now on serve the edition in which one article is corrected."""
        self.corrected = True
        self.served = pages(True, self.news)

    def publish(self, day: date) -> Story:
        """Bring out another story, of that day and of 2026, and list it; what it says is new each time."""
        self.news.append(another(len(self.news) + 1, day))
        self.served = pages(self.corrected, self.news)
        return self.news[-1]

    def requests(self, path: str | None = None) -> list[Asked]:
        """What was asked so far, of one path or of all."""
        return [asked for asked in list(self.log) if path in (None, asked.path)]

    def counts(self) -> Counter[int]:
        """How many requests were answered with each status."""
        return Counter(asked.status for asked in self.requests())

    def write_source(self, folder: Path) -> Path:
        """Put the outlet's source file, with this address filled in, into a folder of sources."""
        path = folder / f"{SOURCE_ID}.toml"
        path.write_text(source_text(self.base), encoding="utf-8")
        return path


def source_text(base: str) -> str:
    """The outlet's source file for a site at `base`."""
    template = files("flows.sample").joinpath(f"{SOURCE_ID}.toml").read_text(encoding="utf-8")
    return template.replace("{base}", base).replace("{host}", urlsplit(base).netloc)


@contextmanager
def serve(port: int = 0, *, corrected: bool = False) -> Iterator[Site]:
    """The site on a loopback port, as long as the block runs; port 0 takes a free one, OSError if the port is taken."""
    with serving(_Handler, port) as server:
        before = pages(corrected=False)
        served = pages(corrected=True) if corrected else before
        server.site = site = Site(f"http://{server.netloc}", server.netloc, served, before)
        yield site


@contextmanager
def serve_for(source: Path, *, corrected: bool = False) -> Iterator[Site]:
    """The site at the address a source file names, or at a free one, which is then written to that file.

    Addresses are identities, so a second demo must find the outlet where the first one did; OSError if it cannot.
    """
    known = _PORT.search(source.read_text(encoding="utf-8")) if source.exists() else None
    with serve(int(known[1]) if known else 0, corrected=corrected) as site:
        site.write_source(source.parent)
        yield site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Meridian"
    timeout = 10
    server: LoopbackServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        reply = self.server.site.served.get(path)
        if reply is None:
            self.answer(path, 404, b"<html><body><h1>Not found</h1></body></html>", "text/html; charset=utf-8")
            return
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
        before = self.server.site.before.get(path)
        changed = before is not None and reply.body != before.body
        validators = {"ETag": etag, "Last-Modified": _MODIFIED[changed]}
        if self.is_known(etag, validators["Last-Modified"]):
            self.answer(path, 304, b"", None, validators)
        else:
            self.answer(path, 200, reply.body, reply.content_type, validators)

    def is_known(self, etag: str, modified: str) -> bool:
        """Whether the client says that it has this very edition."""
        if (known := self.headers.get("If-None-Match")) is not None:
            return etag in (part.strip() for part in known.split(","))
        return self.headers.get("If-Modified-Since") == modified

    def answer(
        self, path: str, status: int, body: bytes, content_type: str | None, headers: dict[str, str] | None = None
    ) -> None:
        conditional = any(name in self.headers for name in ("If-None-Match", "If-Modified-Since"))
        agent = self.headers.get("User-Agent", "")
        self.server.site.log.append(Asked(path, status, conditional, agent, time.monotonic()))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal: the log is kept in `Site.log`."""
