"""Bytes of a foreign file as its records need them, taken from the front of its content, member after member."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import BinaryIO

from warehouse.archive.containers import GZIP, MARK, PIECE, Broken, Container, Gzip, Plain
from warehouse.archive.zstd import DICTIONARY, FRAME, Zstd

_EMPTY_LINE = re.compile(rb"\n\r?\n")


class Stream:
    """The content of a file, member after member, with the bytes of records taken from its front."""

    def __init__(self, source: Container) -> None:
        self._source = source
        self._held = bytearray()
        self._taken = 0  # bytes of `_held` that were given out
        self._inner = 0  # bytes of the member's content that were given out
        self._over = True
        self._is_spoilt = False  # whether the member's own bytes are damaged
        self._stays = False  # whether the next member is one that was gone to already
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
        return self._source.is_plain or (self.heads_member and self._source.can_begin)

    @property
    def heads_member(self) -> bool:
        """Whether the record that was begun last is the first of its member."""
        return self.began == self._source.begin

    def advance(self) -> bool:
        """Go to the next member; False at the end of the file."""
        if self._stays:
            self._stays = False
            return True
        self._held.clear()
        self._taken = self._inner = 0
        self._over = not self._source.advance()
        self._is_spoilt = False
        self.began = self._source.begin
        return not self._over

    def resume(self) -> int | None:
        """Go on at the next record that seems whole after what is broken; its place, or None."""
        if self._source.is_plain:  # a length that lies may have led past whole records
            return self._source.resume(self.began)
        if not self._is_spoilt:
            with suppress(Broken):
                self._stays = self._goes_to_record() or self.advance()
                return self.offset if self._stays else None
        return self._source.resume(self._source.begin)

    def _goes_to_record(self) -> bool:
        """Pass over what is left of the member up to the next record in it; whether there is one."""
        while (found := self._held.find(MARK, self._taken)) < 0:
            self._give(max(0, len(self._held) - self._taken - len(MARK) + 1))
            if not self._fill(len(MARK)):
                return False
        self._give(found + 1 - self._taken)
        return True

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

    def breaks(self) -> bytes:
        """The line ends that come next, taken; no more than the last of them where there are very many."""
        found = b""
        while ahead := self.peek(4):
            breaks = ahead[: len(ahead) - len(ahead.lstrip(b"\r\n"))]
            self._give(len(breaks))
            found = (found + breaks)[-64:]
            if len(breaks) < len(ahead):
                break
        return found

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
            try:
                piece = self._source.piece()
            except Broken:
                self._is_spoilt = True
                raise
            self._held += piece
            self._over = not piece
        return len(self._held) - self._taken >= count


def opened(file: BinaryIO, begin: int = 0) -> Stream:
    """The stream of a file from a place on, as its first bytes say what it is."""
    file.seek(begin)
    start = file.read(4)
    if start.startswith(GZIP):
        return Stream(Gzip(file, begin))
    return Stream(Zstd(file, begin) if start in (FRAME, DICTIONARY) else Plain(file, begin))
