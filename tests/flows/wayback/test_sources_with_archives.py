"""Source files that name archives: what is checked of them, what a check says, and what a backfill says beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from archive_desk import Desk
from imitation import Said, paths
from outlet import story

from flows import checking, reach
from flows.backfilling import Order
from flows.sources import SourceError, load


def last_year() -> date:
    """The month that a check tries, by its first day."""
    return (datetime.now(UTC).date() - timedelta(days=365)).replace(day=1)


def parts(desk: Desk, table: str) -> dict[str, tuple[str, str]]:
    source = desk.written([table])
    found = checking.check(desk.outlet.workspace, replace(source, delay=timedelta()))
    return {part.part: (part.state, part.said) for part in found}


def test_a_check_tries_a_month_of_the_archive_and_a_memento(desk: Desk) -> None:
    month = last_year()
    desk.outlet.put("/", "<p>We have closed.</p>")
    desk.keep(f"{month:%Y%m}12", f"/{month:%Y/%m}/12/a", story(1))
    desk.keep(f"{month:%Y%m}13", "/about", story(2))
    said = parts(desk, f'kind = "wayback"\nserver = "{desk.archive.server}"\ndelay = "0s"')
    assert said["wayback"] == ("ok", f"2 captures of {month:%Y-%m}, 1 of them articles of that month")
    assert said["articles"] == ("ok", "1 of 1 read whole")


def test_a_check_says_what_is_wrong_with_an_archive(desk: Desk) -> None:
    desk.archive.says("/cdx/", Said(200, b"<html><body>Maintenance</body></html>"))
    said = parts(desk, f'kind = "wayback"\nserver = "{desk.archive.server}"\ndelay = "0s"')
    assert said["wayback"][0] == "failed"
    assert "not an index" in said["wayback"][1]


def test_a_check_counts_the_files_of_a_crawl_and_fetches_none(desk: Desk) -> None:
    month = last_year()
    name = f"crawl-data/CC-NEWS/{month:%Y/%m}/CC-NEWS-{month:%Y%m}04030405-00001.warc.gz"
    desk.archive.files[f"/crawl-data/CC-NEWS/{month:%Y/%m}/warc.paths.gz"] = paths(name)
    base = desk.archive.base
    table = f'kind = "warc"\nurl = "{base}/crawl-data/CC-NEWS/{{year}}/{{month}}/warc.paths.gz"\ndelay = "0s"'
    said = parts(desk, table)["warc"]
    assert said[0] == "ok"
    assert said[1].startswith(f"1 file of {month:%Y-%m}, about 1 GB each")
    assert desk.archive.asked(".warc.gz") == []


def test_what_a_backfill_would_ask_the_archive_for_is_said_beforehand(desk: Desk) -> None:
    source = desk.source(more='late = "31d"')
    plan = reach.plan(desk.outlet.workspace, source, Order(date(2017, 1, 1), date(2017, 12, 31)))
    (found,) = plan.reaches
    assert (found.finder, found.first_day, found.last_day, found.listings) == (
        "wayback",
        date(2017, 1, 1),
        date(2017, 12, 31),
        13,
    )
    assert desk.archive.log == []
    usual = reach.plan(
        desk.outlet.workspace, desk.written(['kind = "wayback"']), Order(date(2017, 1, 1), date(2017, 12, 31))
    )
    assert usual.floors == [reach.Floor("web.archive.org", 2.5, 4.0)]


@pytest.mark.parametrize(
    ("table", "clause"),
    [
        ('kind = "wayback"\ncaptures = "some"', "`find.captures` must name a rule for captures"),
        ('kind = "wayback"\nmatch = "site"', "`find.match` must name a way to match addresses"),
        ('kind = "wayback"\nserver = "archive.org"', "`find.server` must be an http or https address"),
        ('kind = "wayback"\nlinks = "a"', "`find.links` means nothing to a finder of kind 'wayback'"),
        ('kind = "warc"\nurl = "https://data.example/warc.paths.gz"', "`find.url` must name a period"),
        ('kind = "waybak"', "Did you mean `wayback`?"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, table: str, clause: str) -> None:
    path = tmp_path / "post.toml"
    path.write_text(f'name = "Post"\nhome = "https://post.example/"\n[[find]]\n{table}\n', encoding="utf-8")
    with pytest.raises(SourceError) as fault:
        load(path)
    assert clause in str(fault.value)


def test_a_finder_for_the_internet_archive_needs_no_other_key(tmp_path: Path) -> None:
    path = tmp_path / "post.toml"
    path.write_text('name = "Post"\nhome = "https://post.example/"\n[[find]]\nkind = "wayback"\n', encoding="utf-8")
    (spec,) = load(path).finders
    assert (spec.captures, spec.late, spec.server) == ("missing", timedelta(days=365), None)
