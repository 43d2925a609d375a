"""Addresses that were listed, did not become articles and have no known day: what is said of them beside the days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flows import reasons
from flows.cli.app import counted
from flows.cli.tables import harmless

if TYPE_CHECKING:
    from warehouse.coverage import Dayless

NAMED = 3
"""Listings that are named; the others are counted."""


def sentence(found: Sequence[Dayless]) -> str | None:
    """How many there are, what came of them and which listings name them; None where there is none."""
    if not found:
        return None
    total = sum(one.addresses for one in found)
    came = Counter[tuple[str, str | None]]()
    for one in found:
        came[one.outcome, one.reason] += one.addresses
    parts = [f"{count:,} {said(outcome, reason)}" for (outcome, reason), count in came.most_common()]
    has, are = ("has", "It is") if total == 1 else ("have", "They are")
    return f"{counted(total, 'more address', 'more addresses')} {has} no known day: {', '.join(parts)}. {are} listed by {listings(found)}."


def said(outcome: str, reason: str | None) -> str:
    """What became of an address, with the reason in brackets."""
    return f"{reasons.outcome(outcome)}{f' ({reasons.in_words(reason)})' if reason else ''}"


def listings(found: Sequence[Dayless]) -> str:
    """The listings that name them, the first few by name."""
    names = list(dict.fromkeys(harmless(f"{one.finder or ''} {one.unit or ''}".strip()) for one in found))
    shown, others = names[:NAMED], len(names) - NAMED
    if others > 0:
        return f"{', '.join(shown)} and {counted(others, 'other')}"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def gone(found: Sequence[Dayless]) -> list[Dayless]:
    """Those that are not there any more."""
    return [one for one in found if one.outcome == "gone"]


def lacking(found: Sequence[Dayless]) -> int:
    """Of how many of them nothing final is known."""
    return sum(one.addresses for one in found if not one.is_final)


def as_records(found: Sequence[Dayless]) -> list[dict[str, Any]]:
    """Them as a program wants them."""
    return [asdict(one) for one in found]
