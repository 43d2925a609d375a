"""`wireroom backfill`: the plan, what it says in the end, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from flows.backfilling import Order, backfill
from flows.cli.backfill_output import missing
from flows.cli.days_display import Course, by_days, span
from flows.cli.verbs import app, guarded
from flows.progress import Event, shown, tell
from flows.sources import load
from flows.standing import standing
from tests.flows.cli.conftest import WIREROOM
from tests.flows.discovery.outlet import Outlet, served, sitemap
from tests.flows.test_backfill import DAILY, DATED, YEARLY, archive_of_days, dated, listing
from warehouse.coverage import Dayless, Hole
from warehouse.locks import hold

DAYS = ("--from", "2017-03-01", "--to", "2017-03-04")


@pytest.fixture
def outlet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with served(tmp_path / "news") as made:
        monkeypatch.chdir(made.workspace.root)
        made.source(DAILY, 'kind = "feed"\nurl = "BASE/feed.xml"\nto = 2016-12-31')
        yield made


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code of the command and all that it printed."""
    capsys.readouterr()
    code = guarded(lambda: app(["backfill", "post", *words], prog_name="wireroom"))
    printed = capsys.readouterr()
    return code, " ".join((printed.out + printed.err).split())


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = guarded(lambda: app(["backfill", "post", *words, "--json"], prog_name="wireroom"))
    return code, json.loads(capsys.readouterr().out)


def test_pages_of_which_none_was_an_article_are_told_in_the_end():
    order, counts = Order(date(2017, 3, 1), date(2017, 3, 2)), {"rejected": 50, "articles": 0, "cut": None}
    first, second = missing("post", order, [], counts)
    assert first.startswith("None of the 50 pages read was an article")
    assert first.endswith("wireroom sources check post")
    assert list(missing("post", order, [], counts | {"articles": 1})) == [second]


def test_pages_that_are_gone_are_named_with_the_command_that_asks_once_more(outlet: Outlet, capsys):
    paths = archive_of_days(outlet)
    outlet.fail(paths[0], 404)
    code, text = said(capsys, *DAYS)
    assert code == 0
    assert (
        "1 page is gone (not there, 404). Ask for it once more with: wireroom backfill post --from 2017-03-01 --to 2017-03-04 --gone"
        in text
    )
    assert "is gone" not in said(capsys, *DAYS, "--gone")[1]  # it was just asked once more


def undated_year(outlet: Outlet, *gone: int) -> None:
    """A year's listing that dates nothing, of four articles that do; some are not there."""
    outlet.source(YEARLY, rest='[article]\nurl = "/story"\n')
    outlet.put("/2017.html", listing(*(f"/story{number}.html" for number in range(1, 5))))
    for number in range(1, 5):
        outlet.put(f"/story{number}.html", dated(number, date(2017, 3, number)))
        if number in gone:
            outlet.fail(f"/story{number}.html", 404)


def test_pages_that_are_gone_and_have_no_known_day_are_named_too(outlet: Outlet, capsys):
    undated_year(outlet, 2, 3)
    text = said(capsys, *DAYS)[1]
    ask = "once more with: wireroom backfill post --from 2017-03-01 --to 2017-03-04 --gone"
    assert f"2 pages are gone (not there, 404), of no known day, listed by template 2017. Ask for them {ask}" in text
    found = as_json(capsys, *DAYS)[1]
    assert (found["gone"], found["missing"]) == (2, 0)
    (gone,) = found["dayless"]
    assert gone == {"finder": "template", "unit": "2017", "outcome": "gone", "reason": "status_404", "is_final": True, "addresses": 2}  # fmt: skip


def test_gone_pages_of_known_days_and_of_none_are_told_apart():
    order, counts = Order(date(2017, 3, 1), date(2017, 3, 2)), {"rejected": 0, "articles": 9, "cut": None}
    undated = [Dayless("template", "2017", "gone", "status_410", True, 2), Dayless("feed", None, "failed", None, False, 3)]  # fmt: skip
    told = list(missing("post", order, [], counts, Counter({"status_404": 1}), (), undated))
    assert any("3 pages are gone (not there, 404; not there any more, 410), 2 of them of no known day, listed by template 2017. Ask" in line for line in told)  # fmt: skip


def test_coverage_counts_what_has_no_known_day_beside_the_days(outlet: Outlet, tmp_path: Path, capsys):
    undated_year(outlet, 2)
    said(capsys, *DAYS)
    page = tmp_path / "page.html"

    def coverage(*words: str) -> str:
        guarded(lambda: app(["coverage", "post", *DAYS, *words], prog_name="wireroom"))
        return " ".join(capsys.readouterr().out.split())

    told = "1 more address has no known day: 1 gone (not there, 404). It is listed by template 2017."
    assert f"3 addresses in 4 days: 3 articles. {told}" in coverage("--html", str(page))
    assert told in page.read_text(encoding="utf-8")
    (gone,) = json.loads(coverage("--json"))["dayless"]
    assert (gone["outcome"], gone["addresses"]) == ("gone", 1)


def test_a_bar_says_which_days_are_not_over_and_no_message_is_cut(monkeypatch: pytest.MonkeyPatch):
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    warning = "The template http://127.0.0.1:8765/pr/2026/index.html could not be read: it answered HTTP/1.1 503 Service Unavailable."
    with by_days("The Post", console, 60, going_on=1):
        tell(Event("days", "template 2017", 60))
        tell(Event("page", "https://post.example/2017/03/01/story.html", outcome="unchanged"))
        tell(Event("warning", warning))
        tell(Event("visible", "Loads 13 to 15 are in the reading copy: 9 rows, and so on and so forth."))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    last = re.sub(r"\x1b\[\S*?[a-zA-Z]", "", printed.rpartition("\x1b[2K")[2]).strip()
    assert "59 of 60 days, 1 not over yet, 1 page" in last
    assert "60 of 60" not in printed
    assert "Loads" not in printed
    assert all(word in re.split(r"\s+", printed) for word in warning.split())
    assert "…" not in last


def test_the_plan_says_what_each_finder_reaches_and_asks_for_nothing(outlet: Outlet, capsys):
    archive_of_days(outlet)
    code, plan = as_json(capsys, *DAYS, "--dry-run")
    assert (code, outlet.log) == (0, [])
    template, feed = plan["reaches"]
    assert (template["listings"], template["known"], template["first_day"]) == (4, 0, "2017-03-01")
    assert feed["first_day"] is None
    assert "from and to" in feed["cannot"]
    assert (plan["pages"], plan["gigabytes"]) == (None, None)
    assert "--sample" in said(capsys, *DAYS, "--dry-run")[1]


def test_a_sample_looks_at_a_few_listings_and_stores_nothing(outlet: Outlet, capsys):
    archive_of_days(outlet, date(2017, 3, 1), date(2017, 3, 30))
    code, plan = as_json(capsys, "--from", "2017-03-01", "--to", "2017-03-30", "--dry-run", "--sample")
    assert code == 0
    assert plan["pages"] == 60
    assert len(outlet.log) == 3
    assert outlet.rows("SELECT count(*) FROM units") == [(0,)]


def test_a_sample_of_which_nothing_can_be_read_says_so(outlet: Outlet, capsys):
    outlet.source(DAILY)
    _, text = said(capsys, "--from", "2017-03-01", "--to", "2017-03-30", "--dry-run", "--sample")
    assert "3 in all, and none could be read (not there, 404)" in text
    assert "3 listings looked at, nothing stored" in text
    assert "--sample" not in text


def test_a_sample_of_which_nothing_is_dated_says_how_many_addresses_it_has(outlet: Outlet, capsys):
    months = [f"{outlet.base}/2017-0{number}.xml" for number in (1, 2, 3, 4)]
    outlet.put(
        "/map.xml",
        f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in months)}</sitemapindex>".encode(),
    )
    for month in months:
        path = month.removeprefix(outlet.base)
        outlet.put(path, sitemap(*((f"{outlet.base}/story-of-{path[7]}-{number}.html", None) for number in range(7))))
    outlet.source('kind = "sitemap"\nurl = "BASE/map.xml"')
    _, plan = as_json(capsys, "--from", "2017-01-01", "--to", "2017-04-30", "--dry-run", "--sample")
    assert plan["pages"] is None
    said = "3 in all: they have 14 addresses, and none of them names a day, so how many a day has is known once they are fetched"
    assert said in plan["basis"]


def test_what_is_known_makes_the_plan(outlet: Outlet, capsys):
    archive_of_days(outlet)
    assert said(capsys, *DAYS)[0] == 0
    _, plan = as_json(capsys, "--from", "2017-02-25", "--to", "2017-03-04", "--dry-run")
    assert plan["reaches"][0]["known"] == 4
    assert plan["pages"] == 8  # four days that nobody has seen, two articles each
    assert plan["gigabytes"] > 0
    assert plan["listings"] == 8
    assert 0 < plan["seconds"] < 60  # no pause, and what answers take


def test_the_plan_knows_what_a_pass_has_seen_in_the_listings_and_how_the_last_look_failed(outlet: Outlet, capsys):
    stories = [f"/2017/03/{number:02}/story.html" for number in range(1, 5)]
    outlet.put("/sitemap.xml", sitemap(*((outlet.base + path, path[1:11].replace("/", "-")) for path in stories)))
    source = outlet.source(
        'kind = "sitemap"\nurl = "BASE/sitemap.xml"', 'kind = "feed"\nurl = "BASE/feed.xml"', rest=DATED
    )
    outlet.passed(source)
    _, plan = as_json(capsys, "--from", "2017-02-01", "--to", "2017-03-03", "--dry-run")
    by_sitemap, by_feed = plan["reaches"]
    assert (plan["pages"], plan["waiting"]) == (3, 3)  # the outlet has no more
    assert (by_sitemap["first_day"], by_sitemap["listings"], by_sitemap["known"]) == ("2017-03-01", 1, 1)
    assert "It could not be read on 20" in by_feed["cannot"]


def test_the_plan_goes_by_all_days_that_listings_vouch_for_and_not_only_by_those_with_articles(outlet: Outlet, capsys):
    stories = [f"/2017/03/{number:02}/story.html" for number in (1, 11, 21)]
    outlet.put("/", "".join(f'<li><a href="{path}">s</a></li>' for path in stories))
    outlet.source('kind = "index"\nurl = "BASE/"\nlinks = "li a"\nfrom = 2017-02-22', rest=DATED)
    said(capsys, "--from", "2017-03-01", "--to", "2017-03-21", "--limit", "1")
    _, plan = as_json(capsys, "--from", "2017-01-01", "--to", "2017-03-21", "--dry-run")
    assert "2 addresses are listed and not fetched yet, and 7 days are not known yet: 0.10 articles" in plan["basis"]
    assert plan["pages"] == 3


def test_the_plan_says_that_addresses_without_a_day_are_all_fetched(outlet: Outlet, capsys):
    outlet.put("/map.xml", sitemap(*((f"{outlet.base}/story-{number}.html", None) for number in range(7))))
    outlet.source('kind = "sitemap"\nurl = "BASE/map.xml"')
    _, text = said(capsys, *DAYS, "--dry-run")
    assert "without a day may be of these days, and is fetched" in text
    _, plan = as_json(capsys, *DAYS, "--dry-run", "--sample")
    assert (plan["waiting"], plan["undated"]) == (7, 7)
    assert "7 of them without a day: they may be of any day, and all are fetched" in plan["basis"]


def test_what_is_missing_is_said_with_the_next_command(outlet: Outlet, capsys):
    paths = archive_of_days(outlet)
    outlet.fail("/2017/03/02/", 500)
    outlet.fail(paths[0], 500)
    code, text = said(capsys, *DAYS)
    assert code == 4
    assert "of 4 days, 2 are not complete" in text
    assert "2017-03-02" in text
    window = "post --from 2017-03-01 --to 2017-03-04"
    assert f"wireroom backfill {window} --holes" in text
    assert f"wireroom coverage {window}" in text
    assert "goes on" not in text  # one way out is enough
    code, counts = as_json(capsys, "--holes")
    assert (code, counts["complete"], counts["holes"], counts["articles"]) == (4, False, 2, 0)
    assert counts["states"] == {"unreachable": 1, "partial": 1}


def test_listings_that_fail_alike_are_counted_and_the_pattern_is_doubted(outlet: Outlet, capsys):
    outlet.source(DAILY)
    code, text = said(capsys, "--from", "2017-03-01", "--to", "2017-03-30")
    assert code == 4
    assert text.count("could not be read: it answered HTTP/1.1 404") == 5
    assert f"30 listings could not be read: the first was {outlet.base}/2017/03/" in text
    assert "Every one so far is missing (404): if the pattern is wrong, mend `url` under [[find]] in post.toml" in text
    assert text.count("Every one is missing (404)") == 1
    log = (outlet.workspace.folders.data / "logs" / "wireroom.jsonl").read_text()
    assert log.count("could not be read: it answered HTTP/1.1 404") >= 30
    assert outlet.rows("SELECT count(*) FROM units WHERE outcome = 'failed'") == [(30,)]


@pytest.mark.parametrize(
    ("days", "open_days", "words"),
    [
        (60, 0, "all 60 days are complete."),
        (1, 0, "the day is complete."),
        (60, 1, "the 59 days that are over are complete; 2026-11-29 is not over yet."),
        (3, 2, "the day that is over is complete; 2026-11-28 and 2026-11-29 are not over yet."),
        (1, 1, "nothing is missing so far; 2026-11-29 is not over yet."),
    ],
)
def test_a_day_that_is_not_over_is_not_called_complete(
    monkeypatch: pytest.MonkeyPatch, days: int, open_days: int, words: str
):
    last = date(2026, 11, 29)
    monkeypatch.setattr("warehouse.coverage.over", lambda: last - timedelta(days=open_days))
    order = Order(last - timedelta(days=days - 1), last)
    counts = {"cut": None, "rejected": 0, "articles": 1}
    assert list(missing("post", order, [], counts)) == [f"{order.first_day} to {last}: {words}"]


@pytest.mark.parametrize(
    ("days", "listings", "words"),
    [
        (0, 1, ["no day is known to lack a page, but 1 listing that names no day is not read whole, which may name more."]),
        (1, 2, ["of 4 days, 1 is not complete.", "2 listings that name no day are not read whole."]),
    ],
)  # fmt: skip
def test_days_are_not_called_complete_while_a_listing_is_unread(days: int, listings: int, words: list[str]):
    order = Order(date(2017, 3, 1), date(2017, 3, 4))
    holes = [Hole(date(2017, 3, 2), None, None, "partial", None, 2, 1, 1)] * days
    holes += [Hole(None, f"sitemap {number}", "sitemap", "partial", None, 0, 0, 0) for number in range(listings)]
    said = [line.removeprefix("2017-03-01 to 2017-03-04: ") for line in missing("post", order, holes, {"cut": None, "rejected": 0, "articles": 1})]  # fmt: skip
    assert [line for line in said if "complete" in line or "whole" in line] == words


def test_a_limit_leaves_the_rest_and_says_so(outlet: Outlet, capsys):
    archive_of_days(outlet)
    code, text = said(capsys, *DAYS, "--limit", "2")
    assert code == 4
    assert "as --limit says" in text
    assert "--holes" not in text  # one way out is enough
    code, text = said(capsys, *DAYS)
    assert code == 0
    assert "all 4 days are complete" in text
    code, text = said(capsys, "--holes")
    assert code == 0
    assert "Nothing is missing" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say where the past begins"),
        (("--from", "2017-13"), "is no day"),
        (("--from", "2017-03", "--to", "2017-02"), "is later than"),
        (("--from", "2999"), "is later than today"),
        ((*DAYS, "--sample"), "--dry-run"),
    ],
)
def test_what_cannot_be_done_is_said(outlet: Outlet, capsys, words: tuple[str, ...], sentence: str):
    code, text = said(capsys, *words)
    assert code == 1
    assert sentence in text


def test_a_source_that_is_held_has_a_code_of_its_own(outlet: Outlet, capsys):
    with hold(outlet.workspace.folders.source_lock("post"), "the test"):
        code, text = said(capsys, *DAYS)
    assert code == 3
    assert "the test" in text


def test_sigterm_stops_it_cleanly_and_the_same_command_goes_on(outlet: Outlet, capsys):
    paths = archive_of_days(outlet)
    outlet.source(DAILY, rest='[pace]\ndelay = "1s"\n')
    child = subprocess.Popen(
        [WIREROOM, "backfill", "post", *DAYS], cwd=outlet.workspace.root, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while not any(path in paths for path, _ in list(outlet.log)) and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(child.pid, signal.SIGTERM)
    _, errors = child.communicate(timeout=120)
    assert child.returncode == 130, errors
    assert "new addresses, " in errors.partition("Stopped.")[0]  # what was done comes first
    assert "goes on from here" in errors
    way = f"wireroom backfill post {' '.join(DAYS)}"
    assert outlet.rows("SELECT state, message FROM runs") == [("cancelled", f"It was stopped; {way} goes on.")]
    state = standing(outlet.workspace, load(outlet.workspace.sources / "post.toml"))["state"]
    assert state == f"ended early: the last backfill; it goes on with {way}"
    outlet.source(DAILY)
    code, text = said(capsys, *DAYS)
    assert code == 0
    assert "The last run goes on where it was stopped: " in text
    assert "Recovered" not in text  # nothing was lost that had to be
    assert outlet.rows("SELECT count(*) FROM articles") == [(len(paths),)]
    assert all(outlet.asked()[path] == 1 for path in paths)


def test_a_terminal_that_hangs_up_stops_it_as_cleanly(outlet: Outlet):
    paths = archive_of_days(outlet)
    outlet.source(DAILY, rest='[pace]\ndelay = "1s"\n')
    spawn = "import pty, sys; pty.spawn(sys.argv[1:])"
    window = [sys.executable, "-c", spawn, str(WIREROOM), "backfill", "post", *DAYS]
    terminal = subprocess.Popen(
        window, cwd=outlet.workspace.root, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 120
    while not any(path in paths for path, _ in list(outlet.log)) and time.monotonic() < until:
        time.sleep(0.1)
    terminal.kill()
    terminal.communicate()
    ends = "SELECT state FROM runs WHERE ended_at IS NOT NULL"
    while not outlet.rows(ends) and time.monotonic() < until:
        time.sleep(0.2)
    assert outlet.rows(ends) == [("cancelled",)]


def test_the_course_of_a_backfill_is_said_in_days_pages_rate_and_time_left():
    course = Course(days=100, began=time.monotonic() - 120)
    course.take(Event("days", "read before", 50, outcome="before"))
    assert course.minutes_left(2) is None
    course.take(Event("days", "template 2017-03-01", 10))
    for outcome in ("fetched", "unchanged", "failed"):
        course.take(Event("page", "https://post.example/", outcome=outcome))
    assert course.minutes_left(2) == pytest.approx(8)
    assert course.said().startswith("60 of 100 days, 3 pages, 1 not there")
    course.take(Event("days", "template 2017-02-28", 10, more={"after": 4}))
    assert course.done == 60
    course.take(Event("page", "https://post.example/", outcome="fetched"))
    assert course.done == 70
    assert re.search(r"\d+ a minute, [\d.]+ \w+ left$", course.said())
    assert "left" not in course.said(ended=True)
    course.room = 48
    assert re.fullmatch(r"70 of 100 days, 4 pages, 2 a minute, \d+ min left", course.said())
    course.room = 40
    assert re.fullmatch(r"70 of 100 days, 4 pages, \d+ min left", course.said())
    assert [span(minutes) for minutes in (0, 1, 40, 300, 4000)] == [
        "less than a second",
        "60 s",
        "40 min",
        "5.0 h",
        "2.8 days",
    ]


def test_the_listings_that_are_read_before_any_page_are_told_of_how_many_and_how_long_they_take():
    course = Course(days=120, began=time.monotonic() - 600)
    course.take(Event("days", "done before", 0, outcome="before", more={"after": 0, "listings": 120}))
    for number in range(60):
        course.take(Event("unit", f"template {number}", 1, outcome="fetched"))
        course.take(Event("days", f"template {number}", 0, more={"after": number + 1}))
    assert course.said() == "0 of 120 days, 60 of 120 listings read, 30 min left"  # 60 listings and 120 pages
    course.take(Event("warning", "could not be read", more={"group": "unread"}))
    course.take(Event("note", "lists nothing", more={"group": "empty"}))
    assert "62 of 120 listings read" in course.said()
    before = course.minutes_left(10)
    course.take(Event("days", "template 62", 1, more={"after": 60}))
    course.take(Event("page", "https://post.example/", outcome="fetched"))
    after = course.minutes_left(10)
    assert before is not None
    assert after == pytest.approx(before, rel=0.05)  # the first page and the first day are no leap
    assert "listings" not in course.said()
    assert "listing" not in course.said(ended=True)


def test_of_listings_whose_number_shows_only_later_those_read_are_counted():
    course = Course(days=120, began=time.monotonic() - 60)
    course.take(Event("unit", "sitemap 1", 0, outcome="fetched"))
    assert course.said() == "0 of 120 days, 1 listing read"


def test_a_backfill_says_beforehand_how_many_listings_it_will_read(outlet: Outlet):
    archive_of_days(outlet)
    outlet.source(DAILY)
    told: list[Event] = []
    with shown(told.append):
        backfill(
            outlet.workspace, load(outlet.workspace.sources / "post.toml"), Order(date(2017, 3, 1), date(2017, 3, 4))
        )
    course, planned = Course(4), []
    for event in told:
        course.take(event)
        planned.append(course.planned)
    assert next(count for count in planned if count is not None) == 4
    assert course.listings == 4


def test_days_that_no_finder_reaches_are_said_with_what_can_be_done_and_no_holes_are_advised(outlet: Outlet, capsys):
    archive_of_days(outlet)
    outlet.source(f"{DAILY}\nfrom = 2017-03-03", 'kind = "feed"\nurl = "BASE/feed.xml"')
    window = ("--from", "2017-02-01", "--to", "2017-02-05")
    why = "No finder of post reaches 5 days from 2017-02-01 to 2017-02-05: its template begins on 2017-03-03 and its feed shows only its latest entries."
    way_out = 'Set an earlier `from` in post.toml, or add a web archive (kind = "wayback", docs/wayback.md).'
    code, plan = as_json(capsys, *window, "--dry-run")
    assert (code, plan["pages"]) == (0, 0)
    assert f"{why} {way_out}" in plan["basis"]
    code, text = said(capsys, *window)
    assert code == 4
    assert f"{why} {way_out}" in text
    assert "--holes" not in text
    outlet.fail("/2017/03/04/", 500)
    text = said(capsys, "--from", "2017-03-01", "--to", "2017-03-04")[1]
    assert "No finder of post reaches 2 days from 2017-03-01 to 2017-03-02" in text
    assert "--holes" in text
    guarded(lambda: app(["coverage", "post", *window], prog_name="wireroom"))
    text = " ".join(capsys.readouterr().out.split())
    assert "never tried: no finder reaches this day" in text
    assert f"{why} → {way_out}" in text
    assert "--holes" not in text
