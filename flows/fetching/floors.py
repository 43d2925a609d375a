"""How fast public archives may be asked: floors under the delay of a source, as data (floors.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from flows.fetching.addresses import house

LONGEST = 3600.0
"""Seconds of the longest rest after refusals."""

ANY = "any"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Floor:
    """The limits of one archive, or of a part of it; seconds."""

    house: str  # as addresses.house names it
    path: str  # what the part's addresses begin with
    delay: float
    rest: float
    patience: float

    def rest_after(self, refusals: int, stated: float | None) -> float:
        """How long to leave it alone after so many refusals in a row, the last of which may have said how long."""
        if stated is not None and refusals == 1:
            return stated
        return max(stated or 0.0, min(self.rest * 2.0 ** min(refusals - 1, 10), LONGEST))


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors that are known."""

    floors: tuple[Floor, ...] = ()

    def of(self, url: str) -> Floor | None:
        """The floor of an address: that of the longest path which it begins with; None for hosts that are no archives."""
        place = house(url)
        path = urlsplit(url).path or "/"
        fitting = [floor for floor in self.floors if floor.house == place and path.startswith(floor.path)]
        return max(fitting, key=lambda floor: len(floor.path), default=None)

    def knows(self, place: str) -> bool:
        """Whether a host (as addresses.house names it) has a floor."""
        return any(floor.house == place for floor in self.floors)

    def having(self, place: str, delay: float | None, path: str = "/") -> Floors:
        """These floors and one for an archive that a source names, or for a part of it: a known one raised, else a new one."""
        if known().knows(place):
            raised = (replace(each, delay=max(each.delay, delay or 0.0)) for each in self.floors if each.house == place)
            return Floors((*(each for each in self.floors if each.house != place), *raised))
        usual = next(floor for floor in known().floors if floor.house == ANY)
        own = replace(usual, house=place, path=path, delay=usual.delay if delay is None else delay)
        return Floors((*self.floors, own))


@cache
def known() -> Floors:
    """The floors of floors.toml."""
    text = files("flows.fetching").joinpath("floors.toml").read_text(encoding="utf-8")
    return Floors(tuple(_floor(entry) for entry in tomllib.loads(text)["floor"]))


def _floor(entry: dict[str, Any]) -> Floor:
    return Floor(entry["house"], entry["path"], *(_seconds(entry[name]) for name in ("delay", "rest", "patience")))


def _seconds(text: str) -> float:
    number = text.rstrip("msh")
    return float(number) * _UNITS[text[len(number) :]]
