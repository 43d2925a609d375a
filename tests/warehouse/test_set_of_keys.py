"""Keys in little memory: what was taken up is in it, and nothing else, however many there are."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from warehouse import keys
from warehouse.keys import Keys


@pytest.mark.parametrize("fold", [1, 7, 10_000])
def test_what_was_known_or_added_is_in_it_and_nothing_else(fold: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys, "FOLD", fold)
    dice = random.Random(fold)
    made = [UUID(int=dice.getrandbits(128)) for _ in range(300)]
    known, added, strange = made[:100], made[100:200], made[200:]
    found = Keys(sorted(known))
    for one in added:
        found.add(str(one))
    assert all(str(one) in found for one in known + added)
    assert not any(str(one) in found for one in strange)
    assert added[0].hex in found  # without its dashes as well


def test_the_first_and_the_last_key_of_all_are_no_trouble():
    found = Keys([UUID(int=0)])
    found.add(str(UUID(int=2**128 - 1)))
    assert str(UUID(int=0)) in found
    assert str(UUID(int=2**128 - 1)) in found
    assert str(UUID(int=2**127)) not in found
