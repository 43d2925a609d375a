"""What a file is: by its first bytes where they tell, else by its name; and what one is that is not what its name says."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from flows.held import file_at
from flows.importing import packed, saved
from flows.importing.undoing import looks_like_markup
from flows.importing.wacz import BROKEN, ZIP, is_wacz
from flows.lists.contents import ADDRESS
from flows.lists.decoding import BROKEN as PACKED_BADLY
from flows.lists.decoding import as_utf8, text_of
from flows.lists.named_fields import says_address
from flows.lists.tables import SAMPLE
from warehouse.archive.containers import GZIP, Broken
from warehouse.archive.streams import opened
from warehouse.archive.zstd import DICTIONARY, FRAME

Kind = Literal["warc", "wacz", "json", "csv", "html", "mhtml", "text"]

KINDS = "WARC, WACZ, HTML, MHTML, plain text, JSON Lines and CSV"
_WARC = (b"WARC/", b"filedesc://")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?xml[^>]*\?>|<!--.*?-->)*+<(?:!doctype\s+html|html)\b", re.I | re.S)
_FIRST = 1024  # bytes in which a page shows that it is one
_LONG = 8192  # bytes of a line that are looked at
_AROUND = frozenset({".gz", ".zst", ".open"})
_BY_SUFFIX: dict[str, Kind] = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".jsonlines": "json",
    ".jl": "json",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".wacz": "wacz",
    **dict.fromkeys(saved.HTML, "html"),
    **dict.fromkeys(saved.TEXT, "text"),
    **dict.fromkeys(packed.MHTML, "mhtml"),
}


def kind_of(file: Path) -> Kind | None:
    """What a file is, None where it is nothing that is read; raises OSError where it cannot be opened."""
    with file.open("rb") as raw:
        start = raw.read(_FIRST)
    if start.startswith(_WARC):
        return "warc"
    if start.startswith(ZIP):
        return _kind_of_zip(file)
    if start.startswith((GZIP, FRAME, DICTIONARY)) and _begins_warc(file):
        return "warc"
    by_name = kind_by_name(file)
    if by_name == "text" and _is_list(file):
        return "csv"
    if by_name is None and _PAGE.match(start):
        return "html"  # sites leave out the ending, and `wget` keeps the query as one
    return None if by_name in ("warc", "wacz") else by_name


def kind_by_name(file: Path) -> Kind | None:
    """What a file is by its name alone."""
    if named_warc(file):
        return "warc"
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return _BY_SUFFIX.get(suffixes[-1]) if suffixes else None


def false_name(file: Path) -> str | None:
    """A sentence on a file that is named as WARC or WACZ and is neither; None for any other."""
    kind = kind_by_name(file)
    if kind not in ("warc", "wacz"):
        return None
    with file.open("rb") as raw:
        start = raw.read(4096)
    if looks_like_markup(start.decode("utf-8", "replace")):
        really = "it is a web page, perhaps one that says why there was no file"
    elif kind == "wacz":
        really = "it is no zip of WARC files"
    else:
        really = "it is neither compressed nor begins with WARC/"
    return f"{file} is named as a {kind.upper()} file, but {really}. Fetch it again, or leave it out."


def named_warc(file: Path) -> bool:
    """Whether a file is called a WARC or ARC file, packed or still being written."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    while suffixes and suffixes[-1] in _AROUND:
        suffixes.pop()
    return suffixes[-1:] in ([".warc"], [".arc"])


def _begins_warc(file: Path) -> bool:
    """Whether what is compressed begins a WARC file; one whose first record is damaged is known by its name."""
    with file.open("rb") as raw:
        stream = opened(raw)
        with suppress(Broken):
            if stream.advance() and stream.peek(12).startswith(_WARC):
                return True
    return named_warc(file)


def _is_list(file: Path) -> bool:
    """Whether a text is a list: each of its first lines begins with an address, but for remarks, or it is a table."""
    with suppress(*PACKED_BADLY), as_utf8(file_at(file)) as text:
        lines = [text_of(line)[0].strip() for line in islice(iter(partial(text.readline, _LONG), b""), SAMPLE)]
        told = [line for line in lines if line and not line.startswith("#")]
        return bool(told) and (all(map(ADDRESS.match, told)) or _is_table(told))
    return False


def _is_table(lines: Sequence[str]) -> bool:
    """Whether lines are a table that is cut by tabs, as spreadsheets save one as text: with a head that names the addresses."""
    head, *rest = (line.split("\t") for line in lines)
    return len(head) > 1 and says_address(head) and any(map(ADDRESS.match, chain.from_iterable(rest)))


def _kind_of_zip(file: Path) -> Kind | None:
    """What a zip is: a WACZ file (or one that packs some), a page that SingleFile has compressed, or nothing that is read."""
    try:
        with zipfile.ZipFile(file) as zipped:
            return "wacz" if is_wacz(zipped.namelist()) else "html" if packed.is_zipped(zipped) else None
    except BROKEN:
        return "wacz" if file.suffix.lower() == ".wacz" else None
