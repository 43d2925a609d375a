"""The outermost command: its verbs in the order of use, and a Ctrl-C that reaches us as what it is."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperGroup

from flows.cli.help_text import fit

PANELS = {
    "Start": ("demo", "init", "sources", "ingest", "backfill", "import", "up", "down", "status", "deploy"),
    "Ask": ("health", "coverage", "query", "search", "watch", "show", "diff", "cite", "export", "dbt", "shell"),
    "One page": ("parse", "explain"),
    "Care": ("logs", "notify", "doctor", "load", "backup", "restore", "archive", "reparse", "rebuild", "withdraw"),
}
_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
_PLACE = {name: place for place, name in enumerate(_PANEL_OF)}


_HOUSE_WORDS = (
    (r"Input should be greater than or equal to (\S+)", r"{value} is too little: the least is \1."),
    (r"Input should be less than or equal to (\S+)", r"{value} is too much: the most is \1."),
    (r"Input should be a valid integer\b.*", "{value} is no whole number."),
    (r"Input should be a valid number\b.*", "{value} is no number."),
    (r"Value error, (.*)", r"\1"),
)
"""What the library that checks values says, and what is said instead."""


class Interrupted(Exception):
    """Ctrl-C or SIGTERM while a verb was at work; typer would make a bare exit code of it."""


class Verbs(TyperGroup):
    """The verbs of `wireroom`, in panels."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names as they are met in use; what belongs to no panel comes last."""
        return sorted(super().list_commands(ctx), key=lambda name: _PLACE.get(name, len(_PLACE)))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of that name, with the panel it stands in."""
        command: Any = super().get_command(ctx, cmd_name)
        if command is not None and cmd_name in _PANEL_OF:
            command.rich_help_panel = _PANEL_OF[cmd_name]
            fit(command)
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; raises Interrupted where it was broken off."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _in_house_words(error)
            raise
        except KeyboardInterrupt:
            raise Interrupted from None
        except RuntimeError as error:
            if str(error) != "Query interrupted":  # DuckDB's word for a Ctrl-C that came while it was at work
                raise
            raise Interrupted from None


def _in_house_words(error: typer.BadParameter) -> str:
    """Why a value is refused, in our words: those of the library name no value and no limit of ours."""
    cause: Any = error.__cause__
    problems = cause.errors() if hasattr(cause, "errors") else []
    value = problems[0].get("input") if problems else None
    for theirs, ours in _HOUSE_WORDS:
        if found := re.fullmatch(theirs, error.message):
            return found.expand(ours).replace("{value}", str(value))
    return error.message
