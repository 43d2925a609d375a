"""Counts with their word, in the singular where it is one."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its word: 1 article, 2 articles; `many` where the plural takes more than an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def are(count: int) -> str:
    """The verb behind a count."""
    return "is" if count == 1 else "are"
