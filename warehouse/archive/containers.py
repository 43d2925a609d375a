"""How a foreign file holds its records: plain, as gzip members or as zstd frames; bytes come a bounded piece at a time."""

from __future__ import annotations

import zlib
from typing import BinaryIO, Protocol

CHUNK = 1 << 18
"""Bytes that are read from the file at once."""

PIECE = 1 << 20
"""Bytes that are inflated at once, whatever a member announces."""

STEP = 16
"""Compressed bytes that are tried at once, to come near to what is damaged."""

KEPT = 64 * 1024 * 1024
"""Compressed bytes of a member that are kept, so that it can be copied as it is."""

GZIP = b"\x1f\x8b\x08"
MARK = b"\nWARC/"
"""What stands where a record begins that is not the first."""

OPENINGS = (b"WARC/", b"file", b"http")
"""The first letters of a record of WARC, and of one of ARC."""


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
        found = sought(self._file, MARK, after)
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
        self._is_begun = False  # whether some of the member was inflated
        self._fault = ""  # what is wrong with the rest of it
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
        self._is_begun, self._fault = False, ""
        return True

    def piece(self) -> bytes:
        """Some of the member's content; raises Broken where it is damaged or cut."""
        if self._fault:
            raise Broken(self._fault)
        while not self._decoder.eof:
            data = self._decoder.unconsumed_tail or self._ahead or self._file.read(CHUNK)
            if not data:
                raise Broken("The file ends inside a record.")
            if not self._decoder.unconsumed_tail:
                self._keep(data)
                self._ahead = b""
            found = self._inflated(data)
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
        while (found := sought(self._file, GZIP, after + 1)) is not None:
            self._file.seek(found)
            start = zlib.decompressobj(zlib.MAX_WBITS + 16)
            try:
                opens = start.decompress(self._file.read(CHUNK), 16).startswith(OPENINGS)
            except zlib.error:
                opens = False
            if opens:
                self._file.seek(found)
                self._ahead = b""
                return found
            after = found
        return None

    def _inflated(self, data: bytes) -> bytes:
        """What the next bytes hold; where they are damaged, what stands before that, if it is anything."""
        before = self._decoder.copy() if self._is_begun else None
        self._is_begun = True
        try:
            return self._decoder.decompress(data, PIECE)
        except zlib.error as error:
            self._fault = f"The compressed bytes are damaged ({error})."
            found = _whole_part(before or zlib.decompressobj(zlib.MAX_WBITS + 16), data)
        if not found:
            raise Broken(self._fault)
        return found

    def _keep(self, data: bytes) -> None:
        self._kept += len(data)
        if self._pieces is not None and self._kept <= KEPT:
            self._pieces.append(data)
        else:
            self._pieces = None


def _whole_part(decoder: zlib._Decompress, data: bytes) -> bytes:
    """What bytes hold before the spot that is damaged, to some dozen of them."""
    found = bytearray()
    try:
        for place in range(0, len(data), STEP):
            found += decoder.decompress(data[place : place + STEP])
    except zlib.error:
        return bytes(found)
    return bytes(found)


def sought(file: BinaryIO, mark: bytes, place: int) -> int | None:
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
