"""Questions about the listings of a source: what was read of them, when, and what they answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from warehouse.answers import Listing, Validators
from warehouse.due import Known
from warehouse.known_tables import KnownTables
from warehouse.staging import sql


class KnownListings:
    """What one source's tables say of its listings, and of the units that they list."""

    def __init__(self, tables: KnownTables, hears_of: Callable[[str], bool]) -> None:
        self._tables = tables
        self._hears_of = hears_of  # whether an address was ever asked for: most of a first walk were not

    def last_look(self, finder: str, unit: str) -> Listing | None:
        """The last look at a unit, or None where there was none."""
        found = (
            self._tables.settled()
            .execute(
                "SELECT listed_at, whole, outcome, digest::VARCHAR, links FROM known_units "
                "WHERE finder = $1 AND unit = $2 ORDER BY listed_at DESC LIMIT 1",
                [finder, unit],
            )
            .fetchall()
        )
        return Listing(*found[0]) if found else None

    def polls(self, finder: str, unit: str | None = None) -> list[tuple[datetime, str, str | None, bool, int]]:
        """The last looks at a finder's listings, the earliest first: when, outcome, reason, whether new, links."""
        return self._tables.settled().execute(sql("ledger/polls"), [finder, unit]).fetchall()[::-1]

    def looked_at(self, finder: str) -> int:
        """How many listings of a finder were ever read."""
        question = (
            "SELECT count(DISTINCT unit) FROM known_units WHERE finder = $1 AND outcome IN ('fetched', 'unchanged')"
        )
        return int(self._tables.settled().execute(question, [finder]).fetchall()[0][0])

    def confirmed(self) -> set[str]:
        """Addresses of the listings of periods that were read whole after their period had ended."""
        return {url for (url,) in self._tables.settled().execute(sql("ledger/confirmed")).fetchall()}

    def read_whole(self, kind: str, since: datetime) -> list[str]:
        """Addresses of the periods that the latest runs of a kind, up to the last one that completed, read whole.

        A listing counts that was read after its period had ended everywhere on earth, and not before `since`.
        """
        return [url for (url,) in self._tables.settled().execute(sql("ledger/read_whole"), [kind, since]).fetchall()]

    def validators(self, url_key: str) -> Validators:
        """Of a listing's address, from the last time it answered; empty where it never did."""
        if not self._hears_of(url_key):
            return Validators()
        found = (
            self._tables.settled_for(url_key)
            .execute(
                "SELECT etag, last_modified, payload_hash::VARCHAR, observed_at FROM known_fetches "
                "WHERE url_key = $1 AND role <> 'article' AND (outcome = 'fetched' "
                "OR (outcome = 'unchanged' AND coalesce(etag, last_modified) IS NOT NULL)) ORDER BY observed_at DESC LIMIT 1",
                [url_key],
            )
            .fetchall()
        )
        return Validators(*found[0]) if found else Validators()

    def last_answer(self, url_key: str) -> Known | None:
        """Where the last listing that came from an address, and could be read, lies in the archive; None: nowhere."""
        if not self._hears_of(url_key):
            return None
        found = (
            self._tables.settled_for(url_key)
            .execute(
                "SELECT segment_id::VARCHAR, record_offset, record_length FROM known_fetches "
                "WHERE url_key = $1 AND role = 'listing' AND outcome = 'fetched' AND segment_id IS NOT NULL AND payload_hash IS NOT NULL "
                "ORDER BY observed_at DESC LIMIT 1",
                [url_key],
            )
            .fetchall()
        )
        if not found:
            return None
        segment_id, offset, length = found[0]
        return Known(url_key, "", segment_id=segment_id, record_offset=offset, record_length=length)
