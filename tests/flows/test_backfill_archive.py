"""A made archive with known faults, backfilled undisturbed and with kills: all and only its holes, the same tables, no page twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.archive_site import Archive
from bench.backfill import measured, served

ARCHIVE = Archive(days=100, per_day=2, kilobytes=3)
KILLS = {"daily": 3, "yearly": 1}


@pytest.fixture(scope="module", params=list(KILLS))
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("archive")
    with served(ARCHIVE, folder) as base:
        return measured(folder, base, ARCHIVE, request.param, KILLS[request.param])


def test_all_and_only_the_planted_holes_are_reported(found: dict[str, Any]):
    assert found["planted"] > 0
    assert (found["holes_missed"], found["holes_invented"]) == ([], [])
    assert found["articles_missing"] == 0


def test_kills_change_nothing_and_no_page_that_was_kept_is_fetched_again(found: dict[str, Any]):
    assert (found["different"], found["holes_differ"], found["fetched_twice"]) == ([], [], [])


def test_a_second_full_run_asks_for_no_article(found: dict[str, Any]):
    assert found["second_run_articles"] == 0
    assert found["second_run_listings"] > 0
