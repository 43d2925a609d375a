"""`wireroom status` tells the truth: what it calls due is what a pass asks for, and a finder that fails is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from outlet import Outlet, rss, served, story

from flows.standing import finder_states, standing

FEED = 'kind = "feed"\nurl = "BASE/feed"'
INDEX = 'kind = "index"\nurl = "BASE/news"\nlinks = "p a"'


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        for number in range(6):
            made.put(f"/a{number}", story(number))
        made.put("/feed", rss(*(f"/a{number}" for number in range(6))))
        made.put("/news", "<html><body><p><a href='/a1'>x</a></p></body></html>")
        yield made


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
