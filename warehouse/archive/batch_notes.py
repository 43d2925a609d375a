"""Ledger rows as the archive keeps them: a line that names the version of the form, then one row a line as in the spool.

They are what the captures cannot tell: addresses at their first sight, units, the run, the source, withdrawals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from warehouse import rows, spool
from warehouse.errors import WarehouseError

_line = msgspec.json.Decoder(spool.Line)


class _First(msgspec.Struct):
    schema: int


_first = msgspec.json.Decoder(_First)


def lines(batch: Iterable[rows.Row]) -> list[bytes]:
    """The lines that keep these rows; the first says how the others are to be read."""
    return [msgspec.json.encode(_First(spool.SCHEMA)) + b"\n", *(spool.encode(row) for row in batch)]


def rows_of(kept: Sequence[bytes]) -> Iterator[rows.Row]:
    """The rows that these lines keep; raises WarehouseError where a newer wireroom wrote them."""
    schema = _first.decode(kept[0]).schema
    if schema > spool.SCHEMA:
        raise WarehouseError(
            f"The archive has ledger rows of form {schema}, and this version of wireroom reads {spool.SCHEMA}: upgrade it."
        )
    return (_line.decode(line).row for line in kept[1:])


def without(kept: Sequence[bytes], url_keys: frozenset[str]) -> list[bytes] | None:
    """The lines without the sights and requests of these addresses, or None where there are none of them."""
    left = [kept[0], *(line for line in kept[1:] if not _is_of(_line.decode(line).row, url_keys))]
    return left if len(left) < len(kept) else None


def _is_of(row: rows.Row, url_keys: frozenset[str]) -> bool:
    return isinstance(row, rows.Found | rows.Fetched) and row.url_key in url_keys
