"""Pace across processes: gaps as the server sees them, kills in the middle of a turn, damaged files, rests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from rawserver import Serve, answer, fetcher, says, served

from flows.fetching import Pace, judging, pace
from flows.fetching.pace import Host
from flows.fetching.request import Answer
from warehouse.folders import Folders

DELAY = 0.3
VISIT = """
import sys
from datetime import timedelta
from pathlib import Path
from flows.fetching import Fetcher, Pace
from warehouse.folders import Folders

folder, host, path, count = sys.argv[1:]
with Fetcher("Wireroom/test", pace=Pace(Folders(Path(folder)), timedelta(seconds=0.3)), allow=frozenset({host})) as fetch:
    for _ in range(int(count)):
        print(fetch.get(f"http://{host}{path}").outcome, flush=True)
"""


def visiting(folder: Path, host: str, path: str = "/page", count: int = 3) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", VISIT, folder, host, path, str(count)], stdout=subprocess.PIPE, text=True)  # fmt: skip


def gaps(log: list[tuple[float, bytes]]) -> list[float]:
    moments = sorted(moment for moment, request in log if request)
    return [later - earlier for earlier, later in pairwise(moments)]


def test_two_processes_and_a_thread_keep_one_distance(tmp_path: Path):
    with served({"/page": says(answer())}) as (host, log):
        others = [visiting(tmp_path, host), visiting(tmp_path, host)]
        with fetcher(tmp_path, host, delay=DELAY) as fetch:
            for _ in range(3):
                assert fetch.get(f"http://{host}/page").outcome == "fetched"
        assert [other.communicate(timeout=60)[0] for other in others] == ["fetched\n" * 3] * 2
    assert len(log) == 9 + 2  # robots.txt and tdmrep.json once for all of them
    assert min(gaps(log)) >= DELAY - 0.02  # arrival may lag behind sending


def test_who_is_killed_in_his_turn_is_not_followed_at_once(tmp_path: Path):
    arrived = threading.Event()

    def waits(connection, request: bytes) -> None:
        arrived.set()
        time.sleep(5)

    with served({"/page": says(answer()), "/slow": waits}) as (host, log):
        other = visiting(tmp_path, host, "/slow", 1)
        assert arrived.wait(60)
        os.kill(other.pid, signal.SIGKILL)
        other.communicate()
        with fetcher(tmp_path, host, delay=DELAY) as fetch:
            assert fetch.get(f"http://{host}/page").outcome == "fetched"
    assert len([request for _, request in log if b"robots" in request]) == 1  # what it had learnt is known
    assert min(gaps(log)) >= DELAY - 0.02


@pytest.mark.parametrize(
    "content",
    [b"{", b"null", b"[1]", b"\xff\xfe", b'{"next_allowed": "soon"}', b'{"rest_until": NaN}', b'{"tdmrep": [1]}', b"x" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none_but_not_faster(content: bytes, tmp_path: Path):
    with served({"/page": says(answer())}) as (host, log):
        file = Folders(tmp_path).hosts / f"{host.replace(':', '%3A')}.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        with fetcher(tmp_path, host) as fetch:
            assert fetch.get(f"http://{host}/page").outcome == "fetched"
    assert json.loads(file.read_text())["robots"] == ""
    assert len(log) == 3


def test_what_a_kill_between_writing_and_cutting_leaves_is_read(tmp_path: Path):
    paces = Pace(Folders(tmp_path), timedelta(0))
    with paces.turn("x.example") as turn:
        turn.host.robots = "rules " * 100
        turn.keep()
        file = Folders(tmp_path).hosts / "x.example.json"
        longer = file.read_bytes()
        turn.host.robots = "short"
    kept = file.read_bytes()
    file.write_bytes(kept + longer[len(kept) :])
    with paces.turn("x.example") as turn:
        assert turn.host.robots == "short"


def test_both_ports_of_a_host_share_its_pace(tmp_path: Path):
    from flows.fetching.addresses import house

    assert house("http://x.example/a") == house("https://X.example./b")


def flaky(failing: threading.Event) -> Serve:
    return lambda connection, request: None if failing.is_set() else connection.sendall(answer())


def test_a_rested_host_is_tried_again_half_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pace, "REST", timedelta(seconds=0.4))
    failing = threading.Event()
    failing.set()
    with served({"/flaky": flaky(failing), "/well": says(answer())}) as (host, log), fetcher(tmp_path, host) as fetch:
        while fetch.get(f"http://{host}/flaky").reason != "host_resting":
            pass
        asked = len(log)
        resting = fetch.get(f"http://{host}/well")
        assert (resting.outcome, resting.requests, resting.was_put_off) == ("deferred", 0, True)
        assert resting.next_attempt_at is not None
        assert len(log) == asked
        time.sleep(0.5)
        assert fetch.get(f"http://{host}/flaky").reason in ("connection", "host_resting")  # one try, and it rests again
        assert len(log) == asked + 1
        failing.clear()
        time.sleep(0.9)  # the second rest is twice as long
        assert [fetch.get(f"http://{host}/{name}").outcome for name in ("flaky", "well")] == ["fetched"] * 2


def test_rests_double_up_to_a_bound():
    host, rests = Host(), []
    for _ in range(20):
        host.rest_until = 0.0
        host.failed()
        rests.append(round(max(0.0, host.rest_until - time.time())))
    assert rests[:7] == [0, 0, 0, 0, 600, 1200, 2400]
    assert max(rests) == pace.LONGEST_REST.total_seconds()
    host.answered()
    assert host.failures == 0


def test_one_host_that_fails_holds_up_no_other(tmp_path: Path):
    bad_site, good_site = served({"/x": says(b"")}), served({"/x": says(answer())})
    with bad_site as (bad, _), good_site as (good, _), fetcher(tmp_path, bad, good) as fetch:
        outcomes = [(fetch.get(f"http://{bad}/x").outcome, fetch.get(f"http://{good}/x").outcome) for _ in range(5)]
    assert {good for _, good in outcomes} == {"fetched"}
    assert outcomes[-1][0] == "deferred"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 7 ", 7),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86400),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0),
        ("99999999999999999999999", 86400),
        ("9" * 400, 86400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Fri, 99 Xyz 2100 00:00:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: int | None):
    wait = waited_for(value)
    assert wait is None if seconds is None else wait is not None and abs(wait.total_seconds() - seconds) < 120


def test_retry_after_as_a_date():
    in_two_hours = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    wait = waited_for(in_two_hours)
    assert wait is not None
    assert abs(wait.total_seconds() - 7200) < 120


def waited_for(value: str) -> timedelta | None:
    return judging.retry_after(Answer("", 429, "", (("Retry-After", value),), b"", b""))


def test_a_short_retry_after_is_waited_for(tmp_path: Path):
    answers = iter([answer(b"no", "429 Too Many Requests", "Retry-After: 1"), answer()])
    site = {"/busy": lambda connection, request: connection.sendall(next(answers))}
    with served(site) as (host, log), fetcher(tmp_path, host) as fetch:
        exchange = fetch.get(f"http://{host}/busy")
    assert (exchange.outcome, exchange.requests) == ("fetched", 2)
    moments = [moment for moment, request in log if b"/busy" in request]
    assert moments[1] - moments[0] >= 0.98
