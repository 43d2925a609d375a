"""The saved searches of a workspace: one small file each in watches/, which its user may edit."""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.workspace import Workspace
from warehouse.errors import WarehouseError
from warehouse.files import write_whole
from warehouse.search.fields import parted
from warehouse.search.filters import Filters
from warehouse.search.query import BadSearch, read

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,60}[a-z0-9])?")
_KEYS = {"query": str, "id": str, "most": int, "words": int}


class BadWatch(WarehouseError):
    """A saved search that cannot be used; the message names its file, or says what to write instead."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One saved search."""

    name: str
    query: str  # as it was typed
    feed_id: str  # urn:uuid:…, for good
    most: int = 100  # articles in its feed
    words: int = 50  # of the text, where the outlet gives no abstract; 0: the abstract alone

    @property
    def asked(self) -> tuple[str, Filters]:
        """What is searched for, and where; raises BadSearch."""
        return parted(self.query)


def add(workspace: Workspace, query: str, name: str | None = None) -> Watch:
    """Keep a search under a name of its own; raises BadWatch or BadSearch where it cannot be read, or the name is taken."""
    words, _ = parted(query)
    read(words, ())  # whether it can be understood at all
    chosen = name or _name_for(words)
    if not _NAME.fullmatch(chosen):
        raise BadWatch(f"{chosen!r} cannot name a watch: use small letters, digits, - and _ only.")
    path = file_of(workspace, chosen)
    if path.exists():
        raise BadWatch(f"There is a watch {chosen!r} already ({path}). Give this one another --name, or remove that one.")  # fmt: skip
    watch = Watch(chosen, query, f"urn:uuid:{uuid.uuid4()}")
    text = f"# A saved search of Wireroom: its feed is data/feeds/{chosen}.atom.\nquery = {_quoted(query)}\nid    = {_quoted(watch.feed_id)}\n"
    write_whole(path, [text.encode()])
    return watch


def remove(workspace: Workspace, name: str) -> None:
    """Take a saved search out of the workspace, and its feed; raises BadWatch where there is none of that name."""
    path = file_of(workspace, name)
    if not path.exists():
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.toml"))) or "none"
        raise BadWatch(f"There is no watch {name!r}. There is: {known}.")
    path.unlink()
    feed_of(workspace, name).unlink(missing_ok=True)
    memory_of(workspace, name).unlink(missing_ok=True)


def load_each(workspace: Workspace) -> tuple[list[Watch], list[str]]:
    """The saved searches by name, and a sentence for each file that cannot be read."""
    found, problems = [], []
    for path in sorted((workspace.root / "watches").glob("*.toml")):
        try:
            found.append(load(path))
        except BadWatch as problem:
            problems.append(str(problem))
    return found, problems


def load(path: Path) -> Watch:
    """The saved search in a file; raises BadWatch."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadWatch(f"The watch {path} cannot be read: {error}.") from None
    wrong = [key for key, value in data.items() if key not in _KEYS or type(value) is not _KEYS[key]]
    if wrong or not {"query", "id"} <= data.keys():
        named = f"the key `{wrong[0]}` is wrong" if wrong else "query or id is missing"
        raise BadWatch(f"In {path}, {named}: it holds query and id as texts, and may hold most and words as whole numbers.")  # fmt: skip
    watch = Watch(path.stem, data["query"], data["id"], max(1, data.get("most", 100)), max(0, data.get("words", 50)))
    try:
        read(watch.asked[0], ())
    except BadSearch as error:
        raise BadWatch(f"In {path}: {error}") from None
    return watch


def file_of(workspace: Workspace, name: str) -> Path:
    """Where a saved search lies."""
    return workspace.root / "watches" / f"{name}.toml"


def feed_of(workspace: Workspace, name: str) -> Path:
    """Where its feed lies."""
    return workspace.folders.feeds / f"{name}.atom"


def memory_of(workspace: Workspace, name: str) -> Path:
    """Where it is kept what its feed shows and what was told."""
    return workspace.folders.watches / f"{name}.json"


def _name_for(words: str) -> str:
    """A name made of a search's words: "climate-summit"."""
    found = re.findall(r"[a-z0-9]+", words.casefold().replace(" and ", " "))
    return "-".join(found)[:40].strip("-") or "watch"


_ESCAPES: Callable[[str], str] = lambda text: text.replace("\\", "\\\\").replace('"', '\\"')  # noqa: E731


def _quoted(text: str) -> Any:
    return f'"{_ESCAPES(" ".join(text.split()))}"'
