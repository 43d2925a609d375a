"""Readings that wait to be accepted: files as the spool takes them, in a folder of their own and never in the spool.

reparse/eir-3f2a91c0/about.json                      whose pages these are, and by which reader they were read
reparse/eir-3f2a91c0/01764…1.4f2a91c0.eir.jsonl      the readings of a batch, as a spool file
reparse/eir-3f2a91c0/01764…1.4f2a91c0.eir.looks      one narrow line for each of them: how it differs from what counts

A source has one proposal, named after its reader: the same reader goes on in it, and another one makes it worthless.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from warehouse import rows, spool
from warehouse.errors import BadSpoolFile
from warehouse.files import sweep, sync_folder, write_whole
from warehouse.folders import Folders

ABOUT = "about.json"

Outcome = Literal["unchanged", "changed", "rejected", "accepted", "still_rejected"]


@dataclass(frozen=True, slots=True)
class Look:
    """How one article of a page, read anew, differs from what counts; it carries no word of the text."""

    fetch_id: str
    item: int
    url_key: str
    url: str
    article_id: str | None
    observed_at: datetime
    outcome: Outcome  # rejected and accepted: newly so
    fields: list[str]  # that differ, of one that is changed
    reason: str | None  # why it is no article now
    message: str | None
    former_reason: str | None  # why it was none before
    warnings: list[str]  # that are new

    def touches(self, fields: Iterable[str]) -> bool:
        """Whether it belongs to what was asked for: it differs in one of the fields, or reads as before."""
        if self.outcome in ("rejected", "accepted"):
            return self.outcome in fields
        return self.outcome != "changed" or not set(self.fields).isdisjoint(fields)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The readings of one source by one reader that wait."""

    source_id: str
    reader: str
    begun_at: datetime

    @property
    def id(self) -> str:
        """Its name, and that of its folder."""
        return f"{self.source_id}-{self.reader[:8]}"

    def folder(self, folders: Folders) -> Path:
        """Where its files lie."""
        return folders.reparse / self.id

    def files(self, folders: Folders) -> list[Path]:
        """Its spool files, in the order in which they were made."""
        return sorted(self.folder(folders).glob("[0-9]*.jsonl"))


def waiting(folders: Folders) -> list[Proposal]:
    """Every proposal that lies there."""
    return [_about(path) for path in sorted(folders.reparse.glob(f"*/{ABOUT}"))]


def _about(path: Path) -> Proposal:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Proposal)
    except msgspec.DecodeError as problem:
        raise BadSpoolFile(
            f"{path} is damaged ({problem}). Remove {path.parent}: nothing in the warehouse rests on it, and the archive can be read anew."
        ) from None


def damaged(path: Path, problem: Exception) -> BadSpoolFile:
    """What to raise where a file of a proposal cannot be read."""
    return BadSpoolFile(
        f"{path} is damaged ({problem}), so what waits cannot be used. Drop it, and read the archive anew: "
        f"wireroom reparse {path.parent.name} --discard"
    )


def of_source(folders: Folders, source_id: str) -> Proposal | None:
    """What waits of a source, if anything does."""
    return next((proposal for proposal in waiting(folders) if proposal.source_id == source_id), None)


def begun(folders: Folders, source_id: str, reader: str, moment: datetime) -> tuple[Proposal, Proposal | None]:
    """The proposal of a reader, gone on with or new, and the one of another reader that had to go for it."""
    former = of_source(folders, source_id)
    if former is not None and former.reader == reader:
        _sweep(former.folder(folders))
        return former, None
    if former is not None:
        discard(folders, former)
    proposal = Proposal(source_id, reader, moment)
    write_whole(proposal.folder(folders) / ABOUT, [msgspec.json.encode(proposal)])
    return proposal, former


def write(folders: Folders, proposal: Proposal, batch: Iterable[rows.Row], looks: Iterable[Look]) -> None:
    """Leave a batch of readings, each with its look; after a kill both are there, or the look alone, which is swept."""
    folder = proposal.folder(folders)
    name = spool.name_for(proposal.source_id)
    write_whole(folder / looks_name(name), [msgspec.json.encode(look) + b"\n" for look in looks])
    spool.write_as(folder / name, batch, source_id=proposal.source_id, run_id=proposal.reader)


def looks_name(name: str) -> str:
    """The name of the file of looks beside a spool file."""
    return name.removesuffix(".jsonl") + ".looks"


def looks(path: Path) -> list[Look]:
    """The looks of the readings of a spool file; raises BadSpoolFile where they were altered."""
    beside = path.with_name(looks_name(path.name))
    try:
        return [msgspec.json.decode(line, type=Look) for line in beside.read_bytes().splitlines()]
    except (msgspec.DecodeError, FileNotFoundError) as problem:
        raise damaged(beside, problem) from None


def rows_of(path: Path) -> Iterator[rows.Reading | rows.Agency]:
    """What a file of a proposal holds; raises BadSpoolFile where it was altered."""
    try:
        batch = spool.read(path)
        for numbered in batch.rows.get("reading", ()):
            yield msgspec.json.decode(numbered.row, type=rows.Reading)
        for numbered in batch.rows.get("agency", ()):
            yield msgspec.json.decode(numbered.row, type=rows.Agency)
    except (BadSpoolFile, msgspec.DecodeError) as problem:
        raise damaged(path, problem) from None


def leave(path: Path, fetch_ids: frozenset[str]) -> None:
    """Leave of a file the readings of these pages; without any it is removed, the readings first."""
    beside = path.with_name(looks_name(path.name))
    left = [look for look in looks(path) if look.fetch_id in fetch_ids]
    if not left:
        path.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
        return
    names = {name.encode() for name in fetch_ids}
    spool.rewrite(path, lambda line: line.startswith(b'{"agency"') or any(name in line for name in names))
    write_whole(beside, [msgspec.json.encode(look) + b"\n" for look in left])


def discard(folders: Folders, proposal: Proposal) -> None:
    """Remove a proposal with all that waits in it; `about.json` last, so that one half removed is still known."""
    folder = proposal.folder(folders)
    for path in folder.iterdir():
        if path.name != ABOUT:
            path.unlink()
    shutil.rmtree(folder)
    sync_folder(folders.reparse)


def _sweep(folder: Path) -> None:
    """Remove what a killed writer left: temporary files, and looks whose readings never came."""
    sweep(folder)
    for path in folder.glob("*.looks"):
        if not path.with_suffix(".jsonl").exists():
            path.unlink()
