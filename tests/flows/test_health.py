"""The sample outlet stops, is rebuilt, loses its texts, comes out twice: each is named at the first run that shows it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import health, notices, pipeline
from flows.notices import Notice
from flows.progress import Event, shown
from flows.sample.pages import Reply
from flows.sample.site import SOURCE_ID, Site
from flows.source_files import source_named
from flows.workspace import Workspace, create
from warehouse import reading_copy
from warehouse.health import State, Verdict, failing, judged

Pages = Mapping[str, Reply]
ARTICLE = re.compile(r"/pr/\d{4}/\d{6}_\w+\.html")


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Workspace:
    """A workspace after one pass, in which nothing was wrong; the second asks every article once more."""
    made = create(tmp_path_factory.mktemp("made") / "news")
    site.write_source(made.sources)
    assert ingested(made) is None
    return made


@pytest.fixture
def workspace(tmp_path: Path, read_once: Workspace, site: Site) -> Iterator[Workspace]:
    served = site.served
    yield Workspace(shutil.copytree(read_once.root, tmp_path / "news", symlinks=True))
    site.served = served


def ingested(workspace: Workspace) -> str | None:
    """What a pass says of the source's health."""
    pipeline.ingest(workspace, source_named(workspace, SOURCE_ID))
    return health.failing(workspace, SOURCE_ID)


def articles(change: Callable[[bytes], bytes], served: Pages) -> Pages:
    return {path: replace(reply, body=change(reply.body)) if ARTICLE.fullmatch(path) else reply for path, reply in served.items()}  # fmt: skip


def stopped(served: Pages) -> Pages:
    return {}


def rebuilt(served: Pages) -> Pages:
    def anew(body: bytes) -> bytes:
        body = body.replace(b'id="article_column"', b'class="grid"').replace(
            b'id="article_body"', b'class="story-text"'
        )
        return re.sub(rb"<(/?)(?:table|tr|td)\b", rb"<\1section", body)

    return articles(anew, served)


def emptied(served: Pages) -> Pages:
    return articles(
        lambda body: b'<html><body><div id="app"></div><script src="/app.js"></script></body></html>', served
    )


def without_datelines(served: Pages) -> Pages:
    return articles(
        lambda body: re.sub(rb"<p>[^<]{0,60}\(MBNS\)(?:\x97|\xe2\x80\x94|&mdash;|&#151;)", b"<p>", body), served
    )


def doubled(served: Pages) -> Pages:
    """Every article at a second address, which the yearly listings name beside the first."""
    twice = {path.replace(".html", "_b.html"): reply for path, reply in served.items() if ARTICLE.fullmatch(path)}
    lists = {path: replace(reply, body=re.sub(rb'(<li>[^<]*<a href="[^"]+)\.html(">[^<]*</a></li>)', rb"\1.html\2\1_b.html\2", reply.body))
             for path, reply in served.items() if path.endswith("index.html")}  # fmt: skip
    return {**served, **twice, **lists}


def dated(served: Pages, day: date) -> Pages:
    """Every article states this as its day of publication, whatever its dateline says."""
    stated = f'<meta property="article:published_time" content="{day}">'.encode()
    return articles(lambda body: re.sub(rb"(?i)<head>", rb"<head>" + stated, body), served)


def dated_ahead(served: Pages) -> Pages:
    return dated(served, (datetime.now(UTC) + timedelta(days=200)).date())


def dated_by_year(served: Pages) -> Pages:
    return dated(served, date(datetime.now(UTC).year - 1, 1, 1))


@pytest.mark.parametrize(("trouble", "expected"), [
    (dated_ahead, "dates.future"), (dated_by_year, "dates.first_of_january"),
    (stopped, "listings"), (rebuilt, "layout"), (emptied, "rejected"), (without_datelines, "filled.dateline"), (doubled, "too_many"),
])  # fmt: skip
def test_a_trouble_is_named_at_the_first_run_that_shows_it(workspace, site, trouble, expected):
    site.served = trouble(site.served)
    site.before = {**site.before, **dict.fromkeys(set(site.served) - set(site.before), Reply(b"", "text/html"))}
    said = ingested(workspace)
    assert said is not None
    found = {verdict.check: verdict for verdict in failing(judged(workspace.folders, SOURCE_ID))}
    assert expected in found, said
    assert found[expected].message in said
    assert said.startswith("meridian is not well. ")


def test_an_outlet_that_goes_on_as_before_is_well(workspace):
    assert [ingested(workspace) for _ in range(3)] == [None] * 3


def test_what_an_unwell_run_brought_is_loaded(workspace, site):
    site.served = doubled(site.served)
    site.before = {**site.before, **dict.fromkeys(set(site.served) - set(site.before), Reply(b"", "text/html"))}
    assert ingested(workspace) is not None
    with reading_copy.connect(workspace.folders) as con:
        assert con.execute("SELECT count(*) FROM articles WHERE url LIKE '%\\_b.html' ESCAPE '\\'").fetchall() == [
            (32,)
        ]
        assert con.execute("SELECT state FROM runs ORDER BY started_at DESC LIMIT 1").fetchall() == [("completed",)]


def verdict(check: str, state: State = "failing") -> Verdict:
    return Verdict(SOURCE_ID, check, state, f"{check} is wrong; expected: right. Mend it.", "wrong", "right", None)


WEBHOOK, MAIL = (
    notices.Webhook("https://hooks.example/a"),
    notices.Mail("mail.example", 25, ("a@b.example",), "w@b.example"),
)


@pytest.fixture
def refused() -> set[str]:
    """The ways by which nothing gets through for now."""
    return set()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, refused: set[str]) -> list[Notice]:
    """The messages that would have gone out by the webhook."""
    gone: list[Notice] = []

    def tried(ways, notice):
        for way in ways:
            if way.name not in refused:
                gone.append(notice)
            yield way.name, f"{way.name} is barred" if way.name in refused else None

    monkeypatch.setattr(notices, "channels", lambda workspace: ([WEBHOOK], []))
    monkeypatch.setattr(notices, "tried", tried)
    return gone


def test_people_are_told_once_per_change_and_once_a_day(tmp_path, sent, monkeypatch):
    place = create(tmp_path / "news")
    steps = [
        [],
        [verdict("silence")],
        [verdict("silence")],
        [verdict("silence"), verdict("layout")],
        [verdict("silence", "ok"), verdict("layout")],
        [verdict("silence", "ok"), verdict("layout", "unknown")],
        [verdict("layout", "ok")],
        [],
    ]
    events: list[Event] = []
    with shown(events.append):
        for found in steps:
            health.attend(place, SOURCE_ID, found)
    assert [notice.kind for notice in sent] == [
        "health.failed",
        "health.failed",
        "health.recovered",
        "health.recovered",
    ]
    assert sent[0].title == "meridian: silence failing"
    assert sent[2].title == "meridian: silence well again, layout still failing"
    assert sent[3].title == "meridian is well again: layout"
    assert [event.outcome for event in events] == ["failed", "failed", "recovered", "recovered"]
    health.attend(place, SOURCE_ID, [verdict("silence")])
    later = health.now() + timedelta(hours=25)
    monkeypatch.setattr(health, "now", lambda: later)
    for _ in range(3):
        health.attend(place, SOURCE_ID, [verdict("silence")])
    assert [notice.kind for notice in sent[4:]] == ["health.failed", "health.reminder"]


def test_what_did_not_get_through_is_told_later_and_only_by_the_way_that_failed(tmp_path, sent, refused, monkeypatch):
    place, told, moment = create(tmp_path / "news"), [], health.now()
    monkeypatch.setattr(notices, "channels", lambda workspace: ([WEBHOOK, MAIL], []))
    monkeypatch.setattr(health, "now", lambda: moment)

    def attended(*found: Verdict, minutes: int = 0) -> list[str]:
        nonlocal moment
        moment += timedelta(minutes=minutes)
        sent.clear()
        health.attend(place, SOURCE_ID, found)
        return [notice.title for notice in sent]

    refused.add(WEBHOOK.name)
    with shown(told.append):
        assert attended(verdict("silence")) == ["meridian: silence failing"]  # by mail
        assert [event.kind for event in told] == ["health", "warning"]
        assert "a later run tries again: the webhook at hooks.example is barred" in told[1].text
        assert attended(verdict("silence"), minutes=1) == []
        assert len(told) == 2, "a way that is barred is not tried in every run"
        assert attended(verdict("silence"), verdict("layout"), minutes=30) == ["meridian: layout failing"]
        refused.clear()
        assert attended(verdict("silence"), verdict("layout"), minutes=1) == []
        assert attended(verdict("silence"), verdict("layout"), minutes=10) == ["meridian: layout, silence failing"]
        assert (
            attended(verdict("silence", "ok"), verdict("layout", "ok"), minutes=1)
            == ["meridian is well again: layout, silence"] * 2
        )
    assert [event.outcome for event in told if event.kind == "health"] == ["failed", "failed", "recovered"]


def test_a_check_that_cannot_be_judged_any_more_is_not_well_again(tmp_path, sent):
    place = create(tmp_path / "news")
    for state in ("failing", "unknown", "failing", "unknown"):
        health.attend(place, SOURCE_ID, [verdict("run"), verdict("listings", state)])
    assert [notice.title for notice in sent] == ["meridian: listings, run failing"]
    health.attend(place, SOURCE_ID, [verdict("run", "ok"), verdict("listings", "unknown")])
    assert sent[-1].title == "meridian: run well again, listings not to be judged yet"
    health.attend(place, SOURCE_ID, [verdict("run", "ok"), verdict("listings", "ok")])
    assert sent[-1].title == "meridian is well again: listings"


def test_a_pass_in_which_nothing_was_due_gives_no_all_clear(workspace, site, sent):
    site.served = stopped(site.served)
    assert None not in [ingested(workspace), ingested(workspace)]
    before = {verdict.check for verdict in failing(judged(workspace.folders, SOURCE_ID))}
    pipeline.ingest(workspace, source_named(workspace, SOURCE_ID), polling="due")
    assert health.failing(workspace, SOURCE_ID) is not None
    assert {verdict.check for verdict in failing(judged(workspace.folders, SOURCE_ID))} == before
    assert "health.recovered" not in [notice.kind for notice in sent]


def test_a_memory_of_another_hand_is_no_traceback(tmp_path, sent):
    place = create(tmp_path / "news")
    place.folders.health.mkdir(parents=True)
    (place.folders.health / f"{SOURCE_ID}.json").write_text("[]")
    told: list[Event] = []
    with shown(told.append):
        health.attend(place, SOURCE_ID, [verdict("silence")])
    assert "cannot be read" in told[0].text
    assert len(sent) == 1


def test_health_that_cannot_be_judged_fails_no_run(tmp_path, monkeypatch):
    place = create(tmp_path / "news")
    place.folders.live.parent.mkdir(parents=True, exist_ok=True)
    place.folders.live.write_bytes(b"this is no database")
    told: list[Event] = []
    with shown(told.append):
        assert health.failing(place, SOURCE_ID) is None
    assert "could not be judged" in told[0].text


def test_the_message_names_all_and_tells_three(tmp_path):
    found = [verdict(name) for name in ("a", "b", "c", "d", "e")]
    said = health.message(SOURCE_ID, found)
    assert said is not None
    assert said.endswith("Failing too: d, e; wireroom health meridian")
    assert health.message(SOURCE_ID, []) is None
    assert json.dumps(said)
