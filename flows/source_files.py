"""The outlets of a workspace, by name."""

from __future__ import annotations

from difflib import get_close_matches

from flows.sources import SourceDefinition, SourceError, load
from flows.workspace import Workspace


def source_named(workspace: Workspace, name: str) -> SourceDefinition:
    """The source of that name; raises SourceError with the likely intended name where there is none."""
    path = workspace.sources / f"{name}.toml"
    if not path.is_file():
        names = sorted(file.stem for file in workspace.sources.glob("*.toml"))
        close = get_close_matches(name, names, n=1)
        raise SourceError(
            f"There is no source {name!r} in {workspace.sources}."
            + (f" Did you mean {close[0]!r}?" if close else f" It has: {', '.join(names) or 'none yet'}.")
            + ("" if names else " Add one with: wireroom sources add eir")
        )
    return load(path)
