"""The catalogue of head shapes (data/catalogue.toml) expanded into leads with the reading that is expected of them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.records import Dateline

DATA = Path(__file__).parent / "data"
_SLOT = re.compile(r"\{(\w+)\}|«([^»]*)»|‹([^›]*)›")


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead of the catalogue and what a reader should find in it."""

    language: str
    shape: str
    text: str
    end: int
    places: tuple[str, ...]
    tags: tuple[str, ...]
    date: str | None


def leads(variants: int = 2) -> Iterator[Lead]:
    """Every shape, filled `variants` times with other places, days and bodies."""
    for language in tomllib.loads((DATA / "catalogue.toml").read_text(encoding="utf-8"))["language"]:
        for i, shape in enumerate(language["shapes"]):
            for j in range(variants):
                yield fill(language, shape, i * 3 + j * 5)


def fill(language: dict[str, Any], shape: str, n: int) -> Lead:
    """A shape filled with the n-th places, day and bodies of its language."""
    places, tags, used = [], [], set()
    values = _values(language, n)

    def put(slot: re.Match[str]) -> str:
        name, tag, literal = slot.groups()
        if name:
            used.add(name)
        text = tag or literal or values[name]
        if tag:
            tags.append(text)
        elif literal or name.lower() in {"p", "q", "k"}:
            places.append(text)
        return text

    head = _SLOT.sub(put, shape)
    bodies = language["bodies"]
    body = " ".join(bodies[(n + i) % len(bodies)] for i in range(3))
    return Lead(
        language["lang"], shape, head + body, len(head), tuple(places), tuple(tags), _date(values, used, "1er" in shape)
    )


def _values(language: dict[str, Any], n: int) -> dict[str, str]:
    """What each slot of a shape holds."""
    places, count = language["places"], len(language["places"])
    place, second = places[n % count], places[(n + 1 + n // count) % count]
    if place == second:
        second = places[(n + 2) % count]
    month, day = (n * 5 + 2) % 12, (n * 7 + 3) % 28 + 1
    short, long = language["short"][month], language["long"][month]
    values = {"p": place, "q": second, "k": places[0], "m": short, "M": long, "d": str(day), "dd": f"{day:02d}"}
    values |= {"n": str(month + 1), "nn": f"{month + 1:02d}", "y": str(1999 + n * 3 % 25)}
    values |= {"by": language["names"][n % len(language["names"])]}
    return values | {
        capital: _capitals(values[small], language["lang"])
        for capital, small in (("P", "p"), ("Q", "q"), ("K", "k"), ("mm", "m"), ("MM", "M"))
    }


def _capitals(text: str, language: str) -> str:
    return (text.replace("i", "İ") if language == "tr" else text).upper()


def _date(values: dict[str, str], used: set[str], first: bool) -> str | None:
    """The date that the filled slots print."""
    day = "01" if first else values["dd"]
    if used & {"m", "M", "mm", "MM", "n", "nn"}:
        return f"{values['y'] if 'y' in used else '-'}-{values['nn']}-{day}"
    return f"---{day}" if used & {"d", "dd"} else None


def same(lead: Lead, found: Dateline | None) -> bool:
    """Whether a reading is the expected one: places and tags as sets, without case, blanks and final stops."""
    return (
        found is not None
        and found.end == lead.end
        and found.date == lead.date
        and _set(found.places) == _set(lead.places)
        and _set(found.source_tags) == _set(lead.tags)
    )


def _set(names: tuple[str, ...]) -> set[str]:
    plain = (re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)) for name in names)
    return {re.sub(r"[\s.]+$", "", name).strip(" ,").casefold() for name in plain}
