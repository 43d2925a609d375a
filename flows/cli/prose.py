"""Sentences on a terminal: set without breaking a word, and a command at their end so that it can be copied.

Where there is no terminal every sentence is one line, as programs want it.
"""

from __future__ import annotations

import re
import textwrap

from rich.console import Console
from rich.text import Text

_COMMAND = re.compile(r"(?:^|(?<=\s))wireroom [a-z]+(?: [^().…]| \.|\.(?! |$)|[^ ().…])*$")
"""A command that ends a sentence: nothing but arguments follows, and no full stop."""

_ARGUMENT = re.compile(r"""(?:--[\w-]+ (?!-))?(?:[^\s'"]|'[^']*'|"[^"]*")+""")
"""An argument, an option with its value."""


def say(console: Console, text: str, style: str = "", *, mark: str = "") -> None:
    """Print a sentence, on a terminal set to its width; `mark` is the style of the sign that it begins with."""
    found = Text("\n".join(lines(text, console.width) if console.is_terminal else [text]), style=style)
    if mark:
        found.stylize(mark, 0, 1)
    console.print(found, soft_wrap=True)


def lines(text: str, width: int) -> list[str]:
    """A text in lines of at most so many cells but for single words; a command that ends it begins a line of its own."""
    indent = text[: len(text) - len(text.lstrip())]
    if len(text) <= width:
        return [text]
    found = _COMMAND.search(text)
    prose, command = (text[: found.start()], found[0]) if found else (text, "")
    arrow, _, rest = prose.partition("→ ")
    if command and not arrow.strip() and not rest:
        first, *more = broken(command, width - len(prose))
        return [prose + first, *(" " * len(prose) + line for line in more)]
    wrap = textwrap.TextWrapper(width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [*wrap.wrap(prose), *(f"{indent}  {line}" for line in broken(command, width - len(indent) - 2))]


def broken(command: str, width: int) -> list[str]:
    """A command in lines that a shell takes as one: broken between arguments, each line but the last with a backslash."""
    if len(command) <= width:
        return [command] if command else []
    made: list[str] = []
    for argument in _ARGUMENT.findall(command):
        if made and len(made[-1]) + 1 + len(argument) <= width - 2:
            made[-1] += f" {argument}"
        else:
            made.append(f"  {argument}" if made else argument)
    return [f"{line} \\" for line in made[:-1]] + made[-1:]
