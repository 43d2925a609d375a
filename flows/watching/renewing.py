"""Feeds brought up to date after each load: only what the load touched is searched, and each match is told of once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

import duckdb
import msgspec

from flows import notices
from flows.notices import Notice
from flows.progress import Event, tell
from flows.run import now
from flows.watching import atom
from flows.watching.atom import Entry
from flows.watching.watches import Watch, feed_of, file_of, load_each, memory_of
from flows.workspace import Workspace
from warehouse import reading_copy
from warehouse.files import write_whole
from warehouse.locks import hold
from warehouse.search import matches

FRESH = timedelta(days=30)
"""Articles of older days, which a backfill brings, are there for search, and are no news."""

MOST_TOLD = 20
"""Articles that one message names."""

FEEDS_URL = "WIREROOM_FEEDS_URL"
"""The address at which data/feeds is served, where it is: the feeds then say so."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a watch: up to which load it was searched, what its feed shows, and what waits to be told."""

    load_id: int = -1  # never searched
    digest: str | None = None  # of that load, which another warehouse would not have
    shown: tuple[str, ...] = ()  # article ids
    waiting: tuple[str, ...] = ()
    query: str = ""


def renew(workspace: Workspace) -> None:
    """Bring every feed to the newest reading copy, and tell of new matches; what hinders one watch hinders no other."""
    watches, problems = load_each(workspace)
    for sentence in problems:
        tell(Event("warning", sentence))
    for watch in watches:
        try:
            told = renew_one(workspace, watch)
        except Exception as problem:  # noqa: BLE001 - whatever it is: the rows are loaded, and the next load tries again
            tell(Event("warning", f"The feed of the watch {watch.name} is not up to date: {problem}"))
        else:
            for sentence in told:
                tell(Event("warning", sentence))


def renew_one(workspace: Workspace, watch: Watch) -> list[str]:
    """Bring one feed up to date; sentences on messages that did not get through."""
    who = f"renewing the watch {watch.name} in process {os.getpid()}"
    problems: list[str] = []
    with hold(workspace.folders.watches / f"{watch.name}.lock", who, wait=True):
        read = None
        while read != (newest := reading_copy.readable(workspace.folders)[0]):
            problems += _renewed(
                workspace, watch
            )  # again where what it was made from was replaced: by a withdrawal, it may be
            read = newest
    return problems


def _renewed(workspace: Workspace, watch: Watch) -> list[str]:
    """Make the feed from the newest reading copy, and tell of what is new in it."""
    with closing(reading_copy.connect(workspace.folders)) as copy:
        before = _memory(workspace, watch)
        after = _searched(workspace, watch, copy, before)
        entries = _entries(copy, watch, after.shown)
        shown = tuple(entry.article_id for entry in entries)
        waiting = tuple(name for name in after.waiting if name in set(shown))
        _write(workspace, watch, entries)
        problems = _told(workspace, watch, [entry for entry in entries if entry.article_id in set(waiting)])
        kept = replace(after, shown=shown, waiting=waiting if problems else ())
        if file_of(workspace, watch.name).exists():  # nobody has removed it meanwhile
            write_whole(memory_of(workspace, watch.name), [msgspec.json.encode(kept)])
    return problems


def _memory(workspace: Workspace, watch: Watch) -> Memory:
    """What is known of a watch; nothing where its search was changed, or the file is of another hand."""
    try:
        found = msgspec.json.decode(memory_of(workspace, watch.name).read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Memory(query=watch.query)
    return found if found.query == watch.query else Memory(query=watch.query)


def _searched(workspace: Workspace, watch: Watch, copy: duckdb.DuckDBPyConnection, before: Memory) -> Memory:
    """The memory after the loads since then were searched; of a new watch what is there is shown, and not told."""
    words, filters = watch.asked
    load_id, digest = matches.fed_to(workspace.folders)  # which may lag, and never leads
    known = copy.execute("SELECT digest FROM loads WHERE load_id = $1", [before.load_id]).fetchall()
    if before.load_id < 0 or (before.load_id > 0 and known != [(before.digest,)]):
        found = matches.newest(workspace.folders, words, filters, watch.most)
        return Memory(load_id, digest, tuple(dict.fromkeys([*found, *before.shown])), before.waiting, watch.query)
    ask = "SELECT DISTINCT article_id::VARCHAR FROM changes WHERE load_id > $1 AND load_id <= $2"
    touched = copy.execute(ask, [before.load_id, load_id]).fetchall()
    if not touched:
        return replace(before, load_id=load_id, digest=digest)
    found = matches.matching(workspace.folders, words, filters, [name for (name,) in touched])
    new = tuple(_fresh(copy, [name for name in found if name not in set(before.shown)]))
    return Memory(load_id, digest, (*before.shown, *new), (*before.waiting, *new), watch.query)


_DAYS = """
SELECT article_id::VARCHAR FROM articles
WHERE article_id IN (SELECT unnest($1::UUID[])) AND coalesce(date_published, valid_from::DATE) >= $2
"""


def _fresh(copy: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Those of these articles that are news."""
    if not names:
        return []
    found = copy.execute(_DAYS, [list(names), (now() - FRESH).date()]).fetchall()
    return [name for (name,) in found]


_ARTICLES = """
SELECT article_id::VARCHAR, headline, url, outlet, coalesce(byline, agency),
       coalesce(abstract, CASE WHEN $2 > 0 THEN array_to_string(string_split(regexp_replace(body, '\\s+', ' ', 'g'), ' ')[1:$2], ' ') || ' …' END),
       published_at, valid_from, copyright_notice
FROM articles
WHERE article_id IN (SELECT unnest($1::UUID[]))
ORDER BY coalesce(published_at, date_published::TIMESTAMP, valid_from) DESC, article_id
LIMIT $3
"""


def _entries(copy: duckdb.DuckDBPyConnection, watch: Watch, names: Sequence[str]) -> list[Entry]:
    """The newest of these articles as they now stand; those that were withdrawn are no more among them."""
    found = copy.execute(_ARTICLES, [list(names), watch.words, watch.most]).fetchall()
    return [
        Entry(name, headline, url, outlet or "", author, summary, published, updated, rights)
        for name, headline, url, outlet, author, summary, published, updated, rights in found
    ]


def _write(workspace: Workspace, watch: Watch, entries: Sequence[Entry]) -> None:
    """Write the feed, where it says something new."""
    path = feed_of(workspace, watch.name)
    base = workspace.setting(FEEDS_URL)
    link = f"{base.rstrip('/')}/{path.name}" if base else path.name
    made = now().replace(microsecond=0)
    text = atom.feed(watch.feed_id, f"Wireroom: {watch.query}", link, entries, made)
    if not entries and path.exists() and b"<entry" not in path.read_bytes():
        return  # it would differ by its time alone
    if not path.exists() or path.read_bytes() != text:
        write_whole(path, [text])


def _told(workspace: Workspace, watch: Watch, new: Sequence[Entry]) -> list[str]:
    """Tell of new matches; problems, where no way got it through."""
    if not new:
        return []
    ways, problems = notices.channels(workspace)
    if not ways:
        return problems
    lines = [f"{entry.headline} ({entry.outlet}) {entry.url}" for entry in new[:MOST_TOLD]]
    lines += [f"and {len(new) - MOST_TOLD} more, in the feed {feed_of(workspace, watch.name)}"] if len(new) > MOST_TOLD else []  # fmt: skip
    title = f"{len(new)} new {'article' if len(new) == 1 else 'articles'} for {watch.query}"
    articles = [{"id": entry.article_id, "headline": entry.headline, "url": entry.url, "outlet": entry.outlet} for entry in new]  # fmt: skip
    notice = Notice("watch", title, lines, more={"watch": watch.name, "articles": articles})
    said = notices.send(workspace, notice)
    return said if len(said) >= len(ways) else []
