"""A second copy of what cannot be made again, in a folder: archive, reading copy, spool, sources; and back."""

from warehouse.backup.making import Report, back_up
from warehouse.backup.manifest import MANIFEST, BadBackup, Entry, Manifest, read
from warehouse.backup.restoring import restore

__all__ = ["MANIFEST", "BadBackup", "Entry", "Manifest", "Report", "back_up", "read", "restore"]
