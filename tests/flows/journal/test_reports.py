"""Reports are made of what a run told: true, bounded, and without power in the mouths of pages."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date, timedelta

import pytest
from markdown_it import MarkdownIt

from flows.journal import reports
from flows.journal.masking import Mask
from flows.journal.reports import Gathered
from flows.progress import Event
from warehouse.coverage import Day

RENDERED = MarkdownIt("commonmark", {"html": True}).enable("table")


def article(url: str = "https://town.example/a", headline: str = "Fog", count: int = 1, **more: str | None) -> Event:
    return Event("read", headline, count, outcome="article", url=url, more=more)


def refused(url: str, outcome: str = "failed", reason: str = "status_404", message: str | None = None) -> Event:
    return Event("page", url, outcome=outcome, url=url, reason=reason, more={"message": message})


def gathered(*events: Event) -> Gathered:
    found = Gathered()
    days = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 8)}
    for event in (Event("begun", "", source="town", more={"kind": "ingest", **days}), *events):
        found(event)
    return found


def test_what_came_in_is_a_table_with_links():
    said = reports.came_in(gathered(article(published="2026-03-05", tag="AP")))
    assert said is not None
    html = RENDERED.render(said)
    assert '<a href="https://town.example/a">town.example/a</a>' in html
    assert "<td>2026-03-05</td>\n<td>AP</td>" in html
    assert "Fog" not in said  # an article that is withdrawn is gone from every report
    assert said.startswith("1 article read by the ingest of town.")


def test_a_page_of_several_articles_counts_them_and_a_page_read_twice_counts_once():
    found = gathered(article("https://town.example/digest", count=3), article(), article())
    assert found.seen == 4
    assert len(found.stories) == 2


def test_what_was_rejected_is_counted_by_reason_and_says_the_way_out():
    narrow = "Narrow [article] url in the source file."
    rejected = Event("read", narrow, outcome="rejected", url="https://town.example/form", reason="not_article")
    said = reports.rejected(
        gathered(refused("https://town.example/1", message="It is not there."), rejected, article())
    )
    assert said is not None
    html = RENDERED.render(said)
    assert "2 addresses of town gave no article." in html
    assert "<td>rejected</td>\n<td>no headline with a text below it</td>\n<td>1</td>" in html
    assert f"<td>{narrow}</td>" in html
    assert "<td>It is not there.</td>" in html


def test_a_run_that_brought_nothing_has_nothing_to_show():
    found = gathered(Event("page", "", outcome="unchanged", url="https://town.example/a"))
    assert reports.came_in(found) is None
    assert reports.rejected(found) is None
    assert reports.coverage("town", []) is None


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "](javascript:alert(1)) [x",
    "**loud** `code` ~~gone~~ # head",
    "a | b | c",
    "line\n\n# another\n| row |",
    "![pixel](https://evil.example/p.gif)",
    "https://evil.example and www.evil.example and a@evil.example",
    "&lt;b&gt; &amp; \\",
    "&#60;b&#x3e; &",
    "_so_ __loud__ a_b_c _",
    "\u202eright to left\u200b",
    "<https://evil.example>",
    "\x1b[31mred\x07",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_a_page_says_has_power(words: str):
    said = reports.came_in(gathered(article(published=words, tag=words)))
    assert said is not None
    html = RENDERED.render(said)
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 3
    assert re.findall(r"<(?!/?(?:p|table|thead|tbody|tr|th|td|a)\b)", html) == []
    assert re.findall(r'href="([^"]*)"', html) == ["https://town.example/a"]
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
    shown = re.findall(r"<td>([^<]*)</td>", html)[-1]
    assert [word for word in re.findall(r"[a-z]{3,}", words) if word not in shown] == []


@pytest.mark.parametrize("words", ["Q&A: 50 % (more) at AT&T #1!", "snake_case_name", "“Fog” — 3 + 4 = 7; it's $5"])
def test_ordinary_words_stay_as_they_are(words: str):
    assert reports.text(words) == words


@pytest.mark.parametrize(
    "url",
    [
        "https://town.example/a_(b)_c?x=[1]&y=|&z=<q>",
        'https://town.example/"onmouseover="alert(1)',
        "https://town.example/a)b(c",
        "https://town.example/café/北京",
        "https://town.example/a%20b",
    ],
)
def test_an_odd_address_is_one_link(url: str):
    html = RENDERED.render(reports.came_in(gathered(article(url=url))) or "")
    (found,) = re.findall(r'<a href="([^"]*)">', html)
    assert found.startswith("https://town.example/")
    assert html.count("<td>") == 3


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://town.example/a b", "https://t.example/" + "x" * 2_000]
)
def test_what_is_no_sane_address_is_no_link(url: str):
    html = RENDERED.render(reports.came_in(gathered(article(url=url))) or "")
    assert "<a " not in html
    assert html.count("<td>") == 3


def test_however_much_came_the_report_is_bounded_and_says_how_much_more():
    found = gathered()
    for number in range(5_000):
        found(article(f"https://town.example/{number}", "x" * 5_000, tag="y" * 5_000))
        found(refused(f"https://town.example/gone/{number}", message="z" * 5_000))
    came, gone = reports.came_in(found), reports.rejected(found)
    assert came is not None
    assert gone is not None
    assert max(len(came), len(gone)) < 100_000
    assert "… and 4,900 more" in came
    assert "… and 4,900 more" in gone
    assert "5,000 articles" in came
    assert len(found.stories) == len(found.refusals) == reports.MOST_ROWS


def test_no_report_shows_a_secret():
    found = Gathered(Mask(("reader-4711",)))
    found(article("https://town.example/a?token=t0k3n-value"))
    found(article("https://town.example/reader-4711"))
    found(refused("https://ann:pw77@town.example/b", message="It leads to https://town.example/?sid=t0k3n-value"))
    said = f"{reports.came_in(found)}{reports.rejected(found)}"
    assert not [secret for secret in ("t0k3n-value", "reader-4711", "pw77") if secret in said]


def test_threads_may_tell_at_once():
    found = gathered()
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda number: found(refused(f"https://town.example/{number}")), range(2_000)))
    assert found.done == 2_000
    assert found.reasons.total() == 2_000


def day(number: int, state: str, articles: int = 0, reason: str | None = None) -> Day:
    """A day of which the report needs no more than this."""
    said = {"day": date(2026, 1, 1) + timedelta(number), "state": state, "reason": reason, "found": articles}
    blank = {field.name: None for field in fields(Day)}
    return Day(**blank | said | {"articles": articles, "missing": 0})


def test_a_week_is_shown_by_the_day_newest_first():
    days = [day(0, "complete", 3), day(1, "partial", 1, "the listing was cut"), day(2, "confirmed_empty")]
    html = RENDERED.render(reports.coverage("town", days) or "")
    assert "town, 2026-01-01 to 2026-01-03: 1 complete, 1 confirmed_empty, 1 partial." in html
    assert re.findall(r"<td>(2026-\d\d-\d\d)</td>", html) == ["2026-01-03", "2026-01-02", "2026-01-01"]
    assert "<td>the listing was cut</td>" in html


def test_a_decade_is_shown_by_the_month_and_begins_where_somebody_looked():
    days = [
        *(day(number, "never_tried") for number in range(40)),
        *(day(number, "complete", 2) for number in range(40, 3_650)),
    ]
    said = reports.coverage("town", days)
    assert said is not None
    assert len(said) < 20_000
    html = RENDERED.render(said)
    assert "town, 2026-02-10 to " in html
    assert "never_tried" not in html
    assert "<td>2026-03</td>\n<td>31</td>\n<td>62</td>" in html


def test_the_share_that_is_done():
    found = gathered(Event("planned", "", 8), *(refused(f"https://town.example/{number}") for number in range(2)))
    assert found.share == 0.25
    found(Event("days", "", 4))
    assert found.share == 0.5  # of the eight days of its window
    found(Event("days", "", 2, more={"after": 3}))
    assert found.share == 0.5, "pages of these days are still to come"
    for _ in range(3):
        found(Event("page", "https://town.example/", outcome="fetched"))
    assert found.share == 0.75
    found(Event("ended", "", outcome="cancelled"))
    assert found.share == 0.75
    found(Event("ended", "", outcome="completed"))
    assert found.share == 1
    assert gathered().share == 0
