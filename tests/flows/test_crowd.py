"""Slow hosts beside fast ones: who waits for whom, how many threads there are, and what ends a crowd."""

from __future__ import annotations

import threading
from itertools import chain

import pytest

from flows import crowd
from flows.crowd import Crowd


class Hosts:
    """Items that are answered at once, but for those of slow hosts, which wait for `release`."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.at_once: dict[str, int] = {}
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, item: tuple[str, int]) -> tuple[str, int]:
        host = item[0]
        with self._lock:
            self.at_once[host] = self.at_once.get(host, 0) + 1
            self.most = max(self.most, self.at_once[host])
        if host.startswith("slow"):
            assert self.release.wait(30)
        with self._lock:
            self.at_once[host] -= 1
        return item


def items(host: str, count: int = 1) -> list[tuple[str, int]]:
    return [(host, number) for number in range(count)]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "WHILE_QUEUED", 0.3)
    monkeypatch.setattr(crowd, "WHILE_LAST", 0.1)


def test_fast_hosts_of_every_batch_are_through_while_slow_ones_are_still_waiting():
    hosts = Hosts()
    with Crowd(hosts) as threads:
        early: set[str] = set()
        for batch in range(4):
            for number in range(20):
                threads.add(f"slow-{batch}-{number}", items(f"slow-{batch}-{number}"))
                threads.add(f"fast-{batch}-{number}", items(f"fast-{batch}-{number}"))
            early |= {host for host, _ in chain.from_iterable(threads.results())}
        assert len(early) == 80
        assert all(host.startswith("fast") for host in early)
        hosts.release.set()
        late = {host for host, _ in chain.from_iterable(threads.results(to_the_last=True))}
    assert len(late) == 80


def test_one_page_after_another_of_one_host_in_the_order_given():
    hosts = Hosts()
    with Crowd(hosts) as threads:
        threads.add("fast", items("fast", 30))
        threads.add("fast", [("fast", 30)])
        got = list(chain.from_iterable(threads.results(to_the_last=True)))
    assert got == items("fast", 31)
    assert hosts.most == 1


def test_too_many_stragglers_are_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "STRAGGLERS", 1)
    hosts = Hosts()
    with Crowd(hosts) as threads:
        for name in ("slow-a", "slow-b"):
            threads.add(name, items(name))
        threading.Timer(0.5, hosts.release.set).start()
        assert len(list(chain.from_iterable(threads.results()))) == 2


def test_what_an_item_raises_is_raised_and_ends_the_rest():
    def fails(item: int) -> int:
        if item == 2:
            raise RuntimeError("two")
        return item

    with Crowd(fails) as threads:
        threads.add("a", range(100))
        with pytest.raises(RuntimeError, match="two"):
            list(threads.results(to_the_last=True))


def test_results_are_taken_many_at_a_time_and_a_few_do_not_wait_for_a_slow_host(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "LINGERING", 0.2)
    hosts = Hosts()
    with Crowd(hosts) as threads:
        threads.add("slow", items("slow"))
        threads.add("fast", items("fast", 3 * crowd.TOGETHER + 2))
        groups = list(threads.results())
        hosts.release.set()
        groups += threads.results(to_the_last=True)
    assert sum(map(len, groups)) == 3 * crowd.TOGETHER + 3
    assert len(groups) <= 5
