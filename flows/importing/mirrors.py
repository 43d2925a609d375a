"""Folders that mirror a site, as `wget -r` leaves them: which address a file there stands for."""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from urllib.parse import quote

from flows.importing.door import Door

INDEX = "index.html"
"""The name under which a page is saved whose address ends with a slash."""

_QUERY = re.compile(r"\?|@(?=[^@/]*=)")  # where the name of a file may not have ?, `wget` writes @
_ADDED = re.compile(r"\.html$")  # by `wget -E`, behind the query
_PLAIN = "=&%;:@,+/?$!*'()~"  # what a query has as it is


def address(base: str, inside: str) -> str:
    """The address of a file that lies at `inside` of a folder that mirrors a base."""
    folder, _, name = inside.rpartition("/")
    mark = _QUERY.search(name)
    name, query = (name[: mark.start()], _ADDED.sub("", name[mark.end() :])) if mark else (name, "")
    path = "/".join(filter(None, (folder, "" if name == INDEX else name)))
    closing = "/" if name == INDEX and folder else ""
    asked = f"?{quote(os.fsencode(query), safe=_PLAIN)}" if query else ""
    return f"{base.rstrip('/')}/{quote(os.fsencode(path))}{closing}{asked}"


def by_folder(file: str, door: Door) -> str | None:
    """The address of a file that lies in a folder named as the site of a source, which is said; None where it does not."""
    parts = PurePath(file).parts
    for place in range(len(parts) - 2, 0, -1):
        base = door.site_named(parts[place])
        if base is not None:
            folder = os.path.join(*parts[: place + 1])
            door.report.note(
                f"{folder} was taken for a mirror of {base}/ by its name: give --base URL if it is of another."
            )
            return address(base, "/".join(parts[place + 1 :]))
    return None
