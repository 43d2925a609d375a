"""Health: for every check a table of outlets that fail it and of outlets that nearly do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bench import health as bench
from tests.warehouse.facts import found, key, reading
from tests.warehouse.outlets import FIRST, Outlet, Page
from tests.warehouse.tables import loaded, write
from warehouse import health, loader, loading, reading_copy, schema, spool
from warehouse.folders import Folders
from warehouse.rows import FilledShare

DAYS = 40
NOW = FIRST + timedelta(days=DAYS)
CON = schema.opened(":memory:")
"""Emptied for every outlet: making one takes longer than loading."""

Verdicts = dict[str, health.Verdict]


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., Verdicts]:
    """The verdicts on an outlet at a moment, by check."""

    def ask(outlet: Outlet, moment: datetime = NOW + timedelta(hours=1)) -> Verdicts:
        con = loaded(Folders(tmp_path / "data"), [outlet.facts], CON)
        return {verdict.check: verdict for verdict in health.verdicts(con, outlet.source_id, moment)}

    return ask


def steady(days: int = DAYS, a_day: int = 5, **limits: object) -> Outlet:
    """An outlet with an ingest a day and pages that differ in length as pages do."""
    outlet, chance = Outlet().expects(**limits), random.Random(7)
    for number in range(days):
        outlet.ingest(FIRST + timedelta(days=number), usual(a_day, chance))
    return outlet


def usual(pages: int, chance: random.Random | None = None) -> list[Page]:
    chance = chance or random.Random(3)
    return [Page(words=int(chance.lognormvariate(6, 0.5)), byline=chance.random() < 0.7) for _ in range(pages)]


def failing(found: Verdicts) -> set[str]:
    return {name for name, verdict in found.items() if verdict.state == "failing"}


# What a last ingest brings, and which checks then fail. Everything else must not.
TROUBLES = [
    ("nothing is wrong", usual(5), {}, set()),
    ("a single odd page", [Page(layout="b", words=12, dateline=False), *usual(4)], {}, set()),
    ("another layout", [Page(layout="b") for _ in range(5)], {}, {"layout"}),
    ("another layout, which the file allows", [Page(layout="b") for _ in range(5)], {"judge_layout": False}, set()),
    ("another layout, of an outlet without history", [Page(layout="b") for _ in range(5)], {"judge_history": False}, set()),
    ("no datelines any more", [Page(dateline=False) for _ in range(5)], {}, {"filled.dateline"}),
    ("fewer datelines than allowed", [Page(dateline=number > 2) for number in range(5)], {"filled": [FilledShare("dateline", 0.95)]},
     {"filled.dateline"}),
    ("as few headlines as allowed", [Page(dateline=number > 1) for number in range(5)], {"filled": [FilledShare("dateline", 0.5)],
     "judge_history": False}, set()),
    ("a field that was never there", usual(5), {"filled": [FilledShare("image_url", 0.5)]}, {"filled.image_url"}),
    ("bodies cut off", [Page(words=15) for _ in range(5)], {}, {"words.short"}),
    ("furniture taken in", [Page(words=9000) for _ in range(5)], {}, {"words.long"}),
    ("shorter than the limit", usual(5), {"words_min": 2000}, {"words"}),
    ("longer than the limit", usual(5), {"words_max": 50}, {"words"}),
    ("pages that are no articles", [Page(words=None) for _ in range(5)], {}, {"rejected"}),
    ("more of them than allowed", usual(5), {"rejected_max": 0.0}, set()),
    ("dates of next year", [Page(day=date(2027, 5, 1)) for _ in range(5)], {}, {"dates.future"}),
    ("dates of a copyright line", [Page(day=date(2026, 1, 1)) for _ in range(6)], {}, {"dates.first_of_january"}),
    ("dates of long ago", [Page(day=date(2019, 6, 1) + timedelta(days=number), listed=NOW.date()) for number in range(6)], {}, {"dates.old"}),
    ("no dates any more", [Page(undated=True) for _ in range(5)], {}, {"filled.date_published"}),
    ("twice as many, and more", usual(24), {}, {"too_many"}),
    ("more than the limit", usual(5), {"articles_max": 20}, {"too_many"}),
    ("fewer than the limit", usual(5), {"articles_min": 60}, {"too_few"}),
    ("within the limits", usual(5), {"articles_min": 20, "articles_max": 60, "silence_days": 2.0, "rejected_max": 0.1}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("last", "limits", "expected"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES])  # fmt: skip
def test_a_trouble_is_named_at_the_first_run_that_shows_it(judged, last, limits, expected):
    outlet = steady(**limits)
    if not limits:
        assert failing(judged(outlet, NOW - timedelta(hours=23))) == set()
    outlet.ingest(NOW, last)
    assert failing(judged(outlet)) == expected


@pytest.mark.parametrize(("kind", "pages", "expected"), [
    ("backfill", [Page(words=None)] * 5, {"rejected"}), ("ingest", [Page(words=None)] * 4, set()), ("ingest", [Page(), *[Page(words=None)] * 7], set()),
])  # fmt: skip
def test_an_outlet_of_which_no_page_ever_was_an_article_is_not_well(judged, kind: str, pages, expected):
    outlet = Outlet().expects()
    outlet.ingest(FIRST, pages, kind=kind)
    found = judged(outlet, FIRST + timedelta(hours=1))
    assert failing(found) == expected
    if expected:
        assert "None of the 5 pages read was an article" in found["rejected"].message
        assert "wireroom sources check" in found["rejected"].message


def test_what_a_feed_without_days_showed_already_when_it_was_first_read_is_no_old_news(judged):
    old = [Page(day=date(2025, 3, 1) + timedelta(days=30 * number), unlisted=True) for number in range(8)]
    outlet = Outlet().expects()
    outlet.ingest(FIRST, listing="failed", state="failed")
    outlet.ingest(FIRST + timedelta(hours=1), old)
    assert failing(judged(outlet, FIRST + timedelta(hours=2))) == set()
    outlet.ingest(FIRST + timedelta(days=1), old)
    assert failing(judged(outlet, FIRST + timedelta(days=1, hours=1))) == {"dates.old"}


@pytest.mark.parametrize(("moment", "expected"), [
    (datetime(2026, 1, 2, 6), set()), (datetime(2026, 1, 20, 6), {"dates.first_of_january"}),
])  # fmt: skip
def test_a_first_of_january_is_no_trouble_while_it_may_be_the_day(judged, moment: datetime, expected: set[str]):
    outlet, stated = Outlet().expects(noted_at=datetime(2026, 1, 1)), ("2026-01-01", "a first of January without a time, as made from a bare year")  # fmt: skip
    outlet.ingest(moment, [Page(refused=stated) for _ in range(8)])
    assert failing(judged(outlet, moment + timedelta(hours=1))) == expected


def test_listings_that_cannot_be_read_are_named_at_once(judged):
    outlet = steady()
    outlet.ingest(NOW, listing="failed", state="failed")
    found = judged(outlet)
    assert failing(found) == {"listings", "run"}
    assert found["listings"].since_at == NOW
    assert "https://paper.example/feed (timeout)" in found["listings"].message


def test_an_outlet_that_rests_is_not_said_to_have_moved_its_listings(judged):
    outlet = steady()
    outlet.ingest(NOW, listing="deferred", reason="status_503", state="failed")
    outlet.ingest(NOW + timedelta(minutes=5), listing="deferred", reason="host_resting", state="failed")
    said = judged(outlet)["listings"].message
    assert (
        "1 of 1 listing could not be read (it was not asked, as the outlet rests): https://paper.example/feed (status_503)"
        in said
    )
    assert "wireroom ingest paper --now" in said
    assert "[[find]]" not in said


def test_a_pass_that_asked_nothing_judges_nothing(judged):
    outlet = steady()
    outlet.ingest(NOW, listing="failed", state="failed")
    outlet.rest(NOW + timedelta(minutes=15))
    assert failing(judged(outlet)) == {"listings", "run"}
    outlet.ingest(NOW + timedelta(minutes=30))
    assert failing(judged(outlet)) == set()


def test_passes_that_ask_nothing_show_that_the_schedule_runs(judged):
    outlet = steady()
    for day in range(6):
        outlet.rest(NOW + timedelta(days=day))
    assert failing(judged(outlet, NOW + timedelta(days=5, hours=1))) == set()


def test_requests_that_mostly_fail_are_named(judged):
    outlet = steady()
    outlet.ingest(NOW, usual(3), failed=9)
    assert failing(judged(outlet)) == {"requests"}


@pytest.mark.parametrize(("silence", "quiet_days", "expected"), [
    (4.0, 3, set()), (4.0, 5, {"silence"}), (None, 1, set()), (None, 3, {"silence"}),
])  # fmt: skip
def test_silence_is_judged_when_somebody_looked(judged, silence: float | None, quiet_days: int, expected: set[str]):
    outlet = steady(silence_days=silence)
    for day in range(quiet_days):
        outlet.ingest(NOW + timedelta(days=day))
    found = judged(outlet, NOW + timedelta(days=quiet_days - 1, hours=1))
    assert failing(found) - {"too_few"} == expected


def test_who_was_away_is_not_told_that_the_outlet_is_silent(judged):
    found = judged(steady(silence_days=4.0), NOW + timedelta(days=30))
    assert failing(found) == {"run"}
    assert "wireroom status" in found["run"].message


def test_too_few_is_seen_when_the_days_have_ended(judged):
    outlet = steady(a_day=20)
    for day in range(5):
        outlet.ingest(NOW + timedelta(days=day), usual(3))
    assert failing(judged(outlet, NOW + timedelta(days=4, hours=1))) == {"too_few"}


@pytest.mark.parametrize("days", [0, 1, 3])
def test_of_a_new_outlet_nothing_is_said(judged, days: int):
    outlet = steady(days=days, a_day=4)
    found = judged(outlet, FIRST + timedelta(days=max(days - 1, 0), hours=1))
    assert failing(found) == set()
    assert found["layout" if days else "run"].state == "unknown"


def test_a_backfill_says_nothing_of_how_the_outlet_does(judged):
    outlet = steady()
    old = [
        Page(layout="old", words=40, dateline=False, day=date(2019, 1, 1) + timedelta(days=day)) for day in range(300)
    ]
    outlet.ingest(NOW, old, kind="backfill")
    assert failing(judged(outlet)) == set()


def test_addresses_that_come_twice_are_named_in_the_very_next_run(judged):
    outlet = Outlet().expects()
    spread = [Page(day=date(2025, 1, 1) + timedelta(days=14 * number)) for number in range(26)]
    outlet.ingest(FIRST, spread)
    for minute in range(1, 4):
        outlet.ingest(FIRST + timedelta(minutes=minute))
        assert failing(judged(outlet, FIRST + timedelta(minutes=minute, seconds=30))) == set()
    outlet.ingest(FIRST + timedelta(minutes=5), spread)
    found = judged(outlet, FIRST + timedelta(minutes=6))
    assert failing(found) == {"too_many"}
    assert "26 articles that were not known before" in found["too_many"].message


def test_a_weekly_paper_comes_out_without_an_alarm(judged):
    outlet, issue = Outlet().expects(), FIRST.date()
    for day in range(22):
        outlet.ingest(
            FIRST + timedelta(days=day), [Page(day=issue + timedelta(days=day))] * (40 if day % 7 == 0 else 0)
        )
        assert failing(judged(outlet, FIRST + timedelta(days=day, hours=1))) == set()


def test_who_asks_for_more_gets_more_without_an_alarm(judged):
    outlet = Outlet().expects()
    outlet.ingest(FIRST, usual(5))
    outlet.ingest(FIRST + timedelta(hours=1))
    outlet.expects(noted_at=FIRST + timedelta(hours=1))
    later = FIRST + timedelta(hours=2)
    outlet.expects(definition_hash=key("another"), noted_at=later)
    outlet.ingest(later, [Page(day=date(2025, 1, 1) + timedelta(days=number)) for number in range(40)])
    assert "too_many" not in failing(judged(outlet, later + timedelta(hours=1)))


def test_an_outlet_is_well_again_when_its_pages_are(judged):
    outlet = steady()
    outlet.ingest(NOW, [Page(layout="b", dateline=False) for _ in range(6)])
    assert failing(judged(outlet)) == {"layout", "filled.dateline"}
    outlet.ingest(NOW + timedelta(days=1), usual(5))
    assert failing(judged(outlet, NOW + timedelta(days=1, hours=1))) == set()


def test_a_change_that_stays_becomes_usual(judged):
    outlet = steady()
    for day in range(20):
        outlet.ingest(NOW + timedelta(days=day), [Page(layout="b") for _ in range(6)])
    assert failing(judged(outlet, NOW + timedelta(days=19, hours=1))) == set()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def test_every_verdict_has_its_sentences(judged):
    outlet = steady(filled=[FilledShare("dateline", 0.9)], words_min=2000, articles_min=60)
    outlet.ingest(
        NOW,
        [Page(layout="b", dateline=False, words=None if number < 4 else 10) for number in range(12)],
        failed=30,
        listing="failed",
    )
    found = judged(outlet)
    assert len(failing(found)) >= 7
    for verdict in found.values():
        assert verdict.message.startswith(verdict.measured)
        assert verdict.message.endswith("."), verdict
        if verdict.state == "failing":
            assert verdict.expected in verdict.message
            assert verdict.since_at is not None
            assert verdict.message.count(".") >= 2, "what to do next is missing"


def test_the_view_shows_all_sources_of_this_moment(tmp_path: Path):
    today = _now()
    outlets = []
    for name in ("one", "two"):
        outlet = Outlet(name).expects(noted_at=today)
        outlet.ingest(today - timedelta(hours=1), usual(5), listing="failed" if name == "two" else "fetched")
        outlets.append(outlet)
    con = loaded(Folders(tmp_path / "data"), [outlet.facts for outlet in outlets], CON)
    rows = con.execute("SELECT source_id, \"check\" FROM health_checks WHERE state = 'failing'").fetchall()
    assert rows == [("two", "listings")]
    assert con.execute("SELECT count(*) FROM health_at('one', now()::TIMESTAMP)").fetchall() > [(5,)]


def test_what_is_judged_is_what_was_spooled_also_where_no_copy_could_be_made_yet(tmp_path: Path):
    folders = Folders(tmp_path / "data")
    outlet = steady()
    write(folders, *outlet.facts)
    loader.drain(folders, publish_now=True)
    have = len(outlet.facts)
    outlet.ingest(_now() - timedelta(hours=1), [Page(layout="b") for _ in range(6)])
    write(folders, *outlet.facts[have:])
    loader.load_spool(folders, loader.Report())  # loaded, and no reading copy of it
    assert "layout" in {verdict.check for verdict in health.failing(health.judged(folders, "paper"))}
    with reading_copy.connect(folders) as con:
        assert "layout" not in {verdict.check for verdict in health.failing(health.verdicts(con, "paper"))}


def test_a_spool_file_of_before_this_version_is_loaded(tmp_path: Path):
    """Readings had no layout then, and there were no expectations."""
    path = write(Folders(tmp_path / "data"), found("a"), reading("a"))
    old = [re.sub(rb',"layout":null', b"", line) for line in path.read_bytes().splitlines(keepends=True)[:-1]]
    assert old != path.read_bytes().splitlines(keepends=True)[:-1]
    path.write_bytes(b"".join([*old, b'{"digest":"%s"}\n' % spool._digest(old).encode()]))
    with schema.opened(":memory:") as con:
        assert not loading.load(con, spool.read(path)).bad
        assert con.execute("SELECT layout FROM readings").fetchall() == [(None,)]


def test_the_outlets_of_the_bench_are_judged_as_those_of_users_are():
    outlet = bench.Habits("paper", 20, 1.0, 0.0, 0.95, 0.5, 0.0, 0.0)
    with bench.tables() as con:
        bench.fill(con, [outlet], bench.LEARNT + 5, random.Random(1), "stopped")
        (said,) = bench.alarmed(con, bench.LEARNT + 4, 1).values()
    assert set(said["paper"]) == bench.NAMED["stopped"]
