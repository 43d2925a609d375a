"""Where things lie in a workspace's `data/` folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The paths below one `data/` folder; nothing is created by naming it."""

    data: Path

    @property
    def warehouse(self) -> Path:
        """The reading copy that users open: a symlink to a numbered edition."""
        return self.data / "warehouse.duckdb"

    @property
    def editions(self) -> Path:
        """The numbered editions of the reading copy."""
        return self.data / ".live" / "editions"

    @property
    def live(self) -> Path:
        """The database that only the loader opens."""
        return self.data / ".live" / "live.duckdb"

    @property
    def loader_lock(self) -> Path:
        """Held by the one loader."""
        return self.data / ".live" / "loader.lock"

    @property
    def spool(self) -> Path:
        """Finished batches that wait to be loaded, or for a reading copy that contains them."""
        return self.data / "spool"

    @property
    def aside(self) -> Path:
        """Spool files and rows that could not be loaded, each with a message."""
        return self.data / "spool" / "aside"

    @property
    def reparse(self) -> Path:
        """What was read anew and waits to be accepted, a folder a proposal."""
        return self.data / "reparse"

    @property
    def search(self) -> Path:
        """The full-text sidecar of the reading copy; made anew when it is missing."""
        return self.data / "search.sqlite"

    @property
    def search_lock(self) -> Path:
        """Held by the one process that feeds the sidecar."""
        return self.data / ".live" / "search.lock"

    @property
    def archive(self) -> Path:
        """WARC segments, one folder a source."""
        return self.data / "archive"

    @property
    def logs(self) -> Path:
        """What runs and services say, a line an event."""
        return self.data / "logs"

    @property
    def hosts(self) -> Path:
        """One small file a host: pace, robots, rest."""
        return self.data / ".live" / "hosts"

    @property
    def withdrawals(self) -> Path:
        """Orders to withdraw that are not carried out yet, and what is being overwritten for them."""
        return self.data / ".live" / "withdrawals"

    @property
    def feeds(self) -> Path:
        """The Atom feeds of saved searches; made anew when they are missing."""
        return self.data / "feeds"

    @property
    def watches(self) -> Path:
        """Up to which load saved searches were asked, and what of them was told."""
        return self.data / ".live" / "watches"

    @property
    def health(self) -> Path:
        """What people were last told about each source."""
        return self.data / ".live" / "health"

    @property
    def downloads(self) -> Path:
        """Files that are being fetched, one folder a source; each is removed once it was taken."""
        return self.data / ".live" / "downloads"

    @property
    def reparse_gate(self) -> Path:
        """Held while a batch joins what waits to be accepted, and while what was withdrawn is taken out of it."""
        return self.data / ".live" / "reparse" / "gate.lock"

    def reparse_lock(self, source_id: str) -> Path:
        """Held by the one who reads a source's archive anew, or accepts that."""
        return self.data / ".live" / "reparse" / f"{source_id}.lock"

    def source_lock(self, source_id: str) -> Path:
        """Held by the one run of a source."""
        return self.data / ".live" / "sources" / f"{source_id}.lock"
