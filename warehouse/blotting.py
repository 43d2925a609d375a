"""Taking addresses out of the log in place: each is written over with as many strokes, so that no line that is being added is lost."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

STROKE = b"-"
LONGEST = 1_000
"""Letters of an address that the log carries; of a longer one it has one less, and a sign that it was cut."""

_ENDS = rb"(?![\w/%-]|\.\w)"  # or else it is another address that begins so
_SAID = re.compile(rb'"(?:url|text|message)": ?"((?:[^"\\]|\\.)*)"')


def blot(folder: Path, addresses: Iterable[str]) -> None:
    """Write over these addresses in every file below a folder."""
    needles = sorted({needle for address in addresses for needle in _needles(address)}, key=len, reverse=True)
    if needles:
        wanted = re.compile(b"(?:%s)%s" % (b"|".join(map(re.escape, needles)), _ENDS))
        _write_over(folder, lambda line: (match.span() for match in wanted.finditer(line)))


def blot_source(folder: Path, source_id: str) -> None:
    """Write over every address and sentence that the log has of a source."""
    # Older lines have a space after each colon, here and in _SAID.
    mark = re.compile(rb'"source": ?%s' % re.escape(json.dumps(source_id).encode()))
    _write_over(folder, lambda line: (match.span(1) for match in _SAID.finditer(line)) if mark.search(line) else ())


def _needles(address: str) -> Iterator[bytes]:
    """An address as the log may have it: as JSON writes it, without what follows the question mark, where secrets are masked."""
    without = address.partition("?")[0]
    for text in (address, without if len(urlsplit(without).path) > 1 else address):
        known = text if len(text) <= LONGEST else text[: LONGEST - 1]
        yield json.dumps(known, ensure_ascii=False)[1:-1].encode()


def _write_over(folder: Path, spans: Callable[[bytes], Iterable[tuple[int, int]]]) -> None:
    """Write over the spans of each line of the files below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("r+b") as file:
                at = 0
                for line in file:
                    for first, last in spans(line):
                        os.pwrite(file.fileno(), STROKE * (last - first), at + first)
                    at += len(line)
                os.fsync(file.fileno())
