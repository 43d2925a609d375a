"""What can go wrong in the warehouse.

WarehouseError
├── NewerWarehouse    the file was made by a newer wireroom
├── ChangedMigration  a migration that already ran is no longer the one that ran
├── BadSpoolFile      a spool file that cannot be loaded at all; it is set aside with this message
├── DiskFull          no room for what is to be loaded or copied; nothing was lost
└── BadQuery          SQL from a user that DuckDB refuses, or that is no single question
"""

from __future__ import annotations


class WarehouseError(Exception):
    """Anything the warehouse cannot do; the message says what and what to do about it."""


class NewerWarehouse(WarehouseError):
    """The database has migrations that this version of wireroom does not know."""


class ChangedMigration(WarehouseError):
    """A migration's text differs from the one that made this database."""


class BadSpoolFile(WarehouseError):
    """A spool file that is cut, altered or of another version."""


class DiskFull(WarehouseError):
    """The disk (or a quota) has no room; what was loaded stays, what was not waits in the spool."""


class BadQuery(WarehouseError):
    """SQL from a user that is wrong or may not be run; the message says where, and what was perhaps meant."""
