"""Parse processes: pages that hang, eat memory or kill their process become rejects, and nothing outlives the pool."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from flows.pool import ParsePool, allowed_cpus
from parsers.records import Article, Page, Profile, Rejected

ROOT = Path(__file__).parent.parent.parent


def parse(page: Page, profile: Profile) -> tuple[Article, ...] | Rejected:
    """Misbehave as the page says."""
    match str(page.content).split():
        case ["sleep"]:
            time.sleep(60)
        case ["regex"]:
            re.match(r"(a+)+$", "a" * 60 + "b")  # holds the interpreter for ages
        case ["memory"]:
            return (Article("eaten", "x" * 4_000_000_000),)
        case ["kill", *once]:
            die(*once)
        case ["exit"]:
            os._exit(3)
        case ["fault"]:
            raise KeyError("a fault in a parser")
        case ["modules"]:
            return Rejected("modules", " ".join(sys.modules))
        case ["pid"]:
            return Rejected("pid", str(os.getpid()))
        case ["reject"]:
            return Rejected("not_article", "No article.")
    return (Article(str(page.content), profile.source_id),)


def die(once: str | None = None) -> None:
    """Kill this process, unless it was done before and left a file that says so."""
    if once is None or not Path(once).exists():
        Path(once or os.devnull).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def run(*contents: str, workers: int = 1, seconds: float = 1) -> list[tuple[Article, ...] | Rejected]:
    with ParsePool(workers, seconds, memory_bytes=1024**3, parse=parse) as pool:
        futures = [pool.submit(Page(content), Profile("s")) for content in contents]
        return [future.result(timeout=30) for future in futures]


def gone(pid: int, within: float = 5) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        ("sleep", "parser_too_slow", "longer than 1 seconds"),
        ("regex", "parser_too_slow", "longer than 1 seconds"),
        ("memory", "parser_died", "more memory"),
        ("kill", "parser_died", "signal 9"),
        ("exit", "parser_died", "exit code 3"),
        ("fault", "parser_failed", "KeyError in test_pool.py"),
        ("reject", "not_article", "No article."),
    ],
)
def test_a_bad_page_is_a_reject_and_the_next_one_is_read(content: str, reason: str, says: str):
    bad, good = run(content, "a headline")
    assert isinstance(bad, Rejected)
    assert bad.reason == reason
    assert says in bad.message
    assert good == (Article("a headline", "s"),)


def test_a_page_whose_process_somebody_killed_is_read_by_the_next(tmp_path: Path):
    content = f"kill {tmp_path / 'killed'}"
    assert run(content) == [(Article(content, "s"),)]


def test_many_pages_over_several_processes_come_back_each_to_its_own_future():
    contents = [f"page-{number}" for number in range(60)]
    assert run(*contents, workers=2) == [(Article(content, "s"),) for content in contents]


@pytest.mark.parametrize("bad", ["sleep", "memory", "kill", "exit"])
def test_of_pages_that_are_handed_over_together_only_the_bad_one_is_a_reject(bad: str):
    contents = [f"page-{number}" for number in range(12)]
    contents[7] = bad
    for content, result in zip(contents, run(*contents), strict=True):
        expected = Rejected if content == bad else tuple
        assert isinstance(result, expected), content


def test_what_waits_is_shared_out_among_the_processes():
    with ParsePool(2, parse=parse) as pool:
        pids = [pool.submit(Page("pid"), Profile()) for _ in range(6)]
        assert len({future.result(60).message for future in pids}) == 2  # type: ignore[union-attr]


def test_a_process_killed_while_idle_is_replaced():
    with ParsePool(1, parse=parse) as pool:
        first = pool.submit(Page("pid"), Profile()).result(30)
        assert isinstance(first, Rejected)
        os.kill(int(first.message), signal.SIGKILL)
        assert gone(int(first.message))
        again = pool.submit(Page("pid"), Profile()).result(30)
        assert isinstance(again, Rejected)
        assert again.reason == "pid"


def test_processes_import_parsers_only():
    (found,) = run("modules")
    assert isinstance(found, Rejected)
    names = set(found.message.split())
    assert "parsers.records" in names
    assert not names & {"prefect", "duckdb", "requests", "typer", "flows.cli", "flows.run", "warehouse", "trafilatura"}


def test_processes_end_with_the_pool():
    with ParsePool(2, parse=parse) as pool:
        pids = {int(pool.submit(Page("pid"), Profile()).result(30).message) for _ in range(4)}  # type: ignore[union-attr]
    assert all(gone(pid, within=0.5) for pid in pids)


@pytest.mark.parametrize("busy", ["reject", "sleep"])
def test_processes_end_with_their_parent_even_if_it_is_killed(busy: str):
    code = f"""
import sys, time
from flows.pool import ParsePool, allowed_cpus
from parsers.records import Page, Profile
from test_pool import parse
with ParsePool(1, 60, parse=parse) as pool:
    print(pool.submit(Page("pid"), Profile()).result(30).message, flush=True)
    pool.submit(Page({busy!r}), Profile())
    time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        parent.kill()
    assert gone(child)


def test_what_waits_is_dropped_when_a_run_breaks():
    futures = []
    with suppress(RuntimeError), ParsePool(1, 1, parse=parse) as pool:
        futures += [pool.submit(Page("sleep"), Profile()) for _ in range(5)]
        raise RuntimeError("broken")
    assert sum(future.cancelled() for future in futures) >= 4


def test_a_pool_that_is_given_nothing_ends_at_once():
    before = threading.active_count()
    with ParsePool(1, parse=parse):
        pass
    assert threading.active_count() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to processors")
def test_only_the_processors_that_this_process_may_use_are_counted():
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert allowed_cpus() == 1
    finally:
        os.sched_setaffinity(0, allowed)
