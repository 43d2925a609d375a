"""The archive read anew: no network, nothing changes until it is accepted, and whatever is killed the same call finishes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import uuid
from datetime import date
from pathlib import Path

import pytest

import parsers
from flows import loading, opening, pipeline, readings, run, withdraw
from flows.importing import Options, bring
from flows.pool import ParsePool
from flows.rereading import accepting, proposed, reparsing
from flows.sample.site import Site
from flows.sources import SourceDefinition, load
from flows.workspace import Workspace, create
from parsers.records import Rejected
from warehouse import archive, coverage, loader, proposals, reading_copy, search, spool
from warehouse.locks import Held, hold
from warehouse.reparsing import Comparison, Summary

LAST = "Residents of the nearest streets were promised noise meters whose readings anyone can look up. The trial lasts until the end of September."
"""The last paragraph of one article, which a user takes for furniture."""


@pytest.fixture(scope="module")
def after_a_pass(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Workspace:
    """A workspace after one pass; tests copy it, since making it costs seconds."""
    made = create(tmp_path_factory.mktemp("made") / "news")
    site.write_source(made.sources)
    pipeline.ingest(made, load(made.sources / "meridian.toml"))
    return made


@pytest.fixture(scope="module")
def after_two_passes(tmp_path_factory: pytest.TempPathFactory, after_a_pass: Workspace, site: Site) -> Workspace:
    """One in which one article has two versions."""
    made = copied(after_a_pass, tmp_path_factory.mktemp("twice"))
    before = site.served
    site.correct()
    pipeline.ingest(made, load(made.sources / "meridian.toml"))
    site.served = before
    return made


def copied(made: Workspace, place: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(made.root, place / "news", symlinks=True)))


@pytest.fixture
def workspace(tmp_path: Path, after_two_passes: Workspace) -> Workspace:
    return copied(after_two_passes, tmp_path)


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch):
    """No socket leads anywhere, and nothing that could ask is even made."""

    def refused(*arguments: object, **more: object) -> None:
        raise AssertionError("a reparse asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(opening, "Fetcher", refused)
    monkeypatch.setattr(opening, "Pace", refused)
    monkeypatch.setattr(reparsing, "ParsePool", ParsePool)


def source(workspace: Workspace) -> SourceDefinition:
    return load(workspace.sources / "meridian.toml")


def edit(workspace: Workspace, old: str = "furniture   = [", new: str = f'furniture   = ["{LAST}", ') -> None:
    """Change the source's file as a user does."""
    path = workspace.sources / "meridian.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def takes_everything_for_an_article(workspace: Workspace) -> None:
    edit(workspace, "[parse]", '[parse]\ncontainer = "a"')


def asked(workspace: Workspace, sql: str) -> list[tuple]:
    with reading_copy.connect(workspace.folders) as connection:
        return connection.execute(sql).fetchall()


def holes(workspace: Workspace) -> list[coverage.Hole]:
    with reading_copy.connect(workspace.folders) as connection:
        return coverage.holes(connection, "meridian")


def read(workspace: Workspace, **how: object) -> reparsing.Report:
    return reparsing.read(workspace, source(workspace), **how)


def accept(workspace: Workspace, **how: object) -> accepting.Accepted:
    return accepting.accept(workspace, source(workspace), **how)


def summary(workspace: Workspace) -> Summary:
    proposal = proposals.of_source(workspace.folders, "meridian")
    assert proposal is not None
    with Comparison(workspace.folders, "meridian") as comparison:
        return comparison.summary(proposal)


TABLES = (
    "addresses",
    "fetches",
    "article_urls",
    "merges",
    "readings",
    "texts",
    "versions",
    "changes",
    "heads",
    "links",
)


def contents(workspace: Workspace, *without: str) -> dict[str, list[tuple]]:
    columns = f"COLUMNS(c -> c NOT IN ({', '.join(repr(name) for name in ('', *without))}))"
    return {table: asked(workspace, f"SELECT {columns} FROM {table} ORDER BY ALL") for table in TABLES}


ANEW = ("load_id", "opened_load_id", "closed_load_id", "recorded_at", "read_at", "day_known_at")


def test_nothing_is_asked_and_nothing_changes_until_it_is_accepted(workspace: Workspace, without_network: None):
    before = contents(workspace)
    edit(workspace)
    report = read(workspace)
    assert (report.planned, report.read, report.unreadable) == (34, 34, [])
    assert contents(workspace) == before
    assert spool.files(workspace.folders) == []
    assert summary(workspace) == Summary(34, {"unchanged": 32, "changed": 1, "still_rejected": 1}, {"body": 1}, {}, {})
    done = accept(workspace)
    assert (done.pages, done.left_out, done.waiting) == (34, 0, 0)
    assert asked(workspace, f"SELECT count(*) FROM articles WHERE body LIKE '%{LAST}%'") == [(0,)]


def test_what_is_accepted_corrects_and_makes_no_version(workspace: Workspace):
    numbers = "SELECT article_id, version, valid_from, valid_to FROM versions ORDER BY ALL"
    days = "SELECT url_key, day, day_basis, day_known_at FROM addresses ORDER BY ALL"
    states = "SELECT * FROM coverage ORDER BY ALL"
    before = [asked(workspace, sql) for sql in (numbers, days, states, "SELECT * FROM article_urls ORDER BY ALL")]
    missing = holes(workspace)
    assert missing
    (last,) = asked(workspace, "SELECT max(load_id) FROM loads")[0]
    edit(workspace)
    read(workspace)
    accept(workspace)
    after = [asked(workspace, sql) for sql in (numbers, days, states, "SELECT * FROM article_urls ORDER BY ALL")]
    assert after == before
    assert holes(workspace) == missing
    assert asked(workspace, f"SELECT change FROM changes WHERE load_id > {last}") == [("corrected",)]
    assert asked(workspace, "SELECT kind, state, articles, rejected, requests FROM runs WHERE kind = 'reparse'") == [
        ("reparse", "completed", 33, 1, 0)
    ]


def test_a_second_reparse_has_nothing_to_read(workspace: Workspace):
    edit(workspace)
    read(workspace)
    again = read(workspace)
    assert (again.planned, again.proposal) == (0, proposals.of_source(workspace.folders, "meridian"))
    accept(workspace)
    assert read(workspace).planned == 0
    assert proposals.waiting(workspace.folders) == []
    assert read(workspace, everything=True).read == 34
    assert summary(workspace).outcomes == {"unchanged": 33, "still_rejected": 1}


def test_a_page_whose_reading_failed_is_read_once_more(workspace: Workspace):
    before = asked(workspace, "SELECT url, headline, version FROM articles ORDER BY ALL")
    folders, paper = workspace.folders, source(workspace)
    segments = sorted((folders.archive / "meridian").glob("*.warc*"))
    page = next(
        one
        for path in segments
        for one in archive.captures(path, lambda damage: None)
        if one.role == "article" and one.is_page
    )
    died = readings.rows(page, Rejected("parser_died", "It died."), profile=paper.profile, reader=parsers.reader(paper.profile), read_at=run.now())  # fmt: skip
    spool.write(folders, died, source_id="meridian", run_id=str(uuid.uuid4()))
    loading.load(workspace, publish_now=True, wait=True)
    assert asked(workspace, "SELECT count(*) FROM articles") == [(len(before) - 1,)]
    assert read(workspace).planned == 1
    assert accept(workspace).pages == 1
    assert asked(workspace, "SELECT url, headline, version FROM articles ORDER BY ALL") == before


def test_an_article_that_is_none_now_loses_its_version_and_is_found_no_more(workspace: Workspace):
    search.opened(workspace.folders)
    shown = "SELECT article_id, version, valid_from, valid_to, body FROM article_versions ORDER BY ALL"
    before = asked(workspace, shown)
    edit(workspace, "[parse]", '[parse]\ncontainer = "a"')
    read(workspace)
    counts = summary(workspace)
    assert counts.outcomes == {"rejected": 33, "still_rejected": 1}
    accept(workspace)
    assert asked(workspace, "SELECT count(*) FROM articles") == [(0,)]
    assert (
        dict(asked(workspace, "SELECT reason, count(*) FROM rejects WHERE outcome = 'rejected' GROUP BY ALL")).keys()
        >= counts.reasons.keys()
    )
    assert asked(workspace, "SELECT count(*) FROM article_history WHERE reject_reason IS NOT NULL") == [(33,)]
    assert asked(workspace, "SELECT count(*) FROM changes WHERE change = 'rejected'") == [(32,)]
    assert search.search(workspace.folders, "the").total == 0
    edit(workspace, '\ncontainer = "a"', "")
    read(workspace)
    assert summary(workspace).outcomes == {"accepted": 33, "still_rejected": 1}
    accept(workspace)
    assert asked(workspace, shown) == before
    assert search.search(workspace.folders, "the").total > 0


def test_fields_take_whole_articles_that_differ_there_and_leave_the_others(workspace: Workspace):
    edit(workspace)
    edit(workspace, 'info_source = "mbns"', 'info_source = "reuters"')
    read(workspace)
    counts = summary(workspace)
    assert counts.fields["body"] < counts.fields["info_source"]
    done = accept(workspace, fields=["body"])
    assert done.waiting == counts.outcomes["changed"] - counts.fields["body"]
    assert summary(workspace).pages == done.waiting
    assert asked(workspace, f"SELECT count(*) FROM articles WHERE body LIKE '%{LAST}%'") == [(0,)]
    assert read(workspace).planned == 0  # what waits is not read again
    assert accept(workspace).pages == done.waiting
    assert asked(workspace, "SELECT count(DISTINCT reader) FROM readings WHERE counts") == [(1,)]


def test_what_today_s_reader_no_longer_reads_so_cannot_be_accepted(workspace: Workspace):
    edit(workspace)
    outdated = read(workspace).proposal
    edit(workspace, "Back to top", "Back to the top")
    with pytest.raises(accepting.NothingWaits, match="no longer today's"):
        accept(workspace)
    report = read(workspace)
    assert (report.outdated, report.read) == (outdated, 34)
    assert [proposal.id for proposal in proposals.waiting(workspace.folders)] == [report.proposal.id]


def test_what_is_discarded_is_gone_and_was_nothing(workspace: Workspace):
    before = contents(workspace)
    edit(workspace)
    accepting.discard(workspace.folders, read(workspace).proposal)
    assert contents(workspace) == before
    with pytest.raises(accepting.NothingWaits, match="wireroom reparse meridian"):
        accept(workspace)


def test_a_page_that_was_read_anew_meanwhile_is_left_out(tmp_path: Path, after_a_pass: Workspace, site: Site):
    """Ingest goes on while results wait; it meets a changed page, and reads the stored one with today's reader too."""
    workspace, before = copied(after_a_pass, tmp_path), site.served
    edit(workspace)
    read(workspace)
    site.correct()
    pipeline.ingest(workspace, source(workspace))
    site.served = before
    history = "SELECT version, valid_from, body, reader FROM article_versions WHERE article_id IN (SELECT article_id FROM versions WHERE version = 2)"
    now = asked(workspace, history)
    done = accept(workspace)
    assert (done.pages, done.left_out) == (32, 1)
    assert asked(workspace, history) == now
    assert asked(workspace, "SELECT count(DISTINCT reader) FROM readings WHERE counts") == [(1,)]


def test_what_is_withdrawn_meanwhile_stays_gone(workspace: Workspace, site: Site):
    edit(workspace)
    read(workspace)
    (url, article) = asked(workspace, f"SELECT url, article_id FROM articles WHERE body LIKE '%{LAST}%'")[0]
    withdraw.withdraw(workspace, withdraw.reach_of(workspace, url), "asked for")
    held = [
        path for path in workspace.folders.reparse.rglob("*") if path.is_file() and LAST.encode() in path.read_bytes()
    ]
    assert held == []
    done = accept(workspace)
    assert (done.pages, done.left_out) == (33, 0)
    assert asked(workspace, f"SELECT count(*) FROM readings WHERE article_id = '{article}'") == [(0,)]


def test_what_is_withdrawn_while_it_is_read_does_not_wait(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    edit(workspace)
    (url,) = asked(workspace, f"SELECT url FROM articles WHERE body LIKE '%{LAST}%'")[0]
    compared = reparsing.differing.of_page

    def withdrawn_first(*arguments: object) -> list:
        monkeypatch.setattr(reparsing.differing, "of_page", compared)
        withdraw.withdraw(workspace, withdraw.reach_of(workspace, url), "asked for")
        return compared(*arguments)

    monkeypatch.setattr(reparsing.differing, "of_page", withdrawn_first)
    read(workspace)
    assert summary(workspace).pages == 33


def test_since_limits_to_days_of_articles_and_limit_to_so_many_pages(workspace: Workspace):
    edit(workspace)
    late = asked(
        workspace,
        "SELECT count(*) FROM fetches JOIN addresses USING (url_key) WHERE role = 'article' AND outcome = 'fetched' AND day >= '2026-06-01'",
    )[0][0]
    assert read(workspace, since=date(2026, 6, 1)).read == late < 34
    assert read(workspace, most=3).read == 3
    assert read(workspace).read == 34 - 3 - late
    assert summary(workspace).pages == 34


def test_the_sample_is_the_same_every_time_and_carries_both_sides(workspace: Workspace):
    edit(workspace)
    edit(workspace, 'info_source = "mbns"', 'info_source = "reuters"')
    proposal = read(workspace).proposal
    first, second = (proposed.shown(workspace, proposal, most=2) for _ in range(2))
    assert first == second
    assert len(first.sample["info_source"]) == 2
    body = first.sample["body"][0]
    old, new = body.values("body")["body"]
    assert old != new
    assert asked(workspace, f"SELECT body FROM articles WHERE article_id = '{body.look.article_id}'") == [(old,)]
    assert set(proposed.shown(workspace, proposal, ["body"]).sample) == {"body"}
    article = str(body.look.article_id)
    assert [found.look for found in proposed.of_article(workspace, article[:8])] == [body.look]
    assert [found.look for found in proposed.of_article(workspace, body.look.url)] == [body.look]


def test_pages_that_cannot_be_read_are_named_and_the_rest_is_read(workspace: Workspace):
    (file, offset, length) = asked(
        workspace,
        "SELECT file, record_offset, record_length FROM fetches JOIN segments USING (segment_id) WHERE role = 'article' AND outcome = 'fetched' ORDER BY 2 LIMIT 1",
    )[0]
    path = workspace.folders.archive / file
    spoilt = bytearray(path.read_bytes())
    spoilt[offset + length - 40 : offset + length - 20] = bytes(20)
    path.chmod(0o644)
    path.write_bytes(spoilt)
    edit(workspace)
    report = read(workspace)
    assert report.read == 33
    assert len(report.unreadable) == 1
    assert str(file) in report.unreadable[0]


@pytest.mark.parametrize("link", [False, True])
def test_imported_pages_are_read_too_also_those_that_are_linked(workspace: Workspace, tmp_path: Path, link: bool):
    other = create(tmp_path / "other")
    shutil.copy(workspace.sources / "meridian.toml", other.sources)
    bring(other, sorted(workspace.folders.archive.glob("meridian/*.warc.gz")), Options(link=link))
    loader.drain(other.folders, wait=True, publish_now=True)
    (count,) = asked(other, "SELECT count(*) FROM readings WHERE counts AND record_hash IS NOT NULL")[0]
    edit(other)
    report = read(other)
    assert report.unreadable == []
    assert summary(other).outcomes["unchanged"] + summary(other).outcomes["changed"] == count >= 32
    assert accept(other).pages == report.read
    assert asked(other, f"SELECT count(*) FROM articles WHERE body LIKE '%{LAST}%'") == [(0,)]


def test_pages_by_an_older_reader_are_counted(workspace: Workspace):
    assert reparsing.older(workspace) == []
    edit(workspace)
    assert reparsing.older(workspace) == [("meridian", 34)]


def test_pages_that_no_source_claims_are_counted_too(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = create(tmp_path / "other")
    files = sorted(workspace.folders.archive.glob("meridian/*.warc.gz"))
    bring(other, files, Options(keep_unclaimed=True))
    loader.drain(other.folders, wait=True, publish_now=True)
    assert reparsing.older(other) == []
    monkeypatch.setattr(parsers, "reader", lambda profile: str(uuid.UUID(int=1)))
    ((name, pages),) = reparsing.older(other)
    assert (name, pages > 30) == ("unclaimed", True)


def test_one_at_a_time(workspace: Workspace):
    edit(workspace)
    with hold(workspace.folders.reparse_lock("meridian"), "the test"), pytest.raises(Held, match="the test"):
        read(workspace)
    read(workspace)
    with hold(workspace.folders.source_lock("meridian"), "a run"), pytest.raises(Held, match="a run"):
        accept(workspace)
    assert accept(workspace).pages == 34


def test_reading_goes_on_while_a_run_holds_the_source(workspace: Workspace):
    edit(workspace)
    with hold(workspace.folders.source_lock("meridian"), "a run"):
        assert read(workspace).read == 34


KILLED = """
import os, sys
from pathlib import Path
from flows.rereading import accepting, reparsing
from flows.sources import load
from flows.workspace import Workspace
from warehouse import files, proposals, spool
from flows import opening, run

place, verb, owner, name, count = Path(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5])
owner = {"proposals": proposals, "spool": spool, "run": run.Run, "end": opening, "files": files}[owner]
original, left = getattr(owner, name), count

def killed(*a, **b):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    return original(*a, **b)

reparsing.BATCH, accepting.TOGETHER = 5, 2
setattr(owner, name, killed)
getattr({"read": reparsing, "accept": accepting}[verb], verb)(Workspace(place), load(place / "sources" / "meridian.toml"))
"""


def kill(workspace: Workspace, verb: str, owner: str, name: str, count: int) -> None:
    command = [sys.executable, "-c", KILLED, str(workspace.root), verb, owner, name, str(count)]
    done = subprocess.run(command, timeout=300, capture_output=True)
    assert done.returncode == 9, done.stderr.decode()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, after_two_passes: Workspace) -> dict[str, list[tuple]]:
    """The tables after a reparse that nobody disturbs."""
    undisturbed = copied(after_two_passes, tmp_path_factory.mktemp("expected"))
    edit(undisturbed)
    read(undisturbed)
    accept(undisturbed)
    return contents(undisturbed, *ANEW)


@pytest.mark.parametrize(("owner", "name", "count"), [("proposals", "write", 3), ("spool", "write_as", 2)])
def test_a_killed_reading_goes_on_where_it_was(
    workspace: Workspace, expected: dict[str, list[tuple]], owner: str, name: str, count: int
):
    edit(workspace)
    kill(workspace, "read", owner, name, count)
    waited = 5 * count
    assert read(workspace).read == 34 - waited
    accept(workspace)
    assert contents(workspace, *ANEW) == expected


@pytest.mark.parametrize(
    ("owner", "name", "count"),
    [
        ("run", "flush", 2),
        ("proposals", "leave", 0),
        ("proposals", "leave", 3),
        ("end", "load", 0),
        ("proposals", "discard", 0),
    ],
)
def test_a_killed_acceptance_is_finished_by_the_same_call(
    workspace: Workspace,
    expected: dict[str, list[tuple]],
    owner: str,
    name: str,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
):
    edit(workspace)
    monkeypatch.setattr(reparsing, "BATCH", 5)
    read(workspace)
    kill(workspace, "accept", owner, name, count)
    accept(workspace)
    assert contents(workspace, *ANEW) == expected
    assert proposals.waiting(workspace.folders) == []
