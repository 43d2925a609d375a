"""The checks that look at files: the reading copy, the live database, the spool, locks, secrets, the disk."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse import locks, schema, spool
from warehouse.doctor.findings import CannotLook, Check, Examination, Finding, copy_of
from warehouse.errors import BadSpoolFile

LOAD = "wireroom load"
LONG = 12 * 3600
"""Seconds after which a run that holds a lock, or a spool file that waits, is worth a word."""

ROOM = 1_000_000_000
"""Bytes that should be free beside those of another reading copy."""


def reading_copy_opens(examination: Examination) -> Iterator[Finding]:
    """The reading copy is a link to a whole, read-only edition, and nothing lies in its way."""
    link = examination.folders.warehouse
    if examination.copy is None:
        means = "Nothing can be queried; nothing is lost."
        yield Finding(str(link), "does not lead to an edition that opens", LOAD, means)
        return
    edition = link.resolve()
    if not link.is_symlink():
        means = "It is a file of its own, and the next load puts a link in its place."
        yield Finding(str(link), "is no link to an edition", LOAD, means)
    if edition.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        means = "A program that opens it with its defaults can change it, and locks everybody else out."
        yield Finding(str(edition), "is writable", f"chmod 0444 {edition}", means)
    for log in (link.with_name(link.name + ".wal"), edition.with_name(edition.name + ".wal")):
        if log.exists():
            means = (
                "A program that had opened it for writing was killed; the next copy might not open with this beside it."
            )
            yield Finding(str(log), "lies beside the reading copy", f"rm {log}", means)


def live_agrees(examination: Examination) -> Iterator[Finding]:
    """The live database opens, and has all that the reading copy has; what it has more still lies in the spool."""
    folders = examination.folders
    copied = _digests(copy_of(examination))
    if not folders.live.exists():
        if copied:
            means = "The next load makes it anew from the reading copy; nothing is lost."
            yield Finding(str(folders.live), "is missing", LOAD, means)
        return
    waiting = {path.name for path in spool.files(folders)}
    try:
        with locks.hold_to_look(folders.loader_lock, f"doctor in process {os.getpid()}"):
            loaded = _live_loads(folders.live)
    except locks.Held as holder:
        raise CannotLook(f"It is being loaded: {holder}.") from None
    except duckdb.Error as error:
        means = "Nothing can be loaded. The reading copy has everything that was loaded up to it."
        yield Finding(
            str(folders.live),
            f"does not open: {str(error).splitlines()[0]}",
            f"mv {folders.live} {folders.live}.broken && {LOAD}",
            means,
        )
        return
    if lost := copied - loaded.keys():
        means = "The reading copy knows more than the live database: a load now would publish the poorer one."
        yield Finding(
            str(folders.live),
            f"lacks {len(lost)} loads of the reading copy",
            f"mv {folders.live} {folders.live}.older && {LOAD}",
            means,
        )
    unseen = [file for digest, file in loaded.items() if digest not in copied and file not in waiting]
    if unseen:
        means = "They are loaded and safe, and no reader sees them until the next reading copy."
        yield Finding(str(folders.warehouse), f"lacks {len(unseen)} loads of the live database", LOAD, means)


def schema_fits(examination: Examination) -> Iterator[Finding]:
    """The tables were made by the migrations of this version, unaltered."""
    con = copy_of(examination)
    try:
        done = con.execute("SELECT version, name, sha256 FROM schema_migrations ORDER BY version").fetchall()
    except duckdb.CatalogException:
        yield Finding(
            str(examination.folders.warehouse),
            "has no list of migrations",
            "wireroom rebuild",
            "It is no warehouse of ours.",
        )
        return
    known = {step.version: step for step in schema.migrations()}
    for version, name, digest in done:
        if version not in known:
            means = "The workspace was used with a newer wireroom."
            yield Finding(f"{version:04}_{name}", "is not known to this version", "pipx upgrade wireroom", means)
        elif known[version].sha256 != digest:
            means = "The tables may differ from what this version expects."
            yield Finding(f"{version:04}_{name}", "is not the text that made these tables", "wireroom rebuild", means)
    for step in known.values():
        if step.version not in {version for version, *_ in done}:
            means = "Queries run against the tables of an older version until then."
            yield Finding(f"{step.version:04}_{step.name}", "was not applied yet", LOAD, means)


def spool_is_sound(examination: Examination) -> Iterator[Finding]:
    """Every file in the spool can be loaded, and none waits for long."""
    for path in spool.files(examination.folders):
        try:
            spool.read(path)
        except BadSpoolFile as error:
            means = "The next load sets it aside, with its reason beside it."
            yield Finding(path.name, str(error), LOAD, means)
        except FileNotFoundError:
            continue  # loaded this moment
        else:
            if time.time() - path.stat().st_mtime > LONG:
                yield Finding(
                    path.name,
                    "has been waiting for half a day",
                    LOAD,
                    "Its rows are safe, and no reader sees them yet.",
                )


def nothing_aside(examination: Examination) -> Iterator[Finding]:
    """No batch and no row had to be set aside."""
    for path in sorted(examination.folders.aside.glob("*")):
        if path.suffix == ".txt":
            continue
        reason = path.with_name(path.name + ".txt")
        why = reason.read_text(encoding="utf-8").strip().splitlines() if reason.exists() else ["and nothing says why"]
        means = "What it says is in no table; its pages are in the archive, from which a rebuild reads them again."
        yield Finding(str(path), f"was set aside: {why[0]}", f"less {path}", means)


def locks_are_free(examination: Examination) -> Iterator[Finding]:
    """No run holds a lock for more than half a day; locks of the dead are freed by the kernel."""
    folders = examination.folders
    for path in [folders.loader_lock, *sorted(folders.source_lock("*").parent.glob("*.lock"))]:
        if path.exists() and time.time() - path.stat().st_mtime > LONG and _is_held(path):
            means = "Nobody else can do the same meanwhile. End that process if it hangs: what it has fetched is kept."
            yield Finding(str(path), f"is held by {locks.holder(path)}", f"cat {path}", means)


def no_leftovers(examination: Examination) -> Iterator[Finding]:
    """No temporary file lies about that a killed process left an hour ago or more."""
    data = examination.folders.data
    for folder in (
        data,
        examination.folders.spool,
        examination.folders.editions,
        data / ".live",
        examination.folders.archive,
    ):
        for path in sorted(folder.glob(".*.tmp*")):
            if time.time() - path.lstat().st_mtime > 3600:
                yield Finding(
                    str(path),
                    "was left by a process that was killed",
                    f"rm {path}",
                    "It is in nobody's way but the disk's.",
                )


def secrets_are_private(examination: Examination) -> Iterator[Finding]:
    """Only its owner can read the workspace's secrets."""
    path = examination.folders.data.parent / ".env"
    if path.exists() and path.stat().st_mode & 0o077:
        yield Finding(
            str(path),
            "can be read by others on this machine",
            f"chmod 600 {path}",
            "Passwords and keys in it are no secrets.",
        )


def disk_has_room(examination: Examination) -> Iterator[Finding]:
    """The disk has room for another reading copy and a gigabyte beside it."""
    folders = examination.folders
    free = shutil.disk_usage(folders.data).free
    needed = ROOM + (folders.live.stat().st_size if folders.live.exists() else 0)
    if free < needed:
        means = "When it is full, runs stop with a clear message and go on once there is room; nothing half is written."
        what = f"has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB are wanted"
        yield Finding(str(folders.data), what, f"du -sh {folders.archive}/* {folders.editions}", means)


CHECKS = (
    Check("copy", "The reading copy opens, is read-only, and nothing lies in its way.", reading_copy_opens),
    Check("live", "The live database and the reading copy agree.", live_agrees),
    Check("schema", "The tables were made by the migrations of this version, unaltered.", schema_fits),
    Check("spool", "Every file in the spool can be loaded, and none waits for long.", spool_is_sound),
    Check("aside", "No batch and no row had to be set aside.", nothing_aside),
    Check("locks", "No run has held its lock for half a day.", locks_are_free, "advice"),
    Check("leftovers", "No temporary file of a killed process lies about.", no_leftovers, "advice"),
    Check("secrets", "Only its owner can read .env.", secrets_are_private),
    Check("disk", "The disk has room for another reading copy and a gigabyte beside it.", disk_has_room),
)


def _digests(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {digest for (digest,) in con.execute("SELECT digest FROM loads").fetchall()}


def _live_loads(path: Path) -> dict[str, str]:
    """Digest → name of every spool file that the live database has loaded."""
    with closing(duckdb.connect(str(path), read_only=True)) as con:
        return dict(con.execute("SELECT digest, file FROM loads").fetchall())


def _is_held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
