"""The index finder: pagination, and every rule that stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from web import HOME, WEEK, Web, links, paths, source, walk

from flows.discovery import Listing, ListingKind, Window, find
from flows.discovery.records import ONE_PAGE
from parsers import urls

INDEX = f'kind = "index"\nurl = "{HOME}/news"\nlinks = "p a"'
NEXT = INDEX + '\nnext = "a.next"'
COUNTED = INDEX + f'\npages = "{HOME}/news/{{page}}"'


def page(number: int, *hrefs: str) -> bytes:
    return links(*hrefs, more=f'<a class="next" href="/news?page={number + 1}">older</a>')


def endless(count: int) -> dict[str, bytes | int]:
    return {"/news": page(1, "/1")} | {f"/news?page={number}": page(number, f"/{number}") for number in range(2, count)}


def test_one_page_without_pagination(tmp_path: Path) -> None:
    (unit,) = walk(source(tmp_path, INDEX), Web({"/news": links("/a", "/b", "/news", "/")}))
    assert paths([unit]) == ["/a", "/b"]
    assert dict(unit.dropped) == {"listing": 2}
    assert (unit.whole, unit.reason) == (True, ONE_PAGE)


def test_an_index_of_one_page_stays_open_where_it_is_as_it_was(tmp_path: Path) -> None:
    web = Web({"/news": links("/a")})

    def get(url: str, kind: ListingKind) -> Listing:
        return replace(web.get(url, kind), reason="unchanged")  # read again out of the archive

    definition = source(tmp_path, INDEX)
    (unit,) = find(definition.finders[0], definition, replace(WEEK, whole=True), get)
    assert (unit.whole, unit.reason) == (True, ONE_PAGE)


@pytest.mark.parametrize(
    ("table", "shown"),
    [(NEXT, ["/2026/11/20/a"]), (COUNTED, ["/2026/11/20/a"]), (INDEX + "\nfrom = 2026-11-20", ["/2026/11/20/a"])],
    ids=["next", "pages", "said to begin there"],
)
def test_an_index_that_was_walked_to_its_end_leaves_nothing_open(tmp_path: Path, table: str, shown: list[str]) -> None:
    (unit,) = walk(source(tmp_path, table), Web({"/news": links(*shown)}))
    assert (unit.whole, unit.reason) == (True, None)


def test_pages_are_followed_to_the_last(tmp_path: Path) -> None:
    pages = endless(4) | {"/news?page=4": links("/last")}
    units = walk(source(tmp_path, NEXT), Web(pages))
    assert paths(units) == ["/1", "/2", "/3", "/last"]
    assert [unit.unit.removeprefix(HOME) for unit in units] == ["/news", "/news?page=2", "/news?page=3", "/news?page=4"]


def test_counted_pages_end_where_they_run_out(tmp_path: Path) -> None:
    web = Web({"/news": links("/a"), "/news/2": links("/b"), "/news/3": links("/c")})
    units = walk(source(tmp_path, COUNTED), web)
    assert paths(units) == ["/a", "/b", "/c"]
    assert web.asked[-1] == "/news/4"
    assert all(unit.outcome == "fetched" for unit in units)


@pytest.mark.parametrize("whole", [True, False], ids=["a backfill", "a pass"])
def test_pages_of_which_no_link_fits_the_pattern_are_not_quiet_to_a_backfill(tmp_path: Path, whole: bool) -> None:
    old = {
        f"/news?page={number}": page(number, f"/old/a-story-{number}", f"/old/another-story-{number}")
        for number in range(2, 9)
    }
    web = Web({"/news": page(1, "/story/1"), "/": links("/about")} | old | {"/news?page=9": links("/story/9")})
    first, *others = walk(source(tmp_path, NEXT, '[article]\nurl = "/story/"'), web, replace(WEEK, whole=whole))
    assert (first.whole, first.reason) == (True, None)
    assert {(unit.whole, unit.reason) for unit in others[:7]} == {(False, "no_link_fits")}
    assert len(others) == (8 if whole else 3)
    assert "another-story-2" not in others[0].notes[0]
    assert "has 2 links that may be articles, as https://post.example.org/old/a-story-2" in others[0].notes[0]


@pytest.mark.parametrize(
    ("second", "outcome", "reason"), [(404, "gone", "http_404"), (links(more="Sorry"), "fetched", "lists_nothing")]
)
def test_a_page_of_nothing_with_others_after_it_is_no_end_to_a_backfill(
    tmp_path: Path, second: bytes | int, outcome: str, reason: str
) -> None:
    web = Web({"/news": links("/a"), "/news/2": second, "/news/3": links("/c")})
    first, bad, last = walk(source(tmp_path, COUNTED), web, replace(WEEK, whole=True))
    assert (bad.unit[-1], bad.outcome, bad.reason, bad.whole) == ("2", outcome, reason, False)
    assert (first.whole, last.whole, last.unit[-1]) == (True, True, "3")
    assert web.asked[-2:] == ["/news/4", "/news/5"]


def test_an_empty_page_is_the_end_where_none_follows(tmp_path: Path) -> None:
    web = Web({"/news": links("/a"), "/news/2": links(more="No more"), "/news/3": 404})
    units = walk(source(tmp_path, COUNTED), web, replace(WEEK, whole=True))
    assert [unit.whole for unit in units] == [True, True]


def test_counted_pages_end_where_the_outlet_leads_home(tmp_path: Path) -> None:
    web = Web({"/news": links("/a"), "/news/2": links("/b")})

    def get(url: str, kind: ListingKind) -> Listing:
        home = url.endswith("/3")
        return Listing(url, f"{HOME}/", "failed", "soft_404", 200) if home else web.get(url, kind)

    definition = source(tmp_path, COUNTED)
    units = list(find(definition.finders[0], definition, WEEK, get))
    assert [unit.whole for unit in units] == [True, True]


def test_a_missing_first_page_is_no_end_but_a_failure(tmp_path: Path) -> None:
    (unit,) = walk(source(tmp_path, COUNTED), Web({}))
    assert (unit.outcome, unit.whole) == ("gone", False)


def test_a_page_that_fails_stops_the_walk_and_is_told(tmp_path: Path) -> None:
    units = walk(source(tmp_path, COUNTED), Web({"/news": links("/a"), "/news/2": 503}))
    assert [unit.outcome for unit in units] == ["fetched", "failed"]


def test_a_circle_of_pages_ends(tmp_path: Path) -> None:
    web = Web({"/news": page(1, "/a"), "/news?page=2": links("/b", more='<a class="next" href="/news">on</a>')})
    assert paths(walk(source(tmp_path, NEXT), web)) == ["/a", "/b"]
    assert len(web.asked) == 2


def test_pages_without_anything_new_stop_the_walk(tmp_path: Path) -> None:
    same = {f"/news?page={number}": page(number, "/1") for number in range(2, 50)}
    web = Web({"/news": page(1, "/1")} | same)
    walk(source(tmp_path, NEXT), web)
    assert len(web.asked) == 4


def test_what_the_ledger_knows_is_not_new(tmp_path: Path) -> None:
    web = Web(endless(50))
    known = {urls.key(f"{HOME}/{number}") for number in range(3, 50)}
    units = walk(source(tmp_path, NEXT + "\nquiet_pages = 2"), web, known=known)
    assert paths(units) == ["/1", "/2", "/3", "/4"]


def test_pages_older_than_the_window_stop_the_walk(tmp_path: Path) -> None:
    pages = {
        "/news": page(1, "/2026/11/20/a"),
        "/news?page=2": page(2, "/2026/11/18/b", "/2026/11/02/c"),
        "/news?page=3": page(3, "/2026/11/01/d"),
        "/news?page=4": page(4, "/2026/10/01/e"),
    }
    web = Web(dict(pages))
    units = walk(source(tmp_path, NEXT), web)
    assert len(web.asked) == 3
    assert paths(units)[-1] == "/2026/11/01/d"
    web = Web(dict(pages))
    walk(source(tmp_path, NEXT), web, Window(date(2026, 1, 1), date(2026, 11, 24)))
    assert len(web.asked) == 5


def test_budgets_of_pages_and_addresses(tmp_path: Path) -> None:
    web = Web(endless(50))
    units = walk(source(tmp_path, NEXT + "\nmax_pages = 3"), web)
    assert len(web.asked) == 3
    assert (units[-1].outcome, units[-1].reason) == ("deferred", "max_pages")
    web = Web(endless(50))
    units = walk(source(tmp_path, NEXT + "\nmax_urls = 3"), web)
    assert paths(units) == ["/1", "/2", "/3"]
    assert units[-1].reason == "max_urls"


def test_the_next_page_must_be_on_the_site(tmp_path: Path) -> None:
    web = Web({"/news": links("/a", more='<a class="next" href="https://other.example.net/">on</a>')})
    walk(source(tmp_path, NEXT), web)
    assert web.asked == ["/news"]


def test_an_unchanged_first_page_ends_the_walk_of_linked_pages(tmp_path: Path) -> None:
    units = walk(source(tmp_path, NEXT), Web({}, unchanged={"/news"}))
    assert [unit.outcome for unit in units] == ["unchanged"]


def test_dates_beside_the_links(tmp_path: Path) -> None:
    body = b'<div><p><a href="/a">A</a></p><i>20.11.2026</i></div>'
    (unit,) = walk(source(tmp_path, INDEX + '\ndate = "i"\ndate_format = "%d.%m.%Y"'), Web({"/news": body}))
    (candidate,) = unit.candidates
    assert (candidate.day, candidate.day_basis) == (date(2026, 11, 20), "listing")
    assert candidate.hints.published_basis == "index"


def test_a_pattern_that_fits_nothing_is_told(tmp_path: Path) -> None:
    definition = source(tmp_path, INDEX, "[article]\nurl = '/article/'")
    (unit,) = walk(definition, Web({"/news": links("/a", "/b")}))
    assert unit.notes == (f"None of 2 links of {HOME}/news fits the pattern under [article].",)


def test_a_page_that_came_again_is_read_for_the_way_on_but_lists_nothing_new(tmp_path: Path) -> None:
    web = Web(endless(3) | {"/news?page=3": links("/last")})

    def get(url: str, kind: ListingKind) -> Listing:
        listing = web.get(url, kind)
        return replace(listing, outcome="unchanged") if url.endswith("/news") else listing

    definition = source(tmp_path, NEXT)
    units = list(find(definition.finders[0], definition, WEEK, get))
    assert [(unit.outcome, unit.whole) for unit in units] == [("unchanged", True), ("fetched", True), ("fetched", True)]
    assert paths(units) == ["/2", "/last"]
