"""WACZ: a zip of WARC files with a list of its pages, an index, and a digest for each part (specs.webrecorder.net/wacz)."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO, cast

from flows.held import Held
from flows.importing.door import Door
from flows.importing.promises import Promised, promised
from flows.lists.decoding import opened
from warehouse.archive.foreign import LARGEST

BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What reading a damaged, encrypted or odd zip may raise."""

ZIP = b"PK\x03\x04"

EXPANDS = 200
"""A part of more than a gigabyte that is packed to less than this fraction is no archive of pages."""

_ARCHIVE = "archive/"
_WARCS = (".warc", ".warc.gz", ".arc", ".arc.gz")
_NOT_LOADED = 0  # what Browsertrix says of a page that did not come
_PIECE = 1 << 20


def is_wacz(names: Sequence[str]) -> bool:
    """Whether a zip of these parts is a WACZ file, or packs some; a site may have a folder of its name for WARC files, too."""
    lower = [name.lower() for name in names]
    warcs = (name for name in lower if name.startswith(_ARCHIVE) and name.endswith(_WARCS))
    return "datapackage.json" in lower or any(warcs) or any(name.endswith(".wacz") for name in lower)


class Wacz:
    """One open WACZ file."""

    def __init__(self, held: Held, zipped: zipfile.ZipFile, door: Door) -> None:
        self._held = held
        self._zip = zipped
        self._door = door
        self._parts = {info.filename: info for info in zipped.infolist() if not info.is_dir()}

    def warcs(self) -> Iterator[Held]:
        """The WARC files in it."""
        return self._parts_of(_ARCHIVE, _WARCS)

    def packed(self) -> Iterator[Held]:
        """The WACZ files in it, one after the other on the disk, where they can be read from any place."""
        for part in self._parts_of("", (".wacz",)):
            with tempfile.TemporaryFile() as file, part.open() as inner:
                shutil.copyfileobj(inner, file, _PIECE)
                yield replace(part, open=partial(_from_start, file))

    def _parts_of(self, folder: str, endings: tuple[str, ...]) -> Iterator[Held]:
        for name in self._named(folder, endings):
            info = self._parts[name]
            if info.file_size > 1 << 30 and info.file_size > EXPANDS * info.compress_size:
                self._door.report.problem(
                    f"{self._held.name}: {name} would expand to {info.file_size:,} bytes: left out."
                )
            else:
                yield self._part(name)

    def check(self) -> None:
        """Compare every part with the digest and the size that datapackage.json states; a mere zip of WACZ files has none."""
        if "datapackage.json" not in self._parts and not self._named("archive/", ("",)):
            return
        package = self._json("datapackage.json")
        if package is None:
            self._door.report.problem(
                f"{self._held.name} has no datapackage.json that can be read, so its parts cannot be checked."
            )
            return
        stated = package.get("resources") if isinstance(package, dict) else None
        self._check_parts(stated if isinstance(stated, list) else [], "datapackage.json")
        self._check_parts([self._json("datapackage-digest.json")], "datapackage-digest.json")

    def index(self) -> Promised:
        """What its indexes say of its WARC files."""
        found: Promised = {}
        for name in self._named("indexes/", (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")):
            with opened(self._part(name)) as file:
                for warc, offsets in promised(iter(partial(file.readline, LARGEST), b"")).items():
                    found.setdefault(warc, set()).update(offsets)
        return found

    def pages(self) -> Iterator[str]:
        """The addresses of the pages that it lists as recorded."""
        for name in self._named("pages/", (".jsonl",)):
            with opened(self._part(name)) as file:
                for line in iter(partial(file.readline, LARGEST), b""):
                    page = _object(line)
                    url = str(page.get("url") or "")
                    if url.startswith(("http://", "https://")) and page.get("loadState") != _NOT_LOADED:
                        yield url

    def _named(self, folder: str, endings: tuple[str, ...]) -> list[str]:
        return sorted(name for name in self._parts if name.startswith(folder) and name.lower().endswith(endings))

    def _part(self, name: str) -> Held:
        info = self._parts[name]
        open_ = cast("Callable[[], BinaryIO]", partial(self._zip.open, info))
        return Held(f"{self._held.name}/{name}", open_, info.file_size, self._held.changed_at, is_file=False)

    def _json(self, name: str) -> Any:
        if name not in self._parts or self._parts[name].file_size > LARGEST:
            return None
        try:
            return json.loads(self._zip.read(name))
        except ValueError:
            return None

    def _check_parts(self, parts: list[Any], witness: str) -> None:
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("path"), str):
                self._check_part(part["path"], part, witness)

    def _check_part(self, name: str, stated: dict[str, Any], witness: str) -> None:
        report = self._door.report
        if name not in self._parts:
            report.problem(f"{self._held.name}: {name}, which its {witness} names, is not in it.")
            return
        size, digest = stated.get("bytes"), str(stated.get("hash", ""))
        if isinstance(size, int) and size != self._parts[name].file_size:
            report.problem(
                f"{self._held.name}: {name} has {self._parts[name].file_size:,} bytes, and {witness} says {size:,}."
            )
        elif digest.startswith(("sha256:", "md5:")) and self._digest(name, digest.partition(":")[0]) != digest:
            report.problem(
                f"{self._held.name}: {name} is not what its digest in {witness} says: it was damaged or changed."
            )

    def _digest(self, name: str, algorithm: str) -> str:
        found = hashlib.new(algorithm, usedforsecurity=False)
        try:
            with self._zip.open(name) as part:
                for piece in iter(partial(part.read, _PIECE), b""):
                    found.update(piece)
        except BROKEN as error:
            return f"{error}"
        return f"{algorithm}:{found.hexdigest()}"


def _from_start(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
