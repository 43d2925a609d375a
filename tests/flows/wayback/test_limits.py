"""The limits of an archive: kept by all processes together, its refusals heeded and never held against a page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from archive_desk import Desk
from imitation import Archive, Said, served
from outlet import story

from flows.fetching import Fetcher, Limits, Pace, floors
from flows.fetching.floors import Floor, Floors
from flows.sources import load
from flows.wayback import places
from warehouse.folders import Folders

VISIT = """
import sys
from pathlib import Path
from datetime import date
from flows import backfilling
from flows.sources import load
from flows.workspace import Workspace

root, name = Path(sys.argv[1]), sys.argv[2]
workspace = Workspace(root)
order = backfilling.Order(date(2017, 9, 1), date(2017, 9, 30))
print(backfilling.backfill(workspace, load(workspace.sources / f"{name}.toml"), order).tally.articles)
"""


@pytest.fixture
def archive() -> Iterator[Archive]:
    with served() as made:
        yield made


def fetcher(folder: Path, archive: Archive, floor: Floor, **more: object) -> Fetcher:
    pace = Pace(Folders(folder), timedelta(), Floors((floor,)))
    limits = Limits(seconds=20.0, backoff=0.0)
    return Fetcher("Wireroom/test", pace=pace, allow=frozenset({archive.host}), limits=limits, **more)  # type: ignore[arg-type]


def floor_of(archive: Archive, *, delay: float = 0.0, rest: float = 0.05, patience: float = 30.0) -> Floor:
    return Floor(archive.host, "/", delay, rest, patience)


def test_two_runs_of_two_sources_at_once_never_ask_too_fast(desk: Desk) -> None:
    """The archive refuses whoever comes sooner than 0.2 s after the last request, of whichever process it was."""
    archive = desk.archive
    for number in range(4):
        desk.keep(f"2017092{number}", f"/2017/09/2{number}/a", story(number))
    table = f'kind = "wayback"\nserver = "{archive.server}"\ndelay = "250ms"\nlate = "1d"\ncaptures = "all"'
    for name in ("post", "mail"):
        desk.written([table], name=name)
    archive.gap = 0.2
    root = str(desk.outlet.workspace.root)
    runs = [
        subprocess.Popen([sys.executable, "-c", VISIT, root, name], stdout=subprocess.PIPE, text=True)
        for name in ("post", "mail")
    ]
    try:
        assert [run.communicate(timeout=300)[0].strip() for run in runs] == ["4", "4"]
    finally:
        for run in runs:
            run.kill()
            run.wait()
    assert archive.refused == 0
    assert len(archive.asked()) == 2 * (2 + 4)  # two months of the index, and four mementos, for each
    assert min(archive.gaps) >= 0.2


def test_429_is_heeded_and_the_page_comes_after_the_rest(archive: Archive, tmp_path: Path) -> None:
    archive.keep("20170922", "https://post.example/a", story(1))
    archive.says("/web/", Said(429, b"", (("Retry-After", "1"),)))
    with fetcher(tmp_path, archive, floor_of(archive)) as fetch:
        got = fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/a", stay=True)
    assert (got.outcome, got.requests) == ("fetched", 2)
    first, second = (moment for moment, path in archive.log if path.startswith("/web/"))
    assert second - first >= 0.99


def test_rests_grow_with_each_refusal_and_end_with_an_answer(archive: Archive) -> None:
    floor = floor_of(archive, rest=60.0)
    assert [floor.rest_after(number, None) for number in (1, 2, 3, 7, 50)] == [60, 120, 240, 3600, 3600]
    assert floor.rest_after(1, 5.0) == 5.0
    assert floor.rest_after(2, 5.0) == 120.0
    assert floor.rest_after(2, 500.0) == 500.0


def test_refused_connections_are_waited_out(archive: Archive, tmp_path: Path) -> None:
    archive.keep("20170922", "https://post.example/a", story(1))
    archive.says("/web/", Said(None, times=2))
    with fetcher(tmp_path, archive, floor_of(archive, rest=0.1)) as fetch:
        got = fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/a", stay=True)
    assert (got.outcome, got.requests) == ("fetched", 3)


def test_a_rest_beyond_patience_puts_everything_off(archive: Archive, tmp_path: Path) -> None:
    archive.says("/web/", Said(429, b"", (("Retry-After", "3600"),)))
    with fetcher(tmp_path, archive, floor_of(archive)) as fetch:
        first = fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/a", stay=True)
        second = fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/b", stay=True)
    assert (first.outcome, first.reason, first.requests) == ("deferred", "status_429", 1)
    assert second.was_put_off
    assert len(archive.asked()) == 1


def test_an_archived_503_is_a_capture_and_no_refusal(archive: Archive, tmp_path: Path) -> None:
    archive.keep("20170922", "https://post.example/a", "Busy", status=503)
    with fetcher(tmp_path, archive, floor_of(archive, rest=60.0)) as fetch:
        got = fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/a", stay=True)
        assert got.requests == 1
        assert not fetch.get(f"{archive.base}/web/20170922000000id_/https://post.example/b", stay=True).was_put_off


def test_a_refusal_is_no_failure_of_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.keep("20170922", "/2017/09/22/a", story(1))
    desk.archive.says("/web/", Said(429, b"", (("Retry-After", "86400"),)))
    source = desk.source()
    outcome = desk.backfilled(source, "2017-09-01", "2017-09-30")
    assert outcome.tally.articles == 0
    assert desk.rows("SELECT outcome, attempts FROM fetches WHERE origin = 'wayback'") == [("deferred", 0)]
    for file in desk.outlet.workspace.folders.hosts.iterdir():
        file.unlink()  # a day later
    monkeypatch.setattr("flows.due_addresses.now", lambda: places.moment_of("20990101000000"))
    assert desk.backfilled(source, "2017-09-01", "2017-09-30").tally.articles == 1


def test_known_archives_have_floors_and_others_the_usual_one(tmp_path: Path) -> None:
    known = floors.known()
    index, page = (
        known.of(f"https://web.archive.org{path}") for path in ("/cdx/search/cdx?url=a", "/web/2017id_/http://a/")
    )
    assert index is not None
    assert page is not None
    assert 60 / index.delay <= 24  # requests a minute
    assert 60 / page.delay <= 15
    assert known.of("https://post.example/web/1") is None
    path = tmp_path / "post.toml"
    tables = (
        'server = "https://own.example/all/cdx"',
        'delay = "1s"',
        'server = "https://fast.example/cdx"\ndelay = "1s"',
    )
    text = "".join(f'[[find]]\nkind = "wayback"\n{table}\n' for table in tables)
    path.write_text(f'name = "Post"\nhome = "https://post.example/"\n{text}', encoding="utf-8")
    found = places.floors(load(path))
    delays = {url: getattr(found.of(url), "delay", None) for url in (
        "https://own.example/all/2017id_/http://a/", "https://own.example/robots.txt", "https://fast.example/2017id_/http://a/",
        "https://web.archive.org/web/2017id_/http://a/",
    )}  # fmt: skip
    assert list(delays.values()) == [4.0, 4.0, 1.0, page.delay]
