"""An archive of many years on loopback, made as it is asked for: every day a listing and some articles, and known faults.

    python -m bench.archive_site FOLDER --days 3650 --per-day 5 --kilobytes 60

Two sources read it: `daily` by a listing a day, `yearly` by one index a year. Planted are listings that are missing, broken
or cut short, articles that never come (500), dead links (404), moved pages (301), days without any article, and a new layout
half-way. The text is made of a small vocabulary of our own.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIRST = date(2016, 1, 1)
PLACES = ("Port Meridian", "Vel", "Ostrand", "Lower Quay", "Tarnhaven", "Isle of Brack", "Sund", "Averley")
THINGS = (
    "ferry",
    "harbour",
    "lighthouse",
    "tide table",
    "crane",
    "pilot boat",
    "sea wall",
    "fish market",
    "signal mast",
    "dry dock",
)
DEEDS = ("was repaired", "was closed for a week", "was measured anew", "was handed to the town", "was painted", "was let", "was flooded",
         "was opened to the public", "was moved", "was insured")  # fmt: skip
REASONS = ("after a vote of the council", "because the winter had been long", "on the advice of the engineers", "without a word of notice",
           "as the charter of the port demands", "to the surprise of the pilots", "at a cost that nobody would name")  # fmt: skip
WITNESSES = ("the harbour master", "a spokeswoman of the port", "the oldest of the pilots", "the clerk of the council")


@dataclass(frozen=True)
class Archive:
    """What the archive holds, which follows from these figures alone."""

    days: int = 3_650
    per_day: int = 5
    kilobytes: int = 60
    seed: int = 7

    @cached_property
    def all_days(self) -> tuple[date, ...]:
        """Every day, the earliest first."""
        return tuple(FIRST + timedelta(number) for number in range(self.days))

    @cached_property
    def faults(self) -> dict[date, str]:
        """Days whose listing is `missing`, `broken`, `cut` or `empty`, or of whose articles one is `failing`, `dead` or `moved`."""
        kinds = ("missing", "broken", "cut", "empty", "failing", "dead", "moved")
        each = max(1, self.days // 150)
        chosen = random.Random(self.seed).sample(self.all_days[1:-1], each * len(kinds))
        return {day: kinds[number % len(kinds)] for number, day in enumerate(chosen)}

    @cached_property
    def lost_year(self) -> int | None:
        """The year whose index is broken, where there are enough of them."""
        years = sorted({day.year for day in self.all_days})
        return years[1] if len(years) > 3 else None

    def holes(self, source: str) -> set[date]:
        """The days of which a complete backfill cannot bring everything; that a day has no article, only its own listing can say."""
        kinds = {"failing", "empty"} if source == "yearly" else {"missing", "broken", "cut", "failing"}
        found = {day for day, fault in self.faults.items() if fault in kinds}
        return found | {day for day in self.all_days if source == "yearly" and day.year == self.lost_year}

    def articles(self, source: str) -> int:
        """How many articles a complete backfill brings."""
        short = {"empty": self.per_day, "failing": 1, "dead": 1}
        if source == "daily":
            short |= dict.fromkeys(("missing", "broken", "cut"), self.per_day)
        return sum(
            self.per_day - short.get(self.faults.get(day, ""), 0)
            for day in self.all_days
            if source == "daily" or day.year != self.lost_year
        )

    def listed(self, day: date) -> list[tuple[int, str]]:
        """Number and headline of the articles that a day's listing shows."""
        count = 0 if self.faults.get(day) == "empty" else self.per_day
        return [(number, headline(day, number)) for number in range(count)]


def headline(day: date, number: int) -> str:
    """The headline of an article, which no other one has."""
    dice = random.Random(f"{day} {number}")
    return (
        f"{dice.choice(THINGS).capitalize()} at {dice.choice(PLACES)} {dice.choice(DEEDS)}, report {day:%y%j}{number}"
    )


def slug(text: str) -> str:
    """A headline as it stands in an address."""
    return "-".join("".join(letter for letter in word.lower() if letter.isalnum()) for word in text.split())


def article(archive: Archive, day: date, number: int) -> str:
    """The page of an article: tables in the first half of the archive, plain sections in the second."""
    dice = random.Random(f"{archive.seed} {day} {number}")
    title = headline(day, number)
    blocks = [" ".join(_sentence(dice) for _ in range(3)) for _ in range(10)]
    blocks[0] = f"{dice.choice(PLACES).upper()}, {day:%b}. {day.day} (MNS)—{blocks[0]}"
    text = "".join(f"<p>{block}</p>\n" for block in blocks)
    around, script = _around(archive.kilobytes * 1000 - len(text), dice)
    if day < archive.all_days[len(archive.all_days) // 2]:
        return (
            f"<html><head><title>{title}</title>{script}</head><body><table><tr><td>{around}</td>"
            f"<td><h2>{title}</h2>{text}<p>Back to top</p></td></tr></table></body></html>"
        )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{script}'
        f'<meta property="article:published_time" content="{day}T09:00:00Z"></head><body>'
        f"<main><article><h1>{title}</h1><time datetime='{day}'>{day}</time>{text}</article></main>"
        f"<aside>{around}</aside><footer>Port press</footer></body></html>"
    )


def _sentence(dice: random.Random) -> str:
    return (
        f"The {dice.choice(THINGS)} of {dice.choice(PLACES)} {dice.choice(DEEDS)} {dice.choice(REASONS)}, {dice.choice(WITNESSES)} said"
        f" on the {dice.randrange(2, 90)}th day of the season."
    )


def _around(size: int, dice: random.Random) -> tuple[str, str]:
    """What stands round a text, as in real pages: half of it links to other pages, half of it a script."""
    links, written = [], 0
    while written < size // 2:
        thing, place = dice.choice(THINGS), dice.choice(PLACES)
        links.append(
            f'<li class="item"><a href="/about/{slug(thing)}/{slug(place)}"><span>{thing} at {place}</span></a></li>'
        )
        written += len(links[-1])
    script = f"<script>var settings = {{{', '.join(f'k{number}: {number * 7919}' for number in range(max(size, 0) // 32))}}};</script>"
    return f"<ul>{''.join(links)}</ul>", script


def listing(entries: list[str], title: str) -> str:
    """A page of links."""
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><ul>{''.join(entries)}</ul></body></html>"


@dataclass
class Site:
    """The archive while it is served."""

    archive: Archive
    base: str = ""
    log: Callable[[int, str], None] = lambda status, path: None
    mended: set[str] = field(default_factory=set)  # paths that fail no more

    def source_text(self, source: str) -> str:
        """The TOML file of one of the two sources."""
        url = "/daily/{year}/{month}/{day}/index.html" if source == "daily" else "/yearly/{year}.html"
        pattern = f"/{source}/(?P<year>\\d{{4}})/(?P<month>\\d\\d)/(?P<day>\\d\\d)/[a-z]"
        return (
            f'name = "The {source} of Meridian"\nhome = "{self.base}/"\nlanguage = "en"\n'
            f'[[find]]\nkind = "template"\nurl = "{self.base}{url}"\nlinks = "li a"\n[article]\nurl = \'{pattern}\'\n'
            f'[pace]\ndelay = "0s"\n[access]\nallow = ["{self.base.removeprefix("http://")}"]\n[revisit]\nages = []\n'
        )

    def answer(self, path: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers for a path."""
        parts = path.strip("/").split("/")
        if parts[0] == "yearly" and len(parts) == 2:
            return self._year(int(parts[1].removesuffix(".html")))
        if parts[0] not in ("daily", "yearly", "moved") or len(parts) != 5:
            return 404, "Not found", {}
        day = date(int(parts[1]), int(parts[2]), int(parts[3]))
        fault = "" if path in self.mended else self.archive.faults.get(day, "")
        if parts[4] == "index.html":
            return self._day(day, fault)
        number = int(parts[4].rpartition("-")[2].removesuffix(".html")) % 10
        if parts[0] != "moved" and number == 0 and fault in ("failing", "dead", "moved"):
            onward = {"Location": f"/moved/{path.strip('/').split('/', 1)[1]}"} if fault == "moved" else {}
            return {"failing": 500, "dead": 404, "moved": 301}[fault], "No", onward
        return 200, article(self.archive, day, number), {}

    def _day(self, day: date, fault: str) -> tuple[int, str, dict[str, str]]:
        if fault in ("missing", "broken"):
            return (404 if fault == "missing" else 500), "No listing", {}
        page = listing([_entry("daily", day, *one) for one in self.archive.listed(day)], f"Releases of {day}")
        return 200, page, {"cut": "1"} if fault == "cut" else {}

    def _year(self, year: int) -> tuple[int, str, dict[str, str]]:
        if year == self.archive.lost_year:
            return 500, "No index", {}
        days = [day for day in self.archive.all_days if day.year == year]
        entries = [_entry("yearly", day, *one) for day in reversed(days) for one in self.archive.listed(day)]
        return 200, listing(entries, f"Releases of {year}"), {}


def _entry(source: str, day: date, number: int, title: str) -> str:
    return f'<li><a href="/{source}/{day:%Y/%m/%d}/{slug(title)}.html">{title}</a></li>'


@contextmanager
def served(archive: Archive) -> Iterator[Site]:
    """The archive on a free port of loopback, as long as the block runs."""
    site = Site(archive)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads, server.block_on_close = True, False
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    server.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="archive-site", daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True  # as servers of real sites: else a page waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        status, text, headers = site.answer(self.path)
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        is_cut = bool(headers.pop("cut", ""))
        if status == 200 and not is_cut and self.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        site.log(status, self.path)
        if status == 200 and not is_cut and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, headers = gzip.compress(body, 1, mtime=0), {**headers, "Content-Encoding": "gzip"}
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "text/html; charset=utf-8", "ETag": etag}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)
        self.close_connection = self.close_connection or is_cut

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True  # the client was killed

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


def main() -> None:
    """Serve until killed; FOLDER gets `address`, and `requests` with a line for each answer."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path)
    for name, default in (("days", 3_650), ("per-day", 5), ("kilobytes", 60)):
        options.add_argument(f"--{name}", type=int, default=default)
    asked = options.parse_args()
    with (
        served(Archive(asked.days, asked.per_day, asked.kilobytes)) as site,
        (asked.folder / "requests").open("a", buffering=1, encoding="utf-8") as log,
    ):
        site.log = lambda status, path: print(status, path, file=log)
        temporary = asked.folder / "address.tmp"
        temporary.write_text(site.base, encoding="utf-8")
        temporary.replace(asked.folder / "address")
        threading.Event().wait()


if __name__ == "__main__":
    main()
