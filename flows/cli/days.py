"""Days as the options --from and --to take them."""

from __future__ import annotations

from datetime import date

from flows import day_names
from flows.cli.app import Problem


def day(text: str | None, option: str, *, last: bool = False) -> date | None:
    """The day that 2026-03-01, 2026-03 or 2026 begins or ends with."""
    if text is None:
        return None
    found = day_names.day(text, last=last)
    if found is None:
        raise Problem(f"{option} {text} is no day: {day_names.HOW}.")
    return found
