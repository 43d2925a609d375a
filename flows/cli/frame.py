"""The outermost command: its verbs in the order of use, and a Ctrl-C that reaches us as what it is."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

PANELS = {
    "Start": ("demo", "init", "sources", "ingest", "backfill", "import", "up", "down", "status", "deploy"),
    "Ask": ("health", "coverage", "query", "search", "watch", "show", "diff", "cite", "export", "dbt", "shell"),
    "One page": ("parse", "explain"),
    "Care": ("logs", "notify", "doctor", "load", "backup", "restore", "archive", "reparse", "rebuild", "withdraw"),
}
_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
_PLACE = {name: place for place, name in enumerate(_PANEL_OF)}


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
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; raises Interrupted where it was broken off."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None
        except RuntimeError as error:
            if str(error) != "Query interrupted":  # DuckDB's word for a Ctrl-C that came while it was at work
                raise
            raise Interrupted from None
