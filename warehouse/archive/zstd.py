"""A foreign file of zstd frames: usually one a record, with a dictionary at its head or without (RFC 8878)."""

from __future__ import annotations

import io
from typing import BinaryIO

from fastwarc.stream_io import ZstdReader

from warehouse.archive.containers import CHUNK, OPENINGS, Broken, sought

FRAME = b"\x28\xb5\x2f\xfd"
DICTIONARY = b"\x5d\x2a\x4d\x18"
"""What a file begins with whose frames need a dictionary, which follows."""

LARGEST_DICTIONARY = 64 * 1024 * 1024

_SKIPPED = range(0x184D2A50, 0x184D2A60)  # frames that hold no content: a dictionary, a table of places
_DICTIONARY_NAME = (0, 1, 2, 4)  # bytes that the name of the dictionary takes in a frame's head
_CONTENT_SIZE = (0, 2, 4, 8)  # and the size of its content
_REPEATED, _RESERVED = 1, 3  # kinds of blocks


class Zstd:
    """A file of zstd frames. A frame that opens no record goes on with the one before it."""

    is_plain, can_begin = False, True

    def __init__(self, file: BinaryIO, begin: int) -> None:
        self._file = file
        self._dictionary = _dictionary(file)
        self.begin = self.place = self._frame = self._next = begin
        self._reader = ZstdReader(io.BytesIO())
        self._given = 0  # bytes of the frame's content that were inflated
        self._held = b""  # those of them that nobody has asked for yet
        self._fault = ""  # what is wrong with the rest
        self._is_ahead = False  # whether the frame of the next member was begun

    def advance(self) -> bool:
        """Go to the next frame that opens a record."""
        if not self._is_ahead and not self._begin():
            return False
        self._is_ahead = False
        self.begin = self._frame
        return True

    def piece(self) -> bytes:
        """Some of the member's content; raises Broken where it is damaged or cut."""
        while True:
            data, self._held = self._held or self._read(), b""
            if data:
                return data
            if self._fault:
                raise Broken(self._fault)
            if not self._begin():
                return b""
            if self._fault or self._held.startswith(OPENINGS):
                self._is_ahead = True
                return b""

    def raw(self) -> bytes | None:
        """Nothing: the archive is of gzip members."""
        return None

    def resume(self, after: int) -> int | None:
        """Go to the next frame that opens a record."""
        while (found := sought(self._file, FRAME, after + 1)) is not None:
            self._next = found
            if self._begin() and self._held.startswith(OPENINGS):
                self._is_ahead = True
                return found
            after = found
        return None

    def _begin(self) -> bool:
        """Begin the next frame that holds something; False at the end of the file."""
        while True:
            head = _at(self._file, self._next, 8)
            if int.from_bytes(head[:4], "little") not in _SKIPPED or len(head) < 8:
                break
            self._next += 8 + int.from_bytes(head[4:], "little")
        if not head.strip(b"\0"):
            return False
        self._frame, self._next = self._next, _end(self._file, self._next)
        self._fault, self._given = "", 0
        self._reader = self._opened()
        self._held = self._read()
        self.place = self._next
        return True

    def _opened(self) -> ZstdReader:
        return ZstdReader(_Within(self._file, self._frame, self._next), dictionary=self._dictionary)

    def _read(self) -> bytes:
        """What comes next in the frame, as far as it is whole."""
        if self._fault:
            return b""
        try:
            data = bytes(self._reader.read(CHUNK))
        except Exception as error:  # noqa: BLE001 - whatever the decoder says of damaged bytes
            self._fault = f"The compressed bytes are damaged or cut ({error})."
            data = self._salvaged()
        self._given += len(data)
        return data

    def _salvaged(self) -> bytes:
        """What stands in the frame between what was read and the damage, which the decoder drops in its anger."""
        reader, found = self._opened(), bytearray()
        try:
            left = self._given
            while left and (skipped := len(reader.read(min(left, CHUNK)))):
                left -= skipped
            while byte := reader.read(1):
                found += byte
        except Exception:  # noqa: BLE001 - met again, as it must be
            return bytes(found)
        return bytes(found)


class _Within(io.RawIOBase):
    """A part of a file."""

    def __init__(self, file: BinaryIO, place: int, end: int) -> None:
        self._file = file
        self._begin = self._place = place
        self._end = end

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place in the part."""
        return self._place - self._begin

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the part."""
        start = {io.SEEK_SET: self._begin, io.SEEK_CUR: self._place, io.SEEK_END: self._end}[whence]
        self._place = start + place
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the part."""
        left = self._end - self._place
        data = _at(self._file, self._place, left if size < 0 else min(size, left))
        self._place += len(data)
        return data


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(max(size, 0))


def _dictionary(file: BinaryIO) -> bytes | None:
    """The dictionary at the head of a file, which may be packed itself; None where there is none that can be read."""
    head = _at(file, 0, 8)
    size = int.from_bytes(head[4:], "little")
    if not head.startswith(DICTIONARY) or size > LARGEST_DICTIONARY:
        return None
    content = file.read(size)
    if not content.startswith(FRAME):
        return content
    try:
        return bytes(ZstdReader(io.BytesIO(content)).read(LARGEST_DICTIONARY))
    except (OSError, ValueError):
        return None


def _end(file: BinaryIO, begin: int) -> int:
    """Where the frame that begins there ends by the sizes of its blocks; far behind the file where they do not say it."""
    head = _at(file, begin, 5)
    if len(head) < 5 or not head.startswith(FRAME):
        return 1 << 60
    said = head[4]
    is_single, has_checksum = said >> 5 & 1, said >> 2 & 1
    place = begin + 5 + (1 - is_single) + _DICTIONARY_NAME[said & 3] + (_CONTENT_SIZE[said >> 6] or is_single)
    while len(block := _at(file, place, 3)) == 3:
        value = int.from_bytes(block, "little")
        kind, size = value >> 1 & 3, value >> 3
        if kind == _RESERVED:
            break
        place += 3 + (1 if kind == _REPEATED else size)
        if value & 1:
            return place + 4 * has_checksum
    return 1 << 60
