"""What is known of single addresses, with their neighbours: to ask for five of them costs as much as to ask for five hundred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from parsers.records import Hints
from warehouse import rows
from warehouse.due import Known
from warehouse.known_tables import KnownTables
from warehouse.staging import sql

NEIGHBOURS = 300
"""Addresses of the days around that are read along: a walk through an archive comes to them with its next listings."""


class KnownAddresses:
    """Answers of one source's tables, kept until a row changes them; so few that a decade takes no more memory than a month."""

    def __init__(self, tables: KnownTables) -> None:
        self._tables = tables
        self._answers: dict[str, Known | None] = {}  # by the key as UUIDs are written

    def of(self, url_keys: Sequence[str]) -> dict[str, Known]:
        """What is known of these addresses, by the key as given; unknown ones are left out."""
        spelt = {key: str(UUID(key)) for key in url_keys}
        with self._tables.changing:  # a row that is added meanwhile would be forgotten
            if spelt and not self._answers.keys() >= set(spelt.values()):
                self._read(list(dict.fromkeys(spelt.values())))
            found = {key: self._answers[name] for key, name in spelt.items()}
        return {key: known for key, known in found.items() if known is not None}

    def heard(self, row: rows.Row) -> None:
        """Forget what a row that was added makes untrue; only who holds the tables' `changing` may call it."""
        if not self._answers:
            return
        if isinstance(row, rows.Withdrawal):
            self._answers.clear()
        elif isinstance(row, rows.Found | rows.Fetched | rows.Reading):
            self._answers.pop(str(UUID(row.url_key)), None)

    def clear(self) -> None:
        """Forget everything."""
        self._answers.clear()

    def _read(self, names: list[str]) -> None:
        con = self._tables.settled()
        near = con.execute(sql("ledger/near"), [_json(names), NEIGHBOURS]) if len(names) < NEIGHBOURS else None
        wanted = list(dict.fromkeys([*names, *(name for (name,) in near.fetchall())] if near else names))
        self._answers = dict.fromkeys(wanted)
        for row in con.execute(sql("ledger/known"), [_json(wanted)]).fetchall():
            known = _known(row)
            self._answers[known.url_key] = known


def _known(row: tuple[Any, ...]) -> Known:
    """A row of known.sql as a record."""
    key, url, day, title, published, basis, modified, *rest = row
    return Known(key, url, day, Hints(title, published, basis, modified), *rest)


def _json(keys: Sequence[str]) -> str:
    return msgspec.json.encode(list(keys)).decode()
