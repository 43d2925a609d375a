"""A web archive on loopback that keeps to its limits: an index with resume keys, mementos, crawl files, refusals.

It refuses what comes too fast, as the real one does: with 429, and beyond that by taking no connection. `too_fast` says
whether a client ever gave it reason to. Answers may be put in its mouth (`says`) for a path, once or for ever.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.sample.serving import serving
from parsers import urls

RULES = ("/robots.txt", "/.well-known/tdmrep.json")


@dataclass(frozen=True, slots=True)
class Kept:
    """One capture."""

    stamp: str
    url: str
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    mimetype: str = "text/html"

    @property
    def digest(self) -> str:
        return str(hash((self.body, self.status)))

    @property
    def moment(self) -> datetime:
        return datetime.strptime(self.stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer put in the archive's mouth; without a status it hangs up."""

    status: int | None = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    times: int = 1


@dataclass(slots=True)
class Archive:
    """The archive while it is served."""

    base: str = ""
    kept: list[Kept] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    rows: int = 5_000  # of one answer of the index
    gap: float = 0.0  # least seconds between two requests: who comes sooner gets a 429
    log: list[tuple[float, str]] = field(default_factory=list)
    refused: int = 0
    told: dict[str, list[Said]] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def server(self) -> str:
        return f"{self.base}/cdx/search/cdx"

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    @property
    def gaps(self) -> list[float]:
        """Seconds between one request's arrival and the next."""
        moments = sorted(moment for moment, _ in self.log)
        return [later - sooner for sooner, later in pairwise(moments)]

    def keep(self, stamp: str, url: str, body: str | bytes = b"", **more: Any) -> None:
        """Have a capture."""
        content = body.encode() if isinstance(body, str) else body
        self.kept.append(Kept(stamp.ljust(14, "0"), url, content, **more))

    def says(self, path: str, *answers: Said) -> None:
        """Answer the next requests for addresses that hold `path` in this way."""
        self.told[path] = [answer for answer in answers for _ in range(answer.times)]

    def asked(self, part: str = "") -> list[str]:
        """What was asked for, without rules, in order."""
        return [path for _, path in self.log if part in path and path not in RULES]

    def mementos(self) -> list[str]:
        """The mementos that were asked for, as stamp and original."""
        found = (re.fullmatch(r"/web/(\d+)id_/(.*)", path) for path in self.asked("/web/"))
        return [f"{match[1]} {urlsplit(match[2]).path}" for match in found if match]


@contextmanager
def served(**settings: Any) -> Iterator[Archive]:
    """An archive with nothing in it yet."""
    with serving(_Handler) as server:
        server.site = archive = Archive(f"http://{server.netloc}", **settings)
        yield archive


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    @property
    def archive(self) -> Archive:
        return self.server.site  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        archive, now = self.archive, time.monotonic()
        with archive.lock:
            last = archive.log[-1][0] if archive.log else now - 3600
            archive.log.append((now, self.path))
            said = next((answers for part, answers in archive.told.items() if part in self.path and answers), None)
            answer = said.pop(0) if said else None
            if archive.gap and now - last < archive.gap:
                archive.refused += 1
                answer = Said(429)
        if answer is not None:
            self._say(answer)
        elif self.path.startswith("/cdx/search/cdx?"):
            self._index(parse_qs(urlsplit(self.path).query))
        elif self.path.startswith("/web/"):
            self._playback()
        elif self.path in archive.files:
            self._file(archive.files[self.path])
        else:
            self._send(404, b"<html><body>Nothing here.</body></html>")

    def _say(self, answer: Said) -> None:
        if answer.status is None:  # it hangs up, as a wall does on who comes too often
            self.close_connection = True
            return
        self._send(answer.status, answer.body, *answer.headers)

    def _index(self, query: dict[str, list[str]]) -> None:
        first, last = query["from"][0].ljust(14, "0"), query["to"][0].ljust(14, "9")
        found = sorted(
            (kept for kept in self.archive.kept if first <= kept.stamp <= last and _fits(kept, query)),
            key=lambda kept: (urls.key(kept.url), kept.stamp),
        )
        rows = [
            [urls.key(kept.url), kept.stamp, kept.url, kept.mimetype, str(kept.status), kept.digest]
            for kept in _collapsed(found, query.get("collapse", [""])[0])
        ]
        start = int(query.get("resumeKey", ["0"])[0].rpartition("-")[2])
        page, rest = rows[start : start + self.archive.rows], rows[start + self.archive.rows :]
        table: list[list[str]] = [query["fl"][0].split(","), *page] if page else []
        table += [[], [f"key-{start + self.archive.rows}"]] if rest else []
        self._send(200, json.dumps(table).encode(), ("Content-Type", "application/json"))

    def _playback(self) -> None:
        asked = re.fullmatch(r"/web/(\d+)(id_)?/(.*)", self.path)
        if not asked:
            self._send(400, b"<html><body>What?</body></html>")
            return
        stamp, flag, url = asked[1].ljust(14, "0"), asked[2] or "", asked[3]
        same = [kept for kept in self.archive.kept if urls.key(kept.url) == urls.key(url)]
        if not same:
            self._send(404, b"<html><body>The Wayback Machine has not archived that URL.</body></html>")
            return
        nearest = min(same, key=lambda kept: abs(int(kept.stamp) - int(stamp)))
        if nearest.stamp != stamp:
            self._send(302, b"", ("Location", f"/web/{nearest.stamp}{flag}/{nearest.url}"))
            return
        body = nearest.body if flag else b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->" + nearest.body
        headers = [("Memento-Datetime", format_datetime(nearest.moment, usegmt=True)), *nearest.headers]
        self._send(nearest.status, body, *headers, ("X-Archive-Orig-Server", "press/1"), ("ETag", '"archive"'))

    def _file(self, content: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not asked:
            self._send(200, content, ("Content-Type", "application/octet-stream"))
            return
        self.archive.ranges.append(self.headers["Range"])
        first, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
        if first >= len(content):
            self._send(416, b"", ("Content-Range", f"bytes */{len(content)}"))
            return
        part = content[first : last + 1]
        place = ("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self._send(206, part, place, ("ETag", '"one"'), ("Content-Type", "application/octet-stream"))

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "content-type" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


def _fits(kept: Kept, query: dict[str, list[str]]) -> bool:
    """Whether a capture is what the filters and the target of a question want."""
    stated = {"statuscode": str(kept.status), "mimetype": kept.mimetype}
    for each in query.get("filter", []):
        name, _, pattern = each.partition(":")
        if not re.fullmatch(pattern, stated[name]):
            return False
    target, match = query["url"][0], query["matchType"][0]
    host = urlsplit(kept.url).netloc.removeprefix("www.")
    if match == "domain":
        return host == target or host.endswith("." + target)
    if match == "host":
        return host == target
    return kept.url.startswith(target) if match == "prefix" else urls.key(kept.url) == urls.key(target)


def _collapsed(found: list[Kept], rule: str) -> list[Kept]:
    """Neighbours of one address that are alike under the rule, folded into the first."""
    kept: list[Kept] = []
    for each in found:
        before = kept[-1] if kept else None
        same = before is not None and urls.key(before.url) == urls.key(each.url)
        if not same or (rule == "digest" and before is not None and before.digest != each.digest):
            kept.append(each)
    return kept


def paths(*names: str) -> bytes:
    """A list of crawl files as Common Crawl has it."""
    return gzip.compress("".join(f"{name}\n" for name in names).encode())
