"""A source whose file was renamed: nothing is fetched a second time, nothing is lost, and nobody is surprised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from outlet import Outlet, rss, served, story

from flows.sources import SourceError, load

FEED = 'kind = "feed"\nurl = "BASE/feed"'
BY_SOURCE = "select source_id, count(*) from articles group by all order by all"


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with served(tmp_path / "news") as made:
        for number in range(5):
            made.put(f"/a{number}", story(number))
        made.put("/feed", rss("/a0", "/a1", "/a2"))
        yield made


def test_a_renamed_file_is_asked_about_before_anything_is_fetched(outlet: Outlet) -> None:
    assert outlet.passed(outlet.source(FEED)).articles == 3
    (outlet.workspace.sources / "post.toml").unlink()
    renamed = outlet.source(FEED, name="gazette")
    with pytest.raises(SourceError, match=r'was read as .post. until now \(3 articles\).*formerly = "post"'):
        outlet.passed(renamed)
    assert outlet.asked() == {}


def test_what_was_read_under_the_former_name_is_not_fetched_again_and_stays(outlet: Outlet) -> None:
    outlet.passed(outlet.source(FEED))
    before = outlet.rows("select article_id, url from articles order by all")
    (outlet.workspace.sources / "post.toml").unlink()
    path = outlet.source(FEED, name="gazette").path
    path.write_text('formerly = "post"\n' + path.read_text())
    outlet.put("/feed", rss("/a1", "/a2", "/a3"))
    renamed = load(path)
    assert outlet.passed(renamed).articles == 1
    assert outlet.asked() == {"/feed": 1, "/a3": 1}
    assert outlet.rows(BY_SOURCE) == [("gazette", 1), ("post", 3)]
    assert outlet.rows("select article_id, url from articles where source_id = 'post' order by all") == before
    outlet.passed(renamed)
    assert outlet.log == [("/feed", 304)]


def test_another_source_of_the_same_outlet_is_no_renaming(outlet: Outlet) -> None:
    outlet.passed(outlet.source(FEED))
    assert outlet.passed(outlet.source(FEED, name="gazette")).articles == 3
    (outlet.workspace.sources / "post.toml").unlink()
    outlet.passed(outlet.source(FEED, name="gazette"))
    assert outlet.log == [("/feed", 304)]
