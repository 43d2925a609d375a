"""What rows have, whoever wrote them: each field under the first of the many names that it goes by (columns.toml)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

Row = Mapping[str, Any]


@cache
def columns() -> dict[str, list[str]]:
    """What we need → the names under which rows have it, as `plain` spells them."""
    found: dict[str, list[str]] = tomllib.loads((files("flows.lists") / "columns.toml").read_text(encoding="utf-8"))
    return {wanted: list(dict.fromkeys(map(plain, names))) for wanted, names in found.items()}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name of a column as it is compared: in small letters, without accents, its words joined by _."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\s_-]+", "_", bare.strip("\ufeff \t\r\n"))


def says_address(names: Iterable[str]) -> bool:
    """Whether the head of a table has a column of addresses."""
    return not {plain(name) for name in names}.isdisjoint(columns()["url"])


def field(row: Row, wanted: str) -> str | None:
    """The first of the columns that may hold what is wanted and does, as text."""
    for name in columns()[wanted]:
        value: Any = row
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value.strip():
            return value.strip() if wanted != "html" else value
    return None
