"""Statements that are left out, against the same statements run all the same."""

import random
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.tables import loaded, tables
from tests.warehouse.test_any_order import fact_sets
from warehouse import schema
from warehouse.folders import Folders
from warehouse.rows import Row
from warehouse.staging import sql
from warehouse.steps import Steps, steps

DATABASE = schema.opened(":memory:")
"""Emptied for every example."""

_CHANGES = "SELECT load_id, change, valid_from, record_hash, previous FROM changes ORDER BY ALL"


@given(fact_sets(), st.integers(0, 2**32))
@settings(
    max_examples=12, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)  # fmt: skip
def test_what_is_left_out_would_have_changed_nothing(facts: list[Row], seed: int) -> None:
    shuffled = random.Random(seed)
    parts: list[list[Row]] = [[] for _ in range(3)]
    for row in facts:
        shuffled.choice(parts).append(row)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        con = loaded(Folders(Path(folder)), parts, DATABASE)
        left_out = tables(con), con.execute(_CHANGES).fetchall()
        patched.setattr(Steps, "filled", lambda *_: True)
        con = loaded(Folders(Path(folder)), parts, DATABASE)
        assert (tables(con), con.execute(_CHANGES).fetchall()) == left_out


def test_a_statement_is_left_out_while_its_tables_are_empty() -> None:
    with schema.opened(":memory:") as con:
        told = Steps(con)
        told.begin({"stage_reading": 0})
        told.run("withdrawn")
        assert told.rows == {"stage_reading": 0, "withdrawn": 0, "withdrawn_readings": 0}
        con.execute("INSERT INTO withdrawals (source_id, url_key) VALUES ('paper', uuid())")
        con.execute("SET VARIABLE source_id = 'paper'")
        told.run("withdrawn")
        assert told.rows["withdrawn"] == 1
        con.execute("DELETE FROM withdrawals")
        told.run("withdrawn")
        assert told.rows["withdrawn"] == 0
        assert con.execute("FROM withdrawn").fetchall() == []


@pytest.mark.parametrize("name", ["readings", "heads", "claims", "nodes", "versions", "texts", "changes", "addresses"])
def test_every_condition_is_understood(name: str) -> None:
    said = len(re.findall("Only with", sql(name)))
    assert said == sum(bool(step.only_with) for step in steps(sql(name)))
