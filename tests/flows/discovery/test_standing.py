"""`wireroom status` tells the truth: what it calls due is what a pass asks for, and a finder that fails is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from outlet import Outlet, rss, served, sitemap, story

from flows.cli.verbs import app, guarded
from flows.loading import load
from flows.opening import opened
from flows.standing import finder_states, standing

Wireroom = Callable[..., str]

FEED = 'kind = "feed"\nurl = "BASE/feed"'
DATED = '[article]\nurl = "/(?P<year>\\\\d{4})/(?P<month>\\\\d\\\\d)/(?P<day>\\\\d\\\\d)/\\\\w"\n'
INDEX = 'kind = "index"\nurl = "BASE/news"\nlinks = "p a"'


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        for number in range(6):
            made.put(f"/a{number}", story(number))
        made.put("/feed", rss(*(f"/a{number}" for number in range(6))))
        made.put("/news", "<html><body><p><a href='/a1'>x</a></p></body></html>")
        yield made


@pytest.fixture
def wireroom(outlet: Outlet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the command prints on standard output."""
    monkeypatch.chdir(outlet.workspace.root)

    def run(*words: str) -> str:
        capsys.readouterr()
        guarded(lambda: app([*words], prog_name="wireroom"))
        return capsys.readouterr().out

    return run


def test_a_page_that_the_outlet_refuses_is_missing_and_not_gone(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    for path, status in (("/a1", 500), ("/a2", 403), ("/a3", 410), ("/a4", 451)):
        outlet.fail(path, status)
    outlet.passed(source)
    stands = standing(outlet.workspace, source)
    assert (stands["failed"], stands["gone"]) == (2, 2)


def test_what_is_due_is_what_a_pass_asks_for(outlet: Outlet) -> None:
    source = outlet.source(FEED, ages='["0s", "1d"]')
    assert standing(outlet.workspace, source)["due_now"] == 0
    outlet.fail("/a3", 500)
    outlet.put("/a4", "<html><body><p>No article at all.</p></body></html>")
    outlet.passed(source)
    stands = standing(outlet.workspace, source)
    assert (stands["due_now"], stands["waiting"]) == (4, 2)  # the failure, and what was no article, wait
    outlet.passed(source)
    assert sum(outlet.asked().values()) == 1 + stands["due_now"]
    stands = standing(outlet.workspace, source)
    assert (stands["due_now"], stands["waiting"]) == (0, 2)
    outlet.passed(source)
    assert outlet.asked() == {"/feed": 1}


def test_each_finder_is_shown_with_what_ails_it(outlet: Outlet) -> None:
    source = outlet.source(INDEX, FEED)
    assert [finder.state for finder in finder_states(outlet.workspace, source)] == ["never asked", "never asked"]
    outlet.passed(source)
    outlet.put("/feed", "<html>We are working on it</html>")
    outlet.passed(source)
    outlet.passed(source)
    index, feed = finder_states(outlet.workspace, source)
    assert (index.state, index.failures, feed.state, feed.failures) == ("ok", 0, "not_a_feed", 2)
    assert feed.next_due is not None
    assert feed.last_asked is not None
    assert feed.next_due > feed.last_asked
    assert outlet.rows("select count(*) from units where reason = 'not_a_feed'") == [(2,)]


def test_what_was_read_and_what_never_came_are_said_apart(outlet: Outlet) -> None:
    source = outlet.source(FEED)
    outlet.fail("/a3", 500)
    outlet.fail("/a5", 410)
    outlet.put("/a4", "<html><body><p>No article at all.</p></body></html>")
    outlet.passed(source)
    stands = standing(outlet.workspace, source)
    assert {name: stands[name] for name in ("articles", "rejected", "failed", "gone")} == {
        "articles": 3, "rejected": 1, "failed": 1, "gone": 1,
    }  # fmt: skip


def test_what_the_first_pass_left_alone_is_what_status_counts(outlet: Outlet) -> None:
    source = outlet.source('kind = "sitemap"\nurl = "BASE/sitemap.xml"', rest=DATED)
    stories = [f"/2019/05/0{number}/story{number}.html" for number in range(1, 4)]
    outlet.put("/sitemap.xml", sitemap(*((outlet.base + path, None) for path in stories)))
    outlet.passed(source)
    assert "3 older addresses listed, back to 2019-05-01" in outlet.said("note")
    stands = standing(outlet.workspace, source)
    assert (stands["past"], stands["past_from"]) == (3, date(2019, 5, 1))


def test_addresses_that_only_a_backfill_asks_for_are_counted_with_the_day_it_begins_at(
    outlet: Outlet, wireroom: Wireroom
) -> None:
    source = outlet.source(FEED)
    listed = "".join(f"{outlet.base}/a{number},2019-05-0{number + 1}\n" for number in range(3))
    (outlet.workspace.root / "list.csv").write_text(f"url,date\n{listed}", encoding="utf-8")
    wireroom("import", "list.csv", "--as", "post")
    stands = standing(outlet.workspace, source)
    assert (stands["due_now"], stands["waiting"]) == (0, 0)
    assert (stands["past"], stands["past_from"]) == (3, date(2019, 5, 1))
    (line,) = [one for one in wireroom("status").splitlines() if one.startswith("Past")]
    assert line.endswith(
        " 3 addresses of post are older than its passes look; wireroom backfill post --from 2019-05-01"
    )


@pytest.mark.parametrize("kind", ["backfill", "ingest"])
def test_a_run_of_which_the_reading_copy_lags_behind_is_not_interrupted(
    outlet: Outlet, wireroom: Wireroom, kind: str
) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    with opened(outlet.workspace, source, kind) as run:
        run.flush()
        load(outlet.workspace, publish_now=True)
        outlet.workspace.folders.live.with_name("last_copy").write_text(
            "3600", encoding="ascii"
        )  # as after a large one
    state = standing(outlet.workspace, source)["state"]
    assert state == ("ended: its last rows are not in the reading copy yet" if kind == "ingest" else "completed")
    assert wireroom("status").startswith("✓ All is well")


@pytest.mark.parametrize("kind", ["backfill", "import"])
def test_a_backfill_that_was_ended_early_is_no_trouble_and_says_how_it_goes_on(
    outlet: Outlet, wireroom: Wireroom, kind: str
) -> None:
    source = outlet.source(FEED)
    outlet.passed(source)
    with opened(outlet.workspace, source, kind) as run:
        run.cut = "It was ended after 5 pages."
    assert outlet.rows("select state from source_health") == [("ok",)]
    state = standing(outlet.workspace, source)["state"]
    assert state.startswith(f"ended early: the last {kind}; it goes on with wireroom {kind} ")
    assert wireroom("status").startswith("✓ All is well")
