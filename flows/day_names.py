"""Days as people write them: 2026-03-01, 2026-03 or 2026."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

HOW = "write 2026-03-01, 2026-03 or 2026"
"""What to write instead of what is no day."""

_DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?")


def day(text: str, *, last: bool = False) -> date | None:
    """The day that a day, month or year begins or, as `last`, ends with; None for what is none."""
    year, month, day = (int(part) for part in match.groups("0")) if (match := _DAY.fullmatch(text)) else (0, 0, 0)
    try:
        if last and not day:
            month = month or 12
            day = monthrange(year, month)[1]
        return date(year, month or 1, day or 1)
    except ValueError:
        return None
