"""A user's workspace: `sources/`, `data/` and `.env`, found from any folder below it as git finds a repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from warehouse.files import write_whole
from warehouse.folders import Folders

AGENT = "Wireroom/0.1"
VARIABLE = "WIREROOM_WORKSPACE"
ENV_TEMPLATE = """\
# Settings and secrets of this workspace. Never commit this file.

# Outlets see this in the User-Agent of every request, so that they can reach you: an address or a page.
WIREROOM_CONTACT={contact}
"""


class WorkspaceError(Exception):
    """No workspace, or one that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace folder and the paths that matter in it."""

    root: Path

    @property
    def sources(self) -> Path:
        """Folder of the outlets that are read, one TOML file each."""
        return self.root / "sources"

    @property
    def folders(self) -> Folders:
        """Paths below `data/`."""
        return Folders(self.root / "data")

    @property
    def prefect_home(self) -> Path:
        """The PREFECT_HOME of this workspace; the user's own is never touched."""
        return self.root / "data" / "prefect"

    @property
    def user_agent(self) -> str:
        """How outlets see us: the product token that robots.txt may name (RFC 9309), and whom they can reach."""
        contact = self.setting("WIREROOM_CONTACT")
        return f"{AGENT} (+{contact})" if contact else AGENT

    def setting(self, name: str, environment: Mapping[str, str] = os.environ) -> str | None:
        """The value of a setting from the environment, else from `.env`, else None."""
        value = environment.get(name) or dotenv_values(self.root / ".env").get(name)
        return value or None


def find(start: Path | None = None, named: Path | None = None) -> Workspace:
    """The workspace that is named (option or WIREROOM_WORKSPACE), else the nearest one at or above `start`."""
    named = named or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is not None:
        if not is_workspace(named):
            raise WorkspaceError(f"{named} is no Wireroom workspace. Make one with: wireroom init {named}")
        return Workspace(named.resolve())
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if is_workspace(folder):
            return Workspace(folder)
    raise WorkspaceError(
        f"No Wireroom workspace in {start} or above it. Make one with: wireroom init DIR, "
        f"or name one with --workspace or {VARIABLE}."
    )


def is_workspace(folder: Path) -> bool:
    """Whether `init` was here: the hidden folder of the live data is the mark."""
    return (folder / "data" / ".live").is_dir() and (folder / "sources").is_dir()


def create(root: Path, contact: str = "") -> Workspace:
    """Make the folders and files of a workspace that are missing, and leave everything else as it is."""
    from warehouse import reading_copy

    workspace = Workspace(root.resolve())
    if root.exists() and not root.is_dir():
        raise WorkspaceError(f"{root} is a file, and a workspace is a folder: choose another name.")
    workspace.sources.mkdir(parents=True, exist_ok=True)
    for folder in (
        workspace.folders.editions,
        workspace.folders.spool,
        workspace.folders.archive,
        workspace.folders.logs,
    ):
        folder.mkdir(parents=True, exist_ok=True)
    secrets = workspace.root / ".env"
    if not secrets.exists():
        secrets.touch(mode=0o600)
        secrets.write_text(ENV_TEMPLATE.format(contact=contact), encoding="utf-8")
    ignore = workspace.root / ".gitignore"
    if not ignore.exists():
        ignore.write_text("data/\n.env\n", encoding="utf-8")
    reading_copy.ensure(workspace.folders)
    return workspace


def catalogue() -> Path:
    """The folder of ready-made outlets that come with Wireroom: in the wheel, else beside the checkout."""
    packed = Path(__file__).parent / "catalogue"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "sources"


def add_from_catalogue(workspace: Workspace, name: str) -> Path:
    """Copy a ready-made outlet into the workspace and return its file."""
    ready = catalogue() / f"{name}.toml"
    if not ready.is_file():
        names = ", ".join(sorted(path.stem for path in catalogue().glob("*.toml")))
        raise WorkspaceError(f"The catalogue has no outlet {name!r}. It has: {names}.")
    return add_file(workspace, name, ready.read_text(encoding="utf-8"))


def add_file(workspace: Workspace, name: str, text: str) -> Path:
    """Write the file of a new source and return its path; raises WorkspaceError where there is one of that name."""
    target = workspace.sources / f"{name}.toml"
    if target.exists():
        raise WorkspaceError(f"{target} is already there: nothing was changed.")
    write_whole(target, [text.encode()])
    return target
