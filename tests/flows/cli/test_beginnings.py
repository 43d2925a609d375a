"""Where all that was asked says that an archive begins later, `coverage` names the line to write; and written, it is quiet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from flows import backfilling, workspace
from flows.sources import load
from flows.workspace import Workspace
from tests.flows.cli.conftest import Done
from tests.warehouse.facts import SOURCE, fetched, found, key, reading
from warehouse import loader, rows, spool

Run = Callable[..., Done]

READ = datetime(2017, 9, 1)
FIRST, BEGIN, LAST = date(2017, 1, 1), date(2017, 3, 1), date(2017, 4, 30)
TEMPLATE = """
name = "The Paper"
home = "https://paper.example/"
[[find]]
kind = "template"
url = "https://paper.example/{year}/{month}/{day}/"
"""
FEED = '[[find]]\nkind = "feed"\nurl = "https://paper.example/feed"\n'
INDEX = """
name = "The Paper"
home = "https://paper.example/"
[[find]]
kind = "index"
url = "https://paper.example/news/"
pages = "https://paper.example/news/page/{page}/"
"""


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(number) for number in range((last - first).days + 1))


def page(day: date, finder: str, unit: str) -> Iterator[rows.Row]:
    yield replace(found(f"{day}", day=day, finder=finder, unit=unit), found_at=READ)
    yield replace(fetched(f"{day}"), observed_at=READ)
    yield replace(reading(f"{day}", f"words of {day}"), observed_at=READ)


def asked() -> rows.Run:
    return rows.Run(key("run"), SOURCE, "backfill", "completed", READ, READ, READ, None, 1, 1, 1, 1, 1, 0, 0, 0, None, FIRST, LAST)  # fmt: skip


def by_day(reason: str = "status_404") -> Iterator[rows.Row]:
    """A listing a day, of which those before the first of March could not be read."""
    yield asked()
    for day in days(FIRST, LAST):
        url, is_there = f"https://paper.example/{day}", day >= BEGIN
        yield rows.Listed(SOURCE, "template", f"{day}", url, day, day, READ, is_there, "fetched" if is_there else "gone",
                          None if is_there else reason, key(url) if is_there else None, 1, 1, 0, key("run"))  # fmt: skip
        if is_there:
            yield from page(day, "template", f"{day}")


def by_page(is_whole: bool = True) -> Iterator[rows.Row]:
    """An index of two pages that was walked to its end, or to a page that was cut."""
    yield asked()
    for number, (first, last) in enumerate([(date(2017, 4, 1), LAST), (BEGIN, date(2017, 3, 31))]):
        url = f"https://paper.example/news/{number}"
        yield rows.Listed(SOURCE, "index", url, url, first, last, READ + timedelta(seconds=number), is_whole or not number, "fetched",
                          None if is_whole or not number else "cut_short", key(url), 30, 30, 0, key("run"))  # fmt: skip
        for day in days(first, last):
            yield from page(day, "index", url)


@pytest.fixture
def told(
    tmp_path_factory: pytest.TempPathFactory, wireroom: Run, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Workspace]:
    """Make a workspace of such rows with such a source, which `wireroom` then reads."""

    def make(found_rows: Iterator[rows.Row], text: str) -> Workspace:
        made = workspace.create(tmp_path_factory.mktemp("archive"))
        (made.sources / f"{SOURCE}.toml").write_text(text, encoding="utf-8")
        spool.write(made.folders, list(found_rows), source_id=SOURCE, run_id=key("run"))
        report = loader.drain(made.folders, publish_now=True)
        assert report is not None
        assert report.problems == []
        monkeypatch.setenv("WIREROOM_WORKSPACE", str(made.root))
        return made

    return make


@pytest.mark.parametrize(
    ("found_rows", "text", "finder"),
    [
        (by_day(), TEMPLATE + FEED, "template https://paper.example/{year}/{month}/{day}/"),
        (by_day("other_page"), TEMPLATE, "template https://paper.example/{year}/{month}/{day}/"),
        (by_page(), INDEX, "index https://paper.example/news/"),
    ],
)
def test_an_archive_that_begins_later_is_told_and_the_line_to_write(
    told: Callable[..., Workspace], wireroom: Run, found_rows: Iterator[rows.Row], text: str, finder: str
):
    made = told(found_rows, text)
    said = " ".join(wireroom("coverage", SOURCE, code=4).stdout.split())
    begin = date.fromisoformat(json.loads(wireroom("coverage", SOURCE, "--json", code=4).stdout)["begins"])
    assert BEGIN - timedelta(4) <= begin <= BEGIN, (
        "up to a long weekend before its first article an index is known to be empty"
    )
    assert f"write from = {begin} under [[find]] of {finder} in {SOURCE}.toml" in said
    assert "[coverage] known" not in said
    path = made.sources / f"{SOURCE}.toml"
    assert backfilling.holes(made, load(path), None, None) != []
    path.write_text(text.replace("[[find]]\n", f"[[find]]\nfrom = {begin}\n", 1))
    said = wireroom("coverage", SOURCE).stdout
    assert "Nothing is missing." in said
    assert f"{begin} to {LAST}" in said
    assert backfilling.holes(made, load(path), None, None) == []
    assert json.loads(wireroom("coverage", "--json").stdout)["holes"] == 0
    wireroom("coverage", SOURCE, "--from", FIRST, code=4)


@pytest.mark.parametrize(
    ("found_rows", "text"),
    [
        (by_day("status_500"), TEMPLATE),
        (by_day("timeout"), TEMPLATE),
        (by_day(), TEMPLATE + '[[find]]\nkind = "wayback"\n'),
        (
            by_day(),
            TEMPLATE + '[[find]]\nkind = "template"\nurl = "https://paper.example/more/{year}/{month}/{day}/"\n',
        ),
        (by_page(is_whole=False), INDEX),
        (by_page(), INDEX.replace('pages = "https://paper.example/news/page/{page}/"', "")),
        (by_page(), INDEX + '[[find]]\nkind = "wayback"\n'),
    ],
)
def test_where_something_was_not_read_nothing_is_said_of_a_beginning(
    told: Callable[..., Workspace], wireroom: Run, found_rows: Iterator[rows.Row], text: str
):
    told(found_rows, text)
    assert json.loads(wireroom("coverage", SOURCE, "--json", code=4).stdout)["begins"] is None
    assert "archive begins" not in wireroom("coverage", SOURCE, code=4).stdout


def test_a_few_days_before_an_archive_are_a_gap(told: Callable[..., Workspace], wireroom: Run):
    told(by_day(), TEMPLATE)
    given = ("--from", BEGIN - timedelta(20))
    assert json.loads(wireroom("coverage", SOURCE, *given, "--to", LAST, "--json", code=4).stdout)["begins"] is None
