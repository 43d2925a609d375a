"""The warehouse made anew from the archive: equal to the old one, without network, and never half of it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from flows import pipeline
from flows.rereading.rebuild import rebuild
from flows.sample.pages import Reply
from flows.sample.site import Site
from flows.sources import SourceError, load
from flows.workspace import Workspace, create
from warehouse import reading_copy, rebuilding, schema
from warehouse.archive import keeping
from warehouse.locks import Held, hold

TABLES = ("addresses", "units", "fetches", "segments", "runs", "sources", "agencies", "withdrawals", "article_urls", "merges", "heads",
          "links", "readings", "texts", "versions", "changes")  # fmt: skip
ANEW = {"load_id", "opened_load_id", "closed_load_id", "recorded_at", "read_at", "day_known_at"}
"""When it was loaded and read, which was again now."""


@pytest.fixture(scope="module")
def after_a_pass(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Workspace:
    """A workspace after one pass, which tests copy: making it costs seconds."""
    made = create(tmp_path_factory.mktemp("made") / "news")
    site.write_source(made.sources)
    passed(made)
    return made


@pytest.fixture
def workspace(tmp_path: Path, after_a_pass: Workspace) -> Workspace:
    return Workspace(shutil.copytree(after_a_pass.root, tmp_path / "news", symlinks=True))


@pytest.fixture(autouse=True)
def first_edition(site: Site):
    """The outlet as it was at the first pass."""
    before, served = site.before, site.served
    yield
    site.before, site.served = before, served


def passed(workspace: Workspace) -> pipeline.Tally:
    return pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))


def move(site: Site) -> None:
    """One article appears under another address, which names the first one as canonical."""
    served = dict(site.served)
    old = next(path for path in served if path.startswith("/pr/2026/26") and "corre" not in path)
    new = old.replace(".html", "-moved.html")
    canonical = f'<link rel="canonical" href="{site.base}{old}">'.encode()
    page = served[old]
    served[new] = Reply(page.body.replace(b"</title>", b"</title>" + canonical), page.content_type)
    index = served["/pr/2026/index.html"]
    served["/pr/2026/index.html"] = Reply(index.body.replace(old.encode(), new.encode()), index.content_type)
    site.served, site.before = served, {**site.before, new: served[new]}


def two_more_passes(workspace: Workspace, site: Site) -> None:
    site.correct()
    passed(workspace)
    move(site)
    passed(workspace)


def contents(workspace: Workspace) -> dict[str, list[tuple[str, ...]]]:
    """Every table as sorted rows, without what a rebuild makes anew."""
    with reading_copy.connect(workspace.folders) as connection:
        found = {}
        for table in TABLES:
            rows = connection.execute(f"from {table}")
            columns = [column[0] for column in rows.description]
            left_out = ANEW | ({"noted_at"} if table == "segments" else set())
            kept = [place for place, column in enumerate(columns) if column not in left_out]
            found[table] = sorted(tuple(str(row[place]) for place in kept) for row in rows.fetchall())
        return found


def only_the_archive(workspace: Workspace) -> None:
    """Take away everything else that a run leaves."""
    for path in (workspace.folders.spool, workspace.folders.live.parent):
        shutil.rmtree(path)
    workspace.folders.warehouse.unlink()


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch):
    def refused(*arguments: object) -> None:
        raise AssertionError("a rebuild asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def test_a_rebuild_gives_the_tables_that_were_there(workspace: Workspace, site: Site):
    two_more_passes(workspace, site)
    before = contents(workspace)
    outcomes = {
        outcome for row in before["fetches"] for outcome in row if outcome in ("fetched", "unchanged", "failed")
    }
    assert outcomes == {"fetched", "unchanged", "failed"}
    assert (len(before["article_urls"]), len(before["versions"])) == (33, 33)  # one article moved, one was corrected
    only_the_archive(workspace)
    report = rebuild(workspace)
    assert report.problems == []
    after = contents(workspace)
    for table in TABLES:
        assert after[table] == before[table], table


def test_who_asks_what_changed_since_the_last_load_misses_nothing_after_a_rebuild(workspace: Workspace):
    def seen(since: int) -> list[tuple]:
        with reading_copy.connect(workspace.folders) as connection:
            return connection.execute(f"SELECT load_id, article_id FROM changes_since({since})").fetchall()

    last = max(load for load, _ in seen(0))
    rebuild(workspace)
    after = seen(last)
    assert {article for _, article in after} == {article for _, article in seen(0)}
    assert min(load for load, _ in after) > last


def test_what_keep_dropped_costs_no_version(workspace: Workspace):
    before = contents(workspace)
    freed = keeping.keep(workspace.folders, "meridian", "versions", datetime(2100, 1, 1), share=0)
    assert freed > 0  # listings, robots.txt and the order form
    only_the_archive(workspace)
    assert rebuild(workspace).not_kept == 1
    after = contents(workspace)
    assert {table for table in TABLES if after[table] != before[table]} == {"segments", "readings"}
    assert len(after["readings"]) == len(before["readings"]) - 1  # that of the order form, which is no article


def test_a_rebuild_needs_no_network_and_readers_go_on(workspace: Workspace, site: Site, without_network: None):
    with reading_copy.connect(workspace.folders) as reader:
        assert rebuild(workspace).pages == 33
        assert reader.execute("select count(*) from articles").fetchall() == [(32,)]
    with reading_copy.connect(workspace.folders) as reader:
        assert reader.execute("select count(*) from articles").fetchall() == [(32,)]


def test_a_run_that_was_killed_is_rebuilt_as_it_was_recovered(tmp_path: Path, site: Site):
    from tests.flows.test_pipeline import KILLED

    workspace = create(tmp_path / "killed")
    site.write_source(workspace.sources)
    command = [sys.executable, "-c", KILLED, str(workspace.root), "archive", "append", "20"]
    assert subprocess.run(command, timeout=120, capture_output=True).returncode == 9
    passed(workspace)
    before = contents(workspace)
    only_the_archive(workspace)
    rebuild(workspace)
    assert contents(workspace) == before
    site.log.clear()
    assert passed(workspace).fetched == 0  # what was known is known again


KILLED_REBUILD = """
import os, sys
from pathlib import Path
from flows.rereading.rebuild import rebuild
from flows.workspace import Workspace
from warehouse import rebuilding, reading_copy

place, owner, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
setattr({"rebuilding": rebuilding, "copy": reading_copy}[owner], name, lambda *a, **b: os._exit(9))
rebuild(Workspace(place))
"""


@pytest.mark.parametrize(
    ("owner", "name"), [("rebuilding", "put_in_place"), ("rebuilding", "_without_log"), ("copy", "publish")]
)
def test_a_killed_rebuild_leaves_a_whole_warehouse(workspace: Workspace, site: Site, owner: str, name: str):
    before = contents(workspace)
    command = [sys.executable, "-c", KILLED_REBUILD, str(workspace.root), owner, name]
    assert subprocess.run(command, timeout=120, capture_output=True).returncode == 9
    assert contents(workspace) == before
    with schema.open_live(workspace.folders) as live:
        assert live.execute("select count(*) from articles").fetchall() == [(32,)]
    with rebuilding.beside(workspace.folders) as new:
        assert not new.live.exists()


def test_a_source_without_its_file_is_named(workspace: Workspace, site: Site):
    (workspace.sources / "meridian.toml").unlink()
    with pytest.raises(SourceError, match="meridian"):
        rebuild(workspace)


def test_no_rebuild_while_a_run_is_at_it(workspace: Workspace, site: Site):
    with hold(workspace.folders.source_lock("meridian"), "the test"), pytest.raises(Held, match="the test"):
        rebuild(workspace)
