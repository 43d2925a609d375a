"""The sample outlet: what it serves, and that it does so politely enough to be learnt from."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.discovery import Listing, ListingKind, Window, find_all
from flows.sample import site as sample
from flows.sample.pages import DEAD_LINK, NO_ARTICLE
from flows.sample.stories import stories
from flows.sources import load


@pytest.fixture
def site() -> Iterator[sample.Site]:
    with sample.serve() as served:
        yield served


def get(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def listing(url: str, kind: ListingKind) -> Listing:
    status, body, headers = get(url)
    return Listing(url, url, "fetched" if status == 200 else "gone", None, status, body, headers.get("Content-Type"))


def test_the_source_finds_every_story_a_dead_link_and_a_page_that_is_none(site: sample.Site, tmp_path: Path) -> None:
    source = load(site.write_source(tmp_path))
    today = date(2026, 11, 24)
    units = list(find_all(source, Window(today - source.lookback, today, today), listing))
    found = {candidate.url.removeprefix(site.base): candidate.day for unit in units for candidate in unit.candidates}
    assert {unit.unit for unit in units} == {"2025", "2026"}
    assert found == {story.path: story.day for story in stories()} | {
        DEAD_LINK: date(2026, 8, 11),
        NO_ARTICLE: date(2026, 4, 1),
    }
    assert len(stories()) >= 26
    assert source.allow == {site.host}


def test_every_story_is_served_and_the_dead_link_is_dead(site: sample.Site) -> None:
    assert all(get(site.base + story.path)[0] == 200 for story in stories())
    assert get(site.base + DEAD_LINK)[0] == 404
    assert site.counts() == {200: len(stories()), 404: 1}


def test_the_old_layout_mislabels_its_bytes(site: sample.Site) -> None:
    story = stories()[0]
    _, body, headers = get(site.base + story.path)
    assert headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert b"(MBNS)\x97Inland" in body
    assert b"\x93We did" in body


def test_furniture_and_quotes_are_there(site: sample.Site) -> None:
    for year in (2025, 2026):
        story = next(story for story in stories() if story.day.year == year and story.paragraphs[2].startswith("> "))
        text = get(site.base + story.path)[1].decode("cp1252")
        for line in ("Subscribe to the Bulletin", "PRESS RELEASE", "Back to top", "Go to home page", "<blockquote>"):
            assert line in text


def test_validators_are_answered_with_304(site: sample.Site) -> None:
    url = site.base + stories()[0].path
    _, body, headers = get(url)
    assert body
    assert get(url, If_None_Match=headers["ETag"])[:2] == (304, b"")
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200
    assert [asked.conditional for asked in site.requests(stories()[0].path)] == [False, True, True, True]


def test_a_correction_changes_one_page_and_its_validators(site: sample.Site) -> None:
    tags = {story.path: get(site.base + story.path)[2]["ETag"] for story in stories()}
    site.correct()
    changed = [path for path, tag in tags.items() if get(site.base + path, If_None_Match=tag)[0] == 200]
    (corrected,) = [story for story in stories() if story.correct]
    assert changed == [corrected.path]
    assert corrected.correct is not None
    text = get(site.base + corrected.path)[1].decode()
    assert corrected.correct[1] in text
    assert corrected.correct[0] not in text
    assert "Correction:" in text


def test_a_second_demo_finds_the_outlet_at_its_address(tmp_path: Path) -> None:
    source = tmp_path / "meridian.toml"
    with sample.serve_for(source) as first:
        base = first.base
    with sample.serve_for(source, corrected=True) as second:
        assert second.base == base
        with pytest.raises(OSError, match=r"[Aa]ddress"), sample.serve_for(source):
            pass


def test_no_two_stories_share_an_address_and_each_has_its_text() -> None:
    assert len({story.path for story in stories()}) == len(stories())
    assert all(len(story.paragraphs) >= 3 for story in stories())
    assert list(stories()) == sorted(stories(), key=lambda story: story.day)
    assert all(story.correct is None or story.correct[0] in " ".join(story.paragraphs) for story in stories())
