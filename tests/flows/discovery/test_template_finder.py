"""The template finder: one unit a period, and a missing page that may still come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from web import HOME, WEEK, Web, links, paths, source, walk

from flows.discovery import Unit, Window, find, template

YEARLY = f'kind = "template"\nurl = "{HOME}/pr/{{year}}/index.html"'
DAILY = f'kind = "template"\nurl = "{HOME}/{{year}}/{{month}}/{{day}}/"'
SLUGS = "[article]\nurl = '/pr/(?P<year>\\d{4})/(?P<yy>\\d\\d)(?P<month>\\d\\d)(?P<day>\\d\\d)_'"
NEW_YEAR = Window(date(2026, 12, 28), date(2027, 1, 3), date(2027, 1, 3))


def test_a_yearly_index_at_new_year_asks_both_years(tmp_path: Path) -> None:
    web = Web({"/pr/2027/index.html": links("270102_b.html"), "/pr/2026/index.html": links("261230_a.html", "/x")})
    units = walk(source(tmp_path, YEARLY, SLUGS), web, NEW_YEAR)
    assert [(unit.unit, unit.first_day) for unit in units] == [("2027", date(2027, 1, 1)), ("2026", date(2026, 1, 1))]
    assert paths(units) == ["/pr/2027/270102_b.html", "/pr/2026/261230_a.html"]
    assert [candidate.day for unit in units for candidate in unit.candidates] == [date(2027, 1, 2), date(2026, 12, 30)]
    assert dict(units[1].dropped) == {"not_article": 1}


def test_a_day_of_which_no_link_fits_is_doubted_and_no_note_of_its_own(tmp_path: Path) -> None:
    day = Window(date(2026, 11, 29), date(2026, 11, 29), date(2026, 11, 29))
    (unit,) = walk(source(tmp_path, DAILY, SLUGS), Web({"/2026/11/29/": links("/about", "/x")}), day)
    said = f"None of 2 links of {HOME}/2026/11/29/ fits the pattern under [article]."
    assert (unit.notes, unit.doubts) == ((), (said,))


def test_a_page_missing_in_a_running_period_is_not_there_yet(tmp_path: Path) -> None:
    units = walk(source(tmp_path, YEARLY), Web({}), NEW_YEAR)
    assert [(unit.unit, unit.outcome, unit.whole) for unit in units] == [
        ("2027", "not_yet", False),
        ("2026", "gone", False),
    ]


def test_a_backfill_says_today_and_the_past_is_gone(tmp_path: Path) -> None:
    window = Window(date(2017, 1, 1), date(2017, 12, 31), WEEK.today)
    (unit,) = walk(source(tmp_path, YEARLY), Web({}), window)
    assert unit.outcome == "gone"


def test_days_without_a_date_of_their_own_take_that_of_their_listing(tmp_path: Path) -> None:
    web = Web({"/2026/11/20/": links("/story-a")})
    units = walk(source(tmp_path, DAILY), web, Window(date(2026, 11, 19), date(2026, 11, 20), WEEK.today))
    assert [unit.unit for unit in units] == ["2026-11-20", "2026-11-19"]
    (candidate,) = units[0].candidates
    assert (candidate.day, candidate.day_basis) == (date(2026, 11, 20), "listing")


def test_from_and_to_bound_the_archive(tmp_path: Path) -> None:
    web = Web({})
    definition = source(tmp_path, YEARLY + "\nfrom = 2015-06-01\nto = 2016-12-31")
    walk(definition, web, Window(date(2010, 1, 1), date(2020, 1, 1), WEEK.today))
    assert web.asked == ["/pr/2016/index.html", "/pr/2015/index.html"]


def test_the_budget_of_listings(tmp_path: Path) -> None:
    web = Web({})
    units = walk(source(tmp_path, DAILY + "\nmax_pages = 3"), web, WEEK)
    assert len(web.asked) == 3
    assert (units[-1].unit, units[-1].outcome, units[-1].reason) == ("2026-11-21", "deferred", "max_pages")


def test_the_periods_of_two_finders_have_two_names(tmp_path: Path) -> None:
    other = f'[[find]]\nkind = "template"\nurl = "{HOME}/news/{{year}}.html"\n'
    definition = source(tmp_path, YEARLY, other + other.replace("/news/{year}", "/{year}/{month}"))
    window = Window(date(2026, 11, 1), date(2026, 11, 2), WEEK.today)
    units = [next(find(spec, definition, window, Web({}).get)).unit for spec in definition.finders]
    assert units == ["2026", "2026 /news/{year}.html", "2026-11"]


def test_an_article_listed_twice_is_one_candidate(tmp_path: Path) -> None:
    web = Web({"/2026/11/20/": links("/a"), "/2026/11/19/": links("/a", "/b")})
    units = walk(source(tmp_path, DAILY), web, Window(date(2026, 11, 19), date(2026, 11, 20), WEEK.today))
    assert paths(units) == ["/a", "/b"]


MONTHLY = f'kind = "template"\nurl = "{HOME}/{{year}}/{{month}}/"\nlinks = "p a"'
MAY = Window(date(2026, 5, 1), date(2026, 5, 31), WEEK.today)
OLDER = '<div><a href="/2026/05/page/{}/">Older</a> <a href="/2026/04/">April</a></div>'


def test_a_period_goes_on_for_the_pages_that_it_links_to(tmp_path: Path) -> None:
    web = Web(
        {
            "/2026/05/": links("/a", "/b", more=OLDER.format(2)),
            "/2026/05/page/2/": links("/b", "/c", more=OLDER.format(1) + OLDER.format(3)),
            "/2026/05/page/3/": links("/d", more=OLDER.format(2)),
        }
    )
    (unit,) = walk(source(tmp_path, MONTHLY), web, MAY)
    assert web.asked == ["/2026/05/", "/2026/05/page/2/", "/2026/05/page/3/"]
    assert paths([unit]) == ["/a", "/b", "/c", "/d"]
    assert (unit.unit, unit.whole, unit.links) == ("2026-05", True, 5)


@pytest.mark.parametrize(
    "after", [404, links("/c"), links(more="<p>Nothing.</p>")], ids=["missing", "the last again", "empty"]
)
def test_counted_pages_of_a_period_end_where_nothing_new_comes(tmp_path: Path, after: bytes | int) -> None:
    pages = f'\npages = "{HOME}/{{year}}/{{month}}/?from={{page}}"'
    web = Web({"/2026/05/": links("/a"), "/2026/05/?from=2": links("/c"), "/2026/05/?from=3": after})
    (unit,) = walk(source(tmp_path, MONTHLY + pages), web, MAY)
    assert web.asked == ["/2026/05/", "/2026/05/?from=2", "/2026/05/?from=3"]
    assert (paths([unit]), unit.whole) == (["/a", "/c"], True)


def test_a_period_is_not_whole_without_one_of_its_pages(tmp_path: Path) -> None:
    web = Web({"/2026/05/": links("/a", more=OLDER.format(2)), "/2026/05/page/2/": 500})
    (unit,) = walk(source(tmp_path, MONTHLY), web, MAY)
    assert (paths([unit]), unit.outcome, unit.whole, unit.reason) == (["/a"], "fetched", False, "page_2_http_500")


def test_the_further_page_of_a_day_is_no_article(tmp_path: Path) -> None:
    pattern = "[article]\nurl = '/(?P<year>\\d{4})/(?P<month>\\d\\d)/(?P<day>\\d\\d)/[a-z]'"
    more = '<a href="/2026/05/04/page/{}/">more</a>'
    web = Web(
        {
            "/2026/05/04/": links("/2026/05/04/a", more=more.format(2)),
            "/2026/05/04/page/2/": links("/2026/05/04/b", more=more.format(3)),
            "/2026/05/04/page/3/": links("/2026/05/04/c", more='<a href="/2026/05/04/page/2/">back</a>'),
        }
    )
    (unit,) = walk(source(tmp_path, DAILY, pattern), web, Window(date(2026, 5, 4), date(2026, 5, 4), WEEK.today))
    assert [candidate.url.rpartition("/")[2] for candidate in unit.candidates] == ["a", "b", "c"]
    assert unit.whole


NUMBERED = MONTHLY + f'\npages = "{HOME}/{{year}}/{{month}}/?p={{page}}"'


def in_pages(*lost: int, dated: bool = True) -> Web:
    """May in five pages of six days, the latest first."""
    names = [f"/2026/05/{number:02}/a" if dated else f"/a{number}" for number in range(30, 0, -1)]
    pages = {
        f"/2026/05/?p={number}": 500 if number in lost else links(*names[6 * number - 6 : 6 * number])
        for number in range(2, 6)
    }
    return Web({"/2026/05/": links(*names[:6]), **pages})


@pytest.mark.parametrize(
    ("lost", "dated", "days"),
    [
        ((3,), True, {"3": (12, 19)}),
        ((2, 4), True, {"2": (18, 25), "4": (6, 13)}),
        ((5,), True, {"5": (1, 7)}),
        ((2, 3), True, {"2": (1, 25), "3": (1, 25)}),
        ((3,), False, {"3": None}),
    ],
    ids=["one", "two", "the last", "all since the second", "no days"],
)  # fmt: skip
def test_a_page_that_fails_costs_a_period_the_days_that_it_may_list(
    tmp_path: Path, lost: tuple[int, ...], dated: bool, days: dict[str, tuple[int, int] | None]
) -> None:
    month, *pages = walk(source(tmp_path, NUMBERED), in_pages(*lost, dated=dated), replace(MAY, whole=True))
    assert (month.whole, month.reason) == (False, f"page_{lost[0]}_http_500")
    assert len(month.candidates) == (6 if lost == (2, 3) else 30 - 6 * len(lost))
    found = {page.unit: (page.first_day, page.last_day) for page in pages}
    assert found == {
        f"2026-05#page-{page}": (date(2026, 5, span[0]), date(2026, 5, span[1])) if span else (None, None)
        for page, span in days.items()
    }
    assert [page.links for page in pages] == [0 if dated else 12] * len(pages)


@pytest.mark.parametrize("beside", [1, 8], ids=["one link", "many"])
def test_a_lost_page_costs_no_day_of_what_a_side_column_shows(tmp_path: Path, beside: int) -> None:
    column = [f"/2026/07/28/{number}" for number in range(beside)]
    own = [f"/2026/05/04/{number}" for number in range(6)]
    web = Web({"/2026/05/04/?p=1": links(*own, *column), "/2026/05/04/?p=2": 500, "/2026/05/04/?p=3": links("/2026/05/04/z", *column)})  # fmt: skip
    web.pages["/2026/05/04/"] = web.pages["/2026/05/04/?p=1"]
    daily = DAILY + f'\npages = "{HOME}/{{year}}/{{month}}/{{day}}/?p={{page}}"'
    day, *lost = walk(source(tmp_path, daily), web, Window(date(2026, 5, 4), date(2026, 5, 4), date(2026, 7, 30)))
    assert (day.whole, day.reason) == (False, "page_2_http_500")
    assert {(page.first_day, page.last_day) for page in lost} == {(date(2026, 5, 4), date(2026, 5, 4))}


@pytest.mark.parametrize(
    ("pages", "shown"),
    [(NUMBERED, 2), (NUMBERED, 404), (NUMBERED, None), (MONTHLY, 2)],
    ids=["the one before", "missing", "empty", "the one before, linked"],
)
def test_a_page_that_shows_nothing_new_is_lost_where_others_come_after_it(
    tmp_path: Path, pages: str, shown: int | None
) -> None:
    web, link = in_pages(), '<div><a href="/2026/05/?p={}">Older</a></div>'
    for number, path in enumerate(web.pages, 1):
        web.pages[path] = web.pages[path] + link.format(number + 1).encode() if number < 5 else web.pages[path]
    before = str(web.pages["/2026/05/?p=2"], "utf-8").replace("?p=3", "?p=4").encode()
    web.pages["/2026/05/?p=3"] = before if shown == 2 else shown or links(more="<p>Nothing.</p>")
    month, page = walk(source(tmp_path, pages), web, replace(MAY, whole=True))
    assert (len(month.candidates), month.whole) == (24, False)
    assert (page.unit, page.first_day, page.last_day) == ("2026-05#page-3", date(2026, 5, 12), date(2026, 5, 19))


@pytest.mark.parametrize(
    ("whole", "reasons", "reason"),
    [
        ((True, True), ("unchanged", "unchanged"), "unchanged"),
        ((True, True), ("unchanged", None), None),
        ((True, True), (None, "unchanged"), None),
        ((False, True), ("cut_short", None), "cut_short"),
        ((True, False), ("unchanged", "cut_short"), "cut_short"),
    ],
)
def test_pages_of_a_period_are_unchanged_together_and_say_what_is_missing_of_any(
    whole: tuple[bool, bool], reasons: tuple[str | None, str | None], reason: str | None
) -> None:
    first, second = (
        Unit("template", "2026", HOME, "fetched", why, whole=all_) for why, all_ in zip(reasons, whole, strict=True)
    )
    joined = template._joined(first, second)
    assert (joined.whole, joined.reason) == (all(whole), reason)


def test_a_backfill_looks_one_page_beyond_the_end_of_a_month_and_not_of_a_day(tmp_path: Path) -> None:
    web = in_pages()
    (month,) = walk(source(tmp_path, NUMBERED), web, replace(MAY, whole=True))
    assert (month.whole, len(month.candidates)) == (True, 30)
    assert web.asked[-2:] == ["/2026/05/?p=6", "/2026/05/?p=7"]
    web = Web({"/2017/03/03/": links("/2017/03/03/a")})
    (day,) = walk(source(tmp_path, DAILY + f'\npages = "{HOME}/{{year}}/{{month}}/{{day}}/?p={{page}}"'), web, THEN)
    assert (day.whole, web.asked[:2], len(web.asked)) == (True, ["/2017/03/03/", "/2017/03/03/?p=2"], 2)


def test_a_period_that_leads_elsewhere_is_not_its_listing(tmp_path: Path) -> None:
    web = Web({"/latest/": links("/a"), "/archive/2026-11-20.html": links("/b")})
    web.moved = {"/2026/11/19/": "/latest/", "/2026/11/20/": "/archive/2026-11-20.html"}
    there, elsewhere = walk(source(tmp_path, DAILY), web, Window(date(2026, 11, 19), date(2026, 11, 20), WEEK.today))
    assert (paths([there]), there.whole) == (["/b"], True)
    assert (paths([elsewhere]), elsewhere.outcome, elsewhere.reason) == ([], "failed", "redirected")


FRAME = '<nav><a href="/about">About</a> <a href="/latest/a">Latest</a> <a href="{}">Before</a></nav>'
TWO_DAYS = Window(date(2026, 11, 19), date(2026, 11, 20), WEEK.today)


@pytest.mark.parametrize(
    ("pattern", "other", "whole"),
    [
        ("", "/story/b", False),
        ("", "/about", True),
        ('[article]\nurl = "/story/"', "/story/b", False),
        ('[article]\nurl = "/story/"', "/elsewhere", True),
    ],
)
def test_a_page_whose_links_are_not_found_is_not_empty(tmp_path: Path, pattern: str, other: str, whole: bool) -> None:
    changed = (
        f'<h2><a href="{other}">A story</a></h2><h2><a href="{other}2">Another</a></h2>' if other != "/about" else ""
    )
    web = Web(
        {
            "/2026/11/20/": links("/story/a", more=FRAME.format("/2026/11/19/")),
            "/2026/11/19/": f"<html><body>{FRAME.format('/2026/11/18/')}{changed}</body></html>".encode(),
        }
    )
    _, unit = walk(source(tmp_path, DAILY + '\nlinks = "p a"', pattern), web, TWO_DAYS)
    assert (unit.whole, unit.reason) == ((True, None) if whole else (False, "links_not_found"))


STORIES = ("/2026/11/19/fire.html", "/2026/11/19/flood.html"), ("/old/a-long-night", "/old/the_long_day.html")


@pytest.mark.parametrize(
    ("shown", "whole"),
    [
        (STORIES[0], False),
        (STORIES[1], False),
        (STORIES[1][:1], True),
        (("/tag/fire", "/tag/flood"), True),
        (("/terms-of-all-use", "/letters-to-the-editor"), True),
        (("/2026/11/18/fire.html", "/2026/11/17/flood.html"), True),
        ((*STORIES[1], "/story/b"), True),
    ],
    ids=["dated", "titled", "a single one", "neither", "of the frame", "of other days", "beside one that fits"],
)
@pytest.mark.parametrize("selector", ["a[href]", "b a"])
@pytest.mark.parametrize("first", [True, False])
def test_a_page_of_which_no_link_fits_the_pattern_is_not_empty(
    tmp_path: Path, shown: tuple[str, ...], whole: bool, selector: str, first: bool
) -> None:
    if first and selector == "b a" and "/story/b" in shown:
        return  # that is a page whose links are not found
    frame = '<nav><a href="/terms-of-all-use">Terms</a> <a href="/letters-to-the-editor">Letters</a></nav>'
    web = Web(
        {
            "/": frame.encode(),
            "/2026/11/20/": links(more=f'<b><a href="/story/a">A</a></b>{frame}'),
            "/2026/11/19/": links(*shown, more=frame),
        }
    )
    window = replace(TWO_DAYS, last_day=date(2026, 11, 19)) if first else TWO_DAYS
    definition = source(tmp_path, f'{DAILY}\nlinks = "{selector}"', '[article]\nurl = "/story/"')
    *_, unit = walk(definition, web, window)
    if "/story/b" in shown and selector == "b a":
        assert unit.reason == "links_not_found"
    else:
        assert (unit.whole, unit.reason) == ((True, None) if whole else (False, "no_link_fits"))


FRONT = links("/2026/11/23/a", "/2026/11/22/b", "/2026/11/24/c")
THEN = Window(date(2017, 3, 3), date(2017, 3, 3), WEEK.today, whole=True)


@pytest.mark.parametrize(
    ("page", "whole"),
    [
        (FRONT, False),
        (links("/2017/03/03/old", "/2026/11/23/a"), True),
        (links("/2017/03/04/next-morning"), True),
        (links("/2026/11/23/a", more="<h2>Archive of 3 March 2017</h2>"), True),
        (links("/2026/11/23/a", more="<b>Friday, March 3, 2017</b>: nothing"), True),
        (links(more="<p>Nothing</p>"), True),
    ],
    ids=["front page", "the day and news", "printed a day later", "named in a heading", "named in the text", "nothing"],
)
def test_a_page_of_other_days_that_does_not_name_its_own_is_no_listing(
    tmp_path: Path, page: bytes, whole: bool
) -> None:
    (unit,) = walk(source(tmp_path, DAILY), Web({"/2017/03/03/": page, "/": FRONT}), THEN)
    assert (unit.outcome, unit.whole, unit.reason) == ("fetched", whole, None if whole else "other_page")


def test_a_page_without_days_is_no_listing_where_it_shows_what_the_front_page_shows(tmp_path: Path) -> None:
    front = links("/about", *(f"/story-{number}" for number in range(9)))
    there = {"/2017/03/03/": front.replace(b"story-0", b"story-newest"), "/2017/03/02/": links("/story-of-2017")}
    web = Web(there | {"/": front})
    shown, own = walk(source(tmp_path, DAILY), web, Window(date(2017, 3, 2), date(2017, 3, 3), WEEK.today, whole=True))
    assert (shown.whole, shown.reason, {one.day for one in shown.candidates}) == (False, "other_page", {None})
    assert len(shown.candidates) == 10  # nothing is lost: their own pages say of which day they are
    assert (own.whole, {one.day for one in own.candidates}) == (True, {date(2017, 3, 2)})
    assert web.asked.count("/") == 1


@pytest.mark.parametrize(
    ("hrefs", "pattern", "whole"),
    [
        (["https://new.example.net/2026/11/20/a"], "", False),
        (["https://new.example.net/story/a"], '[article]\nurl = "/story/"', False),
        ([f"https://new.example.net/{name}" for name in "abc"], "", False),
        (["https://new.example.net/2026/11/20/a", "/b"], "", True),
        (["https://new.example.net/about"], '[article]\nurl = "/story/"', True),
        (["https://social.example/share", "https://video.example/us", "https://photo.example/us"], "", True),
    ],
    ids=["dated", "as articles are", "several", "beside its own", "another page", "here and there"],
)
def test_a_day_whose_articles_lie_on_a_host_that_is_not_named_is_not_empty(
    tmp_path: Path, hrefs: list[str], pattern: str, whole: bool
) -> None:
    (unit,) = walk(
        source(tmp_path, DAILY, pattern),
        Web({"/2026/11/20/": links(*hrefs)}),
        Window(date(2026, 11, 20), date(2026, 11, 20), WEEK.today),
    )
    assert (unit.whole, unit.reason) == (whole, None if whole else "off_site")
    assert whole or 'write hosts = ["new.example.net"] under [article] in post.toml' in unit.notes[-1]
