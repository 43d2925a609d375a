"""The rules by which an address is reduced to what identifies it, one version after another (data/tracking.toml)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

RULE = 2
"""Raised whenever a key may come out differently; what is new then goes into data/tracking.toml and into `_rules`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one version of the rule leaves out of an address."""

    number: int
    names: frozenset[str]  # query parameters
    prefixes: tuple[str, ...]
    path: re.Pattern[str]  # session ids within the path
    folds_slashes: bool  # one at the end, and doubled ones


def _rules() -> tuple[Rule, ...]:
    """Every rule there was, the newest first."""
    data = tomllib.loads(files("parsers").joinpath("data/tracking.toml").read_text(encoding="utf-8"))
    names, prefixes = frozenset(data["names"]), tuple(data["prefixes"])
    parameter = rf";(?:{'|'.join(data['path'])})=[^/;?]*"
    cookieless = r"/\([A-Z]\([0-9a-z]{24}\)\)(?=/)"  # ASP.NET writes its session ids so
    found = [Rule(1, names, prefixes, re.compile(parameter, re.IGNORECASE), folds_slashes=False)]
    for later in data["later"]:
        names, prefixes = names | set(later["names"]), (*prefixes, *later["prefixes"])
        path = re.compile(f"{parameter}|{cookieless}", re.IGNORECASE)
        found.append(Rule(later["rule"], names, prefixes, path, folds_slashes=True))
    return tuple(reversed(found))


RULES = _rules()
