"""The source of pages that no other source claims: real in the warehouse, without a file in the workspace."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.sources import SourceDefinition, of_text

NAME = "unclaimed"

_TEXT = """
name   = "Unclaimed pages"
home   = "https://unclaimed.invalid/"
paused = true

[[find]]
kind = "list"
file = "unclaimed.csv"
"""


@cache
def unclaimed() -> SourceDefinition:
    """The definition of that source: nothing is known of its pages, and nothing is ever fetched for it."""
    return of_text(_TEXT, Path(f"{NAME}.toml"))
