"""Heads of Chinese, Japanese and Korean agencies, which pack place, day, tag and reporter without blanks."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.dateline import dates


@dataclass(frozen=True, slots=True)
class Head:
    """A head as read."""

    end: int
    places: tuple[str, ...]
    date: dates.Printed | None
    tags: tuple[str, ...]
    ids: tuple[str, ...]
    byline: str | None
    rule: str
    confidence: float


def possible(view: str, start: int) -> bool:
    """Whether the paragraph opens in one of these scripts."""
    return False


def read(view: str, text: str, start: int, language: str | None) -> Head | None:
    """The head at `start`."""
    return None
