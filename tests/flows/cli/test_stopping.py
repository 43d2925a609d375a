"""A query is stopped by its time, by a signal, or by DuckDB itself, and each is told as what it is."""

from __future__ import annotations

import os
import signal
import threading

import duckdb
import pytest

from flows.cli.app import Problem
from flows.cli.stopping import stoppable

ENDLESS = "select count(*) from range(10000000) a, range(10000000) b"


def test_when_its_time_is_over() -> None:
    with duckdb.connect() as con, pytest.raises(Problem, match=r"0\.2 seconds"), stoppable(con, 0.2):
        con.execute(ENDLESS)


def test_by_a_signal_and_the_handler_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    with duckdb.connect() as con, pytest.raises(KeyboardInterrupt), stoppable(con):
        con.execute(ENDLESS)
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_by_itself() -> None:
    with duckdb.connect() as con, pytest.raises(Problem, match="by itself"), stoppable(con):
        raise duckdb.InterruptException("Interrupted!")


def test_what_ends_well_ends_well() -> None:
    with duckdb.connect() as con, stoppable(con, 60):
        assert con.execute("select 1").fetchall() == [(1,)]
