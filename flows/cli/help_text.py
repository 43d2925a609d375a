"""Help that fits the terminal: paragraphs run on, and what an example does stands under it where both have no room side by side."""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import Any

_EXAMPLE = re.compile(r"  (?P<command>\S.*?)\s{2,}(?P<does>\S.*)", re.DOTALL)
INDENT = 6
"""Cells before what an example does."""


def fit(command: Any) -> None:
    """Set the help of a command, and of those below it, for the width that there is."""
    width = shutil.get_terminal_size().columns
    command.help, command.epilog = (fitted(text, width) for text in (command.help, command.epilog))
    for below in getattr(command, "commands", {}).values():
        fit(below)


def fitted(text: str | None, width: int) -> str | None:
    """A help text, a blank line between its paragraphs, for so many cells; fitted twice it stays the same."""
    if text is None:
        return None
    parts = [part.strip("\n") for part in text.split("\n\n")]
    is_narrow = any(len(part) + 2 > width for part in parts if _EXAMPLE.fullmatch(part))
    return "\n\n".join(_paragraph(part, width, is_narrow) for part in parts)


def _paragraph(text: str, width: int, is_narrow: bool) -> str:
    found = _EXAMPLE.fullmatch(text)
    if not found:
        return re.sub(r"(?<=\S)\s*\n\s*", " ", text)
    if not is_narrow or "\n" in text:  # the latter is set already
        return text
    lines = textwrap.wrap(found["does"], width - INDENT - 2, break_on_hyphens=False)
    return "\n".join([f"  {found['command']}", *(" " * INDENT + line for line in lines)])
