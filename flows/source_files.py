"""The outlets of a workspace, by name: found, paused and taken out. What a person wrote in a file stays as it was."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path

from flows.sources import SourceDefinition, SourceError, load
from flows.toml_lines import lines_of_keys
from flows.unclaimed import NAME as UNCLAIMED
from flows.unclaimed import unclaimed
from flows.workspace import Workspace
from warehouse.files import write_whole

MARK = "paused = true    # by `wireroom sources pause`; `wireroom sources resume` takes it out again\n"
"""The line of a paused source."""


def names(workspace: Workspace) -> list[str]:
    """The names of all sources, in order."""
    return sorted(path.stem for path in workspace.sources.glob("*.toml"))


def file_of(workspace: Workspace, name: str) -> Path:
    """The file of the source of that name; raises SourceError with the likely intended name where there is none."""
    path = workspace.sources / f"{name}.toml"
    known = names(workspace)
    if name in known:
        return path
    close = get_close_matches(name, known, n=1)
    raise SourceError(
        f"There is no source {name!r} in {workspace.sources}."
        + (f" Did you mean {close[0]!r}?" if close else f" It has: {', '.join(known) or 'none yet'}.")
        + ("" if known else " Add one with: wireroom sources add eir")
    )


def source_named(workspace: Workspace, name: str) -> SourceDefinition:
    """The source of that name; raises SourceError with the likely intended name where there is none."""
    if name == UNCLAIMED and name not in names(workspace):
        return unclaimed()
    return load(file_of(workspace, name))


def pause(path: Path) -> bool:
    """Write `paused = true` into the file, above `name`; False where it was paused already."""
    return _set_paused(path, True)


def resume(path: Path) -> bool:
    """Take `paused` out of the file again; False where it was not paused."""
    return _set_paused(path, False)


def _set_paused(path: Path, paused: bool) -> bool:
    """Whether the file had to be changed. It is loaded before and after, so that no file is ever spoilt."""
    if load(path).paused == paused:
        return False
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    places = lines_of_keys(text)
    if not paused:
        del lines[places["paused",] - 1]
    elif ("paused",) in places:
        lines[places["paused",] - 1] = MARK
    else:
        lines.insert(places["name",] - 1, MARK)
    changed = "".join(lines)
    if {**tomllib.loads(text), "paused": paused} != {"paused": False, **tomllib.loads(changed)}:
        raise SourceError(
            f"{path} is written too unusually to be changed here: write `paused = true` into it yourself."
        )
    write_whole(path, [changed.encode()])
    return True
