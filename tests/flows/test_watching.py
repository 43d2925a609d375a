"""Saved searches: what their feeds show after each load, what is told of, and that nothing withdrawn stays in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from flows import loading, notices, watching, withdraw
from flows.notices import Notice
from flows.progress import Event, shown
from flows.watching import BadWatch
from flows.watching.watches import feed_of
from flows.workspace import Workspace, create
from parsers import urls
from tests.warehouse.facts import SOURCE, fetched, found, key, reading, text
from warehouse import doctor, rows, spool
from warehouse.search.query import BadSearch

ATOM = "{http://www.w3.org/2005/Atom}"


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create(tmp_path / "news")
    outlet = rows.Source(SOURCE, "The Paper", "https://paper.example/", "en", "UTC", None, key("definition"), now())
    arrive(made, outlet, *page("bridge", "Harbour bridge painted green", place="OSLO"))
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """The messages that would have gone out."""
    gone: list[Notice] = []
    monkeypatch.setattr(notices, "channels", lambda workspace: (["a way"], []))
    monkeypatch.setattr(notices, "send", lambda workspace, notice: gone.append(notice) or [])
    return gone


def page(name: str, headline: str, *, hours: float = 0, body: str = "", day: date | None = None, place: str | None = None, **wide: Any) -> list[rows.Row]:  # fmt: skip
    """The rows of one page that was found just now."""
    moment = now() + timedelta(hours=hours - 24)
    url_key, fetch_id = urls.key(f"https://paper.example/{name}"), key(f"{name} {hours}")
    words = body or f"{headline} is what this is about, and little else."
    record = text(name, words, headline=headline, date_published=day or now().date(), located=place,
                  located_all=[place] if place else [], **wide)  # fmt: skip
    read = reading(name, words, headline=headline)
    return [
        replace(found(name), url_key=url_key, found_at=moment),
        replace(fetched(name), fetch_id=fetch_id, url_key=url_key, observed_at=moment),
        replace(read, fetch_id=fetch_id, url_key=url_key, observed_at=moment, read_at=moment, text=record, record_hash=key(f"{record}")),
    ]  # fmt: skip


def arrive(workspace: Workspace, *facts: rows.Row) -> None:
    """Let rows arrive as those of a run do."""
    spool.write(workspace.folders, facts, source_id=SOURCE, run_id=key("run"))
    loading.load(workspace, publish_now=True)


def watched(workspace: Workspace, query: str, name: str = "w") -> Callable[[], Any]:
    """A new watch, and what a feed reader makes of its feed."""
    kept = watching.add(workspace, query, name)
    watching.renew_one(workspace, kept)
    return lambda: feedparser.parse(feed_of(workspace, name).read_bytes())


def titles(feed: Any) -> list[str]:
    return [entry.title for entry in feed.entries]


def test_a_feed_shows_what_is_there_and_then_what_comes_and_tells_of_that_once(workspace, sent):
    feed = watched(workspace, "harbour")
    assert titles(feed()) == ["Harbour bridge painted green"]
    assert sent == []
    arrive(workspace, *page("fog", "Fog closes the harbour", hours=1), *page("gulls", "Gulls are many", hours=1))
    assert set(titles(feed())) == {"Harbour bridge painted green", "Fog closes the harbour"}
    arrive(workspace, *page("bees", "Bees are few", hours=2))
    (notice,) = sent
    assert notice.title == "1 new article for harbour"
    assert notice.lines == ["Fog closes the harbour (The Paper) https://paper.example/fog"]
    assert notice.more["watch"] == "w"


def test_a_message_that_did_not_get_through_is_sent_after_the_next_load(workspace, sent, monkeypatch):
    watched(workspace, "harbour")
    works = notices.send
    monkeypatch.setattr(notices, "send", lambda workspace, notice: ["The line is dead."])
    told: list[Event] = []
    with shown(told.append):
        arrive(workspace, *page("fog", "Fog closes the harbour", hours=1))
    assert [event.text for event in told if event.kind == "warning"] == ["The line is dead."]
    monkeypatch.setattr(notices, "send", works)
    arrive(workspace, *page("bees", "Bees are few", hours=2))
    arrive(workspace, *page("wasps", "Wasps are fewer", hours=3))
    assert [notice.lines[0].partition(" (")[0] for notice in sent] == ["Fog closes the harbour"]


def test_a_corrected_article_is_the_same_entry_with_its_new_words(workspace, sent):
    feed = watched(workspace, "harbour")
    (before,) = feed().entries
    arrive(workspace, *page("bridge", "Harbour bridge painted blue", hours=5, abstract="It is blue now."))
    (after,) = feed().entries
    assert (after.id, after.title, after.summary) == (before.id, "Harbour bridge painted blue", "It is blue now.")
    assert after.updated > before.updated
    assert sent == []


def test_what_a_backfill_brings_is_no_news(workspace, sent):
    feed = watched(workspace, "harbour")
    arrive(workspace, *page("old", "A harbour of long ago", hours=1, day=date(2011, 5, 1)))
    assert titles(feed()) == ["Harbour bridge painted green"]
    assert sent == []


def test_fields_narrow_a_search_also_by_what_is_not_known_yet(workspace, sent):
    feed = watched(workspace, "harbour AND dateline:Bergen")
    assert feed().entries == []
    arrive(
        workspace,
        *page("fog", "Fog closes the harbour", hours=1, place="BERGEN"),
        *page("sun", "Sun over the harbour", hours=1, place="OSLO"),
    )
    assert titles(feed()) == ["Fog closes the harbour"]


def test_what_was_withdrawn_is_in_no_feed_and_doctor_looks_there(workspace, sent):
    feed = watched(workspace, "harbour")
    arrive(workspace, *page("fog", "Fog closes the harbour", hours=1))
    assert len(feed().entries) == 2
    withdraw.withdraw(workspace, withdraw.reach_of(workspace, "https://paper.example/fog"), "asked for")
    assert titles(feed()) == ["Harbour bridge painted green"]
    everything = b"".join(path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    assert b"Fog closes the harbour" not in everything
    stale = workspace.folders.feeds / "old.atom"
    stale.write_bytes(b"<feed/>")
    os.utime(stale, (1, 1))
    (result,) = [result for result in doctor.examine(workspace.folders) if result.check == "withdrawn"]
    assert any("old.atom" in finding.subject for finding in result.findings)


def test_a_feed_is_what_rfc_4287_asks_for(workspace, sent):
    watched(workspace, "harbour")
    arrive(
        workspace,
        *page(
            "odd",
            'Harbour & <b>"fog"</b>\x0b',
            hours=1,
            body="word " * 400,
            byline="By Ada",
            copyright_notice="© The Paper",
        ),
    )
    data = feed_of(workspace, "w").read_bytes()
    root = etree.fromstring(data)
    assert root.tag == f"{ATOM}feed"
    for element in [root, *root.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            (only,) = element.findall(f"{ATOM}{name}")
            assert only.text
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 2
    assert all(name is not None and name.startswith("urn:uuid:") for name in ids)
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == "w.atom"
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    parsed = feedparser.parse(data)
    assert not parsed.bozo
    odd = next(entry for entry in parsed.entries if "fog" in entry.title)
    assert len(odd.summary.split()) == 51, "no more of the text than was asked for"
    assert odd.author == "By Ada"
    assert odd.link == "https://paper.example/odd"


def test_where_feeds_are_served_they_say_so(workspace, sent):
    with (workspace.root / ".env").open("a") as settings:
        settings.write("WIREROOM_FEEDS_URL=https://desk.example/feeds/\n")
    feed = watched(workspace, "harbour")
    assert feed().feed.links[0].href == "https://desk.example/feeds/w.atom"


def test_a_feed_is_no_longer_than_it_may_be(workspace, sent):
    feed = watched(workspace, "harbour")
    path = workspace.root / "watches" / "w.toml"
    path.write_text(path.read_text() + "most = 3\n")
    arrive(
        workspace, *(row for number in range(6) for row in page(f"p{number}", f"Harbour {number}", hours=number / 10))
    )
    assert len(feed().entries) == 3
    assert sent[0].title == "3 new articles for harbour"


def test_a_watch_that_is_edited_or_broken_hinders_no_run(workspace, sent):
    feed = watched(workspace, "harbour")
    path = workspace.root / "watches" / "w.toml"
    path.write_text(path.read_text().replace('"harbour"', '"gulls"'))
    (workspace.root / "watches" / "broken.toml").write_text("query = [")
    (workspace.root / "watches" / "odd.toml").write_text('query = "a"\nid = "x"\nmoist = 3\n')
    told: list[Event] = []
    with shown(told.append):
        arrive(workspace, *page("gulls", "Gulls are many", hours=1))
    assert titles(feed()) == ["Gulls are many"]
    warnings = [event.text for event in told if event.kind == "warning"]
    assert len(warnings) == 2
    assert "broken.toml cannot be read" in warnings[0]
    assert "`moist` is wrong" in warnings[1]


@pytest.mark.parametrize(
    "query", ["dateline:Paris", "AND", "a OR dateline:Paris", "climate -dateline:Paris", "(dateline:Paris OR b)"]
)
def test_what_cannot_be_watched_for_is_refused(workspace, query):
    with pytest.raises((BadWatch, BadSearch)):
        watching.add(workspace, query)
    assert watching.load_each(workspace) == ([], [])


def test_a_name_is_taken_once_and_can_be_removed(workspace, sent):
    watched(workspace, "harbour", "fog-and-such")
    with pytest.raises(BadWatch, match="already"):
        watching.add(workspace, "harbour", "fog-and-such")
    with pytest.raises(BadWatch, match="small letters"):
        watching.add(workspace, "harbour", "../out")
    watching.remove(workspace, "fog-and-such")
    assert not feed_of(workspace, "fog-and-such").exists()
    with pytest.raises(BadWatch, match="There is no watch 'fog-and-such'"):
        watching.remove(workspace, "fog-and-such")
