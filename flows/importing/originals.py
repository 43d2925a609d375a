"""Where the pages of an import lie, so that a later record can say: as before (revisit)."""

from __future__ import annotations

from contextlib import closing

from flows.held import Held
from warehouse.archive import foreign
from warehouse.archive.foreign import Foreign

MOST = 50_000
"""Bodies that later records may refer to; the latest ones, so that memory stays flat."""


class Originals:
    """Payload digest → the file that was read with it last, and the offset of the record."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Held, int]] = {}

    def remember(self, digest: str | None, held: Held, offset: int) -> None:
        """Note that a record of a file carries a payload, if it states its digest."""
        if not digest:
            return
        self._places.pop(digest, None)
        self._places[digest] = (held, offset)
        if len(self._places) > MOST:
            del self._places[next(iter(self._places))]

    def of(self, digest: str) -> Foreign | None:
        """The record that carries a payload; None where no file had it, or that file is closed by now."""
        held, offset = self._places.get(digest, (None, 0))
        if held is None:
            return None
        try:
            with closing(held.open()) as file:
                return foreign.at(file, offset)
        except (OSError, ValueError):  # the latter of a zip that is closed
            return None
