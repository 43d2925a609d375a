"""The verbs about sources at the command line: add, list, check, pause, resume, remove."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.cli import adding
from flows.probing.records import Found
from flows.sources import FinderSpec, load
from flows.workspace import Workspace, create
from tests.flows import probe_sites as sites
from tests.flows.cli.conftest import Run
from tests.flows.probe_sites import Page, Served, served

BROKEN = 'name = "Post"\nhome = "https://post.example.org/"\n[[find]]\nkind = "feed"\nurl = "https://post.example.org/f"\n[pace]\ndely = "5s"\n'


@pytest.fixture
def news(tmp_path: Path, wireroom: Run, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of the test's own, in which `wireroom` runs."""
    made = create(tmp_path / "news", "desk@example.org")
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(made.root))
    return made


@pytest.fixture
def site() -> Iterator[Served]:
    with served(sites.wordpress()) as running:
        yield running


@pytest.fixture
def bay(news: Workspace, site: Served, wireroom: Run) -> Path:
    """The file of a source that was added, without a pause between requests."""
    wireroom("sources", "add", site.base, *quick(site), "--name", "bay", "--yes")
    return news.sources / "bay.toml"


def quick(site: Served) -> tuple[str, ...]:
    return ("--allow", site.host, "--delay", "0")


def states(wireroom: Run, code: int = 0) -> dict[str, str]:
    rows = map(json.loads, wireroom("sources", "list", "--json", code=code).stdout.splitlines())
    return {row["source"]: row["state"] for row in rows}


# ------------------------------------------------------------------ add


def test_a_dry_run_prints_verdict_and_file_and_writes_nothing(news: Workspace, site: Served, wireroom: Run):
    said = wireroom("sources", "add", site.base, *quick(site), "--dry-run").stdout
    assert "robots.txt allows it" in said
    assert "4 pages tried: 4 whole" in said
    assert "[[find]]" in said
    assert "2026-11-24T" in said or "T09:00:00" in said  # a date with its basis, among the fields
    assert list(news.sources.iterdir()) == []


def test_nothing_is_written_without_a_yes(news: Workspace, site: Served, wireroom: Run):
    said = wireroom("sources", "add", site.base, *quick(site), stdin="n\n", code=1)
    assert "Nothing was written." in said.stderr
    assert list(news.sources.iterdir()) == []


def test_a_delay_that_is_named_is_that_of_the_file(bay: Path):
    assert 'delay = "0s"  # as --delay says' in bay.read_text()
    assert load(bay).delay == timedelta(0)


def test_what_is_added_can_be_ingested(bay: Path, wireroom: Run):
    assert json.loads(wireroom("ingest", "bay", "--json").stdout)["articles"] == 4
    assert states(wireroom) == {"bay": "ok"}


def test_an_archive_whose_months_list_days_is_added_and_read_back(news: Workspace, wireroom: Run):
    with served(sites.days_of_months()) as site:
        wireroom("sources", "add", site.base, *quick(site), "--name", "bay", "--yes")
        wireroom("backfill", "bay", "--from", "2025-03-03", "--to", "2025-03-05")
    rows = wireroom("query", "select url from articles order by url", "--json").stdout
    assert rows.count("-opens-again.html") == 3 + 4 + 5


def test_a_name_that_is_taken_is_refused_before_anybody_is_asked(bay: Path, site: Served, wireroom: Run):
    asked = len(site.asked)
    assert "already there" in wireroom("sources", "add", site.base, *quick(site), "--name", "bay", code=1).stderr
    assert "small letters" in wireroom("sources", "add", site.base, *quick(site), "--name", "../x", code=1).stderr
    assert len(site.asked) == asked


def test_a_site_that_forbids_it_is_not_written(news: Workspace, wireroom: Run):
    with served(sites.forbidding()) as running:
        said = wireroom("sources", "add", running.base, *quick(running), "--yes", code=1)
    assert "does not allow" in said.stderr
    assert "--robots-basis" in said.stderr
    assert list(news.sources.iterdir()) == []


def test_json_is_one_object_with_the_file_in_it(news: Workspace, site: Served, wireroom: Run):
    record = json.loads(wireroom("sources", "add", site.base, *quick(site), "--json").stdout)
    assert [finder["kind"] for finder in record["finders"] if finder["chosen"]] == ["feed", "sitemap"]
    assert record["fields"]["headline"] == "4 of 4"
    assert record["obstacle"] is None
    assert list(news.sources.iterdir()) == []
    (news.sources / "again.toml").write_text(record["toml"])
    assert load(news.sources / "again.toml").name == "The Bay Courier"


def test_a_ready_made_one_is_copied(news: Workspace, wireroom: Run):
    wireroom("sources", "add", "eir")
    assert load(news.sources / "eir.toml").name == "Executive Intelligence Review"
    assert "already there" in wireroom("sources", "add", "eir", code=1).stderr


def test_a_word_that_is_nothing_is_told_what_there_is(news: Workspace, wireroom: Run):
    assert "It has: " in wireroom("sources", "add", "nothing", code=1).stderr
    assert "--allow must name a host" in wireroom("sources", "add", "https://x.example", "--allow", "x", code=1).stderr


def test_a_list_of_sites_is_added_one_line_each(news: Workspace, site: Served, wireroom: Run, tmp_path: Path):
    with served(sites.forbidding()) as closed:
        opml = tmp_path / "feeds.opml"
        opml.write_text(
            f'<opml><body><outline text="Bay"><outline text="Bay" xmlUrl="{site.base}/feed/" htmlUrl="{site.base}/"/>'
            f'<outline text="Closed" xmlUrl="{closed.base}/feed/"/></outline></body></opml>'
        )
        allow = ("--allow", site.host, "--allow", closed.host, "--delay", "0")
        said = wireroom("sources", "add", opml, *allow, "--yes", code=4)
    lines = said.stdout.splitlines()
    assert any(line.startswith("✓ bay: feed") for line in lines)
    assert any(line.startswith("✗ Closed: robots.txt does not allow") for line in lines)
    assert [path.name for path in news.sources.iterdir()] == ["bay.toml"]
    assert load(news.sources / "bay.toml").name == "Bay"


def test_a_csv_with_nothing_that_can_be_read_fails(news: Workspace, wireroom: Run, tmp_path: Path):
    listed = tmp_path / "sites.csv"
    with served({"/": Page("<h1>Soon</h1>")}) as empty:
        listed.write_text(f"name,url\nEmpty,{empty.base}\n")
        said = wireroom("sources", "add", listed, *quick(empty), "--yes", code=1)
    assert "✗ Empty: No feed" in said.stdout
    assert "cannot be read" in wireroom("sources", "add", tmp_path / "none.csv", code=1).stderr


def test_a_site_of_which_no_page_is_an_article_is_no_success(news: Workspace, wireroom: Run, tmp_path: Path):
    listed = tmp_path / "sites.csv"
    with served(sites.barren()) as running:
        said = wireroom("sources", "add", running.base, *quick(running), "--name", "bay", "--yes", code=4).stdout
        listed.write_text(f"name,url\nShoal,{running.base}\n")
        many = wireroom("sources", "add", listed, *quick(running), "--yes", code=4).stdout
    assert "bay.toml is written, and will not do yet.\n  None of 4 pages tried was an article." in said
    assert "Next: mend url under [article], or [[find]], in sources/bay.toml; then: wireroom sources check bay" in said
    assert "will not do yet" in many
    assert "✓" not in said + many


def test_a_site_that_is_read_already_is_named(bay: Path, site: Served, wireroom: Run):
    said = wireroom("sources", "add", site.base, *quick(site), "--name", "again", "--yes")
    assert "bay reads this site already" in said.stderr


def test_an_address_without_a_scheme_will_do(news: Workspace, site: Served, wireroom: Run):
    wireroom("sources", "add", site.host, *quick(site), "--yes")
    assert load(news.sources / "the-bay-courier.toml").home == f"{site.base}/"


# ------------------------------------------------------------------ list


def test_states_of_sources(bay: Path, news: Workspace, wireroom: Run):
    (news.sources / "broken.toml").write_text(BROKEN)
    assert states(wireroom, code=1) == {"bay": "never run", "broken": "broken file"}
    said = wireroom("sources", code=1)
    assert "Did you mean `delay`?" in said.stderr


def test_a_finder_that_fails_is_named(bay: Path, wireroom: Run):
    bay.write_text(bay.read_text().replace("/feed/", "/nowhere/"))
    wireroom("ingest", "bay", code=4)
    assert states(wireroom) == {"bay": "failing: feed"}


def test_a_source_that_is_silent_for_too_long_says_so(bay: Path, wireroom: Run):
    wireroom("ingest", "bay")
    bay.write_text(bay.read_text().replace('silence  = "6d"', 'silence  = "1ms"'))
    assert states(wireroom) == {"bay": "silent"}


def test_the_next_due_moment_is_that_of_its_schedule(bay: Path, wireroom: Run):
    row = json.loads(wireroom("sources", "list", "--json").stdout)
    assert row["next_due"] > "2026"
    wireroom("sources", "pause", "bay")
    assert json.loads(wireroom("sources", "list", "--json").stdout)["next_due"] is None


def test_the_catalogue_is_described(news: Workspace, wireroom: Run):
    wireroom("sources", "add", "eir")
    rows = {
        row["source"]: row
        for row in map(json.loads, wireroom("sources", "list", "--catalogue", "--json").stdout.splitlines())
    }
    assert len(rows) >= 6
    assert rows["eir"]["added"]
    assert len({row["language"] for row in rows.values()}) >= 4
    assert "eir ✓" in wireroom("sources", "list", "--catalogue").stdout


# ------------------------------------------------------------------ pause, resume, remove


def test_a_paused_source_is_left_out_and_its_comments_stay(bay: Path, wireroom: Run):
    before = bay.read_text()
    wireroom("sources", "pause", "bay")
    assert load(bay).paused
    assert states(wireroom) == {"bay": "paused"}
    assert "Paused, and left out: bay" in wireroom("ingest", "--all").stderr
    wireroom("sources", "resume", "bay")
    assert bay.read_text() == before
    assert "was not paused" in wireroom("sources", "resume", "bay").stdout


def test_a_pause_that_a_person_wrote_is_understood(bay: Path, wireroom: Run):
    bay.write_text(bay.read_text().replace("\n[[find]]", "\npaused = false\n\n[[find]]", 1))
    wireroom("sources", "pause", "bay")
    assert load(bay).paused
    assert bay.read_text().count("paused =") == 1
    assert "paused already" in wireroom("sources", "pause", "bay").stdout


def test_nothing_is_written_into_a_broken_file(news: Workspace, wireroom: Run):
    (news.sources / "broken.toml").write_text(BROKEN)
    assert "line 7" in wireroom("sources", "pause", "broken", code=1).stderr
    assert (news.sources / "broken.toml").read_text() == BROKEN


def test_removing_keeps_the_articles_and_says_how_to_withdraw_them(bay: Path, wireroom: Run):
    wireroom("ingest", "bay")
    assert "Nothing was removed" in wireroom("sources", "remove", "bay", stdin="n\n", code=1).stderr
    assert bay.exists()
    said = wireroom("sources", "remove", "bay", "--yes").stdout
    assert "wireroom withdraw --source bay" in said
    assert not bay.exists()
    assert json.loads(wireroom("query", "select count(*) as n from articles", "--json").stdout) == [{"n": 4}]


def test_a_name_that_is_nearly_right_is_suggested(bay: Path, wireroom: Run):
    for verb in ("pause", "resume", "remove", "check"):
        assert "Did you mean 'bay'?" in wireroom("sources", verb, "bai", code=1).stderr


# ------------------------------------------------------------------ check


def parts(wireroom: Run, *options: str, code: int = 0) -> dict[str, str]:
    rows = map(json.loads, wireroom("sources", "check", "bay", "--json", *options, code=code).stdout.splitlines())
    return {row["part"]: row["state"] for row in rows}


def test_a_source_that_is_well_is_well_in_every_part(bay: Path, wireroom: Run):
    assert parts(wireroom) == dict.fromkeys(("file", "robots", "feed", "sitemap", "articles", "fields", "dates"), "ok")


@pytest.mark.parametrize("last", ["2025-03-31", "2025-03-28"])  # the 28th has no article
def test_an_archive_that_has_ended_is_tried_before_its_end(news: Workspace, wireroom: Run, last: str):
    with served(sites.days_of_months()) as site:
        wireroom("sources", "add", site.base, *quick(site), "--name", "bay", "--yes")
        file = news.sources / "bay.toml"
        text = file.read_text()
        assert text.count("to   = 2025-03-31\n") == 1
        file.write_text(text.replace("to   = 2025-03-31\n", ""))
        assert "if this archive has ended, name its last day" in wireroom(
            "sources", "check", "bay", code=4
        ).stdout.replace("\n", " ")
        file.write_text(text.replace("2025-03-31\n", f"{last}\n"))
        assert set(parts(wireroom).values()) == {"ok"}


def test_offline_asks_nobody(bay: Path, site: Served, wireroom: Run):
    asked = len(site.asked)
    assert parts(wireroom, "--offline") == {"file": "ok"}
    assert len(site.asked) == asked


@pytest.mark.parametrize(("agency", "state", "said"), [("reutr", "warning", 'or is "reuters" meant?'), ("bay-own", "ok", "Bay"), ("ap", "ok", "")])  # fmt: skip
def test_an_agency_that_nobody_knows_is_the_outlets_own_or_misspelt(
    bay: Path, wireroom: Run, agency: str, state: str, said: str
):
    bay.write_text(bay.read_text().replace("[parse]\n", f'[parse]\ninfo_source = "{agency}"\n'))
    (part,) = map(json.loads, wireroom("sources", "check", "bay", "--json", "--offline").stdout.splitlines())
    assert part["state"] == state
    assert said in part["said"]
    assert ("no agency of the registry" in part["said"]) is (agency != "ap")


def test_a_subscriber_is_let_in_by_the_log_in_of_env(bay: Path, site: Served, news: Workspace, wireroom: Run):
    site.passes.clear()
    parts(wireroom)
    assert set(site.passes) == {None}
    with (news.root / ".env").open("a") as file:
        file.write('WIREROOM_BAY_HEADERS="X-Pass: sesame"\n')
    site.passes.clear()
    parts(wireroom)
    assert "sesame" in site.passes


def test_a_part_that_fails_is_said_and_decides_the_exit_code(bay: Path, wireroom: Run):
    bay.write_text(bay.read_text().replace("/feed/", "/about/"))
    found = parts(wireroom, code=4)
    assert (found["feed"], found["sitemap"], found["articles"]) == ("failed", "ok", "ok")


def test_a_pattern_that_fits_nothing_is_a_warning_with_advice(bay: Path, wireroom: Run):
    text = bay.read_text()
    bay.write_text(text.replace("(?P<year>", "(?P<year>x"))
    said = wireroom("sources", "check", "bay", code=4).stdout
    assert "fits the pattern under [article]" in said
    assert "no finder lists an article" in said


def test_a_container_that_is_on_no_page_is_a_warning(bay: Path, wireroom: Run):
    bay.write_text(bay.read_text().replace("[parse]\n", '[parse]\ncontainer = "div.nowhere"\n'))
    assert parts(wireroom)["container"] == "warning"
    assert "fits none of" in wireroom("sources", "check", "bay").stdout


def test_expected_fields_that_are_missing_fail(bay: Path, wireroom: Run):
    bay.write_text(bay.read_text().replace("filled   = {", "filled   = { dateline = 0.9,"))
    assert parts(wireroom, code=4)["fields"] == "failed"


def test_a_broken_file_is_named_and_the_others_are_checked(bay: Path, news: Workspace, wireroom: Run):
    (news.sources / "broken.toml").write_text(BROKEN)
    said = wireroom("sources", "check", "--offline", code=1)
    assert "broken.toml, line 7" in said.stderr
    assert "bay" in said.stdout


@pytest.mark.parametrize(
    ("last_days", "way"),
    [
        ((date(2025, 2, 28),), "wireroom backfill paper --from 2024-11-15 --to 2025-02-28 --dry-run"),
        ((date(2025, 2, 28), None), "wireroom ingest paper"),
        ((None,), "wireroom ingest paper"),
    ],
)
def test_after_an_archive_that_has_ended_comes_its_backfill(last_days: tuple[date | None, ...], way: str):
    chosen = [Found(FinderSpec("template", first_day=date(2024, 11, 15), last_day=last), "") for last in last_days]
    draft = SimpleNamespace(name="paper", probe=SimpleNamespace(chosen=chosen, doubt=None))
    assert adding._first(draft) == way
