"""Passes over an outlet that is down, that loses a page, that reserves its rights, or that knows its subscribers."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from flows import pipeline, progress
from flows.logins import settings
from flows.sample.serving import serving
from flows.sample.site import serve
from flows.sources import load
from flows.workspace import Workspace, WorkspaceError, create
from warehouse import reading_copy

TEXT = "<p>The city council met on Tuesday and spoke about the bridge over the river for an hour.</p>" * 8
SECRET = "tell-nobody"


@dataclass
class Outlet:
    """A small outlet whose pages are functions of the request's headers."""

    pages: dict[str, Callable[[dict[str, str]], tuple[int, str]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    base: str = ""


def article(headline: str, body: str = TEXT) -> str:
    return (
        f"<html><head><title>{headline}</title></head><body><article><h1>{headline}</h1>{body}</article></body></html>"
    )


@contextmanager
def running(outlet: Outlet) -> Iterator[Outlet]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outlet.asked.append((self.path, dict(self.headers)))
            status, text = outlet.pages.get(self.path, lambda headers: (404, "no"))(dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Set-Cookie", f"session={SECRET}-new")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            return

    with serving(Handler) as server:
        outlet.base = f"http://{server.netloc}"
        yield outlet


def workspace(folder: Path, base: str, *paths: str, more: str = "") -> Workspace:
    made = create(folder / "news")
    host = base.removeprefix("http://")
    (made.sources / "town.txt").write_text("".join(f"{base}{path}\n" for path in paths))
    (made.sources / "town.toml").write_text(
        f'name = "Town"\nhome = "{base}/"\n[[find]]\nkind = "list"\nfile = "town.txt"\n'
        f'[pace]\ndelay = "0s"\n[access]\nallow = ["{host}"]\n{more}[revisit]\nages = ["0s", "1ms", "2ms", "3ms"]\n'
    )
    return made


def passed(made: Workspace, name: str = "town") -> tuple[pipeline.Tally, list[str]]:
    """What a pass did, and the warnings it gave."""
    said: list[progress.Event] = []
    with progress.shown(said.append):
        tally = pipeline.ingest(made, load(made.sources / f"{name}.toml"))
    return tally, [event.text for event in said if event.kind == "warning"]


def asked(made: Workspace, sql: str) -> list[tuple]:
    with reading_copy.connect(made.folders) as connection:
        return connection.execute(sql).fetchall()


def test_requests_are_what_the_outlet_counts(tmp_path: Path):
    made = create(tmp_path / "news")
    with serve() as site:
        site.write_source(made.sources)
        tally, _ = passed(made, "meridian")
        assert tally.requests == len(site.requests())
        site.log.clear()
        tally, _ = passed(made, "meridian")
        assert tally.requests == len(site.requests())
        assert not [entry for entry in site.requests() if entry.status == 200]  # no body comes twice


def test_what_a_resting_host_was_never_asked_is_no_request_and_leaves_no_row(tmp_path: Path):
    with running(Outlet()) as outlet:
        pass  # from here on nobody listens at its address
    made = workspace(tmp_path, outlet.base, *(f"/story-{number}" for number in range(30)))
    tally, warnings = passed(made)
    assert tally.deferred == 30
    assert [warning for warning in warnings if warning.startswith("30 addresses were not asked for: robots.txt of 127")]
    assert tally.requests <= 1  # robots.txt
    assert asked(made, "select count(*) from fetches where role = 'article'") == [(0,)]
    size = sum(path.stat().st_size for path in made.folders.archive.rglob("*.gz"))
    passed(made)
    grown = sum(path.stat().st_size for path in made.folders.archive.rglob("*.gz")) - size
    assert grown < 3000  # what a pass says of itself, and nothing for each of thirty addresses
    assert asked(made, "select count(*) from addresses") == [(30,)]


def test_a_page_that_is_not_found_three_times_is_gone_and_its_versions_stay(tmp_path: Path, monkeypatch):
    from dataclasses import replace
    from datetime import timedelta

    from flows import exchanges

    monkeypatch.setattr(exchanges, "NEWS", replace(exchanges.NEWS, first_retry=timedelta(0)))
    with running(Outlet()) as outlet:
        outlet.pages["/story"] = lambda headers: (200, article("The bridge is closed"))
        made = workspace(tmp_path, outlet.base, "/story")
        passed(made)
        del outlet.pages["/story"]
        outcomes = []
        for _ in range(4):
            passed(made)
            outcomes += asked(made, "select outcome, attempts from fetches where role = 'article' order by observed_at desc limit 1")  # fmt: skip
        requests = [path for path, _ in outlet.asked if path == "/story"]
    assert outcomes == [("failed", 1), ("failed", 2), ("gone", 3), ("gone", 3)]
    assert len(requests) == 4  # once it is gone it is left alone
    assert asked(made, "select headline from articles") == [("The bridge is closed",)]


def test_what_is_gone_by_its_own_word_is_gone_at_once(tmp_path: Path):
    with running(Outlet()) as outlet:
        outlet.pages["/story"] = lambda headers: (410, "gone")
        made = workspace(tmp_path, outlet.base, "/story")
        passed(made)
        passed(made)
        assert [path for path, _ in outlet.asked if path == "/story"] == ["/story"]
    assert asked(made, "select outcome, reason from rejects") == [("gone", "status_410")]


def test_a_reservation_is_recorded_with_every_fetch(tmp_path: Path):
    with running(Outlet()) as outlet:
        outlet.pages["/a"] = lambda headers: (200, article("The bridge is closed"))
        outlet.pages["/b"] = lambda headers: (200, article("Kept", '<meta name="tdm-reservation" content="1">' + TEXT))
        made = workspace(tmp_path, outlet.base, "/a", "/b")
        passed(made)
        sql = "select requested_url[-2:], outcome, rights from fetches where role = 'article' order by 1"
        assert asked(made, sql) == [("/a", "fetched", "none"), ("/b", "reserved", "tdm-reservation: 1 (page)")]
        assert asked(made, "select headline from articles") == [("The bridge is closed",)]


def subscribed(headers: dict[str, str]) -> tuple[int, str]:
    if SECRET in headers.get("Cookie", "") and headers.get("X-Member") == SECRET:
        return 200, article("For members: the bridge")
    wall = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "For members: the bridge", "isAccessibleForFree": false}</script>'
    return 200, article(
        "For members: the bridge", f"{wall}<p>The city council met on Tuesday. Subscribe to read on.</p>"
    )


def log_in(made: Workspace, secret: str = SECRET) -> None:
    headers, cookies = settings("town")
    (made.root / "cookies.txt").write_text(
        f"# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t{secret}\n"
    )
    (made.root / ".env").write_text(f'{headers}="X-Member: {secret}"\n{cookies}=cookies.txt\n')


def everything(made: Workspace) -> bytes:
    """All that a workspace keeps but for the settings themselves."""
    kept = b""
    for path in (made.root / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            kept += gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    return kept


def test_a_subscriber_reads_whole_pages_and_no_file_tells_how(tmp_path: Path, capsys):
    with running(Outlet()) as outlet:
        outlet.pages["/story"] = subscribed
        made = workspace(tmp_path, outlet.base, "/story")
        log_in(made)
        _, warnings = passed(made)
        told = [path for path, headers in outlet.asked if SECRET in str(headers)]
    assert told == ["/story"]
    assert warnings == []
    assert asked(made, "select body_extent from articles") == [("full",)]
    assert SECRET.encode() not in everything(made)
    assert SECRET not in "".join(capsys.readouterr())


def test_pages_that_turn_into_teasers_say_that_the_log_in_has_expired(tmp_path: Path):
    with running(Outlet()) as outlet:
        outlet.pages["/story"] = subscribed
        made = workspace(tmp_path, outlet.base, "/story")
        log_in(made)
        passed(made)
        log_in(made, "expired")
        _, warnings = passed(made)
    assert [warning for warning in warnings if "log-in of Town" in warning and "WIREROOM_TOWN_COOKIES" in warning]
    assert asked(
        made, "select message like '%log-in of Town seems to have expired%' from runs order by started_at"
    ) == [
        (None,),
        (True,),
    ]
    assert asked(made, "select body_extent from articles") == [("full",)]  # a teaser is no version over a whole page


def test_without_a_log_in_a_teaser_is_no_alarm(tmp_path: Path):
    with running(Outlet()) as outlet:
        outlet.pages["/story"] = subscribed
        made = workspace(tmp_path, outlet.base, "/story")
        _, warnings = passed(made)
    assert warnings == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('WIREROOM_TOWN_HEADERS="nonsense tell-nobody"', "WIREROOM_TOWN_HEADERS"),
        ("WIREROOM_TOWN_COOKIES=nowhere.txt", "WIREROOM_TOWN_COOKIES"),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_their_values(line: str, said: str, tmp_path: Path):
    made = workspace(tmp_path, "http://127.0.0.1:9", "/story")
    (made.root / ".env").write_text(line + "\n")
    with pytest.raises(WorkspaceError, match=said) as problem:
        passed(made)
    assert SECRET not in str(problem.value)
