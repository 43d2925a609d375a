"""Dates in Chinese, Japanese and Korean heads: 5月3日, 五月三日, 1월 3일, or the day alone."""

from __future__ import annotations

import re

from parsers.dateline.dates import Printed

_NUMERAL = "〇零一二三四五六七八九十"
DATE = re.compile(
    rf"(?:(?P<year>\d{{4}})(?:年|년\s?))?(?P<month>\d{{1,2}}|[{_NUMERAL}]{{1,2}})(?:月|월\s?)(?P<day>\d{{1,2}}|[{_NUMERAL}]{{1,3}})(?:日|일)"
    rf"|(?P<only>\d{{1,2}})(?:日|일)(?!間|间)"
)


def read(view: str, start: int, end: int) -> Printed | None:
    """The date of a span that `DATE` matched."""
    found = DATE.match(view, start) if start >= 0 else None
    if not found:
        return None
    year = int(found["year"]) if found["year"] else None
    month = _number(found["month"]) if found["month"] else None
    day = _number(found["day"] or found["only"])
    valid = 1 <= day <= 31 and (month is None or 1 <= month <= 12)
    return Printed(start, end, day, month, year) if valid else None


def _number(digits: str) -> int:
    """A number below a hundred in Arabic or Chinese digits."""
    if digits.isdecimal():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    if not ten:
        return int("".join(str(max(0, "零一二三四五六七八九".find(d))) for d in digits))
    value = {c: i for i, c in enumerate("零一二三四五六七八九")}
    return value.get(tens, 1) * 10 + value.get(ones, 0)
