"""What is known of addresses is read with their neighbours and kept, and is at no moment another than what the tables say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.warehouse.facts import SOURCE, fetched, found, key, reading, withdrawal
from tests.warehouse.tables import write
from warehouse import known_addresses, loader, reading_copy
from warehouse.folders import Folders
from warehouse.known_tables import KnownTables
from warehouse.ledger import Known, Ledger

FIRST = date(2016, 1, 1)
DAYS = 40


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    reading_copy.ensure(made)
    names = [(f"{day}-{number}", FIRST + timedelta(days=day)) for day in range(DAYS) for number in range(2)]
    rows = [row for name, day in names for row in (found(name, day=day), fetched(name), reading(name))]
    write(made, *rows, found("undated"), fetched("undated"))
    loader.drain(made, publish_now=True)
    return made


def of_day(day: int) -> list[str]:
    return [key(f"{day}-{number}") for number in range(2)]


def afresh(ledger: Ledger, keys: list[str]) -> dict[str, Known]:
    """What the same tables say to somebody who has kept nothing."""
    return known_addresses.KnownAddresses(ledger._tables).of(keys)


def test_a_walk_day_by_day_asks_a_few_questions(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    questions, settled = [], KnownTables.settled
    with Ledger(folders, SOURCE) as ledger:
        ledger.known([*of_day(DAYS - 1), key("nowhere")])
        monkeypatch.setattr(KnownTables, "settled", lambda tables: questions.append(1) or settled(tables))
        for day in reversed(range(DAYS)):
            assert ledger.known(of_day(day)).keys() == set(of_day(day))
        assert ledger.known([*of_day(3), key("nowhere")]).keys() == set(of_day(3))
        assert questions == []
        assert ledger.known([key("undated")]).keys() == {key("undated")}
        assert len(questions) == 1


@pytest.mark.parametrize(
    "row",
    [
        fetched("7-0", hours=5, outcome="failed", status=500, reason="status_500"),
        reading("7-0", "other words", hours=5),
        found("7-0", hours=-5, finder="sitemap"),
        withdrawal("7-0", hours=5),
        withdrawal(None, hours=5),
    ],
    ids=lambda row: type(row).__name__,
)
def test_a_row_that_is_added_counts_at_once(folders: Folders, row):
    with Ledger(folders, SOURCE) as ledger:
        before = ledger.known(of_day(7))
        ledger.add([row])
        assert ledger.known(of_day(7)) == afresh(ledger, of_day(7)) != before
        assert ledger.known(of_day(8)) == afresh(ledger, of_day(8))


def test_an_address_that_was_unknown_is_known_once_it_is_found(folders: Folders):
    with Ledger(folders, SOURCE) as ledger:
        assert ledger.known([key("new"), *of_day(7)]).keys() == set(of_day(7))
        ledger.add([found("new", day=FIRST)])
        assert ledger.known([key("new")])[key("new")].day == str(FIRST)


def test_a_new_reading_copy_is_asked_anew(folders: Folders):
    with Ledger(folders, SOURCE) as ledger:
        before = ledger.known(of_day(7))
        write(folders, fetched("7-0", hours=5, outcome="failed", status=500))
        loader.drain(folders, publish_now=True)
        assert ledger.known(of_day(7)) == before, "a run knows what it adds, and what it reads anew"
        ledger.renew()
        assert ledger.known(of_day(7)) == afresh(ledger, of_day(7)) != before


def test_so_many_that_no_neighbours_are_wanted(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(known_addresses, "NEIGHBOURS", 3)
    keys = [name for day in range(5) for name in of_day(day)]
    with Ledger(folders, SOURCE) as ledger:
        assert list(ledger.known(keys)) == keys
        assert list(ledger.known(of_day(2))) == of_day(2)


def test_an_answer_of_this_run_counts_for_the_next_question_about_its_listing(folders: Folders):
    listing = fetched("front", role="listing", etag='"1"')
    with Ledger(folders, SOURCE) as ledger:
        assert ledger.listings.validators(key("front")).etag is None
        ledger.add([listing, found("other")])
        assert ledger.listings.validators(key("front")).etag == '"1"'
        assert ledger.listings.last_answer(key("front")) is not None
