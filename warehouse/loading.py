"""One spool file → the tables, as a set operation on the articles it touches, in one transaction.

    stage → facts → readings → heads and links → claims → area → identity → versions → texts → changes

The statements are in warehouse/sql, one file a step. Every step looks only at one source: a batch is of one source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import duckdb
import msgspec

from warehouse import identity, spool
from warehouse.identity import Assignment, Node
from warehouse.spool import BadLine, Batch
from warehouse.staging import KEYS, LATEST, TABLES, sql, stage_batch


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of one file."""

    load_id: int
    rows: int
    bad: Sequence[BadLine]


def is_loaded(con: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """Whether a file of this digest was loaded before."""
    return bool(con.execute("SELECT 1 FROM loads WHERE digest = $1 LIMIT 1", [digest]).fetchall())


def load(con: duckdb.DuckDBPyConnection, batch: Batch) -> Loaded:
    """Load a batch that was not loaded before; nothing changes where this raises."""
    refused = stage_batch(con, batch)  # before the transaction, which a row that DuckDB refuses would end
    con.begin()
    try:
        load_id = _number(con, batch)
        for kind, keys in KEYS.items():
            if kind in batch.rows:
                _facts(con, kind, keys)
        _articles(con, batch)
        rows = sum(map(len, batch.rows.values())) - len(refused)
        bad = [*batch.bad, *refused]
        _note(con, batch, rows, len(bad))
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return Loaded(load_id, rows, bad)


def _number(con: duckdb.DuckDBPyConnection, batch: Batch) -> int:
    """The next load_id, set with the other values that the statements ask for."""
    con.execute("SET VARIABLE load_id = (SELECT coalesce(max(load_id), 0) + 1 FROM loads)")
    con.execute("SET VARIABLE source_id = $1", [batch.header.source_id])
    con.execute("SET VARIABLE recorded_at = $1", [datetime.now(UTC).replace(tzinfo=None)])
    (number,) = con.execute("SELECT getvariable('load_id')").fetchall()[0]
    return int(number)


def _facts(con: duckdb.DuckDBPyConnection, kind: str, keys: Sequence[str]) -> None:
    """Load the rows of a kind that stands for itself."""
    record = next(record for record, name in spool.KINDS.items() if name == kind)
    con.execute(
        sql("latest" if kind in LATEST else "append").format(
            table=TABLES[kind],
            kind=kind,
            parts=", ".join(f"fact.{key}" for key in keys),
            same=" AND ".join(f"t.{key} IS NOT DISTINCT FROM s.{key}" for key in keys),
            keys=", ".join(keys),
            fields=", ".join(f'"{field.name}" := "{field.name}"' for field in fields(record)),
        )
    )


def _articles(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Load readings and sights, and judge the articles they touch anew. Steps with nothing to do are left out."""
    if not batch.rows.keys() & {"reading", "withdrawal", "found"}:
        return
    con.execute(sql("withdrawn_none" if _empty(con, "withdrawals") else "withdrawn"))
    con.execute(sql("readings"))
    if batch.rows.keys() & {"reading", "withdrawal"}:
        con.execute(sql("heads"))
        con.execute(sql("claims_none" if _empty(con, "links") else "claims"))
        con.execute(sql("area"))
        _widen(con)
        con.execute(sql("nodes"))
        _identify(con)
        for step in ("article_urls", "versions", "texts"):
            con.execute(sql(step))
        if not (_empty(con, "orphaned_texts") and _empty(con, "surplus_texts")):
            con.execute(sql("texts_moved"))
        for step in ("verdicts", "changes"):
            con.execute(sql(step))
    con.execute(sql("addresses"))


def _empty(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return not con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _widen(con: duckdb.DuckDBPyConnection) -> None:
    """Let the area grow until no article reaches out of it."""
    before, size = -1, _count(con, "area")
    while size != before:
        con.execute(sql("area_grows"))
        before, size = size, _count(con, "area")


def _identify(con: duckdb.DuckDBPyConnection) -> None:
    """Give every address of the area its article: the tables `member` and `merged`."""
    con.execute(sql("loners"))
    nodes = [Node(*row) for row in con.execute(
        "SELECT s.url_key::VARCHAR, s.item, s.first_seen_at, o.article_id::VARCHAR, o.load_id "
        "FROM seen AS s LEFT JOIN old_urls AS o USING (url_key, item) ANTI JOIN loners USING (url_key, item)"
    ).fetchall()]  # fmt: skip
    assignment = _assignment(con, nodes) if nodes else Assignment({}, {})
    _hand_over(con, assignment)


def _assignment(con: duckdb.DuckDBPyConnection, nodes: Sequence[Node]) -> Assignment:
    """The articles of the addresses that are tied, share one, or find their name taken."""
    ties = con.execute("SELECT url_key::VARCHAR, item, to_key::VARCHAR FROM ties").fetchall()
    taken = con.execute(
        "SELECT DISTINCT article_id::VARCHAR FROM article_urls WHERE article_id IN (SELECT url_key FROM seen) "
        "AND article_id NOT IN (SELECT article_id FROM old_urls ANTI JOIN loners USING (article_id))"
    ).fetchall()
    return identity.assign(
        nodes, (((key, item), (other, item)) for key, item, other in ties), frozenset(name for (name,) in taken)
    )


def _hand_over(con: duckdb.DuckDBPyConnection, assignment: Assignment) -> None:
    """The assignment as temporary tables: as JSON, since lists of parameters cost thirty times as much."""
    member = msgspec.json.encode([{"k": k, "i": i, "a": a} for (k, i), a in assignment.articles.items()]).decode()
    merged = msgspec.json.encode([{"a": a, "b": b} for a, b in assignment.merged.items()]).decode()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE member AS SELECT row.k AS url_key, row.i AS item, row.a AS article_id FROM "
        "(SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(k UUID, i SMALLINT, a UUID)[])) AS row)",
        [member],
    )
    con.execute("INSERT INTO member BY NAME FROM loners")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE merged AS SELECT row.a AS article_id, row.b AS merged_into FROM "
        "(SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(a UUID, b UUID)[])) AS row)",
        [merged],
    )


def _note(con: duckdb.DuckDBPyConnection, batch: Batch, rows: int, set_aside: int) -> None:
    con.execute(
        "INSERT INTO loads BY NAME SELECT getvariable('load_id')::INTEGER AS load_id, $1 AS file, $2 AS digest, $3 AS schema, "
        "$4 AS source_id, $5 AS run_id, $6 AS rows, $7 AS set_aside, getvariable('recorded_at')::TIMESTAMP AS recorded_at",
        [
            batch.path.name,
            batch.digest,
            batch.header.schema,
            batch.header.source_id,
            batch.header.run_id,
            rows,
            set_aside,
        ],
    )
