"""Withdrawing an article, an address or a source: what is named, what that reaches, and the orders that carry it out."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import duckdb

from flows.loading import renew_watches
from flows.run import now
from flows.workspace import Workspace
from parsers import urls
from warehouse import archive, lookup, reading_copy, withdrawal
from warehouse.archive import links, segments
from warehouse.errors import WarehouseError
from warehouse.folders import Folders
from warehouse.staging import sql


@dataclass(frozen=True, slots=True)
class Reach:
    """What a withdrawal from one source removes."""

    source_id: str
    url_keys: tuple[str, ...]  # none: the whole source
    headlines: tuple[str, ...]
    addresses: tuple[str, ...]
    articles: int
    versions: int
    captures: int
    withdrawn_already: bool
    twins: tuple[str, ...] = ()  # other articles with the same text, which stay
    linked: tuple[str, ...] = ()  # files outside of the workspace that hold its pages, which are not touched


def reach_of(workspace: Workspace, name: str) -> list[Reach]:
    """What withdrawing an article (its id or the beginning of it) or an address removes, source by source.

    Raises WarehouseError where nothing is known under the name.
    """
    with closing(reading_copy.connect(workspace.folders)) as con:
        keys = _names(name) if _is_address(name) else _keys_of(con, name)
        sources = _sources(con, keys)
        if not sources:
            raise WarehouseError(
                f"Nothing is known of {name!r}, so there is nothing to withdraw: no source has seen it."
            )
        folders = workspace.folders
        return [_reach(con, folders, source_id, withdrawal.reach(con, source_id, keys)) for source_id in sources]


def reach_of_source(workspace: Workspace, source_id: str) -> Reach:
    """What withdrawing a whole source removes; raises WarehouseError where the warehouse knows no such source."""
    with closing(reading_copy.connect(workspace.folders)) as con:
        known = con.execute("SELECT 1 FROM fetches WHERE source_id = $1 LIMIT 1", [source_id]).fetchall()
        if not known and not (workspace.folders.archive / source_id).is_dir():
            raise WarehouseError(f"The warehouse knows no source {source_id!r}. wireroom sources lists them.")
        return _reach(con, workspace.folders, source_id, ())


def withdraw(workspace: Workspace, reached: list[Reach], reason: str, *, wait: bool = False) -> None:
    """Remove all of it for good; raises Held where a run holds one of the sources, unless `wait`."""
    moment = now()
    orders = [withdrawal.order(item.source_id, item.url_keys, reason, moment) for item in reached]
    withdrawal.withdraw(workspace.folders, orders, wait=wait)
    renew_watches(workspace)


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _names(address: str) -> list[str]:
    """The keys under which an address may be stored, by today's rule and by earlier ones."""
    try:
        return [urls.key(address), *urls.former_keys(address)]
    except ValueError as error:
        raise WarehouseError(f"{address!r} is no address that could be withdrawn: {error}.") from None


def _keys_of(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    article = lookup.find(con, name, None).article_id
    found = con.execute(
        "SELECT DISTINCT url_key::VARCHAR FROM article_urls WHERE article_id = $1", [article]
    ).fetchall()
    return [key for (key,) in found]


def _sources(con: duckdb.DuckDBPyConnection, keys: list[str]) -> list[str]:
    """The sources that have seen one of these addresses, or from which it was withdrawn before."""
    found = con.execute(sql("withdrawal/sources"), [withdrawal.as_json(keys)]).fetchall()
    return [source_id for (source_id,) in found]


def _reach(con: duckdb.DuckDBPyConnection, folders: Folders, source_id: str, keys: tuple[str, ...]) -> Reach:
    row = con.execute(sql("withdrawal/counts"), [source_id, withdrawal.as_json(keys)]).fetchall()[0]
    headlines, addresses, articles, versions, captures, already, twins = row
    return Reach(
        source_id,
        keys,
        tuple(headlines),
        tuple(addresses),
        articles,
        versions,
        captures,
        already,
        tuple(map(str, twins)),
        _linked(con, folders, source_id, keys),
    )


_IMPORTED = """
SELECT DISTINCT segment_id::VARCHAR, record_offset FROM fetches
WHERE source_id = $1 AND origin <> 'live' AND (list_contains($2::UUID[], url_key) OR list_contains($2::UUID[], final_key))
"""


def _linked(con: duckdb.DuckDBPyConnection, folders: Folders, source_id: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The files outside of the workspace in which these pages lie, because they were imported with --link."""
    folder = folders.archive / source_id
    files = {link.segment_id: link.file for link in links.links(folder)} if any(links.paths(folder)) else {}
    if not files or not keys:
        return tuple(sorted(files.values()))
    found = con.execute(_IMPORTED, [source_id, list(keys)]).fetchall()
    places = ((segments.file(folders, source_id, segment_id), offset) for segment_id, offset in found if segment_id)
    takings = [archive.taken(folders, file, offset) for file, offset in places if file]
    return tuple(sorted({files[item.segment_id] for item in takings if item and item.segment_id in files}))
