"""Which date is believed: published never means changed, fetched or guessed, and what lost is kept."""

from __future__ import annotations

from datetime import date, datetime

import pytest

import parsers
from bench import dates as own
from parsers import Article, Hints, Page, Profile, Rejected, claims

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 12)
SEEN = datetime(2026, 11, 24, 12)
ENOUGH = 0.95


def read(
    head: str = "", body: str = "", url: str | None = None, hints: Hints | None = None, zone: str = "UTC"
) -> Article:
    html = f"<html lang=en><head><title>Ferry leaves on time</title>{head}</head><body><article><h1>Ferry leaves on time</h1>{body}<p>{TEXT}</p></article></body></html>"
    result = parsers.parse(Page(html, url=url, observed_at=SEEN, hints=hints or Hints()), Profile(timezone=zone))
    assert not isinstance(result, Rejected)
    return result[0]


def ld(**values: str) -> str:
    pairs = ",".join(f'"{key}":"{value}"' for key, value in values.items())
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Ferry leaves on time",{pairs}}}</script>'


def test_pages_that_only_a_dateline_or_an_address_dates():
    cases = list(own.cases())
    assert len(cases) >= 40
    wrong = [case.lead[:50] for case in cases if not own.answer(case).is_right(case)]
    assert len(wrong) <= (1 - ENOUGH) * len(cases), wrong


@pytest.mark.parametrize("case", [case for case in own.cases() if case.basis], ids=lambda case: case.lead[:24])
def test_the_basis_says_what_a_day_rests_on(case: own.Case):
    assert own.answer(case).basis == case.basis


def test_precision_basis_offset_and_time_of_day_survive():
    stated = read(ld(datePublished="2026-03-02T23:30:00+09:00")).published
    assert stated is not None
    assert (stated.text, stated.precision, stated.basis) == ("2026-03-02T23:30:00+09:00", "second", "json-ld")
    assert (stated.day, stated.instant) == (date(2026, 3, 2), datetime(2026, 3, 2, 14, 30))


def test_a_date_is_the_day_in_the_sources_zone():
    stated = read(ld(datePublished="2026-03-02T23:30:00Z"), zone="Europe/Oslo").published
    assert stated is not None
    assert (stated.day, stated.instant) == (date(2026, 3, 3), datetime(2026, 3, 2, 23, 30))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:modified_time" content="2026-03-02T10:00:00Z">', ""),
        (ld(dateModified="2026-03-02"), ""),
        ("", "<p>Last updated: 2 March 2026</p>"),
        ("", "<p>Aktualisiert am 02.03.2026</p>"),
        ("", "<time itemprop=dateModified datetime=2026-03-02>2 March</time>"),
    ],
)
def test_a_change_is_no_publication(head: str, body: str):
    article = read(head, body)
    assert article.published is None
    assert article.modified is not None
    assert article.modified.day == date(2026, 3, 2)


@pytest.mark.parametrize(
    "body",
    [
        "<p>© 2026 The Gazette</p>",
        "<p>Copyright 1 January 2020</p>",
        "<footer>1998–2026</footer>",
        "<p>Today is 24 November 2026</p>",
        "<aside>Posted 3 May 2020</aside>",
        "<div class=comments><p>Anna, 3 May 2020, 10:00</p></div>",
    ],
)
def test_copyright_lines_todays_date_and_the_surroundings_date_nothing(body: str):
    assert read(body=body).published is None


def test_a_first_of_january_made_from_a_year_is_refused_and_kept():
    article = read('<meta name="date" content="2020-01-01">')
    assert article.published is None
    (claim,) = (e for e in article.evidence if e.field == "date_published")
    assert (claim.value, claim.chosen) == ("2020-01-01", False)
    assert claim.note
    assert "first of January" in claim.note


def test_a_first_of_january_with_its_time_is_believed():
    stated = read(ld(datePublished="2020-01-01T08:15:00+01:00")).published
    assert stated is not None
    assert stated.day == date(2020, 1, 1)


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        ("", "<p>January 1, 2024</p>", date(2024, 1, 1)),
        (ld(datePublished="2024-01-01"), "<p>1 January 2024</p>", date(2024, 1, 1)),
        ('<meta name="date" content="2024-03-05">', "<p>January 1, 2024</p>", date(2024, 3, 5)),
        ('<meta name="date" content="2024-01-01">', "<p>1 January 2023</p>", None),
        ("", "<p>January 2024</p>", None),
        ("", "<p>© 2024</p>", None),
        ("", f"<p>{TEXT}</p><footer>Copyright January 1, 2024</footer>", None),
    ],
)
def test_a_first_of_january_that_is_printed_is_believed_where_no_other_day_is_told(
    head: str, body: str, day: date | None
):
    stated = read(head, body).published
    assert (stated and stated.day) == day


def test_a_day_after_the_fetch_is_refused():
    assert read(ld(datePublished="2027-05-01")).published is None


def test_a_conflict_over_the_day_is_flagged_and_kept():
    article = read(ld(datePublished="2026-03-02"), "<p>Published: 9 March 2026</p>")
    assert article.published is not None
    assert article.published.day == date(2026, 3, 2)
    assert any("conflict" in warning and "2026-03-09" in warning for warning in article.warnings)
    losing = [e for e in article.evidence if e.field == "date_published" and not e.chosen]
    assert [e.value for e in losing] == ["2026-03-09"]


def test_an_address_keeps_the_day_on_which_it_was_first_filed():
    article = read(ld(datePublished="2026-03-02"), url="https://gazette.example/2024/07/12/ferry")
    assert article.published is not None
    assert (article.published.day, article.published.basis) == (date(2024, 7, 12), "url")
    assert any("conflict" in warning for warning in article.warnings)


def test_a_day_in_the_address_that_is_a_little_earlier_does_not_cost_the_time():
    article = read(ld(datePublished="2024-07-13T00:10:00+02:00"), url="https://gazette.example/2024/07/12/ferry")
    assert article.published is not None
    assert article.published.text == "2024-07-13T00:10:00+02:00"


def test_a_month_is_a_month():
    stated = read(url="https://gazette.example/2024/07/ferry").published
    assert stated is not None
    assert (stated.text, stated.precision, stated.day) == ("2024-07", "month", None)


def test_a_feeds_date_goes_before_what_merely_stands_there():
    hints = Hints(published="2026-03-02T10:00:00+00:00", published_basis="feed")
    stated = read(body="<p>9 March 2026</p>", hints=hints).published
    assert stated is not None
    assert (stated.day, stated.basis) == (date(2026, 3, 2), "feed")


@pytest.mark.parametrize("basis", ["feed", "sitemap", "news-sitemap", "index", "url", "list"])
def test_every_basis_that_a_date_is_given_is_a_documented_one(basis: str):
    shown = '<time datetime="2026-03-03">3 March 2026</time><p>Updated: 4 March 2026</p>'
    head = ld(datePublished="2026-03-02") + '<meta property="article:published_time" content="2026-03-02">'
    found = read(
        head, shown, "https://x.example/2026/03/02/ferry", Hints(published="2026-03-02", published_basis=basis)
    )
    bases = {item.basis for item in found.evidence if item.field.startswith("date_")}
    assert basis in bases
    assert bases <= set(claims.BASES)
