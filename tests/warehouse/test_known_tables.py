"""One thread asks the ledger, as the one that discovers does, while another adds rows, as those that fetch do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.facts import SOURCE, at, fetched, found, key
from warehouse import known_tables, reading_copy, rows
from warehouse.folders import Folders
from warehouse.ledger import Ledger

LISTED = rows.Listed(
    source_id=SOURCE, finder="index", unit="2026", url="https://paper.example/2026", first_day=None, last_day=None,
    listed_at=at(0), whole=True, outcome="fetched", reason=None, digest=None, links=7, new_links=7, undated=0, run_id=key("run"),
)  # fmt: skip

QUESTIONS: dict[str, Callable[[Ledger], object]] = {
    "whether a finder has listed it": lambda ledger: ledger.sighted([key("first")], "feed"),
    "the last look at a unit": lambda ledger: ledger.listings.last_look("index", "2026"),
    "how many listings": lambda ledger: ledger.listings.looked_at("index"),
    "levels": lambda ledger: ledger.levels(date(2026, 1, 1), date(2026, 12, 31)).days,
    "where its pages lie": lambda ledger: ledger.pages(key("first"), 3),
    "fetches that are mentioned": lambda ledger: ledger.unmentioned([fetched("first").fetch_id]),
    "a segment": lambda ledger: ledger.segment_file(key("segment")),
}


@pytest.fixture
def ledger(tmp_path: Path):
    folders = Folders(tmp_path / "data")
    reading_copy.ensure(folders)
    with Ledger(folders, SOURCE) as made:
        made.add([found("first", day=date(2026, 3, 1)), fetched("first"), LISTED])
        yield made


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_answered_while_another_thread_adds(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, question: Callable[[Ledger], object]
):
    monkeypatch.setattr(known_tables, "STAGED", 1)  # each row is put into the tables at once
    answer = question(ledger)
    with ThreadPoolExecutor(1) as other:
        adding = other.submit(lambda: [ledger.add([found(str(number))]) for number in range(50)])
        answers = [question(ledger)]
        while not adding.done():
            answers.append(question(ledger))
        adding.result()
    assert [each for each in answers if each != answer] == []


def test_a_question_is_answered_while_the_ledger_is_read_anew(ledger: Ledger):
    with ThreadPoolExecutor(1) as other:
        renewing = other.submit(lambda: [ledger.renew() for _ in range(10)])
        while not renewing.done():
            assert ledger.listings.looked_at("index") in (0, 1)
            assert ledger.listings.validators(key("first")).etag is None
        renewing.result()
