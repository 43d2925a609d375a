"""Lines that are a date and nothing else, as pages set them between headline and text: "Published: Sunday, 3 March 2024, 14:05 CET"."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from parsers import dates
from parsers.view import plain
from parsers.vocabulary import WEEKDAYS

_DATA = tomllib.loads(files("parsers").joinpath("data/visible_dates.toml").read_text(encoding="utf-8"))
_LABELS = sorted((*_DATA["published"], *_DATA["published_after"], *_DATA["modified"]), key=len, reverse=True)
_LABEL = re.compile("|".join(rf"(?<!\w){re.escape(label.strip())}" for label in _LABELS))
_AROUND = frozenset((*_DATA["around"], *(zone.casefold() for zone in _DATA["zones"])))
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

LONGEST = 80
"""Characters of a line that may be nothing but a date."""


def is_date_line(text: str) -> bool:
    """Whether a line tells full dates, with what is usual around them, and no other word: "March 3, 2024 (AP)" has one."""
    if len(text) > LONGEST or not any(character.isdigit() for character in text):
        return False
    found = list(dates.find(text))
    if not found:
        return False
    rest = text
    for moment in reversed(found):
        rest = f"{rest[: moment.start]} {rest[moment.end :]}"
    rest = _LABEL.sub(" ", rest.casefold())
    return all(word in _AROUND or plain(word) in WEEKDAYS for word in _WORD.findall(rest))
