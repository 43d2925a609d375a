"""Whatever a server does, fetching gives it a name in time: each behaviour of hostile.py with its stated outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hostile import CASES, SITE
from rawserver import LIMITS, fetcher, served

from flows.fetching import Exchange


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Exchange, float]]]:
    """What came of every behaviour, and the seconds it took; each is met by a fetcher and a host file of its own."""
    folder = tmp_path_factory.mktemp("hosts")

    def met(path: str, place: Path) -> tuple[Exchange, float]:
        started = time.monotonic()
        with fetcher(place, host) as fetch:
            exchange = fetch.get(f"http://{host}{path}")
        return exchange, time.monotonic() - started

    with served(SITE) as (host, _), ThreadPoolExecutor(16) as threads:
        jobs = {path: threads.submit(met, path, folder / str(number)) for number, path in enumerate(CASES)}
        yield {path: job.result() for path, job in jobs.items()}


@pytest.mark.parametrize("path", CASES)
def test_outcome(path: str, outcomes: dict[str, tuple[Exchange, float]]):
    exchange, seconds = outcomes[path]
    _, outcome, reason = CASES[path]
    assert (exchange.outcome, exchange.reason) == (outcome, reason), exchange.message
    assert exchange.body or outcome != "fetched"
    assert (exchange.message is None) == (outcome == "fetched")
    assert seconds < LIMITS.seconds + 5  # the deadline, and what a loaded machine may add


def test_there_are_more_than_sixty_behaviours():
    assert len(CASES) > 150


def test_no_message_shows_a_password(outcomes: dict[str, tuple[Exchange, float]]):
    assert not any("secret@" in f"{exchange}" for exchange, _ in outcomes.values())
