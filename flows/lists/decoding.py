"""Files of text as people save them: inflated where they are packed, and as UTF-8 whatever program wrote them."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from flows.held import Held
from warehouse.archive.containers import GZIP

UTF_8 = codecs.BOM_UTF8
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_MARK = ((0, "utf-16-be"), (1, "utf-16-le"))
"""Which byte of a letter of ASCII is nothing: spreadsheets call this `Unicode`, and some of them leave the mark out."""

BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a packed file may raise that is damaged or cut."""

_PIECE = 1 << 18


@contextmanager
def opened(held: Held) -> Iterator[BinaryIO]:
    """The file, inflated where it is compressed."""
    with held.open() as file:
        is_packed = file.read(3) == GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as inflated:
            yield inflated  # type: ignore[misc]


@contextmanager
def as_utf8(held: Held, say: Callable[[str], None] = lambda sentence: None) -> Iterator[BinaryIO]:
    """The file as UTF-8 but for letters of Windows; another encoding is said."""
    encoding = None
    with suppress(*BROKEN), opened(held) as file:  # who reads on will meet the damage again, and say where
        encoding = encoding_of(file.read(1024))
    with opened(held) as file:
        if encoding is None:
            yield file
            return
        say(f"{held.name} is no UTF-8: it was read as {encoding.upper()[:6]}.")
        yield io.BufferedReader(_Recoded(file, encoding), _PIECE)


def encoding_of(start: bytes) -> str | None:
    """The encoding of UTF-16 or UTF-32 that a file begins in; None for any other."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    pairs = len(start) // 2
    for place, encoding in _NO_MARK:
        if pairs and start[place::2].count(0) > 0.4 * pairs > 8 * start[1 - place :: 2].count(0):
            return encoding
    return None


def utf8(content: bytes) -> bytes:
    """A text as UTF-8, whatever encoding its first bytes show."""
    return content.decode(encoding_of(content[:1024]) or "utf-8", "replace").encode("utf-8")


def text_of(line: bytes) -> tuple[str, bool]:
    """The text of a line, and whether it is no UTF-8 and was read as Windows-1252."""
    line = line.removeprefix(UTF_8)
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), True


class _Recoded(io.RawIOBase):
    """Text of another encoding as UTF-8; what is none of it is replaced."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the next piece goes; 0 at the end."""
        while not self._left:
            piece = self._file.read(_PIECE)
            self._left = self._decoder.decode(piece, not piece).encode("utf-8", "replace")
            if not piece:
                break
        found, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(found)] = found
        return len(found)
