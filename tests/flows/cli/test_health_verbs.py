"""The verbs that say how outlets do, that tell people, and that keep searches: what they print, and with which code they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import notices
from flows.cli.verbs import app, guarded
from flows.journal import logs
from flows.notices import Notice
from flows.workspace import Workspace, create
from tests.warehouse.outlets import Outlet, Page
from warehouse import loader, spool

SOURCE = 'name = "{}"\nhome = "https://paper.example/"\n[[find]]\nkind = "feed"\nurl = "https://paper.example/feed"\n'

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three outlets: one that is well, one whose listing cannot be read, one that never ran."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    made = create(tmp_path_factory.mktemp("desk") / "news")
    for name in ("one", "two", "three"):
        (made.sources / f"{name}.toml").write_text(SOURCE.format(name.title()))
    for name, listing in (("one", "fetched"), ("two", "failed")):
        outlet = Outlet(name).expects(noted_at=now)
        outlet.ingest(now - timedelta(hours=1), [Page()] * 6, listing=listing)
        spool.write(made.folders, outlet.facts, source_id=name, run_id="00000000-0000-0000-0000-000000000001")
    loader.drain(made.folders, publish_now=True)
    return made


@pytest.fixture
def say(desk: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    def call(*words: str, workspace: Workspace = desk) -> tuple[int, str, str]:
        monkeypatch.delenv("WIREROOM_WORKSPACE", raising=False)
        code = guarded(lambda: app(["--workspace", str(workspace.root), *words], prog_name="wireroom"))
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return call


def test_health_tells_what_fails_and_ends_with_four(say):
    code, out, _ = say("health")
    assert code == 4
    assert "✓ one: " in out
    assert "✗ two: 1 check failing" in out
    assert "listings: 1 of 1 listing could not be read: https://paper.example/feed (timeout)" in out
    assert "wireroom sources check two" in out


def test_health_of_one_that_is_well_ends_with_nought(say):
    code, out, _ = say("health", "one", "--all")
    assert code == 0
    assert "two" not in out
    assert "filled.headline" in out


def test_health_for_a_program_is_an_object_a_check(say):
    code, out, _ = say("health", "two", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 4
    assert {row["source_id"] for row in found} == {"two"}
    assert [row["check"] for row in found if row["state"] == "failing"] == ["listings"]
    assert set(found[0]) == {"source_id", "check", "state", "message", "measured", "expected", "since_at"}


def test_who_notifies_does_so_once(say, monkeypatch):
    sent: list[Notice] = []
    monkeypatch.setattr(notices, "channels", lambda workspace: ([notices.Webhook("https://hooks.example/a")], []))
    monkeypatch.setattr(notices, "tried", lambda ways, notice: sent.append(notice) or [("the webhook", None)])
    assert [say("health", "--notify")[0] for _ in range(2)] == [4, 4]
    assert [(notice.kind, notice.source) for notice in sent] == [("health.failed", "two")]


def test_what_could_not_be_told_is_said_and_kept_in_the_log(say, desk, monkeypatch):
    monkeypatch.setattr(notices, "channels", lambda workspace: ([notices.Webhook("https://elsewhere.example/b")], []))
    monkeypatch.setattr(notices, "tried", lambda ways, notice: [("the webhook", "it is away")])
    _, _, err = say("health", "--notify")
    assert "A message was not sent, and a later run tries again: it is away." in err
    lines = [json.loads(line) for line in (desk.folders.logs / logs.NAME).read_text(encoding="utf-8").splitlines()]
    assert [(line["event"], line["source"]) for line in lines if "it is away" in line["text"]] == [("warning", "two")]
    assert ("health", "two") in [(line["event"], line["source"]) for line in lines]


@pytest.mark.parametrize(("words", "said"), [
    (("health", "tow"), "Did you mean 'two'?"), (("notify",), "Nobody is told yet"), (("watch",), "Say what to watch for"),
    (("watch", "--list", "fog"), "Say what to watch for"), (("watch", "dateline:Oslo"), "names no word"), (("watch", "--nmae", "x"), "no option --nmae"),
    (("watch", "--remove", "nothing"), "There is no watch 'nothing'"), (("watch", '"fog'), '"'),
])  # fmt: skip
def test_what_cannot_be_done_is_said(say, words, said):
    code, _, err = say(*words)
    assert code == 1
    assert said in err


def test_a_workspace_without_sources_says_how_to_begin(say, tmp_path: Path):
    code, _, err = say("health", workspace=create(tmp_path / "empty"))
    assert (code, "wireroom sources add" in err) == (1, True)


def test_a_search_is_watched_listed_and_removed(say, desk):
    code, out, _ = say("watch", "words", "OR", "fog", "--name", "w")
    assert (code, "✓ w: 12 articles are there now" in out) == (0, True)
    code, out, _ = say("watch", "--list", "--json")
    assert [json.loads(line)["query"] for line in out.splitlines()] == ["words OR fog"]
    assert "words OR fog" in say("watch", "--list")[1]
    code, out, _ = say("watch", "--remove", "w")
    assert code == 0
    assert not (desk.folders.feeds / "w.atom").exists()
    assert "Nothing is watched yet" in say("watch", "--list")[1]


def test_notify_says_what_is_set_and_what_came_of_a_test(say, tmp_path: Path, monkeypatch):
    place = create(tmp_path / "news")
    with (place.root / ".env").open("a") as settings:
        settings.write("WIREROOM_WEBHOOK_URL=https://hooks.example/open-sesame\n")
    assert say("notify", workspace=place)[:2] == (0, "Set: the webhook at hooks.example\n")
    monkeypatch.setattr(notices, "tried", lambda ways, notice: [("the webhook", None), ("mail", "no answer")])
    code, out, err = say("notify", "--test", workspace=place)
    assert (code, out, err) == (1, "✓ Sent by the webhook\n", "✗ Not sent by mail: no answer.\n")
    monkeypatch.setattr(notices, "tried", lambda ways, notice: [(way.name, None) for way in ways])
    assert say("notify", "--test", workspace=place)[:2] == (0, "✓ Sent by the webhook at hooks.example\n")
