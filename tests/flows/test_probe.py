"""Probing sites of several makes on loopback: the verdict, the file that comes of it, and how gently it was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import pipeline
from flows.discovery import Unit
from flows.probing import Options, Probe, ended, home, probe
from flows.probing.draft import identifier, toml
from flows.probing.records import Access, Guess, Kind, Tried
from flows.sample.site import serve
from flows.sources import SourceDefinition, load
from flows.workspace import Workspace, create
from tests.flows import probe_sites as sites
from tests.flows.probe_sites import Page, Served, served

QUICK = Options(delay=timedelta(0))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create(tmp_path / "news")


def probed(
    workspace: Workspace, pages: Mapping[str, Page], path: str = "/", options: Options = QUICK
) -> tuple[Probe, Served]:
    with served(pages) as site:
        return probe(workspace, site.base + path, replace(options, allow=frozenset({site.host}))), site


def written(workspace: Workspace, found: Probe, options: Options = QUICK) -> SourceDefinition:
    path = workspace.sources / "bay.toml"
    path.write_text(toml(found, options, datetime.now(UTC).date()), encoding="utf-8")
    return load(path)


def kinds(found: Probe) -> list[str]:
    return [item.spec.kind for item in found.chosen]


def test_a_site_with_feed_and_sitemap(workspace: Workspace):
    found, site = probed(workspace, sites.wordpress())
    assert found.obstacle is None
    assert kinds(found) == ["feed", "sitemap"]
    feed, sitemap = found.chosen
    assert feed.spec.url == f"{site.base}/feed/"  # and not the one of comments
    assert (feed.articles, sitemap.articles) == (10, 20)
    assert (sitemap.last_day - sitemap.first_day).days == 38
    assert found.count("article") == 4
    assert found.outlook == "Its articles can be read whole."
    assert (found.language.value, found.timezone.value) == ("en-GB", "Europe/London")
    assert found.name.value == "The Bay Courier"


def test_robots_is_asked_first_and_no_address_twice(workspace: Workspace):
    _, site = probed(workspace, sites.wordpress())
    assert site.asked[0] == "/robots.txt"
    assert len(site.asked) == len(set(site.asked)) <= 15


def test_the_file_says_what_was_guessed_and_reads_the_site(workspace: Workspace):
    with served(sites.wordpress()) as site:
        options = replace(QUICK, allow=frozenset({site.host}))
        found = probe(workspace, site.base, options)
        source = written(workspace, found, options)
        text = source.path.read_text()
        assert text.count("guess") >= 4
        assert "# Not checked:" in text
        assert 'furniture = ["Support the Courier"]' in text
        text = text.replace('delay = "5s"', 'delay = "0s"')
        source.path.write_text(text)
        tally = pipeline.ingest(workspace, load(source.path))
    assert tally.articles == 4  # of the last seven days, two days apart
    assert (tally.rejected, tally.failed, tally.listings_failed) == (0, 0, 0)


def test_a_static_site_with_a_page_a_year(workspace: Workspace):
    with serve() as site:
        options = replace(QUICK, allow=frozenset({site.host}))
        found = probe(workspace, site.base, options)
        assert kinds(found) == ["template"]
        assert found.chosen[0].spec.url == f"{site.base}/pr/{{year}}/index.html"
        assert found.chosen[0].first_day.year == 2025
        source = written(workspace, found, options)
    assert source.finders[0].first_day.year == 2025
    assert {dateline for article in found.articles for dateline in article.datelines}
    assert "# dateline =" in source.path.read_text()


def test_an_archive_of_which_one_year_is_linked_is_tried_a_year_earlier(workspace: Workspace):
    rows = {year: [(f"/pr/{year}/{year}0{n}05_story_{n}.html", datetime(year, n, 5, tzinfo=UTC), "A story told at length")
                   for n in (1, 2, 3)] for year in (2025, 2026)}  # fmt: skip
    pages = {f"/pr/{year}/": sites.front(f"<ul>{sites.links(listed)}</ul>") for year, listed in rows.items()}
    pages |= {path: sites.article(title, day) for listed in rows.values() for path, day, title in listed}
    found, site = probed(workspace, pages | {"/": sites.front('<a href="/pr/2026/">This year</a>')})
    assert kinds(found) == ["template"]
    assert found.chosen[0].spec.url == f"{site.base}/pr/{{year}}/"
    assert found.chosen[0].first_day.year == 2025


def test_an_archive_whose_months_are_linked_from_a_page_of_their_own_is_found(workspace: Workspace):
    rows = {month: [(f"/2026/{month:02}/story-{n}-told-at-length", datetime(2026, month, n, 5, tzinfo=UTC), "A story told at length")
                    for n in (1, 2, 3)] for month in (3, 4)}  # fmt: skip
    pages = {f"/2026/{month:02}/": sites.front(f"<ul>{sites.links(listed)}</ul>") for month, listed in rows.items()}
    pages |= {path: sites.article(title, day) for listed in rows.values() for path, day, title in listed}
    pages["/archive/"] = sites.front('<a href="/2026/03/">March</a><a href="/2026/04/">April</a>')
    found, site = probed(workspace, pages | {"/": sites.front('<a href="/archive/">Archive</a>')})
    assert [(item.spec.kind, item.spec.url) for item in found.chosen] == [
        ("template", f"{site.base}/{{year}}/{{month}}/")
    ]


def test_an_archive_with_a_page_a_day_is_a_template_and_its_pages_are_no_articles(workspace: Workspace):
    found, site = probed(workspace, sites.daily())
    (template,) = found.chosen
    assert (template.spec.kind, template.spec.url) == (
        "template",
        f"{site.base}/archive/{{year}}-{{month}}-{{day}}.html",
    )
    assert template.spec.first_day == (sites.today() - timedelta(days=6)).date()
    assert template.spec.last_day is None
    assert "archive" not in found.pattern.regex
    assert (found.count("article"), found.doubt) == (4, None)


def test_an_archive_whose_articles_have_moved_has_a_pattern_for_both_addresses(workspace: Workspace):
    found, site = probed(workspace, sites.daily(moved=True))
    (template,) = found.chosen
    assert template.spec.url == f"{site.base}/archive/{{year}}-{{month}}-{{day}}.html"
    assert found.pattern is not None
    fits = [re.search(found.pattern.regex, f"{site.base}{path}") is not None for path in sites.daily(moved=True) if "opens" in path]  # fmt: skip
    assert all(fits)
    assert (found.count("article"), found.doubt) == (4, None)


@pytest.mark.parametrize(
    ("older", "second", "pages"),
    [
        ('<a class="older" href="{}">Older</a>', "/news/page/2/", "/news/page/{page}/"),
        ('<a href="{}">2</a>', "/news/?page=2", "/news/?page={page}"),
        ('<a href="{}">2</a>', "/news/p2.html", None),
    ],
)
def test_pages_that_go_on_by_number_are_counted(workspace: Workspace, older: str, second: str, pages: str | None):
    found, site = probed(workspace, sites.listing_only(older, second))
    expected = f"{site.base}{pages}" if pages else None
    assert found.chosen[0].spec.pages == expected
    assert written(workspace, found).finders[0].pages == expected


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Home | The Bay Courier", "The Bay Courier"),
        ("The Bay Courier - Startseite", "The Bay Courier"),
        ("The Bay Courier | News from the whole of the bay", "The Bay Courier"),
        ("Home", "Home"),
    ],
)
def test_a_home_page_is_not_called_home(title: str, name: str):
    assert home.read(f"<title>{title}</title>".encode(), "https://bay.example/", "text/html").name == name


@pytest.mark.parametrize(
    ("ending", "day_as", "day"),
    [("/", "%d", "{day}"), (".html", "%d", "{day}"), ("", "%d", "{day}"), ("/", "%-d", "{day:d}")],
)
def test_an_archive_whose_months_list_days_is_one_of_days(workspace: Workspace, ending: str, day_as: str, day: str):
    found, site = probed(workspace, sites.days_of_months(ending, day_as=day_as))
    (template,) = found.chosen
    assert template.spec.url == f"{site.base}/archive/{{year}}/{{month}}/{day}{ending}"
    assert (template.spec.first_day, template.spec.last_day) == (date(2025, 2, 1), date(2025, 3, 31))
    assert found.pattern is not None
    assert "archive" not in found.pattern.regex
    assert (found.count("article"), found.doubt) == (4, None)


def test_an_archive_whose_months_list_articles_beside_days_is_one_of_months(workspace: Workspace):
    found, site = probed(workspace, sites.days_of_months(own=5))
    (template,) = found.chosen
    assert template.spec.url == f"{site.base}/archive/{{year}}/{{month}}/"
    assert template.spec.last_day == date(2025, 3, 31)


@pytest.mark.parametrize(
    ("template", "newest", "last"),
    [
        ("/{year}/", date(2025, 1, 1), date(2025, 12, 31)),
        ("/{year}/", date(2026, 1, 1), None),
        ("/{year}/{month}/", date(2026, 9, 1), date(2026, 9, 30)),
        ("/{year}/{month}/", date(2026, 10, 1), None),
        ("/{year}/{month}/{day}/", date(2026, 9, 30), date(2026, 9, 30)),
    ],
)
def test_a_period_that_is_long_past_may_be_the_last(template: str, newest: date, last: date | None):
    assert ended.last_day(f"https://bay.example.org{template}", newest, date(2026, 11, 30)) == last


@pytest.mark.parametrize(
    ("outcome", "reason", "nothing"),
    [("fetched", None, True), ("not_yet", "http_404", True), ("gone", "status_404", True), ("failed", "status_500", False), ("deferred", "host_resting", False)],
)  # fmt: skip
def test_what_could_not_be_read_does_not_say_that_an_archive_has_ended(outcome: str, reason: str | None, nothing: bool):
    assert (
        ended.has_nothing([Unit("template", "2026-11", "https://bay.example.org/2026/11/", outcome, reason)]) is nothing
    )


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("article", "other"), "1 of 2 pages can be read whole; 1 is no article: narrow the pattern under [article]."),
        (("other", "other"), "0 of 2 pages can be read whole; 2 are no articles: narrow the pattern under [article]."),
        (("article", "teaser"), "1 of 2 pages can be read whole; 1 is paid for: only its beginning can be read."),
    ],
)
def test_the_outlook_counts_in_plain_english(kinds: tuple[Kind, ...], said: str):
    unknown = Guess(None, "")
    blank = Probe("", "", Access(True, "", ""), unknown, unknown, unknown)
    assert replace(blank, pages=tuple(Tried("", kind, "") for kind in kinds)).outlook == said


def test_articles_whose_addresses_have_nothing_but_their_day_are_no_archive(workspace: Workspace):
    found, _ = probed(workspace, sites.briefings())
    assert kinds(found) == ["index"]
    assert found.count("article") == 4


def test_a_site_with_nothing_but_a_page_of_news(workspace: Workspace):
    found, _ = probed(workspace, sites.listing_only())
    assert kinds(found) == ["index"]
    spec = found.chosen[0].spec
    assert (spec.date_selector, spec.next_selector) == ("time", "a[rel~=next]")
    assert found.pattern.regex.count("/news/") == 1
    assert not found.chosen[0].whole
    assert written(workspace, found).finders[0].next_selector == "a[rel~=next]"


def test_a_section_that_is_named_is_looked_at(workspace: Workspace):
    pages = sites.listing_only()
    pages["/"] = sites.front("<h1>Welcome</h1>")
    found, site = probed(workspace, pages, "/news/")
    assert found.home == f"{site.base}/"
    assert [item.spec.url for item in found.chosen] == [f"{site.base}/news/"]


def test_the_address_of_a_feed_will_do(workspace: Workspace):
    found, site = probed(workspace, sites.wordpress(), "/feed/")
    assert found.home == f"{site.base}/"
    assert found.chosen[0].spec.url == f"{site.base}/feed/"


def test_a_site_that_forbids_it_is_asked_for_robots_only(workspace: Workspace):
    found, site = probed(workspace, sites.forbidding())
    assert found.obstacle == "robots.txt does not allow Wireroom to read this site."
    assert "/" not in site.asked
    assert set(site.asked) <= {"/robots.txt", "/.well-known/tdmrep.json"}


def test_a_basis_lets_a_forbidding_site_be_read_and_stands_in_the_file(workspace: Workspace):
    options = replace(QUICK, robots_basis="own site")
    found, _ = probed(workspace, sites.forbidding(), options=options)
    assert found.obstacle is None
    assert written(workspace, found, options).robots_basis == "own site"


def test_reserved_rights_are_an_obstacle_unless_a_basis_is_given(workspace: Workspace):
    found, _ = probed(workspace, sites.reserving())
    assert "reserves its rights" in (found.obstacle or "")
    options = replace(QUICK, rights_basis="research, section 60d UrhG")
    found, _ = probed(workspace, sites.reserving(), options=options)
    assert found.obstacle is None
    assert written(workspace, found, options).rights_basis == "research, section 60d UrhG"


@pytest.mark.parametrize(
    ("make", "kind", "word"), [("paywalled", "teaser", "paid for"), ("scripted", "script", "JavaScript")]
)
def test_pages_that_cannot_be_read_whole_are_counted(workspace: Workspace, make: str, kind: str, word: str):
    found, _ = probed(workspace, getattr(sites, make)())
    assert found.count(kind) == 4
    assert word in found.outlook
    assert word in written(workspace, found).path.read_text()


def test_log_in_pages_are_counted(workspace: Workspace):
    form = '<html><body><h1>Subscribers</h1><form><input name="user"><input type="password"></form></body></html>'
    pages = sites.wordpress() | {path: Page(form) for path, _, _ in sites.stories(20)[:3]}
    found, _ = probed(workspace, pages)
    assert (found.count("login"), found.count("article")) == (3, 1)


def test_an_error_page_at_a_feeds_address_is_no_feed(workspace: Workspace):
    found, _ = probed(workspace, sites.wordpress() | {"/feed/": Page("<html><body>Sorry</body></html>")})
    feed = next(item for item in found.finders if item.spec.kind == "feed")
    assert feed.problem == "not a feed"
    assert kinds(found)[0] != "feed"


def test_an_empty_site_is_an_obstacle(workspace: Workspace):
    found, _ = probed(workspace, {"/": sites.front("<h1>Soon</h1>")})
    assert found.obstacle is not None
    assert found.obstacle.startswith("No feed, sitemap, archive or page with links to articles was found. If you know")


def test_a_host_that_does_not_answer_is_a_sentence(workspace: Workspace):
    with served({}) as site:
        pass
    found = probe(workspace, site.base, replace(QUICK, allow=frozenset({site.host})))
    assert "cannot be reached" in (found.obstacle or "")


def test_a_private_address_is_not_asked_unless_allowed(workspace: Workspace):
    with served(sites.wordpress()) as site:
        found = probe(workspace, site.base, QUICK)
    assert site.asked == []
    assert f"--allow {site.host}" in (found.obstacle or "")


def test_the_zone_is_confirmed_or_questioned_by_the_dates(workspace: Workspace):
    pages = sites.wordpress()
    pages["/feed/"] = Page(str(pages["/feed/"].body).replace("+0000", "+0700"), "application/rss+xml")
    found, _ = probed(workspace, pages)
    assert found.timezone.value == "UTC"
    assert "not settled" in found.timezone.evidence


def test_what_a_site_says_cannot_break_the_file(workspace: Workspace):
    pages = sites.wordpress()
    nasty = "Bay\\\"\n[access]\nallow = [\"x\"] \x07 '''"
    pages["/"] = Page(
        str(pages["/"].body).replace('content="The Bay Courier"', f"content='{nasty.replace(chr(39), '')}'")
    )
    found, _ = probed(workspace, pages)
    source = written(workspace, found)
    assert source.allow == frozenset()
    assert source.name.startswith('Bay\\"')


def test_a_sitemap_of_many_files_is_read_at_both_ends(workspace: Workspace):
    listed = sites.stories(20)
    old = [("/2009/03/04/the-first-of-all-stories/", datetime(2009, 3, 4, tzinfo=UTC), "First")]
    children = "".join(
        f"<sitemap><loc>{{base}}/s{n}.xml</loc><lastmod>{2026 - n}-01-05</lastmod></sitemap>" for n in range(8)
    )
    pages = sites.wordpress() | {f"/s{n}.xml": sites.sitemap(listed[n : n + 1]) for n in range(7)}
    pages["/s7.xml"] = sites.sitemap(old)
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>'
    found, site = probed(workspace, pages | {"/wp-sitemap.xml": Page(index, "application/xml")})
    sitemap = next(item for item in found.finders if item.spec.kind == "sitemap")
    assert sitemap.first_day.year == 2009
    assert not sitemap.whole
    assert len([path for path in site.asked if path.startswith("/s")]) == 3


@pytest.mark.parametrize("kind", ["article", "tag"])
def test_a_sitemap_that_lists_another_form_of_articles_has_a_pattern_for_both(workspace: Workspace, kind: str):
    listed, day = sites.stories(10), datetime(2019, 3, 4, 9, tzinfo=UTC)
    new = [
        (f"/story/the-old-harbour-opens-again-{number + 100}", day, title)
        for number, (_, _, title) in enumerate(listed)
    ]
    old = [(f"/{kind}/{number}-the-old-harbour.html", day, "The old harbour") for number in range(10)]
    pages = {path: sites.article(title, day) for path, day, title in new}
    shown = (
        sites.article
        if kind == "article"
        else lambda title, day: sites.front(f"<h1>{title}</h1><ul>{sites.links(new)}</ul>")
    )
    pages |= {path: shown(title, day) for path, day, title in old}
    pages |= {
        "/": sites.front(f"<ul>{sites.links(new)}</ul>"),
        "/sitemap.xml": sites.sitemap([], *(path for path, _, _ in new + old)),
    }
    found, site = probed(workspace, pages)
    assert found.pattern is not None
    both = re.compile(found.pattern.regex)
    assert all(both.search(site.base + path) for path, _, _ in new)
    assert {bool(both.search(site.base + path)) for path, _, _ in old} == {kind == "article"}
    assert not both.search(f"{site.base}/about")
    said = f"It has another form of 10 listed addresses too, as {site.base}{old[-1][0]}: the two pages"
    assert any(said in note for note in found.pattern.notes) is (kind == "article")
    assert written(workspace, found).profile.url_pattern == found.pattern.regex


def test_of_a_sitemap_by_month_the_earliest_is_read_whatever_stands_first(workspace: Workspace):
    months = [f"2026-0{number}" for number in range(9, 0, -1)]
    children = "".join(f"<sitemap><loc>{{base}}/s-{month}.xml</loc></sitemap>" for month in months)
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>'
    pages = {f"/s-{month}.xml": sites.sitemap([], f"/story/the-harbour-of-{month}") for month in months}
    _, site = probed(workspace, sites.wordpress() | pages | {"/wp-sitemap.xml": Page(index, "application/xml")})
    assert "/s-2026-01.xml" in site.asked


def test_a_home_page_drawn_by_a_script_says_why_nothing_was_found(workspace: Workspace):
    shell = "<html><body><div id=root></div><script src=/a.js></script><noscript>Please enable JavaScript.</noscript></body></html>"
    found, _ = probed(workspace, {"/": Page(shell)})
    assert "JavaScript" in (found.obstacle or "")


def test_broken_addresses_on_a_page_break_nothing(workspace: Workspace):
    pages = sites.wordpress()
    bad = '<a href="http://[">x</a><a href="http://exa mple/news">News</a><a href="javascript:void(0)">Press</a><a href="//">y</a>'
    feed = '<link rel="alternate" type="application/rss+xml" href="http://exa mple/feed"><link rel="alternate" type="application/rss+xml">'
    pages["/"] = Page(str(pages["/"].body).replace("<ul>", bad + "<ul>").replace("</head>", feed + "</head>"))
    pages["/robots.txt"] = Page(
        "Sitemap: http://exa^mple/s.xml\nSitemap: {base}/wp-sitemap.xml\nSitemap: \n", "text/plain"
    )
    found, _ = probed(workspace, pages)
    assert kinds(found) == ["feed", "sitemap"]


@pytest.mark.parametrize("name", ["Bay \U0001f6a2 Courier", "Bay\x7fCourier", "Bucht-Küri\u200b", "海湾快报"])
def test_names_in_any_script_are_written_as_they_are(workspace: Workspace, name: str):
    found, _ = probed(workspace, sites.wordpress(), options=replace(QUICK, name=name))
    assert written(workspace, found).name == name


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"%PDF-1.7", b"<html", b"\xff" * 3000, b"{}", b"<rss/>"])
def test_what_is_no_page_ends_in_a_sentence(workspace: Workspace, body: bytes):
    found, _ = probed(workspace, {"/": Page(body)})
    assert (found.obstacle or "").endswith(".")


@pytest.mark.parametrize("url", ["http://", "http://[", "ftp://x.example/", "no address", "http://x.example:99999/"])
def test_what_is_no_address_ends_in_a_sentence(workspace: Workspace, url: str):
    assert probe(workspace, url, QUICK).obstacle


@pytest.mark.parametrize(
    ("home", "name", "expected"),
    [
        ("https://www.example.org/", None, "example"),
        ("https://news.example.org/", None, "news-example"),
        ("https://www.example.co.uk/", None, "example"),
        ("https://agencia.example.com.br/", None, "agencia-example"),
        ("http://127.0.0.1:8000/", "The Bay Courier", "the-bay-courier"),
        ("http://localhost/", None, "localhost"),
    ],
)
def test_the_name_of_the_file(home: str, name: str | None, expected: str):
    assert identifier(home, name) == expected
