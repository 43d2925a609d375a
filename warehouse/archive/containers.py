"""How a foreign file holds its records: plain, as gzip members or as zstd frames; bytes come a bounded piece at a time."""

from __future__ import annotations

import zlib
from typing import BinaryIO, Protocol

from fastwarc.stream_io import ZstdReader

CHUNK = 1 << 18
"""Bytes that are read from the file at once."""

PIECE = 1 << 20
"""Bytes that are inflated at once, whatever a member announces."""

KEPT = 64 * 1024 * 1024
"""Compressed bytes of a member that are kept, so that it can be copied as it is."""

GZIP = b"\x1f\x8b\x08"
ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
MARK = b"\nWARC/"
"""What stands where a record begins that is not the first."""

_MARKS = (b"WARC/", b"file", b"http")  # the first letters of a record of WARC, and of one of ARC


class Broken(Exception):
    """Bytes that are no record; the message says why."""


class Container(Protocol):
    """A file as it holds its records, the members of it one after the other."""

    begin: int  # where the current member begins in the file
    place: int  # bytes of the file up to which all was given out
    is_plain: bool  # whether the content is the file as it lies there
    can_begin: bool  # whether reading can begin at any member

    def advance(self) -> bool:
        """Go to the next member; False at the end of the file."""

    def piece(self) -> bytes:
        """Some of the member's content; nothing at its end."""

    def raw(self) -> bytes | None:
        """The member as it lies in the file, once it has ended."""

    def resume(self, after: int) -> int | None:
        """Go to the next place after one at which a record seems to begin; None where there is none."""


class Plain:
    """A file without compression: all of it is one member."""

    is_plain = can_begin = True

    def __init__(self, file: BinaryIO, begin: int) -> None:
        self._file = file
        self.begin = self.place = begin
        self._fresh = True
        file.seek(begin)

    def advance(self) -> bool:
        """Whether this is the first time, or after a damaged spot."""
        fresh, self._fresh = self._fresh, False
        return fresh

    def piece(self) -> bytes:
        """The next bytes of the file."""
        data = self._file.read(CHUNK)
        self.place += len(data)
        return data

    def raw(self) -> bytes | None:
        """There are no members."""
        return None

    def resume(self, after: int) -> int | None:
        """Go to the next line that opens a record."""
        found = _sought(self._file, MARK, after)
        if found is None:
            return None
        self.begin = self.place = found + 1
        self._fresh = True
        self._file.seek(self.begin)
        return self.begin


class Gzip:
    """A file of gzip members."""

    is_plain, can_begin = False, True

    def __init__(self, file: BinaryIO, begin: int) -> None:
        self._file = file
        self.begin = self.place = begin
        self._ahead = b""  # bytes that were read and not inflated
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self._pieces: list[bytes] | None = []
        self._kept = 0
        file.seek(begin)

    def advance(self) -> bool:
        """Go to the next member; zeros, with which tapes and disks fill up, end the file."""
        self._ahead = self._ahead or self._file.read(CHUNK)
        while self._ahead and not self._ahead.strip(b"\0"):
            self._ahead = self._file.read(CHUNK)
        if not self._ahead:
            return False
        self.begin = self._file.tell() - len(self._ahead)
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self._pieces, self._kept = [], 0
        return True

    def piece(self) -> bytes:
        """Some of the member's content; raises Broken where it is damaged or cut."""
        while not self._decoder.eof:
            data = self._decoder.unconsumed_tail or self._ahead or self._file.read(CHUNK)
            if not data:
                raise Broken("The file ends inside a record.")
            if not self._decoder.unconsumed_tail:
                self._keep(data)
                self._ahead = b""
            try:
                found = self._decoder.decompress(data, PIECE)
            except zlib.error as error:
                raise Broken(f"The compressed bytes are damaged ({error}).") from None
            if self._decoder.eof:
                self._ahead = self._decoder.unused_data
            self.place = self._file.tell() - len(self._ahead)
            if found:
                return found
        return b""

    def raw(self) -> bytes | None:
        """The member as it lies in the file."""
        if self._pieces is None or not self._decoder.eof:
            return None
        whole = b"".join(self._pieces)
        return whole[: len(whole) - len(self._decoder.unused_data)]

    def resume(self, after: int) -> int | None:
        """Go to the next member whose content opens a record."""
        while (found := _sought(self._file, GZIP, after + 1)) is not None:
            self._file.seek(found)
            start = zlib.decompressobj(zlib.MAX_WBITS + 16)
            try:
                opens = start.decompress(self._file.read(CHUNK), 16).startswith(_MARKS)
            except zlib.error:
                opens = False
            if opens:
                self._file.seek(found)
                self._ahead = b""
                return found
            after = found
        return None

    def _keep(self, data: bytes) -> None:
        self._kept += len(data)
        if self._pieces is not None and self._kept <= KEPT:
            self._pieces.append(data)
        else:
            self._pieces = None


class Zstd(Plain):
    """A file of zstd frames, with a dictionary at its head or without: read as one stream."""

    is_plain = can_begin = False

    def __init__(self, file: BinaryIO, begin: int) -> None:
        super().__init__(file, 0)
        self._raw = file
        self._reader = ZstdReader(file)

    def piece(self) -> bytes:
        """The next inflated bytes; raises Broken where they are damaged."""
        try:
            data = bytes(self._reader.read(CHUNK))
        except Exception as error:  # noqa: BLE001 - whatever the decoder says of damaged bytes
            raise Broken(f"The compressed bytes are damaged ({error}).") from None
        self.place = self._raw.tell()
        return data

    def resume(self, after: int) -> int | None:
        """Nothing can be read after a damaged frame."""
        return None


def _sought(file: BinaryIO, mark: bytes, place: int) -> int | None:
    """Where a mark stands next, at or after a place."""
    while True:
        file.seek(place)
        piece = file.read(CHUNK)
        at = piece.find(mark)
        if at >= 0:
            return place + at
        if len(piece) < len(mark):
            return None
        place += len(piece) - len(mark) + 1
