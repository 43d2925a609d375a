"""Loading is a set operation: any order, any split, any repetition of the same facts gives the same tables."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.facts import fetched, found, reading
from tests.warehouse.tables import loaded, tables
from warehouse.folders import Folders
from warehouse.rows import Row

NAMES = st.sampled_from("abcde")
TEXTS = (
    "one two three four five six seven",
    "one two three",
    "one two three four five six eight",
    "ten eleven twelve",
    None,
)
POINTS_TO = st.one_of(st.none(), NAMES)


@st.composite
def captures(draw: st.DrawFn) -> list[Row]:
    """One page that an address showed, and what one or two readers made of it."""
    name, hours = draw(NAMES), draw(st.integers(0, 5))
    final = draw(st.one_of(st.none(), st.none(), NAMES))
    made: list[Row] = [fetched(name, hours=hours)]
    if draw(st.booleans()):
        days = st.one_of(st.none(), st.dates(date(2026, 2, 1), date(2026, 2, 3)))
        made.append(found(name, hours=draw(st.integers(0, 5)), day=draw(days)))
    for reader in draw(st.lists(st.sampled_from(("r1", "r2")), min_size=1, max_size=2, unique=True)):
        made.append(
            reading(
                name,
                draw(st.sampled_from(TEXTS)),
                hours=hours,
                reader=reader,
                read=draw(st.integers(6, 8)),
                final=final,
                canonical=draw(POINTS_TO),
                headline=draw(st.sampled_from(("One", "Two"))),
                item=draw(st.sampled_from((0, 0, 0, 1))),
                extent=draw(st.sampled_from(("full", "full", "excerpt"))),
                published=draw(st.sampled_from((None, date(2026, 2, 5)))),
            )
        )
    return made


@st.composite
def fact_sets(draw: st.DrawFn) -> list[Row]:
    """Facts without two that have one key and differ."""
    facts = {_key(row): row for capture in draw(st.lists(captures(), min_size=1, max_size=9)) for row in capture}
    return list(facts.values())


def _key(row: Row) -> tuple[object, ...]:
    parts = (
        ("fetch_id", "item", "reader")
        if hasattr(row, "reader")
        else ("fetch_id",)
        if hasattr(row, "fetch_id")
        else ("url_key", "found_at")
    )
    return (type(row), *(getattr(row, part) for part in parts))


@given(fact_sets(), st.integers(0, 2**32))
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking a failure takes minutes, and the facts are short as they are
    suppress_health_check=list(HealthCheck),
)
def test_any_order_split_and_repetition_gives_the_same_tables(facts: list[Row], seed: int) -> None:
    shuffled = random.Random(seed)
    parts: list[list[Row]] = [[] for _ in range(shuffled.randint(1, 4))]
    for row in [*facts, *shuffled.sample(facts, len(facts) // 3)]:
        shuffled.choice(parts).append(row)
    for part in parts:
        shuffled.shuffle(part)
    with TemporaryDirectory() as folder:
        folders = Folders(Path(folder))
        assert tables(loaded(folders, parts)) == tables(loaded(folders, [facts]))
