"""The sitemap finder: what it asks for, what it leaves alone, and how it says so."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from web import HOME, WEEK, Web, paths, source, walk

from flows.discovery import Unit, Window
from flows.discovery.sitemap import month_of

SITEMAP = f'kind = "sitemap"\nurl = "{HOME}/sitemap.xml"'


def index(*children: tuple[str, str | None]) -> bytes:
    entries = (f"<sitemap><loc>{url}</loc>{_changed(day)}</sitemap>" for url, day in children)
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>".encode()


def pages(*entries: tuple[str, str | None]) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{url}</loc>{_changed(day)}</url>' for url, day in entries)}</urlset>".encode()


def _changed(day: str | None) -> str:
    return f"<lastmod>{day}</lastmod>" if day else ""


def test_an_index_is_followed_the_latest_changed_first(tmp_path: Path) -> None:
    web = Web(
        {
            "/sitemap.xml": index(("/1.xml", "2026-11-18"), ("/2.xml.gz", "2026-11-20"), ("/3.xml", None)),
            "/1.xml": pages(("/a", "2026-11-18")),
            "/2.xml.gz": gzip.compress(pages(("/b", "2026-11-20"))),
            "/3.xml": pages(("/c", None)),
        }
    )
    units = walk(source(tmp_path, SITEMAP), web)
    assert web.asked == ["/sitemap.xml", "/3.xml", "/2.xml.gz", "/1.xml"]
    assert paths(units) == ["/c", "/b", "/a"]
    assert all(unit.whole for unit in units)


def test_children_and_entries_from_before_the_window_are_left_alone_and_counted(tmp_path: Path) -> None:
    web = Web(
        {
            "/sitemap.xml": index(("/old.xml", "2020-01-01"), ("/new.xml", "2026-11-20"), ("/s-2020-01.xml", None)),
            "/new.xml": pages(
                ("/a", "2026-11-20"), ("/b", "2019-01-01"), ("/c", None), ("/2018/02/03/d", "2026-11-20")
            ),
        }
    )
    top, new = walk(source(tmp_path, SITEMAP), web)
    assert web.asked == ["/sitemap.xml", "/new.xml"]
    assert dict(top.dropped) == {"sitemap_outside": 2}
    assert paths([new]) == ["/a", "/c", "/2018/02/03/d"]
    assert (new.outside, new.undated) == (1, 2)
    assert new.candidates[2].day == date(2018, 2, 3)


def test_a_sitemap_changed_lately_may_hold_old_articles(tmp_path: Path) -> None:
    """A change says nothing about the other end: only months in a sitemap's own address do."""
    window = Window(date(2020, 1, 1), date(2020, 1, 31), WEEK.today)
    web = Web({"/sitemap.xml": index(("/a.xml", "2026-11-20"), ("/s-2020-01.xml", None), ("/s-2020-02.xml", None))})
    walk(source(tmp_path, SITEMAP), web, window)
    assert sorted(web.asked) == ["/a.xml", "/s-2020-01.xml", "/sitemap.xml"]


def test_loops_depth_and_other_sites_end(tmp_path: Path) -> None:
    chain = {f"/{number}.xml": index((f"/{number + 1}.xml", None)) for number in range(20)}
    web = Web(
        chain
        | {"/sitemap.xml": index(("/sitemap.xml", None), ("https://other.example.net/s.xml", None), ("/0.xml", None))}
    )
    units = walk(source(tmp_path, SITEMAP), web)
    assert dict(units[0].dropped) == {"off_site": 1, "repeated": 1}
    assert dict(units[-1].dropped) == {"too_deep": 1}
    assert len(web.asked) == 6


def test_the_budget_of_listings_says_what_was_left(tmp_path: Path) -> None:
    web = Web({"/sitemap.xml": index(*((f"/{number}.xml", None) for number in range(9)))})
    units = walk(source(tmp_path, SITEMAP + "\nmax_pages = 4"), web)
    assert len(web.asked) == 4
    assert (units[-1].outcome, units[-1].reason) == ("deferred", "max_pages")
    assert "6 sitemaps" in units[-1].notes[0]


def test_robots_txt_may_name_the_sitemaps(tmp_path: Path) -> None:
    web = Web({"/robots.txt": b"User-agent: *\nSitemap: /s.xml\n", "/s.xml": pages(("/a", None))})
    units = walk(source(tmp_path, f'kind = "sitemap"\nurl = "{HOME}/robots.txt"'), web)
    assert paths(units) == ["/a"]


def test_an_error_page_is_a_failure_and_the_others_go_on(tmp_path: Path) -> None:
    web = Web(
        {
            "/sitemap.xml": index(("/1.xml", None), ("/2.xml", None)),
            "/1.xml": b"<html>no</html>",
            "/2.xml": pages(("/a", None)),
        }
    )
    units = walk(source(tmp_path, SITEMAP), web)
    assert [(unit.outcome, unit.reason) for unit in units] == [
        ("fetched", None),
        ("failed", "not_a_sitemap"),
        ("fetched", None),
    ]
    assert paths(units) == ["/a"]


def test_units_come_as_soon_as_they_are_read(tmp_path: Path) -> None:
    from flows.discovery import find

    definition = source(tmp_path, SITEMAP)
    web = Web({"/sitemap.xml": index(("/1.xml", None)), "/1.xml": pages(("/a", None))})
    units = find(definition.finders[0], definition, WEEK, web.get)
    next(units)
    assert web.asked == ["/sitemap.xml"]


def test_the_month_that_a_sitemaps_address_names() -> None:
    assert month_of(f"{HOME}/sitemap-2024-02.xml.gz") == (date(2024, 2, 1), date(2024, 2, 29))
    assert month_of(f"{HOME}/maps/2024/02/sitemap.xml", alone=True) == (date(2024, 2, 1), date(2024, 2, 29))
    assert month_of(f"{HOME}/sitemap-2024-02-1.xml") == (date(2024, 2, 1), date(2024, 2, 29))
    assert month_of(f"{HOME}/sitemap-2024-02-1.xml", alone=True) is None
    assert month_of(f"{HOME}/sitemap-202402.xml") is None


NEW = [f"/story/a-night-at-the-harbour-{number}" for number in range(6)]
OLD = [f"/article/{number}-a-day-at-the-harbour.html" for number in range(7)]


def read(tmp_path: Path, name: str, listed: list[str]) -> Unit:
    """The sitemap of that name, with such entries, to a backfill that takes /story/ for articles."""
    web = Web({name: pages(*((path, None) for path in listed))})
    spec = f'kind = "sitemap"\nurl = "{HOME}{name}"'
    window = Window(date(2026, 1, 1), WEEK.last_day, WEEK.today, whole=True)
    (unit,) = walk(source(tmp_path, spec, '[article]\nurl = "/story/"'), web, window)
    return unit


def test_a_months_sitemap_of_which_no_link_fits_the_pattern_is_not_read_whole(tmp_path: Path) -> None:
    unit = read(tmp_path, "/2026-10.xml", [*OLD, "/about"])
    assert (unit.whole, unit.reason, unit.links) == (False, "no_link_fits", 8)
    assert unit.notes == (
        f"The sitemap {HOME}/2026-10.xml was read, and none of its 8 links fits the pattern under [article] in post.toml: 7 may be "
        f"articles, as {HOME}{OLD[0]}. Do its addresses have another form?",
    )


def test_a_months_sitemap_with_two_forms_of_addresses_is_remarked_upon(tmp_path: Path) -> None:
    unit = read(tmp_path, "/2026-10.xml", [*NEW, *OLD])
    assert (unit.whole, unit.reason, len(unit.candidates)) == (True, None, 6)
    assert unit.notes == (
        f"Of the 13 links of the sitemap {HOME}/2026-10.xml 6 fit the pattern under [article] in post.toml, and 7 that are built alike "
        f"do not, as {HOME}{OLD[0]}: have some of its addresses another form?",
    )


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("/pages.xml", OLD),
        ("/2026-10.xml", [*NEW, *OLD[:5]]),
        ("/2026-10.xml", ["/terms-of-all-use", "/letters-to-the-editor", "/help-with-your-subscription"]),
        ("/2026-10.xml", [f"/tag/{number}" for number in range(9)]),
        ("/2026-10.xml", [f"/{section}/all-of-the-news" for section in "abcdefgh"]),
    ],
    ids=["of no month", "fewer than fit", "a few pages", "no titles", "each built in its own way"],
)
def test_another_sitemap_is_whole_whatever_fits(tmp_path: Path, name: str, listed: list[str]) -> None:
    unit = read(tmp_path, name, listed)
    assert (unit.whole, unit.reason) == (True, None)
    assert not any("another form" in note for note in unit.notes)
