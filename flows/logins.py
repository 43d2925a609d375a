"""What lets a subscriber in, from the workspace's `.env` and never from a source file."""

from __future__ import annotations

from urllib.parse import urlsplit

from flows.fetching import BadCredentials, Credentials, cookie_file, header_lines, house
from flows.sources import SourceDefinition
from flows.workspace import Workspace, WorkspaceError


def settings(source_id: str) -> tuple[str, str]:
    """The names of a source's two settings: its headers, and the path of its cookies.txt."""
    stem = f"WIREROOM_{source_id.upper().replace('-', '_')}"
    return f"{stem}_HEADERS", f"{stem}_COOKIES"


def credentials(workspace: Workspace, source: SourceDefinition) -> Credentials:
    """Headers and cookies of a source, for its own hosts; raises WorkspaceError, which never shows a value."""
    named_headers, named_cookies = settings(source.source_id)
    headers, cookies = workspace.setting(named_headers), workspace.setting(named_cookies)
    name = named_headers
    try:
        lines = header_lines(headers) if headers else ()
        name = named_cookies
        jar = cookie_file(workspace.root / cookies) if cookies else None
    except BadCredentials as fault:
        raise WorkspaceError(f"The setting {name} of {workspace.root / '.env'} cannot be used: {fault}.") from None
    return Credentials(houses(source), urlsplit(source.home).scheme == "http", lines, jar)


def houses(source: SourceDefinition) -> frozenset[str]:
    """The hosts that may see a source's credentials: its home with or without www, and [article] hosts."""
    home = house(source.home)
    twin = home.removeprefix("www.") if home.startswith("www.") else f"www.{home}"
    return frozenset({home, twin, *(house(f"https://{host}/") for host in source.hosts)})
