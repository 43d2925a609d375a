"""Listings of periods none of whose links is an article: a remark where a finder shows no article at all, else an empty day."""

from __future__ import annotations

from flows.discovery import Unit
from flows.progress import Event, tell

PATIENCE = 8
"""Such listings after which it is said before all of them are read: more than the Sundays and holidays of a week."""


class Doubts:
    """Keeps what is to be said of the listings of one finder until another one shows an article, or none has."""

    def __init__(self) -> None:
        self._fits = False
        self._held: list[Event] = []

    def listed(self, unit: Unit) -> None:
        """Take note of a listing that was read."""
        self._fits |= bool(unit.candidates) or (unit.outcome == "unchanged" and unit.links > 0)
        self._held += [Event("note", said, url=unit.url, more={"group": "remark"}) for said in unit.doubts]
        if self._fits:
            self._held.clear()
        elif len(self._held) >= PATIENCE:
            self.say()

    def say(self) -> None:
        """Say what is kept: no listing so far has shown an article."""
        for event in self._held:
            tell(event)
        self._held.clear()
