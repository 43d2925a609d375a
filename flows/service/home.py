"""The Prefect of a workspace: its own folder, address, password and settings, and nothing of the user's."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

from flows.workspace import Workspace, WorkspaceError
from warehouse.files import write_whole

HOST = "127.0.0.1"
POOL = "wireroom"
"""The work pool of the workers of `up`, and the one that `deploy` names unless told otherwise."""

USER = "wireroom"
PASSWORD = "PREFECT_SERVER_API_AUTH_STRING"  # noqa: S105  (the setting's name)


def environment(workspace: Workspace, port: int) -> dict[str, str]:
    """The environment of server, worker and flow runs: this process's own, with every setting of Prefect's replaced."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    origin, home, login = f"http://{HOST}:{port}", workspace.prefect_home, password(workspace)
    own = {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": f"{origin}/api",
        "PREFECT_API_AUTH_STRING": login,
        PASSWORD: login,
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": origin,
        "PREFECT_SERVER_UI_API_URL": f"{origin}/api",
        "PREFECT_UI_URL": origin,
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "WIREROOM_WORKSPACE": str(workspace.root),
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
    }
    fixed = tomllib.loads(files("flows.service").joinpath("settings.toml").read_text(encoding="utf-8"))
    return {**kept, **fixed, **own}


def password(workspace: Workspace) -> str:
    """The log-in `user:password` of the workspace's server, made once and kept in `.env`, which only its owner reads.

    Raises WorkspaceError where what stands there is none.
    """
    path = workspace.root / ".env"
    known = workspace.setting(PASSWORD, environment={})
    if known is None:
        known = f"{USER}:{secrets.token_urlsafe(24)}"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        gap = "" if text.endswith("\n") or not text else "\n"
        added = f"{gap}\n# Log-in of the Prefect server that wireroom up starts.\n{PASSWORD}={known}\n"
        if not path.exists():
            path.touch(mode=0o600)
        path.chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(added)
    if not all(known.partition(":")):
        raise WorkspaceError(
            f"{PASSWORD} in {path} must be user:password. Without the line, wireroom up makes a new one."
        )
    return known


def port(workspace: Workspace) -> int:
    """A port that is free: the one of last time where it is, so that bookmarks go on working, else any."""
    kept = workspace.prefect_home / "port"
    last = int(kept.read_text()) if kept.exists() and kept.read_text().strip().isdigit() else 0
    for wanted in (last, 0) if last else (0,):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((HOST, wanted))
                found = int(probe.getsockname()[1])
        except OSError:
            continue
        write_whole(kept, [str(found).encode()])
        return found
    raise OSError(f"No port of {HOST} is free.")


def logs(workspace: Workspace) -> Path:
    """Folder of the logs of `up` and all it starts."""
    return workspace.folders.data / "logs"
