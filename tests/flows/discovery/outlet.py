"""An outlet on loopback whose pages a test may change between two passes: validators, redirects, and a log."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows import pipeline, progress
from flows.discovery.polling import Polling
from flows.sample.serving import serving
from flows.sources import SourceDefinition, load
from flows.tally import Tally
from flows.workspace import Workspace, create
from warehouse import reading_copy

MANNERS = ("/robots.txt", "/.well-known/tdmrep.json")  # asked for on the outlet's behalf, and not logged
SUBJECTS = (
    "harbour",
    "ferry",
    "lighthouse",
    "tide",
    "quay",
    "pilot",
    "barge",
    "crane",
    "lock",
    "island",
    "storm",
    "net",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What lies at an address."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Outlet:
    """The outlet while it is served, with a workspace that reads it."""

    base: str
    workspace: Workspace
    pages: dict[str, Reply] = field(default_factory=dict)
    log: list[tuple[str, int]] = field(default_factory=list)
    told: list[progress.Event] = field(default_factory=list)

    def put(self, path: str, body: str | bytes, **headers: str) -> None:
        """Lay a page at an address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = Reply(
            content, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
        )

    def move(self, path: str, target: str, status: int = 301) -> None:
        """Redirect an address."""
        self.pages[path] = Reply(status=status, headers=(("Location", target),))

    def fail(self, path: str, status: int) -> None:
        """Answer an address with an error."""
        self.pages[path] = Reply(b"<html><body>No</body></html>", status)

    def source(self, *finders: str, rest: str = "", name: str = "post", ages: str = "[]") -> SourceDefinition:
        """Write the outlet's source file, with these tables of finders."""
        text = f'name = "The Post"\nhome = "{self.base}/"\n'
        text += "".join(f"[[find]]\n{table.replace('BASE', self.base)}\n" for table in finders)
        text += f'[access]\nallow = ["{self.base.removeprefix("http://")}"]\n[revisit]\nages = {ages}\n'
        if "[pace]" not in rest:
            text += '[pace]\ndelay = "0s"\n'
        path = self.workspace.sources / f"{name}.toml"
        path.write_text(text + rest, encoding="utf-8")
        return load(path)

    def passed(self, source: SourceDefinition, polling: Polling = "usual") -> Tally:
        """One pass; what it told is in `told`, and what it asked for in `log`."""
        self.log.clear()
        self.told.clear()
        with progress.shown(self.told.append):
            return pipeline.ingest(self.workspace, source, polling=polling)

    def asked(self) -> Counter[str]:
        """How often each address was asked for in the last pass."""
        return Counter(path for path, _ in self.log)

    def said(self, kind: str = "") -> str:
        """The notes and warnings of the last pass, a line each."""
        kinds = (kind,) if kind else ("note", "warning")
        return "\n".join(event.text for event in self.told if event.kind in kinds)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer of the reading copy."""
        with closing(reading_copy.connect(self.workspace.folders)) as connection:
            return connection.execute(sql).fetchall()


@contextmanager
def served(folder: Path) -> Iterator[Outlet]:
    """An outlet with nothing in it yet."""
    with serving(_Handler) as server:
        server.site = outlet = Outlet(f"http://{server.netloc}", create(folder))
        yield outlet


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        outlet: Outlet = self.server.site  # type: ignore[attr-defined]
        reply = outlet.pages.get(self.path, Reply(b"<html><body>Not here</body></html>", 404))
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:12]}"'
        known = reply.status == 200 and self.headers.get("If-None-Match") == etag
        status, body = (304, b"") if known else (reply.status, reply.body)
        if self.path not in MANNERS:
            outlet.log.append((self.path, status))
        self.send_response(status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status == 200:
            self.send_header("ETag", etag)
        if "content-type" not in {name.lower() for name, _ in reply.headers}:
            self.send_header("Content-Type", "text/html; charset=utf-8")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


def story(number: int, *, canonical: str = "", head: str = "") -> str:
    """An article page; every number is another text."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    paragraphs = "".join(
        f"<p>The {subject} of district {number} was closed on the {turn} after the wind had turned to the north, the "
        f"harbour master said, and {turn} boats waited behind mole {number} until the water rose again.</p>"
        for turn in ("first", "second", "third", "fourth")
    )
    return (
        f"<!doctype html><html lang='en'><head><title>The {subject} closes, report {number}</title>{link}{head}</head>"
        f"<body><article><h1>The {subject} closes, report {number}</h1>{paragraphs}</article></body></html>"
    )


def now() -> datetime:
    """This moment: one that were noted when tests are collected would be of yesterday after midnight."""
    return datetime.now(ZoneInfo("UTC"))


def rss(*links: str, days_ago: float = 0, more: str = "") -> str:
    """A feed with these links, all of one day."""
    when = format_datetime(now() - timedelta(days=days_ago))
    items = "".join(f"<item><title>T</title><link>{link}</link><pubDate>{when}</pubDate></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{more}{items}</channel></rss>'


def sitemap(*entries: tuple[str, str | None]) -> str:
    """A sitemap of addresses with their lastmod."""
    written = (f"<url><loc>{url}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for url, day in entries)
    return f"<urlset>{''.join(written)}</urlset>"


def day(days_ago: int) -> str:
    """A day of the last weeks, as sitemaps write it."""
    return (now() - timedelta(days=days_ago)).date().isoformat()
