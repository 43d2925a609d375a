"""Days as the options --from and --to take them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from flows.cli.app import Problem

_DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?")


def day(text: str | None, option: str, *, last: bool = False) -> date | None:
    """The day that 2026-03-01, 2026-03 or 2026 begins or ends with."""
    if text is None:
        return None
    year, month, day = (int(part) for part in match.groups("0")) if (match := _DAY.fullmatch(text)) else (0, 0, 0)
    try:
        if last and not day:
            month = month or 12
            day = monthrange(year, month)[1]
        return date(year, month or 1, day or 1)
    except ValueError:
        raise Problem(f"{option} {text} is no day: write 2026-03-01, 2026-03 or 2026.") from None
