"""One article by any of its names, with its versions, addresses and captures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb

from warehouse.errors import WarehouseError
from warehouse.staging import sql

_CITED = re.compile(r"([0-9a-f]{12})-(\d{8}T\d{6})Z", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f-]{4,36}", re.IGNORECASE)
LEAST = 4
"""Characters of an id that name an article."""

_SECOND = timedelta(seconds=1)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An article with its versions, oldest first, and the one that was named: by a number, a citation, else the last."""

    article_id: str
    versions: tuple[Record, ...]
    chosen: Record


def find(con: duckdb.DuckDBPyConnection, name: str, url_key: str | None, version: int | None = None) -> Found:
    """The article that is named by an address (with its key), the beginning of its id, or a citation's id.

    Raises WarehouseError where there is none, several, or no such version.
    """
    if len(name) < LEAST:
        raise WarehouseError(
            f"{name!r} may be the beginning of many ids: give {LEAST} characters at least, or an address."
        )
    cited = _CITED.fullmatch(name)
    ids = [row["article_id"] for row in _records(con, "ids", _names(name, url_key, cited))]
    if not ids:
        raise WarehouseError(
            f'No article has the address or id {name!r}. wireroom query "select article_id, url from articles" lists them.'
        )
    if len(ids) > 1:
        shown = ", ".join(str(found)[:13] for found in ids[:5])
        raise WarehouseError(f"Several articles match {name!r}: {shown}{' …' * (len(ids) > 5)}. Give more of the id.")
    versions = _records(con, "versions", {"article_id": ids[0]})
    if not versions:
        raise WarehouseError(f"The article {ids[0]} has no version left: {_why_gone(con, ids[0])}")
    return Found(str(ids[0]), tuple(versions), _choose(versions, version, cited))


def _why_gone(con: duckdb.DuckDBPyConnection, article_id: str) -> str:
    """Why an article has no version any more, as the end of a sentence."""
    for reject in _records(con, "reject", {"article_id": article_id}):
        return f"since its page was read on {reject['read_at']:%Y-%m-%d} it is rejected ({reject['reject_reason']}). {reject['reject_message'] or ''}"
    return "it was withdrawn."


def addresses(con: duckdb.DuckDBPyConnection, article_id: str) -> list[Record]:
    """Every address that led to an article, and how."""
    return _records(con, "addresses", {"article_id": article_id})


def corrections(con: duckdb.DuckDBPyConnection, article_id: str) -> list[tuple[Record, Record]]:
    """Pairs of readings of one and the same page whose records differ, or one of which is none, oldest first."""
    readings = _records(con, "readings", {"article_id": article_id})
    pairs = pairwise(readings)
    return [(old, new) for old, new in pairs if _one_page(old, new) and old["record_hash"] != new["record_hash"]]


def citation_id(version: Mapping[str, Any]) -> str:
    """A name for one version that stays: article and moment, never the version's number, which an older capture shifts."""
    return f"{str(version['article_id']).replace('-', '')[:12]}-{version['valid_from']:%Y%m%dT%H%M%S}Z"


def _names(name: str, url_key: str | None, cited: re.Match[str] | None) -> Record:
    prefix = cited.group(1) if cited else name if _ID.fullmatch(name) else ""
    return {"name": name, "url_key": url_key, "prefix": prefix.replace("-", "").lower()}


def _choose(versions: list[Record], number: int | None, cited: re.Match[str] | None) -> Record:
    """The version that was asked for; a citation names the one that was shown at its moment."""
    if number is not None:
        for version in versions:
            if version["version"] == number:
                return version
        count = len(versions)
        raise WarehouseError(f"There is no version {number}: the article has {count} version{'s' * (count != 1)}.")
    if cited is None:
        return versions[-1]
    moment = datetime.strptime(cited.group(2), "%Y%m%dT%H%M%S") + _SECOND  # noqa: DTZ007  (naive UTC, as stored)
    return max((v for v in versions if v["valid_from"] < moment), key=lambda v: v["version"], default=versions[0])


def _one_page(old: Record, new: Record) -> bool:
    return bool(old["fetch_id"] == new["fetch_id"] and old["item"] == new["item"])


def _records(con: duckdb.DuckDBPyConnection, question: str, values: Record) -> list[Record]:
    found = con.execute(sql(f"asked/{question}"), values)
    columns = [column[0] for column in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
