"""Bytes of a foreign file as its records need them: plain, gzip members or zstd frames, a bounded piece at a time."""

from __future__ import annotations

import re
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
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_MARKS = (b"WARC/", b"file", b"http")  # the first letters of a record of WARC, and of one of ARC


class Broken(Exception):
    """Bytes that are no record; the message says why."""


class _Source(Protocol):
    """Where the bytes come from."""

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


class Stream:
    """The content of a file, member after member, with the bytes of records taken from its front."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._held = bytearray()
        self._taken = 0  # bytes of `_held` that were given out
        self._inner = 0  # bytes of the member's content that were given out
        self._over = True
        self.began = 0  # offset of the record that is being read

    @property
    def offset(self) -> int:
        """Where the next byte lies: the member's place in the file, plus the way into its content after a first record."""
        return self._source.begin + self._inner

    @property
    def place(self) -> int:
        """How much of the file was read."""
        return self._source.place

    @property
    def is_in_place(self) -> bool:
        """Whether the record that was begun last can be found again by its offset in the file."""
        return self._source.is_plain or (self.began == self._source.begin and self._source.can_begin)

    def advance(self) -> bool:
        """Go to the next member; False at the end of the file."""
        self._held.clear()
        self._taken = self._inner = 0
        self._over = not self._source.advance()
        self.began = self._source.begin
        return not self._over

    def resume(self) -> int | None:
        """Go on at the next record that seems whole after what is broken; its place, or None."""
        self._held.clear()
        return self._source.resume(self.offset if self._source.is_plain else self._source.begin)

    def ended(self) -> bool:
        """Whether the member has no more content."""
        return not self._fill(1)

    def peek(self, count: int) -> bytes:
        """The next bytes, which stay."""
        self._fill(count)
        return bytes(self._held[self._taken : self._taken + count])

    def take(self, count: int) -> bytes:
        """The next bytes, fewer only where the member ends."""
        self._fill(count)
        found = bytes(memoryview(self._held)[self._taken : self._taken + count])
        self._give(len(found))
        return found

    def skip(self, count: int) -> int:
        """Pass over so many bytes; how many there were."""
        left = count
        while left and self._fill(1):
            step = min(left, len(self._held) - self._taken)
            self._give(step)
            left -= step
        return count - left

    def head(self, longest: int) -> bytes | None:
        """The next bytes up to and with the first empty line; None where there is none of that length."""
        size = 4096
        while True:
            self._fill(min(size, longest))
            found = _EMPTY_LINE.search(self._held, self._taken, self._taken + longest)
            if found:
                return self.take(found.end() - self._taken)
            if size >= longest or len(self._held) - self._taken < size:
                return None
            size *= 4

    def line(self, longest: int) -> bytes | None:
        """The next line with its end; None where there is none of that length."""
        self._fill(longest)
        end = self._held.find(b"\n", self._taken, self._taken + longest)
        return self.take(end + 1 - self._taken) if end >= 0 else None

    def skip_breaks(self) -> int:
        """Pass over line ends; how many bytes they were."""
        count = 0
        while found := self.peek(4):
            breaks = len(found) - len(found.lstrip(b"\r\n"))
            self._give(breaks)
            count += breaks
            if breaks < len(found):
                break
        return count

    def raw(self) -> bytes | None:
        """The member as it lies in the file, once it has ended; None where that is not known."""
        return self._source.raw()

    def _give(self, count: int) -> None:
        self._taken += count
        self._inner += count
        if self._taken > PIECE:
            del self._held[: self._taken]
            self._taken = 0

    def _fill(self, count: int) -> bool:
        """Hold as many bytes as are asked for; whether there are."""
        while len(self._held) - self._taken < count and not self._over:
            piece = self._source.piece()
            self._held += piece
            self._over = not piece
        return len(self._held) - self._taken >= count


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
        found = _sought(self._file, b"\nWARC/", after)
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


def opened(file: BinaryIO, begin: int = 0) -> Stream:
    """The stream of a file from a place on, as its first bytes say what it is."""
    file.seek(begin)
    start = file.read(4)
    if start.startswith(GZIP):
        return Stream(Gzip(file, begin))
    return Stream(Zstd(file, begin) if start in ZSTD else Plain(file, begin))


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
