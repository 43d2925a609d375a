"""What a file promises: the records that an index beside it or in it names, and the pages that a WACZ lists."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from flows.held import Held
from flows.importing.records import names

MOST = 2_000_000
"""Entries that are compared; an index of more says nothing here."""

MOST_PAGES = 200_000
"""Pages of a list that are looked for: the first ones."""

_SUFFIXES = (".cdxj", ".cdx")

Promised = dict[str, set[int]]
"""Name of a WARC file (without its folders) → the offsets at which an index says that records begin."""


def beside(path: Path) -> Promised:
    """What an index beside a WARC file says of it: name.cdxj, name.cdx, with or without .warc.gz."""
    stem = path.name.removesuffix(".gz").removesuffix(".warc")
    for name in (*(f"{path.name}{suffix}" for suffix in _SUFFIXES), *(f"{stem}{suffix}" for suffix in _SUFFIXES)):
        index = path.with_name(name)
        if index.is_file():
            with index.open("rb") as file:
                return promised(file)
    return {}


def promised(lines: Iterable[bytes]) -> Promised:
    """What the lines of a CDXJ or CDX index promise."""
    found: Promised = defaultdict(set)
    for number, (name, offset) in enumerate(_entries(lines)):
        if number >= MOST:
            return {}
        found[Path(unquote(name)).name].add(offset)
    return dict(found)


def unkept(promise: Promised, held: Held, met: set[int]) -> str | None:
    """A sentence where an index names records of a file that were not met in it."""
    wanted = promise.get(Path(held.name).name, set())
    missing = sorted(wanted - met)
    if not missing:
        return None
    return (
        f"{held.name}: its index names {len(wanted):,} records, and {len(missing):,} of them are not there, "
        f"the first at byte {missing[0]:,}."
    )


def absent(promise: Promised, held: Held, held_names: Iterable[str]) -> str | None:
    """A sentence where an index names files that are not there beside those of these names."""
    missing = sorted(promise.keys() - {Path(name).name for name in held_names})
    if not missing:
        return None
    records = sum(len(promise[name]) for name in missing)
    return f"{held.name}: its index names records ({records:,}) of {names(missing)}, which it does not hold."


class Pages:
    """The pages that a list names, until they are met; those of one address with and without #, / or TLS are one."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._unmet = {_bare(url): url for url in islice(urls, MOST_PAGES)}
        self._count = len(self._unmet)

    def meet(self, url: str) -> None:
        """Note that a record is of an address."""
        if self._unmet:
            self._unmet.pop(_bare(url), None)

    def unkept(self, held: Held) -> str | None:
        """A sentence where pages were not met."""
        if not self._unmet:
            return None
        lost = list(self._unmet.values())
        return f"{held.name}: of the pages that it lists ({self._count:,}), {len(lost):,} came in no WARC file: {names(lost)}."


def _bare(url: str) -> str:
    return url.partition("://")[2].partition("#")[0].rstrip("/")


def _entries(lines: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    columns: list[str] = []
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("CDX "):
            columns = text.split()[1:]
        elif (at := text.find("{")) >= 0 and text.endswith("}"):
            yield from _of_json(text[at:])
        elif columns:
            yield from _of_columns(dict(zip(columns, text.split(), strict=False)))


def _of_json(text: str) -> Iterator[tuple[str, int]]:
    try:
        entry = json.loads(text)
        yield str(entry["filename"]), int(entry["offset"])
    except (ValueError, KeyError, TypeError):
        return


def _of_columns(entry: dict[str, str]) -> Iterator[tuple[str, int]]:
    if "g" in entry and entry.get("V", "").isdigit():
        yield entry["g"], int(entry["V"])
