"""What was withdrawn is gone from every file, stays gone, and is finished where a kill left it half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

from flows import pipeline, withdraw
from flows.rereading.rebuild import rebuild
from flows.sample.pages import Reply
from flows.sample.site import Site
from flows.sources import load
from flows.workspace import Workspace, create
from tests.flows.rereading.test_rebuild import contents, only_the_archive
from warehouse import compaction, reading_copy, schema, search, traces, withdrawal
from warehouse.archive import verifying
from warehouse.errors import WarehouseError

FEED = '\n[[find]]\nkind = "feed"\nurl = "{base}/feed.xml"\n'


@pytest.fixture(scope="module")
def after_two_passes(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Workspace:
    """A workspace after two passes over an outlet that corrects an article and has its whole text in a feed."""
    made = create(tmp_path_factory.mktemp("made") / "news")
    source = site.write_source(made.sources)
    source.write_text(source.read_text() + FEED.replace("{base}", site.base))
    add_feed(site)
    passed(made)
    site.correct()
    add_feed(site)
    passed(made)
    return made


@pytest.fixture
def workspace(tmp_path: Path, after_two_passes: Workspace) -> Workspace:
    return Workspace(shutil.copytree(after_two_passes.root, tmp_path / "news", symlinks=True))


def add_feed(site: Site) -> None:
    """A feed with the whole text of the article that is corrected."""
    path = corrected(site)
    body = site.served[path].body.decode()
    text = escape(body[body.index('<div id="article_body">') : body.index('<div class="clear">')])
    item = f"<item><title>x</title><link>{site.base}{path}</link><description>{text}</description></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{item}</channel></rss>'
    site.served = {**site.served, "/feed.xml": Reply(feed.encode(), "application/rss+xml")}
    site.before = {**site.before, "/feed.xml": Reply(b"", "application/rss+xml")}


def corrected(site: Site) -> str:
    """The address of the article with two versions."""
    from flows.sample.stories import stories

    return next(story.path for story in stories() if story.correct)


def passed(workspace: Workspace) -> pipeline.Tally:
    return pipeline.ingest(workspace, load(workspace.sources / "meridian.toml"))


def asked(workspace: Workspace, sql: str, *values: object) -> list[tuple]:
    with reading_copy.connect(workspace.folders) as connection:
        return connection.execute(sql, list(values)).fetchall()


def sayings(workspace: Workspace, url: str) -> list[str]:
    """The headline, a sentence of each version, and the last part of the address."""
    rows = asked(workspace, "select headline, body from article_versions where url = ?", url)
    sentences = {body.split("\n")[-1][:60] for _, body in rows} | {body.split("\n")[0][20:80] for _, body in rows}
    return [rows[0][0], url.rpartition("_")[2], *sorted(sentences)]


def withdrawn(workspace: Workspace, url: str) -> None:
    withdraw.withdraw(workspace, withdraw.reach_of(workspace, url), "asked by the outlet")


def places(workspace: Workspace, texts: list[str]) -> list[str]:
    return [place for text in texts for place in traces.traces(workspace.root, text)]


def problems(workspace: Workspace) -> list[str]:
    return [problem for verdict in verifying.verify(workspace.folders) for problem in verdict.problems]


def test_no_file_holds_what_was_withdrawn_and_the_rest_stays(workspace: Workspace, site: Site):
    url = site.base + corrected(site)
    said = sayings(workspace, url)
    assert len(said) > 3
    search.opened(workspace.folders)
    where = places(workspace, said)
    assert {part for place in where for part in ("warc", "live.duckdb", "editions", "search.sqlite") if part in place} == {
        "warc", "live.duckdb", "editions", "search.sqlite"}  # fmt: skip
    others = asked(workspace, "from articles where url <> ? order by url", url)
    withdrawn(workspace, url)
    assert places(workspace, said) == []
    assert asked(workspace, "from articles order by url") == others
    assert asked(workspace, "select reason, count(*) from withdrawals group by all") == [("asked by the outlet", 1)]
    assert problems(workspace) == []
    search.opened(workspace.folders)
    assert places(workspace, said) == []
    with schema.open_live(workspace.folders) as live:
        assert compaction.free_bytes(live) < 1_000_000


def test_it_stays_gone_although_listing_and_feed_name_it_again(workspace: Workspace, site: Site):
    url = site.base + corrected(site)
    said = sayings(workspace, url)
    withdrawn(workspace, url)
    site.log.clear()
    site.served = {**site.served, "/feed.xml": Reply(site.served["/feed.xml"].body + b"\n", "application/rss+xml")}
    passed(workspace)
    assert site.requests(corrected(site)) == []
    assert places(workspace, said) == []
    assert problems(workspace) == []


def test_a_rebuild_obeys(workspace: Workspace, site: Site):
    url = site.base + corrected(site)
    said = sayings(workspace, url)
    withdrawn(workspace, url)
    before = contents(workspace)
    only_the_archive(workspace)
    rebuild(workspace)
    after = contents(workspace)
    for table in before:
        if table != "changes":  # what was withdrawn was new once, and a rebuild never hears of it
            assert after[table] == before[table], table
    assert places(workspace, said) == []


def test_another_address_of_the_same_article_does_not_bring_it_back(workspace: Workspace, site: Site):
    path = corrected(site)
    said = sayings(workspace, site.base + path)
    withdrawn(workspace, site.base + path)
    page = site.served[path].body.replace(
        b"</title>", f'</title><link rel="canonical" href="{site.base}{path}">'.encode()
    )
    again = path.replace(".html", "-print.html")
    headline = said[0].encode()
    index = b'<!doctype html><p><a href="' + again.encode() + b'">' + headline + b"</a>"
    served = site.served
    site.served = {**served, again: Reply(page, "text/html"), "/pr/2026/index.html": Reply(index, "text/html")}
    site.before = {**site.before, again: site.served[again]}
    passed(workspace)
    site.served = served
    assert asked(workspace, "select count(*) from articles") == [(31,)]
    assert places(workspace, said) == []
    assert asked(workspace, "select count(*) from withdrawals") == [(2,)]
    assert problems(workspace) == []


def test_a_source_is_withdrawn_as_a_whole(workspace: Workspace, site: Site):
    said = sayings(workspace, site.base + corrected(site))
    withdraw.withdraw(workspace, [withdraw.reach_of_source(workspace, "meridian")], "licence ended")
    assert places(workspace, [*said, "pr/2025/"]) == []
    assert asked(workspace, "select count(*) from articles") == [(0,)]
    with pytest.raises(WarehouseError, match="withdrawn"):
        passed(workspace)
    before = contents(workspace)
    only_the_archive(workspace)
    (workspace.sources / "meridian.toml").unlink()
    rebuild(workspace)
    assert contents(workspace)["withdrawals"] == before["withdrawals"]


def test_what_is_not_known_cannot_be_withdrawn(workspace: Workspace):
    with pytest.raises(WarehouseError, match="Nothing is known"):
        withdraw.reach_of(workspace, "https://elsewhere.example/story")


KILLED = """
import os, sys
from pathlib import Path
from flows import withdraw
from flows.workspace import Workspace
from warehouse import compaction, reading_copy, spool, withdrawal
from warehouse.archive import erasing

place, url, owner, name, count = Workspace(Path(sys.argv[1])), sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])
module = {"withdrawal": withdrawal, "erasing": erasing, "compaction": compaction, "copy": reading_copy}[owner]
original, calls = getattr(module, name), 0

def counted(*arguments, **named):
    global calls
    calls += 1
    if calls == count:
        os._exit(9)
    return original(*arguments, **named)

setattr(module, name, counted)
withdraw.withdraw(place, withdraw.reach_of(place, url), "asked by the outlet")
"""

STEPS = [("withdrawal", "_note"), ("withdrawal", "_blank"), ("erasing", "_write"), ("withdrawal", "_remove"),
         ("compaction", "compact"), ("copy", "publish"), ("withdrawal", "_sweep"), ("withdrawal", "sync_folder")]  # fmt: skip


@pytest.mark.parametrize(("owner", "name"), STEPS)
def test_a_withdrawal_that_was_killed_is_finished_by_whoever_comes_next(
    workspace: Workspace, site: Site, owner: str, name: str
):
    url = site.base + corrected(site)
    said = sayings(workspace, url)
    command = [sys.executable, "-c", KILLED, str(workspace.root), url, owner, name, "1"]
    done = subprocess.run(command, timeout=120, capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    withdrawal.finish(workspace.folders)
    assert places(workspace, said) == []
    assert problems(workspace) == []
    assert asked(workspace, "select count(*) from articles") == [(31,)]
